from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

ACTIONS = [
    ("reply", "Answer of the debtor"),
    ("broken_agreement", "Broken agreement"),
    ("default_notice", "Notice of default"),
    ("broken_promise", "Broken promise"),
    ("bounced_payment", "Payment that fell through"),
    ("overdue_installment", "Overdue instalment"),
    ("dispute_closed", "Closed dispute"),
    ("resubmission", "Look at it again, as noted"),
    ("activity", "Planned activity"),
    ("promise", "Promised payment"),
    ("dispute", "Answer to a dispute"),
    ("pause", "Review of a pause"),
    ("attention", "Look after the debtor"),
    ("not_due", "First due date"),
]

# A debtor that somebody has opened from the list is offered to nobody meanwhile.
TAKEN_FOR = timedelta(minutes=15)


class CarteraWorklistEntry(models.Model):
    """What there is to do for one debtor who owes something: on which day, how urgent
    and why. Made at night and kept up during the day by ``cartera.worklist.engine``.
    """

    _name = "cartera.worklist.entry"
    _description = "Worklist"
    # Expected value will stand between the neglected and the points.
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
    next_action = fields.Selection(ACTIONS, required=True, readonly=True)
    date_attended = fields.Date(
        string="Last Attention",
        readonly=True,
        help="Day of the last contact by a person, or on which somebody noted when to "
        "look at it again.",
    )
    call_from = fields.Datetime(
        readonly=True, help="First lawful moment of a call. Empty: none."
    )
    call_until = fields.Datetime(readonly=True)
    is_callable_now = fields.Boolean(
        string="May Be Called Now",
        compute="_compute_is_callable_now",
        search="_search_is_callable_now",
        help="As the rules stood when the entry was made; they are asked again before "
        "each call.",
    )
    # -- how urgent ---------------------------------------------------------------
    points = fields.Integer(readonly=True)
    explanation = fields.Json(readonly=True)
    is_starved = fields.Boolean(
        string="Neglected",
        readonly=True,
        help="Without attention for longer than its segment allows.",
    )
    amount = fields.Monetary(string="Overdue Collectable", readonly=True)
    # -- who is at it -------------------------------------------------------------
    taken_by_id = fields.Many2one("res.users", string="Opened By", readonly=True)
    taken_at = fields.Datetime(string="Opened At", readonly=True)
    # -- as lists show it ---------------------------------------------------------
    why = fields.Char(compute="_compute_why", help="What gives the most points.")
    phone = fields.Char(related="case_id.phone")
    days_overdue = fields.Integer(
        related="case_id.days_overdue", string="Days Past Due"
    )
    promise_date = fields.Date(related="case_id.promise_date")

    _case_uniq = models.Constraint(
        "UNIQUE (case_id)", "A debtor is on the worklist once."
    )
    _user_idx = models.Index("(user_id, date_next)")
    _company_idx = models.Index("(company_id, date_next)")

    # -- computes -----------------------------------------------------------------

    @api.depends("call_from", "call_until")
    def _compute_is_callable_now(self):
        now = fields.Datetime.now()
        for entry in self:
            entry.is_callable_now = bool(
                entry.call_from and entry.call_from <= now < entry.call_until
            )

    @api.model
    def _search_is_callable_now(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        open_now = Domain("call_from", "<=", now) & Domain("call_until", ">", now)
        return Domain.OR(open_now if wanted else ~open_now for wanted in value)

    @api.model
    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Whether one may call changes by the hour: no row is written for that."""
        if field_name != "is_callable_now":
            return super()._order_field_to_sql(
                alias, field_name, direction, nulls, query
            )
        return SQL(
            "COALESCE(%(start)s <= %(now)s AND %(end)s > %(now)s, FALSE) %(direction)s",
            start=self._field_to_sql(alias, "call_from", query),
            end=self._field_to_sql(alias, "call_until", query),
            now=fields.Datetime.now(),
            direction=direction,
        )

    @api.depends("explanation")
    @api.depends_context("lang")
    def _compute_why(self):
        rules = self._get_rules()
        for entry in self:
            reasons = entry._explain(rules)
            entry.why = " · ".join(reason["label"] for reason in reasons[:3])

    def _get_rules(self):
        """The rules by id, in the user's language."""
        rules = self.env["cartera.worklist.rule"].sudo().with_context(active_test=False)
        return rules.search([]).grouped("id")  # pylint: disable=no-search-all

    def _explain(self, rules=None):
        """What the points come from, the most telling first.

        :param rules: of :meth:`_get_rules`, where several entries are explained
        :return: ``[{"label", "detail", "points"}, ...]``, in the user's language
        """
        self.ensure_one()
        rules = rules or self._get_rules()
        reasons = [
            {
                "label": rules[reason["rule"]].name,
                "detail": rules[reason["rule"]]._describe(
                    reason["measure"], self.currency_id
                ),
                "points": reason["points"],
            }
            for reason in self.explanation or []
            if reason["rule"] in rules
        ]
        return sorted(reasons, key=lambda reason: -abs(reason["points"]))

    # -- reading ------------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        """What happened since the list was made is brought in before it is read."""
        self.env["cartera.case.queue"]._apply_pending()
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _get_due_domain(self, user):
        """The entries that ``user`` works through on the day of each company."""
        due = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("date_next", "<=", company._get_cartera_today())
            for company in self.env.companies
        )
        return Domain("user_id", "=", user.id) & due

    # -- one after the other ------------------------------------------------------

    @api.model
    def _take_next(self, skipped=()):
        """Take the most urgent debtor of the user that nobody has open.

        What the user has opened a moment ago comes again once the rest is through.

        :param skipped: ids of cases not to be taken
        :return: the case, or an empty recordset
        """
        user = self.env.user
        since = fields.Datetime.now() - TAKEN_FOR
        due = self._get_due_domain(user) & Domain("case_id", "not in", list(skipped))
        free = Domain("taken_at", "=", False) | Domain("taken_at", "<", since)
        mine = Domain("taken_at", ">=", since) & Domain("taken_by_id", "=", user.id)
        for domain in (due & free, due & mine):
            taken = self.search(domain, limit=20).try_lock_for_update(limit=1)
            if taken:
                taken._take()
                return taken.case_id
        return self.env["cartera.case"]

    def _take(self):
        """Note that the user has the debtors open."""
        # Nobody has the right to write the list but the module.
        self.sudo().write(
            {"taken_by_id": self.env.uid, "taken_at": fields.Datetime.now()}
        )

    # -- actions ------------------------------------------------------------------

    def action_start(self):
        """Open the most urgent debtor of the user."""
        return self.env["cartera.case"].action_next_debtor()

    def action_open_case(self):
        """Open the debtor's case, and tell others that the user is at it."""
        self.ensure_one()
        self.check_access("read")
        case = self.case_id
        case.check_access("read")
        if case.has_access("write"):
            self._take()
        return case._get_worklist_action()

    def action_call(self):
        """Ask whether the debtor may be called now, and note how it went."""
        self.ensure_one()
        self.check_access("read")
        if not self.case_id.has_access("write"):
            raise AccessError(self.env._("You may look at this debtor, but not call."))
        return self.case_id.action_call()
