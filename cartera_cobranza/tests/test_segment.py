from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common import CarteraCommon


@tagged("post_install", "-at_install", "cartera")
class TestSegment(CarteraCommon):
    """A debtor is in the first segment whose rules hold, or in the pinned one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["cartera.segment"].search([]).active = False
        cls.strategy = cls.env["cartera.strategy"].create({"name": "Trial"})

    def _segment(self, name, **values):
        number = self.env["cartera.segment"].search_count([])
        return self.env["cartera.segment"].create(
            {"name": name, "sequence": number, "company_id": self.company.id, **values}
        )

    def _run(self, day="2026-06-30"):
        with self._on(day):
            return self.env["cartera.run"].run(self.company)

    def _segment_of(self, partner=None):
        self.env["cartera.case"].invalidate_model(["segment_id"])
        return self._case(partner).segment_id

    def test_new_segment_goes_first_and_takes_its_debtors_at_once(self):
        self._invoice(1000, "2026-05-01", due="2026-05-31")
        general = self._segment("All", sequence=10)
        self.assertEqual(self._segment_of(), general)
        narrow = self.env["cartera.segment"].create(
            {"name": "Big", "company_id": self.company.id, "min_balance": 1000}
        )
        self.assertLess(narrow.sequence, general.sequence)
        self.assertEqual(self._segment_of(), narrow)
        narrow.min_balance = 5000
        self.assertEqual(self._segment_of(), general)
        narrow.min_balance = 0
        narrow.unlink()
        self.assertEqual(self._segment_of(), general)
        general.active = False
        self.assertFalse(self._segment_of())

    def test_each_rule(self):
        tag = self.env["res.partner.category"].create({"name": "Retail"})
        user = self._create_user("vendedora", "collector")
        person = self._create_debtor("Ana", is_company=False)
        self.debtor.write(
            {
                "country_id": self.env.ref("base.co").id,
                "category_id": [Command.link(tag.id)],
                "user_id": user.id,
            }
        )
        self._invoice(1000, "2026-05-01", due="2026-05-31")
        self._invoice(10, "2026-07-01", due="2026-07-31", partner=person)
        self._run()
        for name, rule in {
            "kind": {"debtor_kind": "company"},
            "balance from": {"min_balance": 1000},
            "days from": {"min_days": 30},
            "country": {"country_ids": self.env.ref("base.co").ids},
            "tag": {"category_ids": tag.ids},
            "salesperson": {"salesperson_ids": user.ids},
            "stage": {"stage_ids": self.stage_administrativa.ids},
            "filter": {"domain": "[('partner_id.name', '=like', 'Abarrotes%')]"},
            "of a date": {"domain": "[('date_oldest_due', '<', '2026-06-01')]"},
        }.items():
            with self.subTest(name):
                segment = self._segment(name, **rule)
                self._run()
                self.assertEqual(self._segment_of(), segment)
                self.assertFalse(self._segment_of(person))
                segment.active = False
        for name, rule in {
            "kind": {"debtor_kind": "person"},
            "balance to": {"max_balance": 999.99},
            "days to": {"max_days": 29},
        }.items():
            with self.subTest(name):
                segment = self._segment(name, **rule)
                self._run()
                self.assertFalse(self._segment_of())
                self.assertEqual(self._segment_of(person), segment)
                segment.active = False

    def test_the_first_one_counts(self):
        large = self._segment("Large", min_balance=500)
        rest = self._segment("Rest")
        small = self._create_debtor("Small")
        self._invoice(1000, "2026-05-01")
        self._invoice(10, "2026-05-01", partner=small)
        self._run()
        self.assertEqual(self._segment_of(), large)
        self.assertEqual(self._segment_of(small), rest)
        rest.sequence, large.sequence = 1, 2
        self._run()
        self.assertEqual(self._segment_of(), rest)

    def test_only_changed_cases_are_written(self):
        self._segment("Rest")
        self._invoice(1000, "2026-05-01")
        engine = self.env["cartera.segment.engine"]
        self._run()
        self.assertEqual(engine._assign(self.company, self._case().stage_date), 0)

    def test_another_company_s_segment_is_not_asked(self):
        other = self.setup_other_company()["company"]
        self._segment("Theirs", company_id=other.id)
        self._invoice(1000, "2026-05-01")
        self._run()
        self.assertFalse(self._segment_of())

    def test_a_filter_must_be_one(self):
        for domain in ("[('nothing', '=', 1)]", "[(", "open('/etc/passwd')"):
            with self.subTest(domain), self.assertRaises(ValidationError):
                self._segment("Wrong", domain=domain)

    # -- preview ------------------------------------------------------------------

    def test_the_form_counts_before_saving(self):
        self._invoice(1000, "2026-05-01")
        self._invoice(10, "2026-05-01", partner=self._create_debtor("Small"))
        self._run()
        with Form(self.env["cartera.segment"]) as form:
            form.name = "Large"
            self.assertEqual(form.match_count, 2)
            form.min_balance = 500
            self.assertEqual(form.match_count, 1)
            form.domain = "[('partner_id.name', '=', 'Nobody')]"
            self.assertEqual(form.match_count, 0)
            form.domain = False
        segment = form.record
        self.assertEqual((segment.match_count, segment.case_count), (1, 0))
        self._run()
        segment.invalidate_recordset()
        self.assertEqual((segment.match_count, segment.case_count), (1, 1))

    def test_the_form_counts_behind_the_segments_before_it(self):
        self._segment("Large", min_balance=500, sequence=1)
        rest = self._segment("Rest", sequence=2)
        self._invoice(1000, "2026-05-01")
        self._run()
        self.assertEqual(rest.match_count, 0)
        rest.sequence = 0
        self.assertEqual(rest.match_count, 1)

    # -- pins ---------------------------------------------------------------------

    def _pin(self, segment, until="2026-07-15", reason="Works with the board", **kw):
        self._case().write(
            {
                "segment_pin_id": segment.id,
                "segment_pin_until": until,
                "segment_pin_reason": reason,
            }
        )

    def test_a_pin_holds_until_its_day(self):
        rest = self._segment("Rest")
        special = self._segment("Special", min_balance=10**9)
        self._invoice(1000, "2026-05-01")
        self._run()
        self._pin(special)
        self.assertEqual(self._segment_of(), special, "at once")
        self._run("2026-07-15")
        self.assertEqual(self._segment_of(), special)
        self._run("2026-07-16")
        self.assertEqual(self._segment_of(), rest)
        self.assertFalse(self._case().segment_pin_id)
        self.assertFalse(self._case().segment_pin_reason)

    def test_a_pin_needs_reason_and_day(self):
        special = self._segment("Special")
        self._invoice(1000, "2026-05-01")
        for until, reason in (
            (False, "Why"),
            ("2026-07-15", False),
            ("2026-07-15", " "),
        ):
            with self.subTest(until=until), self.assertRaises(ValidationError):
                self._pin(special, until, reason)

    def test_a_supervisor_pins(self):
        special = self._segment("Special")
        self._invoice(1000, "2026-05-01")
        self._run()
        case = self._case()
        values = {
            "segment_pin_id": special.id,
            "segment_pin_until": "2026-07-15",
            "segment_pin_reason": "Asked by sales",
        }
        with self.assertRaises(AccessError):
            case.with_user(self._create_user("gestora", "collector")).write(values)
        case.with_user(self._create_user("jefa", "supervisor")).write(values)
        self.assertEqual(case.segment_id, special)
