from odoo import api, fields, models


class CarteraPauseProlong(models.TransientModel):
    """Asks until when and why a pause goes on."""

    _name = "cartera.pause.prolong"
    _description = "Prolong a Pause"
    _inherit = ["cartera.case.window"]

    pause_id = fields.Many2one("cartera.pause", required=True, readonly=True)
    case_id = fields.Many2one(related="pause_id.case_id")
    date_review = fields.Date(
        string="Review On",
        compute="_compute_date_review",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    reason = fields.Char(required=True)

    @api.depends("pause_id")
    def _compute_date_review(self):
        for wizard in self:
            review = wizard.pause_id.date_review
            wizard.date_review = review and fields.Date.add(review, days=7)

    def action_prolong(self):
        """Let the pause go on."""
        self.ensure_one()
        self.pause_id._prolong(self.date_review, self.reason)
        return {"type": "ir.actions.act_window_close"}
