"""How each kind of consequence is applied and undone: one handler for each kind that
does something beyond being in force."""

from collections import defaultdict

from markupsafe import Markup

from odoo import SUPERUSER_ID, api, models
from odoo.tools import float_compare, format_amount

# What a message lists by name; the rest is a number.
LISTED = 50


class CarteraConsequenceHandler(models.AbstractModel):
    """A kind whose open log is all there is to it, because others look for it."""

    _name = "cartera.consequence.handler"
    _description = "Consequence"

    # Whether each log is tried on its own, because a failed attempt at many cannot
    # be repeated for some of them.
    _apart = False

    @api.model
    def _apply(self, logs):
        """Do what the consequences of ``logs`` ask for."""

    @api.model
    def _undo(self, logs):
        """Take back what was done, the latest first: ``logs`` come in that order."""


class CarteraConsequenceCredit(models.AbstractModel):
    """Odoo's own credit limit of the debtor in the company of the case, put back when
    nobody has changed it meanwhile."""

    _name = "cartera.consequence.credit"
    _inherit = "cartera.consequence.handler"
    _description = "Consequence for the Credit Limit"

    @api.model
    def _get_limit(self, log, limit, exposure):
        """The new limit, in company currency.

        :param limit: the present one; 0 for none
        :param exposure: what the debtor owes, orders to invoice included
        """
        raise NotImplementedError

    @api.model
    def _apply(self, logs):
        for company, of_company in logs.grouped("company_id").items():
            debtors = of_company.partner_id.with_company(company)
            default = debtors._fields["credit_limit"].get_company_dependent_fallback(
                debtors
            )
            # Else computing what they owe asks for it one by one.
            debtors.fetch(["company_id"])
            partner_of = {debtor.id: debtor for debtor in debtors}
            for log in of_company:
                debtor = partner_of[log.partner_id.id]
                before = debtor.credit_limit
                exposure = debtor.credit + debtor.credit_to_invoice
                after = self._get_limit(log, before, exposure)
                if before:
                    after = min(after, before)
                # To Odoo, a limit of nothing is no limit.
                after = max(company.currency_id.round(after), 0.01)
                log.write(
                    {
                        "value_before": before,
                        "value_after": after,
                        "value_was_default": before == default,
                    }
                )
                debtor.credit_limit = after

    @api.model
    def _undo(self, logs):
        for log in logs:
            debtor = log.partner_id.with_company(log.company_id)
            present = debtor.credit_limit
            if float_compare(present, log.value_after, precision_digits=2):
                log.reason = self.env._(
                    "The limit was changed to %(limit)s meanwhile, and left so.",
                    limit=format_amount(self.env, present, log.currency_id),
                )
                continue
            default = debtor._fields["credit_limit"].get_company_dependent_fallback(
                debtor
            )
            debtor.credit_limit = default if log.value_was_default else log.value_before


class CarteraConsequenceCreditFreeze(models.AbstractModel):
    _name = "cartera.consequence.credit_freeze"
    _inherit = "cartera.consequence.credit"
    _description = "Freeze the Credit Limit"

    @api.model
    def _get_limit(self, log, limit, exposure):
        """What is owed already, so that nothing comes on top of it."""
        return exposure


class CarteraConsequenceCreditLower(models.AbstractModel):
    _name = "cartera.consequence.credit_lower"
    _inherit = "cartera.consequence.credit"
    _description = "Lower the Credit Limit"

    @api.model
    def _get_limit(self, log, limit, exposure):
        consequence = log.consequence_id
        if consequence.limit_mode == "amount":
            return consequence.limit_amount
        return (limit or exposure) * consequence.limit_percent / 100


