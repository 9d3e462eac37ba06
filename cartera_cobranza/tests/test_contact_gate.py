import threading
import time

from freezegun import freeze_time
from psycopg2.errors import LockNotAvailable

from odoo import api
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.cartera_cobranza.models import cartera_contact_lock
from odoo.addons.cartera_cobranza.models.contact_request import ContactRequest

from .contact_common import ContactCommon

# Offsets of the debtors' clocks at the end of June.
OFFSETS = {
    "ar": "-03:00",
    "cl": "-04:00",
    "co": "-05:00",
    "ec": "-05:00",
    "es": "+02:00",
    "gt": "-06:00",
    "mx": "-06:00",
    "pe": "-05:00",
}
# Country, channel, asked at, rule, lawful from; by the debtor's clock, in 2026. Without
# rule allowed, without moment refused. The 30th of June is a Tuesday, the day before a
# holiday in Colombia, Peru and Chile.
LAW = [
    ("co", "call", "06-30 07:00", "", ""),
    ("co", "call", "06-30 18:59", "", ""),
    ("co", "call", "06-30 06:59", "window", "06-30 07:00"),
    ("co", "email", "06-30 19:00", "window", "07-01 07:00"),
    ("co", "sms", "07-04 15:00", "window", "07-06 07:00"),
    ("co", "call", "07-04 14:59", "", ""),
    ("co", "call", "06-29 10:00", "holiday", "06-30 07:00"),
    ("co", "visit", "06-30 10:00", "visits", ""),
    ("mx", "call", "06-30 21:59", "", ""),
    ("mx", "email", "06-30 22:00", "window", "07-01 07:00"),
    ("mx", "call", "07-04 10:00", "window", "07-06 07:00"),
    ("cl", "call", "06-30 20:00", "window", "07-01 08:00"),
    ("cl", "call", "07-04 10:00", "", ""),
    ("cl", "email", "06-30 23:00", "", ""),
    ("pe", "call", "07-04 10:00", "window", "07-06 07:00"),
    ("pe", "visit", "06-29 10:00", "holiday", "06-30 07:00"),
    ("pe", "email", "07-05 03:00", "", ""),
    ("ec", "call", "06-30 20:00", "window", "07-01 07:00"),
    ("ec", "visit", "06-30 10:00", "visits", ""),
    ("ar", "call", "06-30 10:00", "", ""),
    ("es", "call", "06-30 21:00", "window", "07-01 09:00"),
    ("gt", "call", "06-30 18:00", "window", "07-01 08:00"),
]
# Country, earlier contacts, then as above.
CAPS = [
    ("co", {"06-30 08:00": "call"}, "call", "06-30 10:00", "cap_day", "07-01 07:00"),
    ("co", {"06-30 08:00": "call"}, "sms", "07-01 10:00", "one_channel", "07-06 07:00"),
    ("cl", {"06-30 08:00": "visit"}, "call", "07-02 10:00", "cap_week", "07-06 08:00"),
    ("cl", {"06-30 08:00": "email"}, "sms", "07-01 10:00", "gap", "07-02 00:00"),
    ("ec", {"06-30 08:00": "call"}, "call", "06-30 10:00", "cap_day", "07-01 07:00"),
    (
        "gt",
        {"06-30 08:00": "call", "06-30 09:00": "sms"},
        "email",
        "06-30 10:00",
        "cap_day",
        "07-01 08:00",
    ),
]


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestContactGate(ContactCommon):
    """What the gate decides, and what it leaves behind."""

    # -- the law of each country --------------------------------------------------

    def test_hours_by_country(self):
        case_of = {country: self._person_case(country) for country, *_rest in LAW}
        for channel in ("call", "email", "sms", "visit"):
            self._consent(case_of["co"].partner_id, channel, date="2026-01-01")
        for country, channel, at, rule, until in LAW:
            with self.subTest(country=country, channel=channel, at=at):
                decision = self._ask(
                    case_of[country], channel, self._on_clock(country, at)
                )
                self.assertEqual(decision.rule, rule)
                if not until:
                    self.assertEqual(decision.verdict, "refuse" if rule else "allow")
                    continue
                until = self._on_clock(country, until)
                self.assertDelayed(decision, rule, until)
                self.assertTrue(self._ask(case_of[country], channel, until).allowed)

    def test_frequency_by_country(self):
        for country, past, channel, at, rule, until in CAPS:
            with self.subTest(country=country, channel=channel, at=at):
                case = self._person_case(country)
                for used in (*past.values(), channel):
                    self._consent(case.partner_id, used, date="2026-01-01")
                for moment, used in past.items():
                    moment = self._at(self._on_clock(country, moment))
                    self._log(case, used, self.gate._to_naive(moment))
                decision = self._ask(case, channel, self._on_clock(country, at))
                self.assertDelayed(decision, rule, self._on_clock(country, until))

    def _on_clock(self, country, moment):
        day, hour = moment.split()
        return f"2026-{day}T{hour}{OFFSETS[country]}"

    def test_a_company_follows_office_hours(self):
        case = self._create_case(
            self._create_debtor("Faro SAS", country_id=self.env.ref("base.co").id)
        )
        self.assertTrue(self._ask(case, "email", "2026-06-30T08:00-05:00").allowed)
        self.assertDelayed(
            self._ask(case, "email", "2026-06-30T07:00-05:00"),
            "window",
            "2026-06-30T08:00-05:00",
        )

    def test_the_refusal_names_the_article(self):
        case = self._person_case("co")
        self._consent(case.partner_id, "call", date="2026-01-01")
        decision = self._ask(case, "call", "2026-07-05T10:00-05:00")
        self.assertEqual(decision.article, "Ley 2300 de 2023, art. 3")
        with self._on("2026-07-05 15:00"):
            text = self.gate._describe(case, decision)
        self.assertIn("Ley 2300 de 2023, art. 3", text)
        self.assertIn("Monday 07:00", text)

    # -- who ----------------------------------------------------------------------

    def test_consent_is_asked_where_the_law_wants_it(self):
        case = self._person_case("co")
        at = "2026-06-30T10:00-05:00"
        self.assertRefused(self._ask(case, "email", at), "consent")
        self._consent(case.partner_id, "sms", date="2026-06-01")
        self.assertRefused(self._ask(case, "email", at), "consent")
        self._consent(case.partner_id, "email", date="2026-06-01")
        self.assertTrue(self._ask(case, "email", at).allowed)
        before = "2026-05-29T10:00-05:00"
        self.assertRefused(self._ask(case, "email", before), "consent")

    def test_who_opted_out_is_left_alone(self):
        case = self._person_case("pe", email="ana@example.com")
        at = "2026-06-30T10:00-05:00"
        self._consent(
            case.partner_id,
            "email",
            "withdrawn",
            address="ANA@example.com",
            date="2026-06-01",
        )
        self.assertRefused(self._ask(case, "email", at), "opt_out")
        self.assertTrue(self._ask(case, "call", at).allowed)
        other = self._ask(case, "email", at, address="otra@example.com")
        self.assertTrue(other.allowed)
        self._consent(case.partner_id, "email", date="2026-06-15")
        self.assertTrue(self._ask(case, "email", at).allowed)

    def test_an_address_is_stopped_whosever_it_is(self):
        case = self._person_case("pe", email="ana@example.com")
        contact = self.env["res.partner"].create(
            {
                "name": "Luis",
                "parent_id": case.partner_id.id,
                "email": "luis@example.com",
            }
        )
        self._consent(
            contact, "email", "withdrawn", address="ana@example.com", date="2026-06-01"
        )
        at = "2026-06-30T10:00-05:00"
        self.assertRefused(self._ask(case, "email", at), "opt_out")
        self.assertTrue(self._ask(case, "email", at, contact=contact).allowed)

    def test_third_parties_and_obligors(self):
        case = self._person_case("co")
        own = self.env["res.partner"].create(
            {"name": "Luis", "parent_id": case.partner_id.id}
        )
        uncle = self._create_person("co", "Tío")
        for partner in (case.partner_id, own, uncle):
            self._consent(partner, "call", date="2026-01-01")
        at = "2026-06-30T10:00-05:00"
        self.assertTrue(self._ask(case, "call", at, contact=own).allowed)
        refused = self._ask(case, "call", at, contact=uncle)
        self.assertRefused(refused, "third_party")
        self.assertEqual(refused.article, "Ley 2300 de 2023, art. 4")
        case.obligor_ids = uncle
        self.assertTrue(self._ask(case, "call", at, contact=uncle).allowed)

    def test_hold(self):
        case = self._person_case("pe")
        self._hold("2026-07-03", "In hospital", case=case)
        decision = self._ask(case, "call", "2026-06-30T10:00-05:00")
        self.assertDelayed(decision, "hold", "2026-07-06T07:00-05:00")
        self.assertEqual(decision.article, "In hospital")
        self.assertTrue(self._ask(case, "call", "2026-07-06T10:00-05:00").allowed)

    def test_insolvent_debtors_are_not_contacted(self):
        case = self._person_case("pe")
        case.partner_id.cartera_insolvent_since = "2026-06-30"
        decision = self._ask(case, "email", "2026-06-30T10:00-05:00")
        self.assertRefused(decision, "insolvent")
        self.assertTrue(self._ask(case, "email", "2026-06-29T10:00-05:00").allowed)

    def test_sued_debtors_are_not_contacted_where_the_law_says_so(self):
        chile, peru = self._person_case("cl"), self._person_case("pe")
        for case in (chile, peru):
            case.partner_id.cartera_sued_since = "2026-06-30"
        decision = self._ask(chile, "email", "2026-06-30T10:00-04:00")
        self.assertRefused(decision, "sued")
        self.assertEqual(decision.article, "Ley 19.496, art. 37")
        self.assertTrue(self._ask(chile, "email", "2026-06-29T23:00-04:00").allowed)
        self.assertTrue(self._ask(peru, "email", "2026-06-30T10:00-05:00").allowed)

    def test_the_day_of_a_law_or_of_an_insolvency_is_the_debtor_s(self):
        case = self._person_case("pe")
        law = self.env.ref("cartera_cobranza.cartera_contact_policy_pe_consumer")
        law.sudo().date_from = "2026-07-01"
        # In Lima it is the 30th of June until five in the morning of UTC.
        for at, policy in [
            ("2026-06-30T23:00-05:00", "general"),
            ("2026-07-01T00:00-05:00", "pe_consumer"),
        ]:
            with self.subTest(at):
                expected = self.env.ref(
                    f"cartera_cobranza.cartera_contact_policy_{policy}"
                )
                self.assertEqual(self._ask(case, "call", at).policy.key, expected.id)
        case.partner_id.cartera_insolvent_since = "2026-07-01"
        eve = self._ask(case, "call", "2026-06-30T23:00-05:00")
        self.assertEqual(eve.rule, "window")
        first = self._ask(case, "call", "2026-07-01T00:00-05:00")
        self.assertRefused(first, "insolvent")

    def test_each_request_of_a_batch_has_the_law_of_its_day(self):
        case = self._person_case("co")
        law = self.env.ref("cartera_cobranza.cartera_contact_policy_co_consumer")
        requests = [
            ContactRequest(case, "email", moment=self._at(f"{day}T03:00-05:00"))
            for day in ("2023-10-09", "2023-10-10")
        ]
        before, after = self.gate._decide(requests)
        self.assertNotEqual(before.policy.key, law.id)
        self.assertEqual(after.policy.key, law.id)

    def test_no_policy_no_contact(self):
        case = self._person_case("pe")
        self.patch(
            type(self.env["cartera.contact.policy"]),
            "_resolve",
            lambda self, cases, date: {case: [] for case in cases},
        )
        self.assertRefused(self._ask(case), "no_policy")

    # -- the history --------------------------------------------------------------

    def test_what_the_debtor_does_is_not_counted(self):
        case = self._person_case("cl")
        self._log(case, "call", "2026-06-30 15:00", direction="in", reached="reached")
        self.assertTrue(self._ask(case, "call", "2026-06-30T15:00-04:00").allowed)

    def test_an_allowed_request_counts_for_the_next(self):
        case, other = self._person_case("cl"), self._person_case("cl", name="Eva")
        requests = [
            ContactRequest(case, "call"),
            ContactRequest(other, "call"),
            ContactRequest(case, "visit"),
            ContactRequest(case, "email"),
        ]
        decisions = self.gate._decide(requests, self._at("2026-06-30T15:00-04:00"))
        self.assertEqual(
            [decision.rule for decision in decisions], ["", "", "cap_week", ""]
        )

    def test_contacts_of_another_company_do_not_count(self):
        case = self._person_case("cl")
        other_company = self.env["res.company"].create({"name": "Ajena"})
        other = (
            self.env["cartera.case"]
            .sudo()
            .create(
                {
                    "partner_id": case.partner_id.id,
                    "company_id": other_company.id,
                    "stage_id": self.stage_preventiva.id,
                }
            )
        )
        self._log(other, "call", "2026-06-30 15:00")
        self.assertTrue(self._ask(case, "call", "2026-06-30T15:00-04:00").allowed)

    def _branch_case(self, case, **values):
        """A case of the same debtor at another branch."""
        branch = self.env["res.company"].create(
            {"name": "Sucursal", "parent_id": self.company.id}
        )
        return (
            self.env["cartera.case"]
            .sudo()
            .create(
                {
                    "partner_id": case.partner_id.id,
                    "company_id": branch.id,
                    "stage_id": self.stage_preventiva.id,
                }
            )
        )

    def test_contacts_of_a_branch_count(self):
        case = self._person_case("cl")
        other = self._branch_case(case)
        at = "2026-06-30T15:00-04:00"
        self.assertTrue(self._ask(case, "call", at).allowed)
        self._log(other, "call", "2026-06-30 15:00")
        self.assertEqual(self._ask(case, "call", at).rule, "cap_week")
        self.assertEqual(self._ask(other, "call", at).rule, "cap_week")
        stranger = self._person_case("cl", name="Eva")
        self.assertTrue(self._ask(stranger, "call", at).allowed)

    def test_branches_are_locked_as_one_creditor(self):
        case = self._person_case("cl")
        other = self._branch_case(case)
        stranger = self._person_case("cl", name="Eva")
        pairs = self.gate._get_pairs(case | other | stranger)
        self.assertEqual(pairs[case.id], pairs[other.id])
        self.assertNotEqual(pairs[case.id], pairs[stranger.id])

    def test_an_allowed_request_counts_for_the_other_branch(self):
        case = self._person_case("cl")
        requests = [
            ContactRequest(case, "call"),
            ContactRequest(self._branch_case(case), "call"),
        ]
        decisions = self.gate._decide(requests, self._at("2026-06-30T15:00-04:00"))
        self.assertEqual([decision.rule for decision in decisions], ["", "cap_week"])

    def test_what_the_debtor_says_to_a_branch_is_said_to_all(self):
        case = self._person_case("co")
        other = self._branch_case(case)
        at = "2026-06-30T10:00-05:00"
        self._consent(case.partner_id, "call", date="2026-01-01")
        self.assertTrue(self._ask(other, "call", at).allowed)
        self._consent(
            case.partner_id,
            "call",
            "withdrawn",
            date="2026-02-01",
            company_id=other.company_id.id,
        )
        self.assertRefused(self._ask(case, "call", at), "opt_out")
        for told in (case, other):
            self.assertIn("any more", told.message_ids[0].body)

    def test_a_thousand_requests(self):
        people = self.env["res.partner"].create(
            [
                {"name": f"P{n}", "country_id": self.env.ref(f"base.{code}").id}
                for n in range(250)
                for code in ("co", "mx", "cl", "pe")
            ]
        )
        cases = (
            self.env["cartera.case"]
            .sudo()
            .create(
                [
                    {
                        "partner_id": person.id,
                        "company_id": self.company.id,
                        "stage_id": self.stage_preventiva.id,
                    }
                    for person in people
                ]
            )
        )
        self.contacts._log(
            [
                {"case_id": case.id, "channel": "sms", "date": "2026-06-29 15:00"}
                for case in cases
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        requests = [ContactRequest(case, "email") for case in cases]
        start = time.perf_counter()
        count = self.env.cr.sql_log_count
        moment = self._at("2026-06-30T15:00Z")
        decisions = self.gate._admit(requests, "dispatch", moment)
        seconds = time.perf_counter() - start
        self.assertEqual(len(decisions), 1000)
        self.assertLess(self.env.cr.sql_log_count - count, 40)
        # A second is the budget; the machine that tests may be slow.
        self.assertLess(seconds, 3)

    # -- evidence -----------------------------------------------------------------

    def test_deciding_leaves_no_trace(self):
        case = self._person_case("pe")
        self._ask(case, "call", "2026-07-04T10:00-05:00")
        self.assertFalse(self.refusals.search([("case_id", "=", case.id)]))

    def test_evidence_of_a_delay(self):
        case = self._person_case("pe")
        case.user_id = self.env.user
        self.gate._admit(
            [ContactRequest(case, "call")], "manual", self._at("2026-07-04T10:00-05:00")
        )
        self.assertRecordValues(
            self.refusals.search([("case_id", "=", case.id)]),
            [
                {
                    "company_id": self.company.id,
                    "country_id": self.env.ref("base.pe").id,
                    "collector_id": self.env.uid,
                    "user_id": self.env.uid,
                    "channel": "call",
                    "verdict": "delay",
                    "rule": "window",
                    "article": "Ley 29571, art. 62 b",
                    "policy": "Peru: consumers (Ley 29571)",
                    "origin": "manual",
                    "times": 1,
                }
            ],
        )

    def test_evidence_is_in_the_language_of_the_company(self):
        self.env["res.lang"]._activate_lang("es_MX")
        general = self.env.ref("cartera_cobranza.cartera_contact_policy_general")
        general = general.sudo()
        general.update_field_translations("basis", {"es_MX": "Costumbre, no ley"})
        general.update_field_translations("name", {"es_MX": "En lo demás"})
        self.company.partner_id.lang = "es_MX"
        case = self._create_case(self._create_debtor("Faro SAS"))
        sunday = self._at("2026-07-05T10:00+00:00")
        [decision] = self.gate._admit([ContactRequest(case, "call")], "manual", sunday)
        self.assertRecordValues(
            self.refusals.search([("case_id", "=", case.id)]),
            [{"policy": "En lo demás", "article": "Costumbre, no ley"}],
        )
        for lang, words in (("es_MX", "Costumbre, no ley"), ("en_US", "not a law")):
            gate = self.gate.with_context(lang=lang)
            self.assertIn(words, gate._describe(case, decision))

    def test_asking_again_counts_up(self):
        case = self._person_case("pe")
        requests = [ContactRequest(case, "call")]
        for minute in range(0, 60, 15):
            self.gate._admit(
                requests, "dispatch", self._at(f"2026-07-04T10:{minute:02}-05:00")
            )
        self.gate._admit(requests, "dispatch", self._at("2026-07-05T10:00-05:00"))
        self.gate._admit(requests, "manual", self._at("2026-07-05T10:00-05:00"))
        evidence = self.refusals.search([("case_id", "=", case.id)], order="id")
        self.assertEqual(evidence.mapped("times"), [4, 1, 1])
        self.assertEqual(str(evidence[0].date), "2026-07-04 15:00:00")
        self.assertEqual(str(evidence[0].date_last), "2026-07-04 15:45:00")
        self.assertFalse(evidence[0].user_id)

    def test_the_day_is_the_debtor_s(self):
        case = self._person_case("pe")
        self.gate._admit(
            [ContactRequest(case, "call")], "dispatch", self._at("2026-07-05T02:00Z")
        )
        evidence = self.refusals.search([("case_id", "=", case.id)])
        self.assertEqual(str(evidence.day), "2026-07-04")

    def test_what_is_allowed_leaves_no_evidence(self):
        case = self._person_case("pe")
        self.gate._admit(
            [ContactRequest(case, "call")], "manual", self._at("2026-06-30T10:00-05:00")
        )
        self.assertFalse(self.refusals.search([("case_id", "=", case.id)]))

    def test_evidence_survives_the_error(self):
        case = self._person_case("pe")
        with self._on("2026-07-04 15:00"), self.enter_registry_test_mode():
            try:
                self.gate._require([ContactRequest(case, "call")], "manual")
            except UserError as error:
                self.assertIn("Ley 29571, art. 62 b", str(error))
            else:
                self.fail("Nothing was raised.")
            self.env.cr.postrollback.run()
        evidence = self.refusals.search([("case_id", "=", case.id)])
        self.assertRecordValues(
            evidence, [{"rule": "window", "user_id": self.env.uid, "times": 1}]
        )

    def test_evidence_of_a_message_that_the_rollback_takes(self):
        case = self._person_case("pe")
        self._consent(case.partner_id, "sms", "withdrawn")
        message = self.env["cartera.communication"].sudo()
        template = self.env.ref("cartera_cobranza.cartera_template_reminder")
        with self._on("2026-07-04 15:00"), self.enter_registry_test_mode():
            with self.assertRaises(UserError), self.env.cr.savepoint():
                message = message.create(
                    {
                        **message._prepare_manual(case, template, "sms"),
                        "date": "2026-07-04",
                    }
                )
                request = ContactRequest(case, "sms", communication=message)
                self.gate._require([request], "manual")
            self.env.cr.postrollback.run()
        evidence = self.refusals.search([("case_id", "=", case.id)])
        self.assertEqual(evidence.rule, "opt_out")
        self.assertFalse(evidence.communication_id)

    def test_what_is_allowed_is_not_raised(self):
        case = self._person_case("pe")
        with self._on("2026-06-30 15:00"):
            [decision] = self.gate._require([ContactRequest(case, "call")], "manual")
        self.assertTrue(decision.allowed)

    def test_merged_debtors_keep_their_evidence(self):
        kept, merged = self._person_case("pe"), self._person_case("pe", name="Anita")
        for case, hours in ((kept, (10, 11)), (merged, (9, 12, 13))):
            for hour in hours:
                self.gate._admit(
                    [ContactRequest(case, "call")],
                    "manual",
                    self._at(f"2026-07-04T{hour:02}:00-05:00"),
                )
        sunday = self._at("2026-07-05T10:00-05:00")
        self.gate._admit([ContactRequest(merged, "call")], "manual", sunday)
        self._log(merged, "email", "2026-06-20 15:00")
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [kept.partner_id.id, merged.partner_id.id], kept.partner_id
        )
        self.assertFalse(merged.exists())
        evidence = self.refusals.search([("case_id", "=", kept.id)], order="day")
        self.assertEqual(evidence.mapped("times"), [5, 1])
        self.assertEqual(str(evidence[0].date), "2026-07-04 14:00:00")
        self.assertEqual(kept.contact_ids.channel, "email")

    # -- links --------------------------------------------------------------------

    def test_whatsapp_link(self):
        url = self.gate._get_whatsapp_url(
            "55 1234 5678", "Hola, ¿qué tal? 1+1", self.env.ref("base.mx")
        )
        self.assertEqual(
            url,
            "https://wa.me/525512345678?text=Hola%2C%20%C2%BFqu%C3%A9%20tal%3F%201%2B1",
        )
        for wrong in ("12", "no number", ""):
            with self.subTest(wrong), self.assertRaises(UserError):
                self.gate._get_whatsapp_url(wrong, "Hola", self.env.ref("base.mx"))

    def test_opening_a_link_passes_the_gate_and_is_logged(self):
        case = self._person_case("mx", phone="+52 55 1234 5678")
        request = ContactRequest(case, "whatsapp", address="+52 55 1234 5678")
        with self._on("2026-06-30 15:00"):
            action = self.gate._open_whatsapp(request, "Hola")
        self.assertEqual(action["url"], "https://wa.me/525512345678?text=Hola")
        self.assertRecordValues(
            case.contact_ids,
            [{"channel": "whatsapp", "origin": "link", "user_id": self.env.uid}],
        )
        with self._on("2026-07-04 15:00"), self.assertRaises(UserError):
            self.gate._open_whatsapp(request, "Hola")


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestContactGateTogether(ContactCommon):
    """Two who want to contact the same debtor at once, in real transactions."""

    def setUp(self):
        super().setUp()
        self.uid = self.env.ref("base.user_root").id
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, self.uid, {})
            partner = env["res.partner"].create(
                {"name": "Concurrente", "country_id": env.ref("base.cl").id}
            )
            case = env["cartera.case"].create(
                {
                    "partner_id": partner.id,
                    "company_id": env.ref("base.main_company").id,
                    "stage_id": env.ref("cartera_cobranza.cartera_stage_preventiva").id,
                }
            )
        self.addCleanup(self._forget, partner.id)
        self.case_id = case.id

    def _ask_in(self, cr, origin="manual"):
        """Ask for a call in a transaction."""
        env = api.Environment(cr, self.uid, {})
        request = ContactRequest(env["cartera.case"].browse(self.case_id), "call")
        [decision] = env["cartera.contact.gate"]._admit([request], origin)
        return decision

    def _count_asked(self):
        with self.env.registry.cursor() as cr:
            query = "SELECT times FROM cartera_contact_refusal WHERE case_id = %s"
            cr.execute(SQL(query, self.case_id))
            return [times for (times,) in cr.fetchall()]

    def test_who_waited_sees_what_was_done_meanwhile(self):
        registry = self.env.registry
        started, rules = threading.Event(), []

        def call():
            with registry.cursor() as cr:
                # The transaction begins before the other one ends.
                cr.execute("SELECT 1 FROM res_partner LIMIT 1")
                started.set()
                rules.append(self._ask_in(cr).rule)

        with freeze_time("2026-06-30 15:00"):
            with registry.cursor() as cr:
                self.assertTrue(self._ask_in(cr).allowed)
                thread = threading.Thread(target=call)
                thread.start()
                started.wait(10)
                env = api.Environment(cr, self.uid, {})
                log = {"case_id": self.case_id, "channel": "call"}
                env["cartera.contact"]._log([log])
                self.assertFalse(rules)
            thread.join(20)
        self.assertEqual(rules, ["cap_week"])

    def _try_lock(self, case_id):
        """Whether another transaction would get past the lock of a debtor at once."""
        with self.env.registry.cursor() as cr:
            cr.execute("SET LOCAL lock_timeout = '100ms'")
            env = api.Environment(cr, self.uid, {})
            try:
                with mute_logger("odoo.sql_db"):
                    env["cartera.contact.gate"]._lock(
                        env["cartera.case"].browse(case_id)
                    )
            except LockNotAvailable:
                return False
            return True

    def _lock_in(self, cr, case_ids):
        env = api.Environment(cr, self.uid, {})
        env["cartera.contact.gate"]._lock(env["cartera.case"].browse(case_ids))

    def _count_locks(self, cr):
        cr.execute(
            "SELECT count(*) FROM pg_locks "
            "WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        return cr.fetchone()[0]

    def _create_cases(self, number):
        """More debtors, whom the others need not know."""
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, self.uid, {})
            partners = env["res.partner"].create(
                [{"name": f"Concurrente {n}"} for n in range(number)]
            )
            stage = env.ref("cartera_cobranza.cartera_stage_preventiva")
            cases = env["cartera.case"].create(
                [
                    {
                        "partner_id": partner.id,
                        "company_id": env.ref("base.main_company").id,
                        "stage_id": stage.id,
                    }
                    for partner in partners
                ]
            )
        for partner_id in partners.ids:
            self.addCleanup(self._forget, partner_id)
        return cases.ids

    def test_a_debtor_is_locked_alone(self):
        [other] = self._create_cases(1)
        with self.env.registry.cursor() as cr:
            self._lock_in(cr, [self.case_id])
            self.assertFalse(self._try_lock(self.case_id))
            self.assertTrue(self._try_lock(other))
        self.assertTrue(self._try_lock(self.case_id))

    def test_many_debtors_take_few_locks(self):
        self.patch(cartera_contact_lock, "FEW", 3)
        case_ids = self._create_cases(4)
        for requests in ([case_ids], [[case_id] for case_id in case_ids]):
            with self.subTest(requests), self.env.registry.cursor() as cr:
                for request in requests:
                    self._lock_in(cr, request)
                self.assertLessEqual(self._count_locks(cr), 1 + 3 + 1)
                for case_id in case_ids:
                    self.assertFalse(self._try_lock(case_id))
            with self.env.registry.cursor() as cr:
                self._lock_in(cr, case_ids[:1])
                cr.execute("SET LOCAL lock_timeout = '100ms'")
                with self.env.registry.cursor() as many:
                    many.execute("SET LOCAL lock_timeout = '100ms'")
                    with (
                        mute_logger("odoo.sql_db"),
                        self.assertRaises(LockNotAvailable),
                    ):
                        self._lock_in(many, case_ids)

    def test_the_same_refusal_in_two_transactions_disturbs_neither(self):
        registry = self.env.registry
        with freeze_time("2026-07-05 15:00"):
            with registry.cursor() as cr:
                cr.execute("SELECT 1 FROM res_partner LIMIT 1")  # its snapshot
                with registry.cursor() as other:
                    self._ask_in(other)
                self._ask_in(cr)
                # What else it does is kept.
                query = "UPDATE cartera_case SET episode = 7 WHERE id = %s"
                cr.execute(SQL(query, self.case_id))
        self.assertEqual(self._count_asked(), [2])
        with registry.cursor() as cr:
            case = api.Environment(cr, self.uid, {})["cartera.case"]
            self.assertEqual(case.browse(self.case_id).episode, 7)

    def test_evidence_after_a_rollback_waits_for_the_other(self):
        registry = self.env.registry

        def ask():
            with registry.cursor() as cr:
                env = api.Environment(cr, self.uid, {})
                case = env["cartera.case"].browse(self.case_id)
                gate = env["cartera.contact.gate"]
                requests = gate._set_moments([ContactRequest(case, "call")], None)
                rows = gate._prepare_evidence(
                    requests, gate._decide(requests), "manual"
                )
                env["cartera.contact.refusal"]._keep_after_rollback(rows)
                started.set()
                cr.rollback()

        started = threading.Event()
        with freeze_time("2026-07-05 15:00"):
            with registry.cursor() as cr:
                self._ask_in(cr)
                thread = threading.Thread(target=ask)
                thread.start()
                started.wait(10)
                self._wait_for_a_lock()
            thread.join(20)
        self.assertEqual(self._count_asked(), [2])

    def _wait_for_a_lock(self):
        """Until some transaction waits for another one."""
        for _attempt in range(100):
            with self.env.registry.cursor() as cr:
                cr.execute(
                    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                    "AND datname = current_database()"
                )
                if cr.rowcount:
                    return
            time.sleep(0.1)
        self.fail("Nobody waits.")

    def _forget(self, partner_id):
        with self.env.registry.cursor() as cr:
            cr.execute(SQL("DELETE FROM res_partner WHERE id = %s", partner_id))
