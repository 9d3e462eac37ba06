from odoo import fields, models


class CarteraStageMove(models.Model):
    """History of the stages of a case. Nobody edits it: a move adds a row."""

    _name = "cartera.stage.move"
    _description = "Stage Move"
    _order = "date desc, id desc"
    _rec_name = "case_id"

    case_id = fields.Many2one(
        "cartera.case", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="case_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(related="case_id.partner_id", string="Debtor")
    date = fields.Date(required=True, readonly=True)
    stage_from_id = fields.Many2one(
        "cartera.stage", string="From", readonly=True, ondelete="restrict"
    )
    stage_to_id = fields.Many2one(
        "cartera.stage",
        string="To",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    reason = fields.Selection(
        [
            ("rule", "Entry rule reached"),
            ("cured", "Nothing overdue any more"),
            ("manual", "Moved by hand"),
            ("proposal", "Proposal accepted"),
            ("strategy", "Step of the strategy"),
            ("merge", "Debtors merged"),
        ],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users", string="By", readonly=True, help="Empty when the rules did it."
    )
    run_id = fields.Many2one(
        "cartera.run", string="Nightly Run", readonly=True, ondelete="set null"
    )
    amount_overdue = fields.Monetary(string="Overdue", readonly=True)
    days_overdue = fields.Integer(
        string="Days Past Due", readonly=True, aggregator="avg"
    )

    def action_open_case(self):
        """Open the case that was moved."""
        self.ensure_one()
        return self.case_id._get_records_action(context={})
