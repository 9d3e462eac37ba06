from odoo import api, fields, models


class CarteraPause(models.Model):
    """A hold: nothing is done with a debtor, or about some of its items, until the day
    of its review. It has an owner and never lasts for ever."""

    _name = "cartera.pause"
    _description = "Pause"
    _inherit = ["mail.thread"]
    _order = "date_review desc, id desc"
    _check_company_auto = True

    case_id = fields.Many2one(
        "cartera.case", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        index=True,
    )
    partner_id = fields.Many2one(related="case_id.partner_id", string="Debtor")
    line_ids = fields.Many2many(
        "account.move.line",
        "cartera_pause_line_rel",
        "pause_id",
        "line_id",
        string="Items",
        help="Empty: the debtor as a whole.",
    )
    is_whole = fields.Boolean(
        string="Whole Debtor", compute="_compute_is_whole", store=True, precompute=True
    )
    kind = fields.Selection(
        [
            ("agreed", "Agreed with the debtor"),
            ("proof", "A payment is being verified"),
            ("cause", "Cause of the delay"),
            ("internal", "Internal matter"),
            ("strategy", "Step of the strategy"),
        ],
        required=True,
        default="agreed",
    )
    reason = fields.Char(required=True, tracking=True)
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        required=True,
        default=lambda self: self.env.user,
        index=True,
        tracking=True,
    )
    date_from = fields.Date(
        string="From", required=True, default=fields.Date.context_today
    )
    date_review = fields.Date(
        string="Review On",
        required=True,
        tracking=True,
        help="Last day of the pause: its owner looks at it on that day, and it ends "
        "unless it is prolonged.",
    )
    state = fields.Selection(
        [("active", "Active"), ("ended", "Ended")],
        required=True,
        readonly=True,
        default="active",
        tracking=True,
    )
    date_ended = fields.Date(readonly=True)
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, ondelete="set null", index="btree_not_null"
    )

    _review_after_start = models.Constraint(
        "CHECK (date_review >= date_from)",
        "A pause is reviewed on its first day or later.",
    )
    _active_idx = models.Index("(company_id, case_id) WHERE state = 'active'")

    @api.depends("case_id")
    def _compute_company_id(self):
        for pause in self:
            pause.company_id = pause.case_id.company_id

    @api.depends("line_ids")
    def _compute_is_whole(self):
        for pause in self:
            pause.is_whole = not pause.line_ids
