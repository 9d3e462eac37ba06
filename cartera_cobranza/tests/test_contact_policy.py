from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..lib.contact_window import CHANNELS, SPOKEN, WRITTEN, Contact, decide
from .common import CarteraCommon

NOW = date(2026, 11, 23)  # a Monday
MONDAY = datetime(2026, 11, 23, tzinfo=ZoneInfo("UTC"))

ALWAYS = ["00-24"] * 7


def workdays(hours, saturday="", sunday=""):
    return [hours] * 5 + [saturday, sunday]


# (country, kind, creditor, channels): hours of Monday to Sunday, as the laws' tables
# have them.
HOURS = {
    ("co", "person", "commercial", CHANNELS - {"visit"}): workdays("07-19", "08-15"),
    ("co", "company", "commercial", CHANNELS): workdays("08-19"),
    ("mx", "person", "commercial", CHANNELS): workdays("07-22"),
    ("mx", "person", "financial", CHANNELS): workdays("07-22"),
    ("mx", "company", "financial", CHANNELS): workdays("07-22"),
    ("mx", "company", "commercial", CHANNELS): workdays("08-19"),
    ("cl", "person", "commercial", SPOKEN): workdays("08-20", "08-20"),
    ("cl", "person", "commercial", WRITTEN): ALWAYS,
    ("cl", "small_company", "commercial", SPOKEN): workdays("08-20", "08-20"),
    ("cl", "company", "commercial", CHANNELS): workdays("08-19"),
    ("pe", "person", "commercial", SPOKEN): workdays("07-20"),
    ("pe", "person", "commercial", WRITTEN): ALWAYS,
    ("ec", "person", "commercial", CHANNELS - {"visit"}): workdays("07-20"),
    ("ar", "person", "commercial", CHANNELS): workdays("08-19"),
    ("es", "person", "commercial", CHANNELS): workdays("09-21"),
    ("es", "company", "commercial", CHANNELS): workdays("08-19"),
    ("gt", "person", "commercial", CHANNELS): workdays("08-18"),
    ("us", "company", "commercial", CHANNELS): workdays("08-19"),
}
# (country, channel, days and channels of earlier contacts, first lawful day): how
# often, and how far apart; days counted from Monday.
FREQUENCY = [
    ("co", "email", [(0, "email")], 1),
    ("co", "sms", [(0, "email")], 7),
    ("cl", "call", [(0, "visit")], 7),
    ("cl", "sms", [(0, "email")], 2),
    ("cl", "sms", [(0, "email"), (2, "email")], 7),
    ("cl", "sms", [(0, "call")], 0),
    ("ec", "call", [(0, "call")], 1),
    ("ec", "call", [(0, "sms")], 0),
    ("gt", "call", [(0, "sms")], 0),
    ("gt", "call", [(0, "sms"), (0, "call")], 1),
    ("mx", "call", [(0, "call")] * 5, 0),
    ("pe", "call", [(0, "call")] * 5, 0),
    ("ar", "call", [(0, "call")] * 5, 0),
    ("es", "call", [(0, "call")] * 5, 0),
]


