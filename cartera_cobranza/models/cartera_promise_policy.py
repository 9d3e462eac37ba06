from odoo import api, fields, models


class CarteraPromisePolicy(models.Model):
    """How far collectors may go with promises, and what counts as kept."""

    _name = "cartera.promise.policy"
    _description = "Policy of Promises"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for all companies."
    )
    segment_ids = fields.Many2many(
        "cartera.segment",
        string="Segments",
        check_company=True,
        help="Empty: for debtors of any segment. The first policy that fits holds.",
    )
    tolerance_days = fields.Integer(
        default=2, help="Days after the promised one on which money still counts."
    )
    tolerance_percent = fields.Float(
        default=1.0,
        digits=(5, 2),
        help="Share of the promised amount that may be missing.",
    )
    default_days = fields.Integer(
        string="Days Proposed",
        default=7,
        help="Days from the promise to its payment that the form proposes.",
    )
    max_installments = fields.Integer(string="Instalments", default=3)
    max_days_first = fields.Integer(string="Days to the First Payment", default=15)
    max_days_total = fields.Integer(string="Days to the Last Payment", default=90)
    max_broken = fields.Integer(
        string="Broken Promises",
        default=2,
        help="After so many within the days below only a supervisor takes another.",
    )
    window_days = fields.Integer(string="Within Days", default=180)
    max_level = fields.Integer(
        string="Promises for the Same Item",
        default=3,
        help="How often the same item may be promised when the promises before were "
        "not kept.",
    )

    _days_positive = models.Constraint(
        "CHECK (tolerance_days >= 0 AND max_installments > 0 AND max_days_first >= 0 "
        "AND max_days_total >= max_days_first AND max_broken > 0 AND window_days > 0 "
        "AND max_level > 0 AND default_days >= 0)",
        "The numbers of a policy of promises may not be negative, and the last payment "
        "may not come before the first.",
    )
    _percent_range = models.Constraint(
        "CHECK (tolerance_percent >= 0 AND tolerance_percent < 100)",
        "The tolerance is a percentage from 0 to less than 100.",
    )

    @api.model
    def _get_policy(self, case):
        """The first policy that fits the case, or an empty recordset."""
        policies = self.sudo().search(
            [("company_id", "in", [False, *case.company_id.parent_ids.ids])]
        )
        return policies.filtered(
            lambda policy: (
                not policy.segment_ids or case.segment_id in policy.segment_ids
            )
        )[:1]

    def _get_excesses(self, case, date_made, days, level):
        """What of a promise is beyond the policy.

        :param date_made: day of the promise
        :param days: days of its payments
        :param level: how often its items are promised by now
        :return: ``[[code, values], ...]`` for ``_describe_excesses``
        """
        if not self:
            return []
        first, last = (day - date_made for day in (min(days), max(days)))
        missed = self._count_missed(case, date_made)
        checks = [
            (
                len(days) > self.max_installments,
                ["installments", {"most": self.max_installments}],
            ),
            (
                first.days > self.max_days_first,
                ["first", {"most": self.max_days_first}],
            ),
            (last.days > self.max_days_total, ["last", {"most": self.max_days_total}]),
            (
                missed >= self.max_broken,
                ["missed", {"count": missed, "days": self.window_days}],
            ),
            (level > self.max_level, ["level", {"count": level}]),
        ]
        return [excess for exceeded, excess in checks if exceeded]

    @api.model
    def _describe_excesses(self, excesses):
        """What is beyond a policy, in sentences of the reader's language, or False."""
        return " ".join(self._describe_excess(*excess) for excess in excesses) or False

    def _describe_excess(self, code, values):
        match code:
            case "installments":
                return self.env._("More than %(most)s payments.", **values)
            case "first":
                return self.env._(
                    "The first payment is more than %(most)s days away.", **values
                )
            case "last":
                return self.env._(
                    "The last payment is more than %(most)s days away.", **values
                )
            case "missed":
                return self.env._(
                    "Promises not kept in the last %(days)s days: %(count)s.", **values
                )
            case "level":
                return self.env._(
                    "Promise number %(count)s for the same debt.", **values
                )

    def _count_missed(self, case, date):
        return (
            self.env["cartera.promise"]
            .sudo()
            .search_count(
                [
                    ("case_id", "=", case.id),
                    ("state", "in", ["broken", "partial"]),
                    (
                        "date_ended",
                        ">=",
                        fields.Date.subtract(date, days=self.window_days),
                    ),
                ]
            )
        )
