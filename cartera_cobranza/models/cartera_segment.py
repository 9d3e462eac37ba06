from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

# What decides who is in a segment.
RULE_FIELDS = frozenset(
    [
        "active",
        "category_ids",
        "company_id",
        "country_ids",
        "debtor_kind",
        "domain",
        "max_balance",
        "max_days",
        "min_balance",
        "min_days",
        "salesperson_ids",
        "sequence",
        "stage_ids",
    ]
)


class CarteraSegment(models.Model):
    """Rules that put a debtor in a segment, and the strategy of that segment."""

    _name = "cartera.segment"
    _description = "Debtor Segment"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=lambda self: self._default_sequence(),
        help="The first segment whose rules hold is the debtor's. A new one goes "
        "before the others.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Leave empty for a segment that all companies share.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    strategy_id = fields.Many2one(
        "cartera.strategy",
        check_company=True,
        ondelete="restrict",
        index="btree_not_null",
        help="What is done with the debtors of this segment. Empty: nothing by itself.",
    )
    attention_days = fields.Integer(
        string="Attention Every",
        default=30,
        help="Days after which a debtor that owes something overdue is looked after by "
        "a person at the latest.",
    )
    description = fields.Text(translate=True)

    # -- rules: all that are filled must hold -------------------------------------
    debtor_kind = fields.Selection(
        [("person", "Natural persons"), ("company", "Companies")],
        string="Debtors",
        help="Leave empty for both.",
    )
    min_balance = fields.Monetary(
        string="Balance From",
        help="For a segment that companies share, amounts count in the currency of "
        "each.",
    )
    max_balance = fields.Monetary(string="Balance To", help="Zero: no upper limit.")
    min_days = fields.Integer(string="Days Past Due From")
    max_days = fields.Integer(string="Days Past Due To", help="Zero: no upper limit.")
    country_ids = fields.Many2many("res.country", string="Countries")
    category_ids = fields.Many2many(
        "res.partner.category", string="Tags", help="Debtors that have one of these."
    )
    salesperson_ids = fields.Many2many(
        "res.users",
        relation="cartera_segment_salesperson_rel",
        string="Salespeople",
    )
    stage_ids = fields.Many2many("cartera.stage", string="Stages", check_company=True)
    domain = fields.Char(
        string="Other Conditions", help="A filter on cases, besides the rules above."
    )
    case_ids = fields.One2many("cartera.case", "segment_id", string="Cases")
    case_count = fields.Integer(
        string="Debtors in It",
        compute="_compute_case_count",
        help="Debtors of the company that are in the segment now.",
    )
    match_count = fields.Integer(
        string="Debtors by the Rules",
        compute="_compute_match_count",
        help="Debtors of the company that the rules as shown put in the segment.",
    )

    _range_valid = models.Constraint(
        "CHECK (min_days >= 0 AND max_days >= 0 AND min_balance >= 0 "
        "AND max_balance >= 0 AND (max_days = 0 OR max_days >= min_days) "
        "AND (max_balance = 0 OR max_balance >= min_balance))",
        "Days and balances of a segment cannot be negative, and an upper limit is not "
        "below the lower one.",
    )

    @api.model
    def _default_sequence(self):
        """Before all others, that the general ones do not take its debtors."""
        return (self.search([], limit=1).sequence or 10) - 1

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for segment in self:
            segment.currency_id = (segment.company_id or self.env.company).currency_id

    @api.depends("case_ids")
    @api.depends_context("company")
    def _compute_case_count(self):
        counts = dict(
            self.env["cartera.case"]._read_group(
                [
                    ("segment_id", "in", self._origin.ids),
                    ("company_id", "=", self.env.company.id),
                ],
                ["segment_id"],
                ["__count"],
            )
        )
        for segment in self:
            segment.case_count = counts.get(segment._origin, 0)

    @api.depends(*sorted(RULE_FIELDS))
    @api.depends_context("company")
    def _compute_match_count(self):
        """Counted with what the form holds, saved or not."""
        engine = self.env["cartera.segment.engine"]
        for segment in self:
            try:
                segment.match_count = engine._count_matches(segment, self.env.company)
            except ValidationError:
                segment.match_count = 0  # the filter is still being typed

    @api.model
    def _get_segments(self, company):
        """Segments of ``company``, shared ones included, in the order of asking."""
        segments = self.with_context(active_test=True)
        return segments.search([("company_id", "in", [False, company.id])])

    def _get_domain(self):
        """The other conditions as a domain on cases.

        :raise ValidationError: when they are none
        """
        self.ensure_one()
        try:
            domain = Domain(literal_eval(self.domain or "[]"))
            domain.validate(self.env["cartera.case"])
        except (SyntaxError, TypeError, ValueError) as error:
            raise ValidationError(
                self.env._(
                    "The other conditions of segment %(segment)s are no filter on "
                    "cases: %(error)s",
                    segment=self.name,
                    error=error,
                )
            ) from error
        return domain

    @api.constrains("domain")
    def _check_domain(self):
        for segment in self:
            segment._get_domain()

    # -- CRUD ---------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        segments = super().create(vals_list)
        segments._assign_debtors(
            segments.company_id, anywhere=not all(segments.mapped("company_id"))
        )
        return segments

    def write(self, vals):
        before = self.company_id
        anywhere = not all(self.mapped("company_id"))
        result = super().write(vals)
        if not RULE_FIELDS.isdisjoint(vals):
            anywhere = anywhere or not all(self.mapped("company_id"))
            self._assign_debtors(before | self.company_id, anywhere)
        return result

    def unlink(self):
        companies = self.company_id
        anywhere = not all(self.mapped("company_id"))
        result = super().unlink()
        self._assign_debtors(companies, anywhere)
        return result

    @api.model
    def _assign_debtors(self, companies, anywhere):
        """Put the debtors in their segments at once, so that a plan made now follows
        the rules as they stand.

        :param anywhere: whether the debtors of all companies are concerned
        """
        if self.env.context.get("install_mode"):
            return  # installing does it for all segments at once, an update the night
        self.env["cartera.case.queue"]._apply_pending()
        if anywhere:
            companies = self.env["res.company"]._get_all_companies()
        for company in companies:
            self.env["cartera.segment.engine"]._assign(
                company, company._get_cartera_today()
            )

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%s (copy)", segment.name)}
            for segment, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def action_open_cases(self):
        """List the debtors that are in the segment."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_case_action"
        )
        action["domain"] = [("segment_id", "=", self.id)]
        action["context"] = {}
        return action