class ContactPolicyCommon(CarteraCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policies = cls.env["cartera.contact.policy"]
        cls.debtor.country_id = cls.env.ref("base.co")
        cls.debtor.is_company = False
        cls._invoice(100, "2026-03-01", due="2026-03-31")
        cls.case = cls._case()
        cls.law = cls._law("co_consumer")
        cls.general = cls._law("general")

    @classmethod
    def _law(cls, name):
        return cls.env.ref(f"cartera_cobranza.cartera_contact_policy_{name}")

    def _own(self, **values):
        return self.policies.create(
            {"name": "Our own", "company_id": self.company.id, **values}
        )

    def _found(self, case=None, day=NOW):
        """The policies that bind, as records."""
        case = case or self.case
        found = self.policies._resolve(case, day)[case]
        return self.policies.browse([policy.key for policy in found])

    def _decide(self, channel, moment, history=(), **facts):
        found = self.policies._resolve(self.case, moment.date())[self.case]
        zone = ZoneInfo("UTC")
        return decide(found, channel, moment, zone, history=history, **facts)


@tagged("post_install", "-at_install", "cartera")
class TestContactLaws(ContactPolicyCommon):
    """What is shipped says what the laws' tables say."""

    def _set(self, country, kind, creditor="commercial"):
        self.debtor.country_id = self.env.ref(f"base.{country}")
        self.debtor.cartera_debtor_kind = kind
        self.company.cartera_creditor_kind = creditor

    def test_hours(self):
        for (country, kind, creditor, channels), week in HOURS.items():
            self._set(country, kind, creditor)
            for channel in sorted(channels):
                found = [self._open_hours(channel, day) for day in range(7)]
                with self.subTest(country, kind=kind, creditor=creditor, by=channel):
                    self.assertEqual(found, week)

    def _open_hours(self, channel, day):
        """The hours of a day in which half hours are allowed, like ``07-19``."""
        start = MONDAY + timedelta(days=day)
        halves = [
            half
            for half in range(48)
            if self._decide(channel, start + timedelta(minutes=30 * half)).allowed
        ]
        if not halves:
            return ""
        first, last = halves[0], halves[-1] + 1
        self.assertEqual(len(halves), last - first)
        return f"{first // 2:02d}-{last // 2:02d}"

    def test_no_contact_on_holidays(self):
        noon = MONDAY + timedelta(hours=12)
        for country, kind, creditor, channels in HOURS:
            self._set(country, kind, creditor)
            free = HOURS[country, kind, creditor, channels] is ALWAYS
            for channel in channels:
                decision = self._decide(channel, noon, holidays={noon.date()})
                with self.subTest(country, kind=kind, by=channel):
                    self.assertEqual(decision.allowed, free)
                    self.assertEqual(decision.rule, "" if free else "holiday")

    def test_frequency(self):
        for country, channel, earlier, first in FREQUENCY:
            self._set(country, "person")
            history = [
                Contact(MONDAY + timedelta(days=day, hours=10), by)
                for day, by in earlier
            ]
            asked = MONDAY + timedelta(days=max(day for day, _by in earlier), hours=11)
            decision = self._decide(channel, asked, history)
            lawful = decision.until or asked
            with self.subTest(country, by=channel, earlier=earlier):
                self.assertEqual((lawful.date() - NOW).days, first)

    def test_conduct(self):
        for country, consent, visits, third_party in [
            ("co", True, "forbidden", "obligors"),
            ("mx", False, "allowed", "obligors"),
            ("cl", False, "allowed", "obligors"),
            ("pe", False, "allowed", "obligors"),
            ("ec", False, "forbidden", "obligors"),
            ("ar", False, "allowed", "obligors"),
            ("es", False, "allowed", "obligors"),
            ("gt", False, "allowed", "forbidden"),
        ]:
            self._set(country, "person")
            noon = MONDAY + timedelta(hours=12)
            unasked = self._decide("email", noon, consent=False)
            visit = self._decide("visit", noon)
            guarantor = self._decide("email", noon, contact_role="obligor")
            neighbour = self._decide("email", noon, contact_role="third_party")
            with self.subTest(country):
                self.assertEqual(unasked.rule, "consent" if consent else "")
                self.assertEqual(visit.allowed, visits == "allowed")
                self.assertEqual(guarantor.allowed, third_party == "obligors")
                self.assertEqual(neighbour.rule, "third_party")
                sued = self._decide("email", noon, sued=True)
                self.assertEqual(sued.rule, "sued" if country == "cl" else "")

    def test_refusals_quote_the_article(self):
        noon = MONDAY + timedelta(hours=12)
        night = MONDAY + timedelta(hours=3)
        for channel, moment, facts, article in [
            ("email", night, {}, "Ley 2300 de 2023, art. 3"),
            ("visit", noon, {}, "Ley 2300 de 2023, art. 6"),
            ("email", noon, {"consent": False}, "Ley 2300 de 2023, art. 2"),
            ("call", noon, {"contact_role": "third_party"}, "Ley 2300 de 2023, art. 4"),
        ]:
            decision = self._decide(channel, moment, **facts)
            self.assertEqual(decision.article, article)
            self.assertEqual(decision.policy.key, self.law.id)

    def test_every_law_is_sourced_and_dated(self):
        laws = self.policies.search([("is_law", "=", True)])
        self.assertEqual(len(laws), 13)
        for law in laws:
            with self.subTest(law.name):
                self.assertEqual(str(law.checked_on), "2026-11-22")
                self.assertTrue(law.basis and law.source and law.confidence)
                self.assertFalse(law.company_id)

    def test_what_is_no_law_says_so(self):
        for name in ("ar_hours", "es_hours", "general"):
            self.assertEqual(self._law(name).confidence, "G")
            self.assertIn("not a law", self._law(name).basis)

    def test_laws_before_their_day(self):
        self.assertEqual(self._found(day=date(2023, 10, 9)), self.general)
        self.assertEqual(self._found(day=date(2023, 10, 10)), self.law)

    def test_hours_in_short(self):
        self.assertEqual(
            self.law.hours_summary, "Monday - Friday 07:00-19:00, Saturday 08:00-15:00"
        )
        chile = self._law("cl_consumer")
        self.assertEqual(
            chile.hours_summary, "Calls and visits: Monday - Saturday 08:00-20:00"
        )
        self.assertEqual(
            chile.caps_summary,
            "Calls and visits: 1 / Week, Monday to Sunday; "
            "Messages and letters: 2 / Week, Monday to Sunday, 2 days apart",
        )

    def test_content_of_messages(self):
        rules = self.policies._get_content_rules(self._law("cl_consumer"))
        self.assertEqual(
            set(rules["required"]),
            set(
                "creditor contract_ref dates amount interest_breakdown cost_breakdown "
                "how_to_pay rights contact_means not_judicial".split()
            ),
        )
        self.assertEqual(rules["forbidden"]["credit_registry"], "Ley 19.496, art. 37")
        self.assertEqual(rules["envelope_neutral"], "Ley 19.496, art. 37")
        self.assertIsNone(rules["ask_reason_forbidden"])
        found = self.policies._resolve(self.case, NOW)[self.case]
        rules = self.policies._get_content_rules(found)
        self.assertEqual(rules["ask_reason_forbidden"], "Ley 2300 de 2023, art. 7")
        self.assertEqual(set(rules["required"]), {"creditor", "contact_means"})
        nothing = self.policies._get_content_rules([])
        self.assertFalse(nothing["required"] or nothing["forbidden"])


@tagged("post_install", "-at_install", "cartera")
class TestContactPolicy(ContactPolicyCommon):
    """Which policies bind whom, and who may change them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = cls._create_user("rules_supervisor", "supervisor")
        cls.collector = cls._create_user("rules_collector", "collector")

    # -- which ones bind ----------------------------------------------------------

    def test_own_policy_on_top_of_the_law(self):
        own = self._own(country_id=self.env.ref("base.co").id)
        self.assertEqual(self._found(), self.law | own)

    def test_own_policy_for_every_country(self):
        own = self._own()
        self.assertEqual(self._found(), self.law | own)
        self.debtor.country_id = self.env.ref("base.jp")
        self.assertEqual(self._found(), self.general | own)

    def test_own_policy_instead_of_the_law(self):
        own = self._own(
            mode="replace",
            reason="The debtors asked for it in writing.",
            country_id=self.env.ref("base.co").id,
        )
        tighter = self._own(name="Tighter")
        self.assertEqual(self._found(), own | tighter)

    def test_own_hours_where_there_is_no_law_replace_no_law(self):
        own = self._own(mode="replace", reason="Our hours.")
        self.assertEqual(self._found(), self.law)
        self.debtor.country_id = self.env.ref("base.jp")
        self.assertEqual(self._found(), own)

    def test_own_policy_for_others(self):
        for values in [
            {"covers_person": False},
            {"country_id": self.env.ref("base.mx").id},
            {"creditor": "financial"},
            {"date_to": "2026-11-22"},
            {"date_from": "2026-11-24"},
            {"active": False},
            {"company_id": self.env["res.company"].create({"name": "Other"}).id},
        ]:
            own = self._own(
                **{"mode": "replace", "reason": "We may.", "name": "Others", **values}
            )
            with self.subTest(values):
                self.assertEqual(self._found(), self.law)
            own.unlink()

    def test_branches_have_the_policies_of_their_company(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        own = self._own()
        case = self.env["cartera.case"].new(
            {"partner_id": self.debtor.id, "company_id": branch.id}
        )
        found = self.policies._resolve(case, NOW)[case]
        self.assertIn(own.id, [policy.key for policy in found])

    def test_debtor_without_country_has_the_company_s(self):
        self.company.country_id = self.env.ref("base.pe")
        self.debtor.country_id = False
        self.assertEqual(self._found(), self._law("pe_consumer"))

    def test_financial_creditor_in_mexico_obeys_both_readings(self):
        self.company.cartera_creditor_kind = "financial"
        self.debtor.country_id = self.env.ref("base.mx")
        both = self._law("mx_financial") | self._law("mx_financial_strict")
        self.assertEqual(self._found(), both)

    def test_a_change_holds_at_once(self):
        noon = MONDAY + timedelta(hours=12)
        own = self._own()
        self.assertTrue(self._decide("email", noon).allowed)
        window = self.env["cartera.contact.policy.window"].create(
            {"policy_id": own.id, "weekday": "0", "hour_from": 14, "hour_to": 15}
        )
        self.assertEqual(self._decide("email", noon).until.hour, 14)
        window.hour_from = 14.5
        self.assertEqual(self._decide("email", noon).until.minute, 30)
        window.unlink()
        self.assertTrue(self._decide("email", noon).allowed)
        own.visits = "forbidden"
        self.assertFalse(self._decide("visit", noon).allowed)

    def test_many_cases_cost_no_more_queries(self):
        cases = self.case
        for number in range(5):
            debtor = self._create_debtor(
                f"Debtor {number}", country_id=self.debtor.country_id.id
            )
            self._invoice(10, "2026-03-01", due="2026-03-31", partner=debtor)
            cases |= self._case(debtor)
        alone = self._count_queries(self.case)
        self.assertEqual(self._count_queries(cases), alone)

    def _count_queries(self, cases):
        """Queries that find the policies and zones of cases of which nothing is known
        yet."""
        self.policies._get_entries()
        self.env.invalidate_all()
        cases = cases.sudo()
        before = self.cr.sql_log_count
        self.policies._resolve(cases, NOW)
        self.policies._get_zones(cases)
        return self.cr.sql_log_count - before

    # -- what a policy must be ----------------------------------------------------

    def test_loosening_needs_a_reason(self):
        for reason in (False, "  "):
            with self.assertRaisesRegex(ValidationError, "Write down why"):
                self._own(mode="replace", reason=reason)
        own = self._own(mode="replace", reason="Signed agreement of 3 May.")
        with self.assertRaisesRegex(ValidationError, "Write down why"):
            own.reason = False

    def test_hours_begin_before_they_end(self):
        for start, end in [(10, 10), (12, 8), (-1, 8), (8, 24.5)]:
            with (
                self.subTest((start, end)),
                self.assertRaisesRegex(ValidationError, "of Monday are not possible"),
            ):
                self._own(window_ids=self._window("0", start, end))
        whole = self._own(window_ids=self._window("0", 0, 24))
        self.assertEqual(whole.hours_summary, "Monday 00:00-24:00")

    def _window(self, weekday, start, end, channels="all"):
        return [
            Command.create(
                {
                    "weekday": weekday,
                    "hour_from": start,
                    "hour_to": end,
                    "channels": channels,
                }
            )
        ]

    def test_hours_of_a_channel_do_not_overlap(self):
        morning = self._window("0", 8, 12)
        for later in [
            self._window("0", 11, 14),
            self._window("0", 9, 10, "call"),
            self._window("0", 8, 12, "written"),
        ]:
            with self.assertRaisesRegex(ValidationError, "on Monday the hours"):
                self._own(window_ids=morning + later)
        own = self._own(
            window_ids=morning + self._window("0", 12, 14) + self._window("1", 8, 12)
        )
        with self.assertRaisesRegex(ValidationError, "12:00-14:00"):
            own.window_ids[0].hour_to = 13
        self._own(
            window_ids=self._window("0", 8, 12, "call")
            + self._window("0", 8, 12, "written")
        )

    def test_a_limit_limits_something(self):
        for values in [{}, {"max_count": -1}, {"min_gap_days": -2, "max_count": 3}]:
            with (
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self._own(cap_ids=[Command.create(values)])

    def test_dates_in_order(self):
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self._own(date_from="2026-02-01", date_to="2026-01-31")

    def test_a_policy_covers_somebody(self):
        with self.assertRaisesRegex(ValidationError, "covers nobody"):
            self._own(
                covers_person=False, covers_small_company=False, covers_company=False
            )

    # -- who may change it --------------------------------------------------------

    def test_nobody_edits_a_law(self):
        law = self.law.with_user(self.supervisor)
        administrator = self.law.with_user(self.env.ref("base.user_admin"))
        for change in [
            lambda: law.write({"visits": "allowed"}),
            lambda: law.write({"active": False}),
            lambda: law.unlink(),
            lambda: law.window_ids[0].write({"hour_to": 23}),
            lambda: law.window_ids.unlink(),
            lambda: law.window_ids.create(
                {"policy_id": law.id, "weekday": "6", "hour_from": 8, "hour_to": 12}
            ),
            lambda: law.cap_ids.write({"max_count": 5}),
            lambda: law.write({"cap_ids": [Command.clear()]}),
            lambda: administrator.write({"visits": "allowed"}),
        ]:
            with self.assertRaisesRegex(AccessError, "nobody edits it"):
                change()

    def test_nobody_makes_a_law(self):
        policies = self.policies.with_user(self.supervisor)
        with self.assertRaisesRegex(AccessError, "nobody edits it"):
            policies.create({"name": "Mine", "company_id": False})
        own = policies.create({"name": "Mine"})
        self.assertEqual(own.company_id, self.company)
        with self.assertRaisesRegex(AccessError, "nobody edits it"):
            own.company_id = False

    def test_rows_do_not_move_to_a_law(self):
        own = self._own(window_ids=self._window("6", 8, 12)).with_user(self.supervisor)
        with self.assertRaisesRegex(AccessError, "nobody edits it"):
            own.window_ids.policy_id = self.law

    def test_no_context_opens_a_law(self):
        free = {"cartera_policy_rows_together": True}
        law = self.law.with_user(self.supervisor).with_context(**free)
        for change in [
            lambda: law.window_ids.write({"hour_from": 0, "hour_to": 24}),
            lambda: law.cap_ids.unlink(),
        ]:
            with self.assertRaisesRegex(AccessError, "nobody edits it"):
                change()

    def test_no_other_policy_carries_the_rows_of_a_law(self):
        policies = self.policies.with_user(self.supervisor)
        own = policies.create({"name": "Mine"})
        [hours, *_rest] = self.law.window_ids.ids
        for command in [Command.update(hours, {"hour_to": 24}), Command.link(hours)]:
            for change in [
                lambda command=command: own.write({"window_ids": [command]}),
                lambda command=command: policies.create(
                    {"name": "Mine too", "window_ids": [command]}
                ),
            ]:
                with self.assertRaisesRegex(AccessError, "nobody edits it"):
                    change()

    def test_collectors_only_read(self):
        law = self.law.with_user(self.collector)
        self.assertIn("Colombia", law.name)
        with self.assertRaises(AccessError):
            law.action_make_own()
        with self.assertRaises(AccessError):
            law.create({"name": "Mine"})

    def test_policies_of_another_company_are_out_of_sight(self):
        other = self.env["res.company"].create({"name": "Other"})
        own = self._own(company_id=other.id, window_ids=self._window("0", 8, 9))
        mine = self.policies.with_user(self.supervisor)
        self.assertNotIn(own, mine.search([]))
        with self.assertRaises(AccessError):
            own.window_ids.with_user(self.supervisor).hour_to = 10

    # -- a company's own version --------------------------------------------------

    def test_own_version_of_a_law(self):
        action = self.law.with_user(self.supervisor).action_make_own()
        own = self.policies.browse(action["res_id"])
        self.assertRecordValues(
            own,
            [
                {
                    "company_id": self.company.id,
                    "mode": "tighten",
                    "country_id": self.env.ref("base.co").id,
                    "hours_summary": self.law.hours_summary,
                    "caps_summary": self.law.caps_summary,
                    "visits": "forbidden",
                    "date_from": False,
                    "confidence": False,
                    "source": False,
                }
            ],
        )
        self.assertFalse(own.window_ids & self.law.window_ids)
        own.with_user(self.supervisor).window_ids[0].hour_from = 9
        self.assertEqual(self._found(), self.law | own)

    def test_a_copied_law_belongs_to_the_company(self):
        copy = self.law.with_user(self.supervisor).copy()
        self.assertEqual(copy.company_id, self.company)
        self.assertEqual(copy.name, "Colombia: consumers (Ley 2300) (copy)")

    # -- the log ------------------------------------------------------------------

    def _log_of(self, policy):
        return "\n".join(policy.message_ids.mapped("preview"))

    def test_loosening_is_logged_with_reason_and_author(self):
        policies = self.policies.with_user(self.supervisor)
        values = {"name": "Loose", "mode": "replace", "reason": "Signed on 3 May."}
        own = policies.create(values)
        note = own.message_ids.filtered(lambda m: "Signed on 3 May." in m.body)
        self.assertEqual(note.author_id, self.supervisor.partner_id)

    def test_change_of_mode_is_tracked(self):
        policies = self.policies.with_user(self.supervisor)
        policies = policies.with_context(tracking_disable=False, mail_notrack=False)
        own = policies.create({"name": "Loose"})
        self.env.flush_all()
        self.cr.flush()
        own.write({"mode": "replace", "reason": "Signed on 3 May."})
        self.env.flush_all()
        self.cr.flush()
        message = own.message_ids[0]
        self.assertEqual(message.author_id, self.supervisor.partner_id)
        tracked = message.sudo().tracking_value_ids.field_id.mapped("name")
        self.assertEqual(set(tracked), {"mode", "reason"})

    def test_change_of_hours_is_logged(self):
        own = self._own(window_ids=self._window("0", 8, 12))
        own = own.with_user(self.supervisor)
        own.window_ids.hour_to = 13
        self._finish()
        self.assertIn("Monday 08:00-12:00", own.message_ids[0].body)
        self.assertIn("Monday 08:00-13:00", own.message_ids[0].body)
        self.assertEqual(own.message_ids[0].author_id, self.supervisor.partner_id)
        own.cap_ids = [Command.create({"max_count": 1})]
        self._finish()
        self.assertIn("1 / Day", own.message_ids[0].body)
        before = len(own.message_ids)
        own.window_ids.hour_to = 13
        self._finish()
        self.assertEqual(len(own.message_ids), before)

    def test_hours_changed_together_are_one_line_in_the_log(self):
        own = self._own(window_ids=self._window("0", 8, 12) + self._window("1", 8, 12))
        self._finish()
        before = len(own.message_ids)
        own.window_ids = [
            *(Command.update(window.id, {"hour_to": 13}) for window in own.window_ids),
            *self._window("2", 9, 10),
        ]
        self._finish()
        self.assertEqual(len(own.message_ids), before + 1)
        self.assertIn("Monday - Tuesday 08:00-12:00.", own.message_ids[0].body)
        self.assertIn("Wednesday 09:00-10:00", own.message_ids[0].body)

    def test_hours_of_another_policy_changed_by_the_way_are_logged_there(self):
        other = self._own(name="Other", window_ids=self._window("0", 8, 12))
        self._finish()
        hours = other.window_ids
        self._own(window_ids=[Command.update(hours.id, {"hour_to": 13})])
        self._finish()
        self.assertIn("Monday 08:00-13:00", other.message_ids[0].body)

    def _finish(self):
        """What happens at the end of a transaction."""
        self.env.flush_all()
        self.cr.flush()

    # -- screens ------------------------------------------------------------------

    def test_form_of_an_own_policy(self):
        with Form(self.policies.with_user(self.supervisor)) as form:
            form.name = "Mornings"
            with form.window_ids.new() as window:
                window.weekday = "0"
                window.hour_from = 9
                window.hour_to = 11
        self.assertEqual(form.record.hours_summary, "Monday 09:00-11:00")
        with Form(form.record) as form:
            form.mode = "replace"
            form.reason = "Signed on 3 May."
        self.assertEqual(form.record.mode, "replace")

    def test_form_of_a_law_is_read_only(self):
        form = Form(self.law.with_user(self.supervisor))
        for name in ("name", "visits", "consent_required", "date_from"):
            with self.assertRaisesRegex(AssertionError, "readonly"):
                setattr(form, name, False)


@tagged("post_install", "-at_install", "cartera")
class TestDebtorKind(ContactPolicyCommon):
    """Whom a law protects, and by which clock."""

    def _partner(self, country=None, **values):
        values.setdefault("name", "Somebody")
        country = country and self.env.ref(f"base.{country}").id
        return self.env["res.partner"].create({"country_id": country, **values})

    def test_kind_by_default(self):
        for country, is_company, kind in [
            ("co", False, "person"),
            ("co", True, "company"),
            ("cl", False, "person"),
            ("cl", True, "small_company"),
            (None, True, "company"),
        ]:
            partner = self._partner(country, is_company=is_company)
            with self.subTest((country, is_company)):
                self.assertEqual(partner.cartera_debtor_kind, kind)
                self.assertFalse(partner.cartera_debtor_kind_set)

    def test_kind_follows_until_somebody_sets_it(self):
        partner = self._partner("co", is_company=True)
        partner.country_id = self.env.ref("base.cl")
        self.assertEqual(partner.cartera_debtor_kind, "small_company")
        partner.cartera_debtor_kind = "company"
        self.assertEqual(partner.cartera_debtor_kind_set, "company")
        # What an import writes again every night takes nothing back.
        partner.write({"country_id": self.env.ref("base.cl").id, "is_company": True})
        self.assertEqual(partner.cartera_debtor_kind, "company")
        partner.cartera_debtor_kind = "small_company"
        self.assertFalse(partner.cartera_debtor_kind_set)

    def test_contacts_follow_their_company(self):
        company = self._partner("cl", is_company=True)
        person = self._partner("cl", parent_id=company.id)
        self.assertEqual(person.cartera_debtor_kind, "small_company")
        company.cartera_debtor_kind = "company"
        self.assertEqual(person.cartera_debtor_kind, "company")
        person.parent_id = False
        self.assertEqual(person.cartera_debtor_kind, "person")

    def test_form_sets_the_kind(self):
        with Form(self._partner("cl", is_company=True)) as form:
            self.assertEqual(form.cartera_debtor_kind, "small_company")
            form.cartera_debtor_kind = "company"
        self.assertEqual(form.record.cartera_debtor_kind_set, "company")

    def test_installation_fills_the_kind_as_it_is_computed(self):
        company = self._partner("cl", is_company=True)
        partners = company | self.debtor
        for country in (None, "co", "cl"):
            for is_company in (True, False):
                partners |= self._partner(country, is_company=is_company)
        partners |= self._partner("co", parent_id=company.id)
        kinds = partners.mapped("cartera_debtor_kind")
        self.env.flush_all()
        self.cr.execute("UPDATE res_partner SET cartera_debtor_kind = NULL")
        self.env["res.partner"]._fill_cartera_debtor_kind()
        partners.invalidate_recordset()
        self.assertEqual(partners.mapped("cartera_debtor_kind"), kinds)

    def test_kind_of_the_debtor_chooses_the_law(self):
        self.debtor.write(
            {"is_company": True, "country_id": self.env.ref("base.cl").id}
        )
        self.assertEqual(self._found(), self._law("cl_consumer"))
        self.debtor.cartera_debtor_kind = "company"
        self.assertEqual(self._found(), self.general)

    def _zone(self):
        return self.policies._get_zones(self.case)[self.case].key

    def test_zone_of_the_debtor(self):
        self.assertEqual(self._zone(), "America/Bogota")
        sonora = self.env.ref("base.state_mx_son")
        self.debtor.write({"country_id": sonora.country_id.id, "state_id": sonora.id})
        self.assertEqual(self._zone(), "America/Hermosillo")
        self.debtor.cartera_tz = "America/Tijuana"
        self.assertEqual(self._zone(), "America/Tijuana")

    def test_zone_of_whoever_created_the_contact_says_nothing_of_a_place(self):
        quintana_roo = self.env.ref("base.state_mx_q_roo")
        self.debtor.write(
            {
                "country_id": quintana_roo.country_id.id,
                "state_id": quintana_roo.id,
                "tz": "America/Tijuana",
            }
        )
        for theirs in ("America/Tijuana", "America/Mexico_City", False):
            self.debtor.create_uid.tz = theirs
            with self.subTest(theirs):
                self.assertEqual(self._zone(), "America/Cancun")

    def test_zone_of_the_company_when_nothing_is_known(self):
        self.debtor.write({"country_id": False, "tz": False})
        self.company.partner_id.tz = "America/Lima"
        self.assertEqual(self._zone(), "America/Lima")
