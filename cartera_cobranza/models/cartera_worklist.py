from odoo import fields, models


class CarteraWorklistRule(models.Model):
    """Points for what makes a debtor urgent, and how many."""

    _name = "cartera.worklist.rule"
    _description = "Points of the Worklist"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for all companies."
    )
    factor = fields.Selection(
        [
            ("amount", "Overdue amount"),
            ("age", "Days past due"),
            ("broken_promise", "Broken promises in the last 90 days"),
            ("promise_today", "Promises due today"),
            ("step_due", "Calls and visits that are due"),
            ("activity_due", "Other activities that are due"),
            ("reply", "Answers that nobody has read"),
            ("resubmission", "Days since it was to be looked at again"),
            ("no_attention", "Days without attention"),
            ("dispute_late", "Disputes past their deadline"),
            ("unapplied", "Share of the debt that unapplied money covers, in percent"),
            ("limitation", "Days to limitation"),
        ],
        required=True,
    )
    threshold = fields.Float(
        help="Points are given from this value on; for days to limitation, up to it."
    )
    unit = fields.Float(
        help="So much more of it gives the points once again. Zero: once only."
    )
    points = fields.Integer(required=True)
    max_points = fields.Integer(help="Never more than this. Zero: no limit.")


class CarteraWorklistEntry(models.Model):
    """What there is to do for one debtor who owes something: on which day, how urgent
    and why. Made at night and kept up during the day by ``cartera.worklist.engine``.
    """

    _name = "cartera.worklist.entry"
    _description = "Worklist"
    _order = "is_callable_now desc, is_starved desc, points desc, amount desc, id"
    _rec_name = "case_id"
    _log_access = False

    case_id = fields.Many2one(
        "cartera.case", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Collector Today",
        readonly=True,
        index="btree_not_null",
        help="The collector of the case, or who stands in.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    # -- when ---------------------------------------------------------------------
    date_next = fields.Date(string="Next Action On", required=True, readonly=True)
    next_action = fields.Selection(
        [
            ("attention", "Look after the debtor"),
            ("resubmission", "Look at it again, as noted"),
            ("activity", "Planned activity"),
            ("promise", "Promised payment"),
            ("pause", "Review the pause"),
            ("dispute", "Answer to a dispute"),
            ("reply", "Answer of the debtor"),
            ("not_due", "First due date"),
        ],
        required=True,
        readonly=True,
    )
    date_attended = fields.Date(
        string="Last Attention",
        readonly=True,
        help="Day of the last contact by a person.",
    )
    call_from = fields.Datetime(
        readonly=True, help="First lawful moment of a call. Empty: none."
    )
    call_until = fields.Datetime(readonly=True)
    is_callable_now = fields.Boolean(string="May Be Called Now", readonly=True)
    # -- how urgent ---------------------------------------------------------------
    points = fields.Integer(readonly=True)
    explanation = fields.Json(readonly=True)
    is_starved = fields.Boolean(
        string="Neglected",
        readonly=True,
        help="Without attention for longer than its segment allows.",
    )
    amount = fields.Monetary(string="Overdue Collectable", readonly=True)

    _case_uniq = models.Constraint(
        "UNIQUE (case_id)", "A debtor is on the worklist once."
    )
    _user_idx = models.Index("(user_id, date_next)")
    _company_idx = models.Index("(company_id, date_next)")
