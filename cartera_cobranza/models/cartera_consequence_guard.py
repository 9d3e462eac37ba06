from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date


class CarteraConsequenceGuard(models.AbstractModel):
    """Warns of, or refuses, documents of debtors whose stage asks for it.

    It stands in the way of everybody who posts an invoice or confirms an order: where
    no company uses such a consequence it costs nothing, else one query for a batch.
    """

    _name = "cartera.consequence.guard"
    _description = "Guard of Invoices and Orders"

    # -- invoices -----------------------------------------------------------------

    @api.model
    def _check_invoices(self, moves, soft=False):
        """Refuse invoices on credit of debtors who are blocked.

        :param soft: whether those of days to come are left to be posted then
        :return: what :meth:`_use` takes once they are posted
        :raise UserError: when one of them may not be posted
        """
        if not self._is_in_use("block_invoice"):
            return []
        today = fields.Date.context_today(self)
        invoices = moves.filtered(
            lambda move: (
                move.move_type == "out_invoice" and not (soft and move.date > today)
            )
        )
        return self._check(
            "invoice",
            invoices,
            lambda invoice: invoice._is_cartera_cash() or invoice._is_cartera_claim(),
        )

    @api.model
    def _get_warning(self, kind_of_document, document):
        """What to tell who works on a document, or an empty string.

        :param kind_of_document: ``invoice`` or ``order``
        """
        kinds = [f"warn_{kind_of_document}", f"block_{kind_of_document}"]
        if not self._is_in_use(*kinds):
            return ""
        # Who has paid since the night is not held back any more; see the check.
        logs = self._find_logs(kinds, [self._get_key(document)]).filtered(
            lambda log: log.case_id.amount_collectable or not log.stage_id.automatic
        )
        if not logs:
            return ""
        reasons = self._get_reason(logs[:1])
        blocked = logs.filtered(lambda log: log.kind.startswith("block_"))
        if not blocked:
            return reasons
        if self._find_releases(kind_of_document, blocked):
            return reasons + "\n" + self.env._("A supervisor has allowed this one.")
        return reasons + "\n" + self._get_way_out(kind_of_document)

    # -- the check ----------------------------------------------------------------

    @api.model
    def _is_in_use(self, *kinds):
        used = self.env["cartera.stage.consequence"]._get_kinds_in_use()
        return not used.isdisjoint(kinds)

    @api.model
    def _get_key(self, document):
        """Ids of the debtor and the company of an invoice or order."""
        partner = document.partner_id
        if "partner_invoice_id" in document._fields:
            partner = document.partner_invoice_id or partner
        # Whoever sells need not see who collects.
        debtor = partner.commercial_partner_id.sudo().cartera_debtor_id
        return debtor.id, document.company_id.id

    @api.model
    def _check(self, kind_of_document, documents, is_cash):
        """Refuse the documents of those who are blocked, unless a supervisor has
        allowed them.

        :param is_cash: callable that tells of a document whether no debt comes of it
        :return: list of ``(exception, document)`` for those allowed
        """
        key_of = {document: self._get_key(document) for document in documents}
        logs = self._find_logs([f"block_{kind_of_document}"], key_of.values())
        held = {(log.partner_id.id, log.company_id.id) for log in logs}
        key_of = {
            document: key
            for document, key in key_of.items()
            if key in held and not is_cash(document)
        }
        if not key_of:
            return []
        log_of = {
            (log.partner_id.id, log.company_id.id): log
            for log in self._judge_anew(logs)
        }
        leaves = self._find_releases(kind_of_document, logs)
        allowed, refused = [], logs.browse()
        for document, key in key_of.items():
            log = log_of.get(key)
            if not log:
                continue
            leave = leaves.filtered(lambda leave, log=log: leave.case_id == log.case_id)
            if leave:
                allowed.append((leave[0], document))
                leaves -= leave[0].filtered("once")
            else:
                refused |= log
        if refused:
            raise UserError(self._get_refusal(kind_of_document, refused))
        return allowed

    @api.model
    def _find_logs(self, kinds, keys):
        """What is in force of ``kinds`` for (debtor id, company id) pairs."""
        wanted = set(keys)
        if not wanted:
            return self.env["cartera.consequence.log"]
        # Whoever makes a document is told, whatever he may see of collection.
        logs = self.env["cartera.consequence.log"].sudo()
        found = logs.search_fetch(
            [
                ("state", "=", "active"),
                ("kind", "in", kinds),
                ("partner_id", "in", [partner_id for partner_id, _company in wanted]),
                ("company_id", "in", [company_id for _partner, company_id in wanted]),
                # Switched off, it stands in nobody's way until the night undoes it.
                ("consequence_id.active", "=", True),
            ],
            ["partner_id", "company_id", "case_id", "stage_id", "kind"],
        )
        return found.filtered(
            lambda log: (log.partner_id.id, log.company_id.id) in wanted
        )

    @api.model
    def _judge_anew(self, logs):
        """Decide the stages of the debtors as the night would: they may have paid
        since. What is still in force after that is returned."""
        # Searching them brings in what has changed in the ledger.
        cases = logs.case_id.search([("id", "in", logs.case_id.ids)])
        for company, of_company in cases.grouped("company_id").items():
            self.env["cartera.stage.engine"]._move_cases(
                company, company._get_cartera_today(), ids=of_company.ids
            )
        self.env["cartera.consequence.engine"]._follow(cases)
        return logs.filtered(lambda log: log.state == "active")

    @api.model
    def _find_releases(self, kind_of_document, logs):
        """Exceptions that a supervisor has made, the first to end first."""
        return (
            self.env["cartera.consequence.release"]
            .sudo()
            .search(
                [
                    ("case_id", "in", logs.case_id.ids),
                    ("documents", "in", ["any", kind_of_document]),
                    ("state", "=", "open"),
                    ("date_until", ">=", fields.Date.context_today(self)),
                ],
                order="date_until, id",
            )
        )

    @api.model
    def _use(self, allowed):
        """Write down which documents were made by an exception."""
        for release, document in allowed:
            release._use_for(document)

    # -- words --------------------------------------------------------------------

    @api.model
    def _get_refusal(self, kind_of_document, logs):
        if not self.env.user._is_internal():
            # Customers who order for themselves.
            return self.env._(
                "This cannot be confirmed here at the moment. Please contact us."
            )
        reasons = [self._get_reason(log) for log in logs]
        return "\n".join([*reasons, self._get_way_out(kind_of_document)])

    @api.model
    def _get_reason(self, log):
        """Who, since when, and how much is overdue."""
        case = log.case_id
        return self.env._(
            "%(debtor)s is in the collection stage %(stage)s since %(date)s, with "
            "%(amount)s overdue.",
            debtor=log.partner_id.display_name,
            stage=log.stage_id.name,
            date=format_date(self.env, case.stage_date),
            amount=format_amount(self.env, case.amount_overdue, log.currency_id),
        )

    @api.model
    def _get_way_out(self, kind_of_document):
        """What is refused, and what to do about it."""
        refused = (
            self.env._("Orders of debtors in it are not confirmed.")
            if kind_of_document == "order"
            else self.env._("Debtors in it get no new invoices.")
        )
        remedy = self.env._(
            "Collect what is overdue, or ask a supervisor of collections to allow this "
            "one on the debtor's case."
        )
        return f"{refused} {remedy}"
