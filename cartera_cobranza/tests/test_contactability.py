from odoo.tests import tagged

from .test_contact import CallCommon


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestContactability(CallCommon):
    """How well a debtor can be reached, and through whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.debtor = cls.case.partner_id

    def setUp(self):
        super().setUp()
        self.debtor.phone = False

    def _index(self):
        self.case.invalidate_recordset(["people_json", "contactability"])
        return self.case.contactability

    def _ways(self, partner=None, case=None):
        case = case or self.case
        case.invalidate_recordset(["people_json"])
        [person] = [
            row for row in case.people_json if row["id"] == (partner or self.debtor).id
        ]
        return {way["channel"]: way for way in person["ways"]}

    def _reach(self, channel, address, result="reached", date="2026-06-29 15:00:00"):
        return self._log(
            self.case,
            channel,
            address=address,
            date=date,
            disposition_id=self._result(result).id,
        )

    # -- the index ----------------------------------------------------------------

    def test_each_part_counts_its_weight(self):
        self.assertEqual(self._index(), 0)
        self.debtor.email = "ana@deudor.example"
        self.assertEqual(self._index(), 20)
        self.debtor.phone = "+51 987 654 321"
        self.assertEqual(self._index(), 30)
        self._reach("call", "+51987654321")
        self.assertEqual(self._index(), 60)
        self._consent(self.debtor, "whatsapp")
        self.assertEqual(self._index(), 70)
        self.debtor.write({"street": "Jr. Puno 1", "city": "Lima"})
        self.assertEqual(self._index(), 70)
        self._reach("visit", "Jr. Puno 1, Lima")
        self.assertEqual(self._index(), 80)
        self.env["res.partner"].create(
            {
                "name": "Caja",
                "parent_id": self.debtor.id,
                "email": "caja@deudor.example",
            }
        )
        self.assertEqual(self._index(), 100)
        self.assertIn("E-mail that arrives: 20/20", self.case.contactability_text)

    def test_what_cannot_be_used_does_not_count(self):
        self.debtor.email = "ana@deudor.example"
        self.debtor.message_bounce = 1
        self.assertEqual(self._index(), 0)
        self.debtor.message_bounce = 0
        self.env["mail.blacklist"]._add("ana@deudor.example")
        self.assertEqual(self._index(), 0)
        self.debtor.phone = "+51 987 654 321"
        self.assertEqual(self._index(), 10)
        self._reach("call", "+51987654321", "wrong_number")
        self.assertEqual(self._index(), 0)

    def test_whatsapp_that_was_withdrawn_is_not_authorised(self):
        self._consent(self.debtor, "whatsapp", date="2026-06-01 00:00:00")
        self.assertEqual(self._index(), 10)
        self._consent(self.debtor, "whatsapp", "withdrawn", date="2026-06-02 00:00:00")
        self.assertEqual(self._index(), 0)

    # -- people -------------------------------------------------------------------

    def test_states_of_ways(self):
        self.debtor.write({"email": "ana@deudor.example", "phone": "+51 987 654 321"})
        ways = self._ways()
        self.assertEqual(ways["call"]["state"], "ok")
        self.assertEqual(ways["call"]["href"], "tel:+51987654321")
        self.assertEqual(ways["email"]["href"], "mailto:ana@deudor.example")
        self._reach("call", "+51987654321")
        call = self._ways()["call"]
        self.assertEqual(
            (call["state"], call["verified_on"]), ("verified", "2026-06-29")
        )
        self._consent(self.debtor, "call", "withdrawn")
        ways = self._ways()
        self.assertEqual(ways["call"]["state"], "withdrawn")
        self.assertEqual(ways["whatsapp"]["state"], "verified")
        self._reach("call", "+51987654321", "wrong_number", "2026-06-30 10:00:00")
        self.assertEqual(self._ways()["call"]["state"], "wrong")
        self.debtor.message_bounce = 1
        self.assertEqual(self._ways()["email"]["state"], "bounced")
        self.env["mail.blacklist"]._add("ana@deudor.example")
        self.assertEqual(self._ways()["email"]["state"], "blocked")

    def test_order_and_roles(self):
        partners = self.env["res.partner"]
        staff, collection = partners.create(
            [
                {"name": "Almacén", "parent_id": self.debtor.id, "phone": "1"},
                {
                    "name": "Pagos",
                    "parent_id": self.debtor.id,
                    "cartera_collection_contact": True,
                    "cartera_contact_tier": "2",
                },
            ]
        )
        guarantor = self._create_person("pe", "Aval")
        self.case.obligor_ids = guarantor
        self.case.invalidate_recordset(["people_json"])
        self.assertEqual(
            [
                (row["id"], row["role"], row["tier"], row["is_obligor"])
                for row in self.case.people_json
            ],
            [
                (collection.id, "collection", "2", False),
                (self.debtor.id, "debtor", "1", False),
                (staff.id, "staff", "1", False),
                (guarantor.id, "obligor", "1", True),
            ],
        )

    def test_many_cases_cost_no_more_queries(self):
        cases = self.case
        for n in range(4):
            cases |= self._person_case(
                "pe", name=f"P{n}", phone=f"+51 98765432{n}", email=f"p{n}@x.example"
            )
        self._count(self.case)
        self.assertEqual(self._count(cases), self._count(self.case))

    def _count(self, cases):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        cases.mapped("contactability")
        return self.env.cr.sql_log_count - before

    def test_each_reader_sees_it(self):
        self.debtor.phone = "+51 987 654 321"
        self.case.user_id = self._create_user("cartera_propia", "own")
        for user in (
            self.case.user_id,
            self.collector,
            self._create_user("cartera_auditora", "auditor"),
        ):
            with self.subTest(user.login):
                case = self.case.with_user(user)
                case.invalidate_recordset()
                self.assertEqual(case.contactability, 10)
                self.assertTrue(case.people_json)