class CarteraConsequenceNotifySalesperson(models.AbstractModel):
    """One message for each salesperson, with all debtors concerned: a night may move
    many. Salespeople see no cases, so it says all they need."""

    _name = "cartera.consequence.notify_salesperson"
    _inherit = "cartera.consequence.handler"
    _description = "Tell the Salesperson"

    @api.model
    def _apply(self, logs):
        users_of = self._get_salespeople(logs)
        # All at once: on the first night they may be most of the debtors.
        nobody = logs.browse(log.id for log in logs if not users_of[log])
        nobody.write({"reason": self.env._("The debtor has no salesperson.")})
        self._tell(users_of, entered=True)

    @api.model
    def _undo(self, logs):
        """Good news are told as well: the debtor is in a lower stage than before."""
        better = logs.filtered(
            lambda log: log.case_id.stage_id.sequence < log.stage_id.sequence
        )
        self._tell(self._get_salespeople(better), entered=False)

    @api.model
    def _get_salespeople(self, logs):
        """Users to tell of each log: the debtor's salesperson, or else those of the
        debtor's open items.

        :return: dict of log to ``res.users``
        """
        nobody = self.env["res.users"]
        of_items = defaultdict(lambda: nobody)
        for debtor, company, users in self.env["cartera.open.item"]._read_group(
            [
                ("debtor_id", "in", logs.partner_id.ids),
                ("company_id", "in", logs.company_id.ids),
                ("salesperson_id", "!=", False),
            ],
            ["debtor_id", "company_id"],
            ["salesperson_id:recordset"],
        ):
            of_items[debtor, company] = users
        found = {}
        for log in logs:
            company = log.company_id
            users = log.partner_id.user_id or of_items[log.partner_id, company]
            found[log] = users and users.filtered(
                lambda user, company=company: (
                    user.active and user._is_internal() and company in user.company_ids
                )
            )
        return found

    @api.model
    def _tell(self, users_of, entered):
        ids_of = defaultdict(list)
        for log, users in users_of.items():
            for user in users:
                ids_of[user, log.company_id, log.stage_id].append(log.id)
        for (user, company, stage), log_ids in ids_of.items():
            logs = self.env["cartera.consequence.log"].browse(log_ids)
            teller = self.with_context(lang=user.lang).with_company(company)
            teller._tell_one(user, stage.with_env(teller.env), logs, entered)

    @api.model
    def _tell_one(self, user, stage, logs, entered):
        """Send ``user`` one message about ``logs`` of one stage, in the user's
        language."""
        logs = logs.with_env(self.env)
        if entered:
            subject = self.env._("Customers now in %(stage)s", stage=stage.name)
            text = self.env._(
                "These customers of yours have come to the collection stage %(stage)s. "
                "Mind it before you promise them anything.",
                stage=stage.name,
            )
        else:
            subject = self.env._("Customers out of %(stage)s", stage=stage.name)
            text = self.env._(
                "These customers of yours have left the collection stage %(stage)s.",
                stage=stage.name,
            )
        self.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=subject,
            body=Markup("<p>%s</p><ul>%s</ul>") % (text, self._get_list(logs)),
            force_send=False,
        )

    @api.model
    def _get_list(self, logs):
        rows = [
            Markup("<li>%s: %s</li>")
            % (
                log.partner_id._get_html_link(),
                self.env._(
                    "%(amount)s overdue",
                    amount=format_amount(
                        self.env, log.case_id.amount_overdue, log.currency_id
                    ),
                ),
            )
            for log in logs[:LISTED]
        ]
        if len(logs) > LISTED:
            more = self.env._("and %(count)s more", count=len(logs) - LISTED)
            rows.append(Markup("<li>%s</li>") % more)
        return Markup().join(rows)


class CarteraConsequenceServerAction(models.AbstractModel):
    """The company's own: as the system, because it is no act of whoever moved the
    case."""

    _name = "cartera.consequence.server_action"
    _inherit = "cartera.consequence.handler"
    _description = "Run a Server Action"

    # What an action has sent to other systems is not taken back with it.
    _apart = True

    @api.model
    def _apply(self, logs):
        for log in logs:
            self._run_action(log.consequence_id.action_enter_id, log)

    @api.model
    def _undo(self, logs):
        for log in logs:
            self._run_action(log.consequence_id.action_leave_id, log)

    @api.model
    def _run_action(self, action, log):
        action.with_user(SUPERUSER_ID).with_company(log.company_id).with_context(
            active_model="cartera.case",
            active_id=log.case_id.id,
            active_ids=log.case_id.ids,
        ).run()
