from odoo import fields, models

from .cartera_stage_consequence import KINDS


class CarteraConsequenceLog(models.Model):
    """What was done to a debtor because of a stage, and how it ended.

    Nobody edits it: only :class:`CarteraConsequenceEngine` writes rows. A row is open
    until ``date_undone``; the open rows of a kind are what is in force.
    """

    _name = "cartera.consequence.log"
    _description = "Consequence Applied"
    _order = "date desc, id desc"
    _rec_name = "consequence_id"

    case_id = fields.Many2one(
        "cartera.case", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="case_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        related="case_id.partner_id",
        string="Debtor",
        store=True,
        index=True,
        precompute=True,
    )
    consequence_id = fields.Many2one(
        "cartera.stage.consequence",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    stage_id = fields.Many2one(
        "cartera.stage", required=True, readonly=True, ondelete="restrict"
    )
    # As it was when applied: what has been done is undone in the same way.
    kind = fields.Selection(KINDS, required=True, readonly=True)
    state = fields.Selection(
        [("active", "In force"), ("undone", "Undone"), ("failed", "Failed")],
        required=True,
        readonly=True,
    )
    date = fields.Date(string="Applied On", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users",
        string="By",
        readonly=True,
        help="Who moved the case. Empty when the rules did it.",
    )
    date_undone = fields.Date(string="Undone On", readonly=True)
    undone_user_id = fields.Many2one("res.users", string="Undone By", readonly=True)
    value_before = fields.Monetary(
        string="Limit Before",
        readonly=True,
        help="0 stands for no limit, as in Odoo.",
    )
    value_after = fields.Monetary(string="Limit After", readonly=True)
    value_was_default = fields.Boolean(
        string="Company's Limit",
        readonly=True,
        help="The debtor had no limit of its own, but the company's.",
    )
    reason = fields.Char(
        readonly=True, help="What went wrong, or what else there is to know."
    )

    _open_uniq = models.UniqueIndex(
        "(case_id, consequence_id) WHERE date_undone IS NULL",
        "This consequence is in force for the debtor already.",
    )
    _in_force_idx = models.Index(
        "(partner_id, company_id, kind) WHERE state = 'active'"
    )

    def action_open_case(self):
        """Open the debtor's case."""
        self.ensure_one()
        return self.case_id._get_records_action(context={})
