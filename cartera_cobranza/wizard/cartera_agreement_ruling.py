from odoo import api, fields, models
from odoo.exceptions import UserError

# Days for which a default is let be, unless the supervisor says another day.
TOLERATED_DAYS = 30


class CarteraAgreementRuling(models.TransientModel):
    """What a supervisor decides about an agreement that is not kept, and why."""

    _name = "cartera.agreement.ruling"
    _description = "Ruling on an Agreement"

    agreement_id = fields.Many2one("cartera.agreement", required=True, readonly=True)
    ruling = fields.Selection(
        [
            ("broken", "Declare it broken"),
            ("lift", "Tolerate the default for now"),
            ("accept", "Accept the late money"),
            ("refuse", "Refuse the late money"),
        ],
        required=True,
        readonly=True,
    )
    date_until = fields.Date(
        string="Until",
        default=lambda self: self._default_date_until(),
        help="No notice of default is given up to this day.",
    )
    reason = fields.Char(required=True)

    @api.model
    def _default_date_until(self):
        return fields.Date.add(fields.Date.context_today(self), days=TOLERATED_DAYS)

    def action_confirm(self):
        """Do it, with the rights of the user on the agreement."""
        self.ensure_one()
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(self.env._("Give the reason."))
        agreement = self.agreement_id
        if self.ruling == "broken":
            agreement._declare_broken(reason)
        elif self.ruling == "lift":
            agreement._tolerate(reason, self.date_until)
        elif self.ruling == "accept":
            agreement._accept_late(reason)
        else:
            agreement._refuse_late(reason)
        return {"type": "ir.actions.act_window_close"}
