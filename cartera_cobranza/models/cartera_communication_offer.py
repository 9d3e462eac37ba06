from odoo import api, fields, models

PLACEHOLDERS = ("offer_amount_text", "offer_url", "offer_valid_text")


class CarteraCommunicationOffer(models.AbstractModel):
    """What the texts of a message say of an agreement that is offered."""

    _name = "cartera.communication.offer"
    _description = "Offer in a Message"

    agreement_id = fields.Many2one(
        "cartera.agreement",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="That the message is about. Empty: the last one offered to the debtor.",
    )
    offer_amount_text = fields.Char(compute="_compute_offer")
    offer_url = fields.Char(compute="_compute_offer")
    offer_valid_text = fields.Char(compute="_compute_offer")

    @api.model
    def mail_allowed_qweb_expressions(self):
        """See there."""
        allowed = super().mail_allowed_qweb_expressions()
        return (*allowed, *(f"object.{name}" for name in PLACEHOLDERS))

    @api.depends("agreement_id", "case_id")
    @api.depends_context("lang")
    def _compute_offer(self):
        offers = self._find_offers()
        for message in self:
            agreement = offers.get(message)
            if not agreement:
                message.offer_amount_text = message.offer_url = False
                message.offer_valid_text = False
                continue
            total = sum(agreement.installment_ids.mapped("amount_total"))
            message.offer_amount_text = message._format_amount(
                total, agreement.currency_id.id
            )
            message.offer_url = agreement._get_offer_url()
            message.offer_valid_text = message._format_date(agreement.date_valid_until)

    def _find_offers(self):
        """The agreement that each message is about: dict of message to record, without
        those about none."""
        last = self._get_last_offers()
        found = {
            message: message.agreement_id.sudo() or last.get(message.case_id.id)
            for message in self
        }
        # Whoever writes to a debtor may send the debtor's own offer, no other.
        return {
            message: agreement
            for message, agreement in found.items()
            if agreement and agreement.case_id == message.case_id
        }

    def _get_last_offers(self):
        """The agreement offered last to each debtor: dict of case id to record."""
        cases = self.filtered(lambda message: not message.agreement_id).case_id
        found = (
            self.env["cartera.agreement"]
            .sudo()
            .search(
                [("case_id", "in", cases.ids), ("state", "=", "proposed")],
                order="date, id",
            )
        )
        return {agreement.case_id.id: agreement for agreement in found}
