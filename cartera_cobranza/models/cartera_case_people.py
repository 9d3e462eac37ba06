from odoo import api, fields, models
from odoo.tools import SQL

from .cartera_recipient import BOUNCE_LIMIT

# What makes a debtor reachable, in points of a hundred.
WEIGHTS = {
    "email": 20,
    "verified_phone": 30,
    "whatsapp": 10,
    "phone": 10,
    "place": 10,
    "second": 20,
}
SCHEMES = {"email": "mailto:", "call": "tel:"}
# How many of a debtor's people a screen shows.
MAX_PEOPLE = 30
USABLE = ("ok", "verified")


class CarteraCasePeople(models.AbstractModel):
    """Who can be reached of a debtor, how, and what is known of it."""

    _name = "cartera.case.people"
    _description = "People of a Case"

    people_json = fields.Json(
        string="People",
        compute="_compute_people_json",
        help="Those who can be reached and how: the collections contacts first.",
    )
    contactability = fields.Integer(
        compute="_compute_contactability",
        help="How well the debtor can be reached, of 100.",
    )
    contactability_text = fields.Char(
        string="Contactability, Explained", compute="_compute_contactability"
    )

    @api.depends(
        "contact_ids", "counsel_id", "counsel_only", "obligor_ids", "partner_id"
    )
    def _compute_people_json(self):
        people = self._origin._get_people()
        for case in self:
            case.people_json = people.get(case._origin.id, [])

    @api.depends("people_json")
    @api.depends_context("lang")
    def _compute_contactability(self):
        labels = self._get_contactability_labels()
        granted = self._origin._get_whatsapp_granted()
        for case in self:
            found = self._get_contactability_parts(case.people_json)
            if case._origin.id in granted:
                found.add("whatsapp")
            case.contactability = sum(WEIGHTS[part] for part in found)
            case.contactability_text = " · ".join(
                f"{labels[part]}: {weight if part in found else 0}/{weight}"
                for part, weight in WEIGHTS.items()
            )

    def _get_contactability_labels(self):
        return {
            "email": self.env._("E-mail that arrives"),
            "verified_phone": self.env._("Phone that reached the debtor"),
            "whatsapp": self.env._("WhatsApp authorised"),
            "phone": self.env._("Any phone"),
            "place": self.env._("Address that was visited"),
            "second": self.env._("Second person"),
        }

    @api.model
    def _get_contactability_parts(self, people):
        """The parts of ``WEIGHTS`` that the people of a case make up, but for what
        the debtor authorised."""
        ways = [
            (person["id"], way)
            for person in people
            for way in person["ways"]
            if way["state"] in USABLE
        ]
        verified = {way["channel"] for _id, way in ways if way["state"] == "verified"}
        parts = set()
        if any(way["channel"] == "email" for _id, way in ways):
            parts.add("email")
        if any(way["channel"] == "call" for _id, way in ways):
            parts.add("phone")
        if "call" in verified:
            parts.add("verified_phone")
        if "visit" in verified:
            parts.add("place")
        if len({id_ for id_, way in ways if way["channel"] != "visit"}) > 1:
            parts.add("second")
        return parts

    def _get_whatsapp_granted(self):
        """Ids of the cases whose debtors have authorised WhatsApp."""
        consents = self.env["cartera.consent"].sudo()
        pairs = self.env["cartera.contact.gate"]._get_pairs(self)
        rows = consents._get_rows(self.sudo().company_id, self.sudo().partner_id)
        now = fields.Datetime.now()
        return {
            case_id
            for case_id, pair in pairs.items()
            if any(
                consents._find_decision(
                    rows[pair], {partner_id, pair[1]}, "whatsapp", bound_to, now
                )
                == "granted"
                for partner_id, channel, bound_to, *_rest in rows.get(pair, ())
                if channel == "whatsapp"
            )
        }

    # -- people -------------------------------------------------------------------

    def _get_people(self):
        """The people of the debtors and those who owe as well.

        :return: ``{case id: [{"id", "name", "role", "tier", "is_obligor", "ways":
            [{"channel", "address", "state", "verified_on", "href"}]}]}``; the state is
            ok, verified (the debtor was reached so), wrong, bounced, withdrawn, blocked
            or counsel (only the debtor's counsel is contacted)
        """
        if not self:
            return {}
        words = self.env["cartera.address.word"]._get_words(self)
        gate = self.env["cartera.contact.gate"]
        pairs = gate._get_pairs(self)
        cases = self.sudo()
        debtors = cases.partner_id | cases.obligor_ids.commercial_partner_id
        consents = self.env["cartera.consent"].sudo()
        consents = consents._get_rows(cases.company_id, debtors)
        people = {}
        for row in self.env.execute_query_dict(self._get_all_people_sql()):
            found = people.setdefault(row["case_id"], [])
            if len(found) >= MAX_PEOPLE:
                continue
            creditor_id, _debtor_id = pairs[row["case_id"]]
            said = consents.get((creditor_id, row["debtor_id"]), ())
            found.append(self._prepare_person(row, said, words))
        return people

    def _prepare_person(self, row, said, words):
        ways = []
        for channel, address, trouble in (
            ("call", row["phone"], None),
            ("whatsapp", row["number"], row["phone_trouble"]),
            ("email", row["email"], row["email_trouble"]),
            ("visit", row["place"], None),
        ):
            if address:
                state, day = self._get_state(row, channel, address, said, words)
                if trouble and state in USABLE:
                    state = trouble
                if row["is_barred"] and state in USABLE:
                    state = "counsel"
                ways.append(
                    {
                        "channel": channel,
                        "address": address,
                        "state": state,
                        "verified_on": day,
                        "href": SCHEMES.get(channel, "") and SCHEMES[channel] + address,
                    }
                )
        return {
            "id": row["id"],
            "name": row["name"],
            "role": row["role"],
            "tier": row["tier"],
            "is_obligor": row["role"] == "obligor",
            "ways": ways,
        }

    def _get_state(self, row, channel, address, said, words):
        """What is known of an address, and the ISO day on which it was verified."""
        is_right, date = words.get((row["case_id"], address), (None, None))
        day = date.date().isoformat() if is_right else False
        if is_right is False:
            return "wrong", False
        decision = self.env["cartera.consent"]._find_decision(
            said, {row["id"], row["debtor_id"]}, channel, address, fields.Datetime.now()
        )
        if decision == "withdrawn":
            return "withdrawn", day
        return ("verified" if is_right else "ok"), day

    def _get_all_people_sql(self):
        """One row per case and person, usable or not: the collections contacts first,
        then the debtor, its other people, and those who owe as well."""
        for model in ("res.partner", "mail.blacklist", "phone.blacklist"):
            self.env[model].flush_model()
        self.flush_model(
            ["company_id", "counsel_id", "counsel_only", "obligor_ids", "partner_id"]
        )
        return SQL(
            """
            SELECT member.case_id, member.role, person.id,
                   person.commercial_partner_id AS debtor_id,
                   COALESCE(person.name, person.complete_name) AS name,
                   COALESCE(person.cartera_contact_tier, '1') AS tier,
                   COALESCE(
                       NULLIF(person.phone_sanitized, ''), NULLIF(person.phone, '')
                   ) AS phone,
                   NULLIF(person.phone_sanitized, '') AS number,
                   CASE WHEN no_phone.id IS NOT NULL THEN 'blocked' END
                       AS phone_trouble,
                   NULLIF(person.email_normalized, '') AS email,
                   CASE WHEN no_mail.id IS NOT NULL THEN 'blocked'
                        WHEN person.message_bounce >= %(bounce_limit)s THEN 'bounced'
                        END AS email_trouble,
                   CASE WHEN NULLIF(btrim(person.street), '') IS NOT NULL
                         AND NULLIF(btrim(person.city), '') IS NOT NULL
                        THEN btrim(person.street) || ', ' || btrim(person.city)
                        END AS place,
                   known.counsel_only
                        AND person.id IS DISTINCT FROM known.counsel_id AS is_barred
              FROM (%(members)s) member
              JOIN cartera_case known ON known.id = member.case_id
              JOIN res_partner person ON person.id = member.partner_id
              LEFT JOIN mail_blacklist no_mail
                   ON no_mail.email = person.email_normalized AND no_mail.active
              LEFT JOIN phone_blacklist no_phone
                   ON no_phone.number = person.phone_sanitized AND no_phone.active
             ORDER BY member.case_id,
                   array_position(
                       ARRAY[
                           'counsel', 'collection', 'debtor', 'invoice', 'staff',
                           'obligor'
                       ],
                       member.role
                   ),
                   tier DESC, person.id
            """,
            bounce_limit=BOUNCE_LIMIT,
            members=self._get_members_sql(),
        )

    def _get_members_sql(self):
        """Who belongs to which case, and as what."""
        return SQL(
            """
            SELECT debtor_case.id AS case_id, person.id AS partner_id,
                   CASE WHEN person.cartera_collection_contact THEN 'collection'
                        WHEN person.id = debtor_case.partner_id THEN 'debtor'
                        WHEN person.type = 'invoice' THEN 'invoice'
                        ELSE 'staff' END AS role
              FROM cartera_case debtor_case
              JOIN res_company company ON company.id = debtor_case.company_id
              JOIN res_partner person
                   ON person.commercial_partner_id = debtor_case.partner_id
             WHERE debtor_case.id = ANY(%(ids)s)
               AND (person.active OR person.id = debtor_case.partner_id)
               AND (
                   person.company_id IS NULL
                   OR person.company_id::text
                      = ANY(string_to_array(company.parent_path, '/'))
               )
             UNION ALL
            SELECT case_id, partner_id, 'obligor'
              FROM cartera_case_obligor_rel
             WHERE case_id = ANY(%(ids)s)
             UNION ALL
            SELECT id, counsel_id, 'counsel' FROM cartera_case
             WHERE id = ANY(%(ids)s) AND counsel_id IS NOT NULL
            """,
            ids=self.ids,
        )
