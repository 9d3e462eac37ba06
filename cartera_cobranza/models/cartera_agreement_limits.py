from itertools import takewhile

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import float_compare, float_repr, format_amount

from ..lib import rates

# What is limited: code, field of the limit in the grid, whether it is the most or the
# least, and whether zero in the grid means that there is no limit.
LIMITS = (
    ("quita_fee", "quita_fee", "most", False),
    ("quita_interest", "quita_interest", "most", False),
    ("quita_capital", "quita_capital", "most", False),
    ("quita_amount", "quita_amount", "most", True),
    ("down_payment", "down_payment", "least", False),
    ("term", "term_max", "most", False),
    ("days", "days_max", "most", True),
    ("grace", "grace_max", "most", False),
    ("rate", "rate_min", "least", False),
    ("validity", "validity_days", "most", False),
    ("coverage", "coverage_min", "least", False),
    ("level", "refinance_max", "most", False),
)

DIGITS = 2


class CarteraAgreementLimits(models.AbstractModel):
    """What of an agreement goes beyond what its product lets people grant."""

    _name = "cartera.agreement.limits"
    _description = "Limits of an Agreement"

    limit_text = fields.Char(
        string="Beyond the Limits",
        compute="_compute_limits",
        help="What of it a collector may not grant.",
    )
    limit_table = fields.Html(
        string="Limits", compute="_compute_limits", sanitize=False
    )
    needs_reason = fields.Boolean(compute="_compute_limits")
    needs_approval = fields.Boolean(compute="_compute_limits")
    needs_second = fields.Boolean(
        string="Beyond a Supervisor",
        readonly=True,
        copy=False,
        help="It goes beyond what one supervisor may grant, so that another one than "
        "who asked approves it.",
    )

    @api.depends(
        "amount_quita",
        "amount_quita_fee",
        "amount_quita_interest",
        "amount_quita_capital",
        "amount_debt",
        "amount_payable",
        "coverage_percent",
        "date",
        "date_valid_until",
        "down_payment",
        "grace_periods",
        "installment_ids.amount_principal",
        "installment_ids.date",
        "installment_ids.number",
        "item_ids.component",
        "limit_facts",
        "method",
        "product_id",
        "periodicity",
        "rate",
        "rate_kind",
        "refinance_level",
        "state",
        "term",
    )
    @api.depends_context("lang", "uid")
    def _compute_limits(self):
        """In draft as the terms stand; later as they were when it was offered. Whoever
        decides sees who may grant what."""
        supervisor = self._is_supervisor()
        for agreement in self:
            own = beyond = agreement.limit_facts or []
            agreement.limit_table = False
            if agreement.state == "draft":
                beyond = agreement._get_excesses("collector")
                own = agreement._get_excesses("supervisor") if supervisor else beyond
            if agreement.state in ("draft", "to_approve"):
                agreement.limit_table = agreement._get_limit_table()
            shown = beyond or own
            agreement.limit_text = agreement._describe_excesses(shown)
            agreement.needs_reason = bool(shown)
            agreement.needs_approval = bool(own)

    @api.model
    def _is_supervisor(self):
        return self.env.user.has_group("cartera_cobranza.group_cartera_supervisor")

    # -- the row that holds -------------------------------------------------------

    def _find_grids(self):
        """The rows of the product that hold for the debtor, by authority."""
        if not self.case_id or not self.product_id:
            return {}
        return self.product_id._find_grids(
            self.case_id._origin.sudo(), self._get_age(), self._get_company_debt()
        )

    def _find_own_grid(self):
        """The row of whoever negotiates; that of collectors where supervisors have
        none, an empty recordset where nobody has."""
        grids = self._find_grids()
        none = self.env["cartera.agreement.grid"].sudo()
        collector = grids.get("collector", none)
        return (grids.get("supervisor") if self._is_supervisor() else None) or collector

    def _find_usual_grid(self):
        """The row whose limits are proposed: that of collectors, so that nobody has to
        be asked."""
        grids = self._find_grids()
        none = self.env["cartera.agreement.grid"].sudo()
        return grids.get("collector") or grids.get("supervisor") or none

    def _get_age(self):
        """Days past due of the oldest item on the day of the agreement."""
        days = [item.date_due for item in self.item_ids if item.date_due]
        if not days or not self.date:
            return 0
        return max((self.date - min(days)).days, 0)

    def _get_company_debt(self):
        return self._to_company(self._get_debt())

    def _to_company(self, amount):
        company = self.company_id
        if not self.currency_id or not company or not self.date:
            return amount
        return self.currency_id._convert(
            amount, company.currency_id, company, self.date
        )

    # -- what is beyond it --------------------------------------------------------

    def _get_excesses(self, authority):
        """What of the terms is beyond the limits of an authority.

        Without any row in the product nobody is limited, and without rows of theirs
        supervisors are not; whoever has rows, none of which is for this debtor, may
        grant nothing.

        :return: ``[[code, values], ...]`` for ``_describe_excesses``
        """
        self.ensure_one()
        rows = self.product_id.sudo().grid_ids
        if authority == "supervisor":
            rows = rows.filtered(lambda row: row.authority == "supervisor")
        if not rows:
            return []
        grid = self._find_grids().get(authority)
        if not grid:
            return [["row", {}]]
        facts = self._get_facts()
        # Each component has its limits: calling capital a fee would get round them.
        renamed = authority == "collector" and self._is_component_changed()
        return [["component", {}]] * renamed + [
            [code, {"fact": facts[code], "limit": grid[name]}]
            for code, name, kind, zero_is_none in LIMITS
            if not (zero_is_none and not grid[name])
            and self._exceeds(facts[code], grid[name], kind)
        ]

    def _is_component_changed(self):
        """Whether an item counts as another component than its invoice says."""
        return any(item.component != item._guess_component() for item in self.item_ids)

    @api.model
    def _exceeds(self, fact, limit, kind):
        order = float_compare(fact, limit, precision_digits=DIGITS)
        return order > 0 if kind == "most" else order < 0

    def _get_facts(self):
        """What the terms come to, for each of ``LIMITS``: percentages, days, numbers,
        and money in the currency of the company."""
        rows = self.installment_ids
        days = [row.date for row in rows if row.date]
        payable = self.amount_payable
        first = self._get_down_payment_rows()
        start = self.date or fields.Date.context_today(self)
        valid = self.date_valid_until or start
        return {
            **{
                f"quita_{name}": self._get_share(
                    self[f"amount_quita_{name}"], self[f"amount_debt_{name}"]
                )
                for name in ("fee", "interest", "capital")
            },
            "quita_amount": self._to_company(self.amount_quita),
            "down_payment": self._get_share(
                sum(first.mapped("amount_principal")), payable
            ),
            "term": len(rows - first),
            "days": (max(days) - start).days if days else 0,
            "grace": self._count_grace(first),
            "rate": self._get_stated_rate(),
            "validity": (valid - start).days,
            "coverage": self.coverage_percent,
            "level": self.refinance_level,
        }

    def _get_down_payment_rows(self):
        """The instalment that is the down payment, where it is made while the offer is
        valid: in a schedule by hand the first of several."""
        rows = self._get_typed_rows()
        first = rows[: len(rows) > 1]
        if self.method != "custom":
            first = rows - rows.filtered("number")
        valid = self.date_valid_until or self.date
        return first.filtered(
            lambda row: row.date <= valid and row.amount_principal > 0
        )

    def _count_grace(self, down_payment):
        """How many of the instalments at the beginning pay nothing of the debt, be it
        by a grace, by capital that is paid at the end, or by hand."""
        rows = self.installment_ids.filtered("number").sorted("number")
        if self.method == "custom":
            rows = self._get_typed_rows() - down_payment
        without = takewhile(lambda row: not row.amount_principal, rows)
        return max(self.grace_periods, len(list(without)))

    def _get_stated_rate(self):
        """The rate, % a year, stated as the product states its limits: nominal or
        effective. The same number is less as an effective rate."""
        kind = self.product_id.rate_kind
        same = not kind or kind == self.rate_kind
        if same or not self.periodicity or self.rate <= 0:
            return self.rate
        to_kind = {
            "nominal": rates.nominal_from_effective,
            "effective": rates.effective_from_nominal,
        }[kind]
        periods = rates.PERIODS_PER_YEAR[self.periodicity]
        return 100 * float(to_kind(self._to_rate(self.rate), periods))

    @api.model
    def _get_share(self, part, whole):
        return round(100 * part / whole, DIGITS) if whole else 0

    # -- in words -----------------------------------------------------------------

    def _describe_excesses(self, excesses):
        """What is beyond the limits, in sentences of the reader's language."""
        return " ".join(self._describe_excess(*excess) for excess in excesses) or False

    def _describe_excess(self, code, values):
        if code == "row":
            return self.env._("The product is not meant for a debtor like this one.")
        if code == "component":
            return self.env._(
                "An item counts as another part of the debt than its invoice says."
            )
        shown = {
            name: self._format_limit(code, value) for name, value in values.items()
        }
        kind = next(row[2] for row in LIMITS if row[0] == code)
        label = self._get_limit_labels()[code]
        if kind == "most":
            return self.env._(
                "%(what)s: %(fact)s, at most %(limit)s.", what=label, **shown
            )
        return self.env._(
            "%(what)s: %(fact)s, at least %(limit)s.", what=label, **shown
        )

    def _get_limit_labels(self):
        return {
            "quita_fee": self.env._("Quita of fees"),
            "quita_interest": self.env._("Quita of interest"),
            "quita_capital": self.env._("Quita of capital"),
            "quita_amount": self.env._("Discount"),
            "down_payment": self.env._("Down payment"),
            "term": self.env._("Instalments"),
            "days": self.env._("Days to the last payment"),
            "grace": self.env._("Instalments without capital")
            if self.method == "american"
            else self.env._("Periods of grace"),
            "rate": self.env._("Rate"),
            "validity": self.env._("Days that the offer is valid"),
            "coverage": self.env._("Coverage"),
            "level": self.env._("Refinancings"),
        }

    def _format_limit(self, code, value):
        if code == "quita_amount":
            return format_amount(self.env, value, self.company_id.currency_id)
        if code in ("term", "days", "grace", "validity", "level"):
            return str(int(value))
        number = float_repr(value, DIGITS).rstrip("0").rstrip(".")
        return self.env._("%(number)s %%", number=number)

    def _get_limit_table(self):
        """The limits beside what is agreed, as HTML; False where there are none."""
        grids = self._find_grids()
        if not grids:
            return False
        facts, labels = self._get_facts(), self._get_limit_labels()
        authorities = [who for who in ("collector", "supervisor") if who in grids]
        titles = {
            "collector": self.env._("A collector"),
            "supervisor": self.env._("A supervisor"),
        }
        head = Markup().join(
            Markup('<th class="text-end">%s</th>') % titles[who] for who in authorities
        )
        rows = Markup().join(
            self._get_limit_row(labels[limit[0]], limit, facts[limit[0]], grids)
            for limit in LIMITS
            if self._is_shown(limit, facts[limit[0]], grids.values())
        )
        return Markup(
            '<table class="table table-sm mb-0"><thead><tr><th></th>'
            '<th class="text-end">%s</th>%s</tr></thead><tbody>%s</tbody></table>'
        ) % (self.env._("Agreed"), head, rows)

    def _is_shown(self, limit, fact, grids):
        """Whether a limit says anything about this agreement."""
        code, name, _kind, zero_is_none = limit
        if code in ("quita_fee", "quita_interest"):
            return bool(self[code.replace("quita", "amount_debt")])
        if code in ("grace", "level"):
            return bool(fact)
        if code in ("coverage", "rate", "down_payment"):
            return bool(fact) or any(grid[name] for grid in grids)
        return not zero_is_none or any(grid[name] for grid in grids)

    def _get_limit_row(self, label, limit, fact, grids):
        code, name, kind, zero_is_none = limit
        sign, cells = "\u2264 " if kind == "most" else "\u2265 ", Markup()
        for who in ("collector", "supervisor"):
            if who not in grids:
                continue
            bound = grids[who][name]
            free = zero_is_none and not bound
            beyond = not free and self._exceeds(fact, bound, kind)
            cells += Markup('<td class="text-end %s">%s</td>') % (
                "text-danger fw-bold" if beyond else "",
                "-" if free else sign + self._format_limit(code, bound),
            )
        return Markup('<tr><td>%s</td><td class="text-end">%s</td>%s</tr>') % (
            label,
            self._format_limit(code, fact),
            cells,
        )
