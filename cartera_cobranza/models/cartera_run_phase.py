from odoo import api, fields, models


class CarteraRunPhase(models.Model):
    _name = "cartera.run.phase"
    _description = "Phase of a Nightly Run"
    _order = "run_id, id"
    _rec_name = "phase"

    run_id = fields.Many2one(
        "cartera.run", required=True, index=True, ondelete="cascade"
    )
    phase = fields.Selection(
        [
            ("promises", "Judge promises"),
            ("disputes", "Settle and escalate disputes"),
            ("agreements", "Judge agreements"),
            ("settlements", "Settle paid agreements"),
            ("charges", "Invoice interest and fees of agreements"),
            ("court", "Watch suspensions in court"),
            ("pauses", "End pauses"),
            ("refresh", "Refresh cases"),
            ("episodes", "Count episodes and payments"),
            ("segments", "Put debtors in segments"),
            ("stages", "Move stages"),
            ("consequences", "Apply consequences"),
            ("assignment", "Assign collectors"),
            ("plan", "Plan steps"),
            ("execute", "Do the approved steps"),
            ("worklist", "Make the worklist"),
            ("ledger", "Check the ledger"),
        ],
        required=True,
    )
    record_count = fields.Integer(
        string="Records", help="How many records the phase has changed."
    )
    seconds = fields.Float(digits=(12, 2))
    state = fields.Selection(
        [("done", "Done"), ("warning", "With errors"), ("failed", "Failed")],
        required=True,
    )

    @api.depends("phase")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._fields["phase"]._description_selection(self.env))
        for phase in self:
            phase.display_name = names.get(phase.phase)
