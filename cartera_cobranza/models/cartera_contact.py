from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from .channels import CHANNELS, PHONED

ORIGINS = [
    ("dispatch", "Outbox"),
    ("activity", "Activity"),
    ("manual", "By hand"),
    ("link", "Link"),
    ("api", "Dialer"),
]

# What comes of a contact, as whoever makes it can say.
RESULTS = [
    ("sent", "Sent"),
    ("no_answer", "No answer"),
    ("reached", "Spoke with the debtor"),
    ("third_party", "A third party answered"),
    ("wrong_number", "Wrong number or address"),
]

# And what the machine learns later.
ALL_RESULTS = [*RESULTS, ("bounced", "Did not arrive")]

# What people may write: the rest is the log that the law counts.
EDITABLE_FIELDS = frozenset({"note"})


class CarteraContact(models.Model):
    """One contact with a debtor (gestión), automatic or human: what the law counts.

    Written once by :meth:`_log`; nobody edits but the note, and nobody deletes.
    """

    _name = "cartera.contact"
    _description = "Contact with a Debtor"
    _order = "date desc, id desc"
    _rec_name = "case_id"
    _check_company_auto = True

    # -- who ----------------------------------------------------------------------
    case_id = fields.Many2one(
        "cartera.case", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(related="case_id.partner_id", string="Debtor")
    contact_partner_id = fields.Many2one(
        "res.partner", string="Person", readonly=True, ondelete="set null"
    )
    address = fields.Char(
        readonly=True, help="Phone number, e-mail address or place that was used."
    )
    user_id = fields.Many2one(
        "res.users",
        string="By",
        readonly=True,
        index="btree_not_null",
        help="Empty: the machine did it.",
    )
    # -- what ---------------------------------------------------------------------
    date = fields.Datetime(required=True, readonly=True)
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    direction = fields.Selection(
        [("out", "To the debtor"), ("in", "From the debtor")],
        required=True,
        readonly=True,
        default="out",
    )
    reached = fields.Selection(
        ALL_RESULTS,
        string="Who Was Reached",
        required=True,
        readonly=True,
        default="sent",
    )
    disposition_id = fields.Many2one(
        "cartera.disposition",
        string="Result",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    rank = fields.Integer(
        readonly=True,
        aggregator="max",
        help="Rank of the result when it was noted: of several contacts the highest "
        "is the best one (mejor gestión).",
    )
    is_best_of_day = fields.Boolean(
        compute="_compute_is_best_of_day",
        search="_search_is_best_of_day",
        help="No other contact with the debtor on that day had a better result.",
    )
    duration = fields.Integer(
        string="Seconds",
        readonly=True,
        help="From opening the window of the contact to logging it.",
    )
    note = fields.Text()
    # -- where it comes from ------------------------------------------------------
    origin = fields.Selection(ORIGINS, required=True, readonly=True, default="manual")
    communication_id = fields.Many2one(
        "cartera.communication", readonly=True, index="btree_not_null"
    )
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null"
    )
    external_key = fields.Char(
        readonly=True,
        help="Key of the system that reported it, so that it counts once.",
    )
    outside_rule = fields.Selection(
        selection=lambda self: self._get_rules(),
        string="Outside",
        readonly=True,
        help="The rule that stood against the contact when it took place. The refusal "
        "is kept as well.",
    )

    _external_uniq = models.UniqueIndex(
        "(company_id, external_key) WHERE external_key IS NOT NULL",
        "This contact has been reported already.",
    )
    _recent_idx = models.Index("(date DESC, id DESC)")
    _case_date_idx = models.Index("(case_id, date)")
    _person_idx = models.Index("(case_id, date) WHERE user_id IS NOT NULL")
    _day_idx = models.Index("(company_id, date) WHERE user_id IS NOT NULL")
    # What was said of an address: see ``cartera.address.word``.
    _wrong_idx = models.Index("(address) WHERE reached = 'wrong_number'")

    @api.model
    def _get_rules(self):
        refusals = self.env["cartera.contact.refusal"]
        return refusals._fields["rule"]._description_selection(self.env)

    # -- the best of a day --------------------------------------------------------

    @api.depends("case_id", "date", "rank")
    def _compute_is_best_of_day(self):
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM cartera_contact contact WHERE id = ANY(%s) AND %s",
                self.ids,
                self._get_best_sql("contact"),
            )
        )
        best = {id_ for (id_,) in rows}
        for contact in self:
            contact.is_best_of_day = contact.id in best

    @api.model
    def _search_is_best_of_day(self, operator, value):
        """By the company's day; of equals the first."""
        if operator != "in":
            return NotImplemented
        best = Domain.custom(
            to_sql=lambda model, alias, _query: model._get_best_sql(alias)
        )
        return Domain.OR(best if wanted else ~best for wanted in value)

    @api.model
    def _get_best_sql(self, alias):
        """Condition that nothing better was heard in the case on that day, which looks
        at that day alone.

        :param alias: name of the contacts in the query
        """
        self.flush_model(["case_id", "company_id", "date", "rank"])
        zone = SQL(" ").join(
            SQL("WHEN %s THEN %s", company.id, company._get_cartera_tz())
            for company in self.env.companies
        )
        return SQL(
            """
            NOT EXISTS (
                SELECT FROM cartera_contact better
                 CROSS JOIN LATERAL (
                     SELECT CASE %(known)s.company_id %(zone)s ELSE 'UTC' END AS zone
                 ) place
                 CROSS JOIN LATERAL (
                     SELECT date_trunc(
                         'day', %(known)s.date AT TIME ZONE 'UTC' AT TIME ZONE zone
                     ) AS day
                 ) own
                 WHERE better.case_id = %(known)s.case_id
                   AND better.date >= day AT TIME ZONE zone AT TIME ZONE 'UTC'
                   AND better.date
                     < (day + interval '1 day') AT TIME ZONE zone AT TIME ZONE 'UTC'
                   AND (better.rank IS NOT NULL, COALESCE(better.rank, 0), -better.id)
                     > (
                         %(known)s.rank IS NOT NULL, COALESCE(%(known)s.rank, 0),
                         -%(known)s.id
                     )
            )
            """,
            known=SQL.identifier(alias),
            zone=zone,
        )

    # -- CRUD ---------------------------------------------------------------------

    def write(self, vals):
        if not self.env.su and not EDITABLE_FIELDS.issuperset(vals):
            raise AccessError(
                self.env._(
                    "A contact is recorded once and for all. You may only change its "
                    "note."
                )
            )
        return super().write(vals)

    # -- log ----------------------------------------------------------------------

    @api.model
    def _log(self, vals_list):
        """Record contacts that took place, or that begin with this transaction.

        :param vals_list: one dict per contact: ``case_id`` and ``channel`` at least;
            ``date`` is now unless given; ``reached`` follows from ``disposition_id``,
            and where there is none, the plain one of ``reached`` is taken
        :return: the contacts, in the same order
        """
        cases = self.env["cartera.case"].sudo()
        cases = cases.browse(vals["case_id"] for vals in vals_list)
        # Nobody has the right to write the log but the module.
        contacts = self.sudo().create(
            [
                self._prepare_log(case, vals)
                for case, vals in zip(cases, vals_list, strict=True)
            ]
        )
        contacts.filtered(
            lambda contact: contact.user_id or contact.direction == "in"
        ).case_id._mark_worklist()
        return contacts.with_env(self.env)

    def _prepare_log(self, case, vals):
        vals = {"reached": "sent", "direction": "out", **vals}
        result = self.env["cartera.disposition"].sudo()
        result = result.browse(vals.get("disposition_id") or [])
        if result:
            vals["reached"] = result.reached
        else:
            result = result._get_plain(vals["reached"], vals["direction"])
        if vals["channel"] in PHONED and vals.get("address"):
            # One number is one, however it is written.
            person = self.env["res.partner"].sudo()
            person = person.browse(vals.get("contact_partner_id") or [])
            vals["address"] = self.env["cartera.consent"]._normalize_address(
                vals["channel"], vals["address"], person or case.partner_id
            )
        return {
            "company_id": case.company_id.id,
            "date": fields.Datetime.now(),
            **vals,
            "disposition_id": result.id,
            "rank": result.rank,
        }

    def _note_result(self, reached):
        """Set what the machine learns of contacts afterwards."""
        result = self.env["cartera.disposition"].sudo()._get_plain(reached)
        self.sudo().write(
            {"reached": reached, "disposition_id": result.id, "rank": result.rank}
        )

    # -- actions ------------------------------------------------------------------

    def action_open_case(self):
        """Open the case of the contact."""
        self.ensure_one()
        return self.case_id._get_records_action(context={})
