from odoo import api, fields, models


class CarteraCause(models.Model):
    """A cause of late payment, as a code and no more, and what it suggests."""

    _name = "cartera.cause"
    _description = "Cause of Late Payment"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_sensitive = fields.Boolean(
        help="Health, work and the like: shown to few, and deleted after a time."
    )
    retention_days = fields.Integer(
        string="Deleted After", default=180, help="Days that a sensitive cause is kept."
    )
    is_ours = fields.Boolean(
        string="Our Fault", help="The salesperson of the debtor is told."
    )
    pause_days = fields.Integer(
        string="Suggested Pause", help="Days; zero: none is suggested."
    )
    suggested_product = fields.Selection(
        [
            ("finiquito", "Settlement at a discount (finiquito)"),
            ("reestructura", "Restructuring in instalments (reestructura)"),
            ("convenio_judicial", "Settlement in court (convenio judicial)"),
        ],
        help="The agreement that fits this cause.",
    )
    playbook = fields.Text(translate=True, help="What to offer and what to ask for.")

    _code_uniq = models.Constraint("UNIQUE (code)", "This code exists already.")
    _days_positive = models.Constraint(
        "CHECK (pause_days >= 0 AND retention_days > 0)",
        "Days may not be negative, and a cause is kept one day at least.",
    )


class CarteraCaseCause(models.Model):
    """A cause that was learned of a debtor: the code, the day and who noted it."""

    _name = "cartera.case.cause"
    _description = "Cause of a Debtor"
    _order = "date desc, id desc"
    _rec_name = "cause_id"

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
    cause_id = fields.Many2one("cartera.cause", required=True, index=True)
    is_sensitive = fields.Boolean(
        related="cause_id.is_sensitive", store=True, precompute=True
    )
    is_ours = fields.Boolean(related="cause_id.is_ours", store=True, precompute=True)
    date = fields.Date(required=True, default=fields.Date.context_today)
    date_purge = fields.Date(
        string="Deleted On", help="Empty: it is not sensitive and stays."
    )
    user_id = fields.Many2one(
        "res.users", string="Noted By", default=lambda self: self.env.user
    )

    @api.depends("case_id")
    def _compute_company_id(self):
        for cause in self:
            cause.company_id = cause.case_id.company_id
