from odoo import api, models
from odoo.exceptions import UserError

# States in which the debtor signs pagarés: after a breach the debt is owed as a whole.
PROMISED_IN = ("proposed", "active")

LETTERS = ("settlement_letter", "paz_y_salvo")

# States of the agreement that take back what was issued: going back to an earlier one
# undoes what the document says, and the next time there is a new one.
REVOKED_IN = {
    "proposal": ("draft", "to_approve", "refused"),
    "contract": ("draft", "to_approve", "refused", "proposed"),
    "pagare": ("draft", "to_approve", "refused"),
}


class CarteraAgreementDocuments(models.AbstractModel):
    """Offer, contract, pagaré and letters of an agreement, each with its folio."""

    _name = "cartera.agreement.documents"
    _description = "Documents of an Agreement"

    # -- CRUD ---------------------------------------------------------------------

    def write(self, vals):
        """What was issued follows the state: undone with it, never left standing."""
        result = super().write(vals)
        if "state" in vals:
            self._revoke_documents()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_documented(self):
        if self.sudo().document_ids:
            raise UserError(
                self.env._(
                    "Documents of this agreement have been issued, and their folios "
                    "stay. Cancel the agreement instead."
                )
            )

    # -- issuing ------------------------------------------------------------------

    def _issue(self, kind, installment=None):
        """Issue the document ``kind`` with its folio, or return the one that stands:
        nothing is issued twice.

        :param installment: that a pagaré stands for; none: the whole agreement
        :return: the ``cartera.agreement.document`` record
        """
        self.ensure_one()
        # Nobody writes documents: they are made here, by whoever may deal with the
        # agreement.
        documents = self.env["cartera.agreement.document"].sudo()
        standing = documents.search(
            [
                ("agreement_id", "=", self.id),
                ("kind", "=", kind),
                ("installment_id", "=", installment.id if installment else False),
                ("state", "=", "valid"),
            ]
        )
        if standing:
            return standing.sudo(self.env.su)
        if kind in LETTERS:
            self._check_nothing_open()
        document = documents._make(self.sudo(), kind, installment)
        self.sudo()._message_log(
            body=self.env._(
                "%(title)s %(folio)s was issued.",
                title=document.title,
                folio=document.name,
            )
        )
        return document.sudo(self.env.su)

    def _check_nothing_open(self):
        """Nobody gets it in writing that nothing is owed before the last payment is
        matched with what was agreed."""
        agreement = self.sudo()
        currency = agreement.currency_id
        covered = sum(map(agreement._get_covered_open, agreement.item_ids))
        parts = agreement.installment_ids
        charges = parts.charge_ids.line_ids.filtered(
            lambda line: (
                line.parent_state == "posted"
                and line.account_id.account_type == "asset_receivable"
            )
        )
        # With its sign: a credit note of charges is owed to the debtor.
        lines = parts.line_ids | charges
        rest = sum(lines.mapped("amount_residual_currency"))
        if currency.is_zero(covered) and currency.compare_amounts(rest, 0) <= 0:
            return
        raise UserError(
            self.env._(
                "%(agreement)s is not paid in full in the books yet. Match the "
                "payments with its items, and have what was waived booked; then the "
                "letter can be issued.",
                agreement=self.display_name,
            )
        )

    def _get_money_on_items(self):
        """Money that paid what is covered of the items, as the agreement is judged by
        it, and money that came after it for what was left out of them: what came before
        paid what is not covered.

        :return: ``{journal item: (amount, amount)}``
        """
        to_amount = self.env["cartera.agreement.engine"]._to_amount
        lines = self.env["account.move.line"]
        return {
            lines.browse(item["line_id"]): (
                to_amount(split.paid, row),
                to_amount(split.beyond, row),
            )
            for item, split, row in self._split_items()
        }

    def _is_interest_simple(self):
        """Whether there is interest, and none on interest."""
        capitalises = self.grace_periods and self.grace_kind == "capitalise"
        compounds = capitalises or self.product_id.interest_on_charges
        return not compounds and any(self.installment_ids.mapped("amount_interest"))

    def _get_booked(self):
        """The entries by which what was waived is booked."""
        return self.move_ids.filtered(
            lambda move: move.cartera_settles and move.state == "posted"
        )

    def _get_letter_kind(self):
        """Which letter says that nothing is owed any more: one that names what was
        waived where something was."""
        self.ensure_one()
        is_waived = self.kind == "finiquito" or self.amount_quita
        return "settlement_letter" if is_waived else "paz_y_salvo"

    def _revoke_documents(self):
        """Take back the documents that the state of the agreement belies."""
        for agreement in self.sudo():
            state = agreement.state
            agreement.document_ids.filtered(
                lambda document, state=state: (
                    state != "kept"
                    if document.kind in LETTERS
                    else state in REVOKED_IN[document.kind]
                )
            ).with_env(self.env)._revoke()

    # -- actions ------------------------------------------------------------------

    def action_issue_document(self):
        """Issue the document of the state that the agreement is in."""
        kinds = {
            "proposed": "proposal",
            "active": "contract",
            "broken": "contract",
            "kept": self._get_letter_kind(),
        }
        self._check_issuer(kinds)
        return self._issue(kinds[self.state]).action_download()

    def action_issue_pagare(self):
        """Issue one pagaré for all that is to be paid."""
        self._check_issuer(PROMISED_IN)
        # Derived from the ledger, whoever asks for the paper.
        self.sudo()._judge_now()
        self._check_pagares(lambda document: document.installment_id)
        if self.currency_id.is_zero(self.installment_ids._get_to_pay()):
            raise UserError(self.env._("Nothing is left to be paid."))
        self._note_pagare(self._issue("pagare"))

    def action_issue_pagares(self):
        """Issue a pagaré for each instalment that is still to be paid, and that nothing
        else secures."""
        self._check_issuer(PROMISED_IN)
        # Derived from the ledger, whoever asks for the paper.
        self.sudo()._judge_now()
        self._check_pagares(lambda document: not document.installment_id)
        for row in self.installment_ids.filtered(self._needs_pagare):
            self._note_pagare(self._issue("pagare", row))

    def _check_pagares(self, is_other):
        """The debt is not promised twice, as a whole and by instalments."""
        others = self.document_ids.filtered(
            lambda document: (
                document.kind == "pagare"
                and document.state == "valid"
                and is_other(document)
            )
        )
        if others:
            raise UserError(
                self.env._(
                    "There are pagarés for the same debt already: have %(folios)s "
                    "revoked first.",
                    folios=", ".join(others.mapped("name")),
                )
            )

    def _check_issuer(self, states):
        self.ensure_one()
        self.check_access("write")
        if self.state not in states:
            raise UserError(
                self.env._(
                    "Documents are issued of an agreement that is offered, in force or "
                    "kept."
                )
            )
