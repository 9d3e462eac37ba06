from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

from odoo.addons.base.models.res_partner import _tz_get

from ..lib.time_zones import find_debtor_zone
from .cartera_debtor_member import READERS

# Whom a law on contacts protects.
DEBTOR_KINDS = [
    ("person", "Natural person"),
    ("small_company", "Small company"),
    ("company", "Company"),
]
# Where small companies are protected like consumers, and which company is small is not
# known: Ley 20.416 art. 9.
SMALL_COMPANY_COUNTRIES = ("CL",)

TRACKED = frozenset(
    {
        "cartera_debtor_kind_set",
        "cartera_insolvent_since",
        "cartera_sued_since",
        "cartera_tz",
    }
)


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["cartera.debtor.member", "res.partner"]

    cartera_case_ids = fields.One2many(
        "cartera.case", "partner_id", string="Collection Cases", groups=READERS
    )
    cartera_case_id = fields.Many2one(
        "cartera.case",
        string="Collection Case",
        compute="_compute_cartera_case_id",
        groups=READERS,
        help="The case of the debtor in the current company.",
    )
    cartera_stage_id = fields.Many2one(
        "cartera.stage",
        string="Collection Stage",
        compute="_compute_cartera_case_id",
        search="_search_cartera_stage_id",
        groups=READERS,
    )
    cartera_user_id = fields.Many2one(
        "res.users",
        string="Collector",
        compute="_compute_cartera_case_id",
        search="_search_cartera_user_id",
        groups=READERS,
    )
    cartera_amount_overdue = fields.Monetary(
        string="Overdue in Collection",
        compute="_compute_cartera_case_id",
        search="_search_cartera_amount_overdue",
        groups=READERS,
    )
    cartera_days_overdue = fields.Integer(
        string="Days Past Due",
        compute="_compute_cartera_case_id",
        groups=READERS,
    )

    cartera_own_balance = fields.Monetary(
        string="Own Balance", compute="_compute_cartera_own_balance", groups=READERS
    )
    cartera_own_overdue = fields.Monetary(
        string="Own Overdue", compute="_compute_cartera_own_balance", groups=READERS
    )

    cartera_collection_contact = fields.Boolean(
        string="Collections Contact",
        copy=False,
        prefetch="cartera",
        groups=READERS,
        help="Messages of collection go to this person first.",
    )
    cartera_contact_tier = fields.Selection(
        [("1", "Whoever pays"), ("2", "Whoever decides"), ("3", "Management")],
        string="Contact Tier",
        default="1",
        copy=False,
        prefetch="cartera",
        groups=READERS,
        help="From which stage on this person gets messages; see the stages.",
    )

    cartera_debtor_kind = fields.Selection(
        DEBTOR_KINDS,
        string="Protected As",
        compute="_compute_cartera_debtor_kind",
        inverse="_inverse_cartera_debtor_kind",
        store=True,
        readonly=False,
        copy=False,
        prefetch="cartera",
        groups=READERS,
        help="Which contact rules hold: laws protect natural persons, and in some "
        "countries small companies. A company that buys outside its business may be "
        "treated as a person.",
    )
    cartera_debtor_kind_set = fields.Selection(
        DEBTOR_KINDS,
        string="Protected As, by Hand",
        tracking=True,
        copy=False,
        prefetch="cartera",
        groups=READERS,
        help="Set by somebody. Empty: by the contact's country and type.",
    )

    cartera_tz = fields.Selection(
        _tz_get,
        string="Time Zone of the Debtor",
        tracking=True,
        copy=False,
        prefetch="cartera",
        groups=READERS,
        help="By which clock the hours of contact rules are reckoned. Empty: by the "
        "one of the state or country. Towns at a border may have another one.",
    )

    cartera_insolvent_since = fields.Date(
        string="Insolvent Since",
        tracking=True,
        copy=False,
        prefetch="cartera",
        groups=READERS,
        help="Day on which insolvency proceedings began: from then on nobody contacts "
        "the debtor to collect.",
    )
    cartera_sued_since = fields.Date(
        string="Sued Since",
        tracking=True,
        copy=False,
        prefetch="cartera",
        groups=READERS,
        help="Day on which the debtor was served in a lawsuit for the debt: where the "
        "contact rules of its country say so, nobody contacts it to collect from then "
        "on.",
    )
    cartera_consent_ids = fields.One2many(
        "cartera.consent", "debtor_id", string="Contact Consents", groups=READERS
    )

    def _auto_init(self):
        """Fill the kind of all contacts in one statement, which takes a minute or so
        for a million of them; the ORM would load each."""
        if not column_exists(self.env.cr, "res_partner", "cartera_debtor_kind"):
            create_column(self.env.cr, "res_partner", "cartera_debtor_kind", "varchar")
            self._fill_cartera_debtor_kind()
        return super()._auto_init()

    @api.depends("cartera_debtor_id", "cartera_case_ids")
    @api.depends_context("company", "uid", "tz")
    def _compute_cartera_case_id(self):
        cases = self.env["cartera.case"].search(
            [
                ("partner_id", "in", self.cartera_debtor_id.ids),
                ("company_id", "=", self.env.company.id),
            ]
        )
        case_of = cases.grouped("partner_id")
        for partner in self:
            case = case_of.get(partner.cartera_debtor_id, cases.browse())
            partner.cartera_case_id = case
            partner.cartera_stage_id = case.stage_id
            partner.cartera_user_id = case.user_id
            partner.cartera_amount_overdue = case.amount_overdue
            partner.cartera_days_overdue = case.days_overdue

    def _search_cartera_case(self, field_name, operator, value):
        """Debtors, and their contacts, by a field of the current company's case; a
        debtor without case is found by what an empty one would hold."""
        if operator in ("not in", "not any"):
            return NotImplemented
        cases = self.env["cartera.case"]
        here = Domain("company_id", "=", self.env.company.id)
        asked = Domain(field_name, operator, value)
        found = Domain("cartera_debtor_id", "in", cases._get_debtors(here & asked))
        if cases.new().filtered_domain(asked):
            found |= Domain("cartera_debtor_id", "not in", cases._get_debtors(here))
        return found

    def _search_cartera_stage_id(self, operator, value):
        return self._search_cartera_case("stage_id", operator, value)

    def _search_cartera_user_id(self, operator, value):
        return self._search_cartera_case("user_id", operator, value)

    def _search_cartera_amount_overdue(self, operator, value):
        return self._search_cartera_case("amount_overdue", operator, value)

    # -- which rules protect the debtor -------------------------------------------

    @api.depends(
        "commercial_partner_id.is_company",
        "commercial_partner_id.country_id",
        "commercial_partner_id.cartera_debtor_kind_set",
    )
    def _compute_cartera_debtor_kind(self):
        for partner in self:
            debtor = partner.commercial_partner_id or partner
            partner.cartera_debtor_kind = (
                debtor.cartera_debtor_kind_set or debtor._get_default_debtor_kind()
            )

    def _inverse_cartera_debtor_kind(self):
        for partner in self:
            debtor = partner.commercial_partner_id
            kind = partner.cartera_debtor_kind
            usual = debtor._get_default_debtor_kind()
            debtor.cartera_debtor_kind_set = kind if kind != usual else False

    def _get_default_debtor_kind(self):
        """The kind of a debtor of whom nobody said it; the same as in
        :meth:`_fill_cartera_debtor_kind`."""
        if not self.is_company:
            return "person"
        if self.country_id.code in SMALL_COMPANY_COUNTRIES:
            return "small_company"
        return "company"

    def _fill_cartera_debtor_kind(self):
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner AS partner
                   SET cartera_debtor_kind = CASE
                           WHEN debtor.is_company IS NOT TRUE THEN 'person'
                           WHEN country.code = ANY(%s) THEN 'small_company'
                           ELSE 'company'
                       END
                  FROM res_partner AS debtor
                  LEFT JOIN res_country AS country ON country.id = debtor.country_id
                 WHERE debtor.id = partner.commercial_partner_id
                """,
                list(SMALL_COMPANY_COUNTRIES),
            )
        )

    def _get_cartera_zone(self):
        """Name of the time zone that the debtor lives by, or None."""
        self.ensure_one()
        return find_debtor_zone(
            self.country_id.code, self.state_id.code, self.cartera_tz, self.tz
        )

    def write(self, vals):
        written = TRACKED.intersection(vals)
        if written:
            self = self.with_context(cartera_written=tuple(written))
        if "email" in vals and "message_bounce" not in vals:
            # What bounced was the address of before.
            changed = self.filtered(lambda partner: partner.email != vals["email"])
            changed.filtered("message_bounce").message_bounce = 0
        if {"parent_id", "is_company", "commercial_partner_id"}.isdisjoint(vals):
            return super().write(vals)
        debtor_of = {partner: partner.commercial_partner_id for partner in self}
        result = super().write(vals)
        for partner, debtor in debtor_of.items():
            if partner.commercial_partner_id != debtor:
                self.env["cartera.case.queue"]._mark_partners(
                    debtor | partner.commercial_partner_id
                )
        return result

    def _track_prepare(self, fields_iter):
        """Before each write, each posting's among them, Odoo reads all that is tracked:
        what is ours only where it is written."""
        written = self.env.context.get("cartera_written", ())
        return super()._track_prepare(set(fields_iter) - TRACKED.difference(written))

    def _message_track(self, fields_iter, initial_values_dict):
        """Nor is described what was not written: a list of time zones is long."""
        unwritten = TRACKED.difference(*filter(None, initial_values_dict.values()))
        return super()._message_track(set(fields_iter) - unwritten, initial_values_dict)

    @api.ondelete(at_uninstall=False)
    def _unlink_cartera_cases(self):
        """With their messages and activities, which the database would leave behind."""
        # Whoever may delete a debtor deletes what is left of the collection.
        self.env["cartera.case"].sudo().search(
            [("partner_id", "in", self.ids)]
        ).unlink()

    def action_open_cartera_case(self):
        """Open the debtor's case in the current company."""
        self.ensure_one()
        return self.cartera_case_id._get_records_action()
