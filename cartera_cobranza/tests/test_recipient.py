from odoo.tests import Form, tagged

from .message_common import MessageCommon


@tagged("post_install", "-at_install", "cartera", "cartera_message")
class TestRecipient(MessageCommon):
    """Whom a message goes to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._overdue()
        cls.case = cls._case()
        cls.recipients = cls.env["cartera.recipient"]

    def _find(self, channel="email", **options):
        found = self.recipients._get_recipients(self.case, channel, **options)
        return found.get(self.case.id)

    def _reachable(self):
        rows = self.env.execute_query(self.recipients._get_reachable_sql(self.company))
        return {channel for case_id, channel, _word in rows if case_id == self.case.id}

    # -- the chain ----------------------------------------------------------------

    def test_chain_of_contact_invoice_address_and_debtor(self):
        self.assertEqual(self._find().address, "faro@deudor.example")
        invoice = self._contact("Facturas", type="invoice", email="f@deudor.example")
        self.assertEqual(self._find().partner_id, invoice.id)
        contact = self._contact(
            "Pagos", email="Pagos@deudor.example", cartera_collection_contact=True
        )
        self.assertEqual(self._find().partner_id, contact.id)
        self.assertEqual(self._find().address, "pagos@deudor.example")
        contact.active = False
        self.assertEqual(self._find().partner_id, invoice.id)

    def test_tiers_rise_with_the_stage(self):
        people = {
            tier: self._contact(
                f"Tier {tier}",
                email=f"t{tier}@deudor.example",
                cartera_collection_contact=True,
                cartera_contact_tier=tier,
            )
            for tier in "123"
        }
        for stage, tier in [
            (self.stage_administrativa, "1"),
            (self.stage_extrajudicial, "2"),
            (self.stage_judicial, "3"),
        ]:
            self.case.stage_id = stage
            self.assertEqual(self._find().partner_id, people[tier].id)
        people["3"].active = False
        self.assertEqual(self._find().partner_id, people["2"].id)

    def test_contacts_are_named_in_the_form_of_their_debtor(self):
        user = self._create_user("ana", "collector")
        user.group_ids += self.env.ref("base.group_partner_manager")
        with Form(self.debtor.with_user(user)) as form:
            with form.child_ids.new() as contact:
                contact.name = "Pagos"
                contact.email = "pagos@deudor.example"
                contact.cartera_collection_contact = True
                contact.cartera_contact_tier = "1"
        self.assertEqual(self._find().address, "pagos@deudor.example")

    def test_management_is_not_written_to_early(self):
        self._contact(
            "Dirección",
            email="d@deudor.example",
            cartera_collection_contact=True,
            cartera_contact_tier="3",
        )
        self.case.stage_id = self.stage_administrativa
        self.assertEqual(self._find().address, "faro@deudor.example")

    def test_contacts_of_another_company_are_not_used(self):
        other = self.env["res.company"].create({"name": "Ajena"})
        self._contact(
            "Ajeno",
            email="x@deudor.example",
            cartera_collection_contact=True,
            company_id=other.id,
        )
        self.assertEqual(self._find().address, "faro@deudor.example")

    # -- usable addresses ---------------------------------------------------------

    def test_unusable_mail_addresses_are_passed_over(self):
        contact = self._contact(
            "Pagos", email="pagos@deudor.example", cartera_collection_contact=True
        )
        contact.message_bounce = 1
        self.assertEqual(self._find().address, "faro@deudor.example")
        contact.email = "nuevo@deudor.example"  # what bounced was the old address
        self.assertEqual(self._find().address, "nuevo@deudor.example")
        self.env["mail.blacklist"]._add("nuevo@deudor.example")
        self.assertEqual(self._find().address, "faro@deudor.example")
        self.debtor.email = "no address"
        self.assertIsNone(self._find())

    def test_phone_and_post_need_a_complete_address(self):
        self.assertEqual(self._reachable(), {"email"})
        self.debtor.write({"country_id": self.env.ref("base.mx").id, "phone": "123"})
        self.assertIsNone(self._find("sms"))
        self.debtor.phone = "55 1234 5678"
        self.assertEqual(self._find("sms").address, "+525512345678")
        self.env["phone.blacklist"].add("+525512345678")
        self.assertIsNone(self._find("sms"))
        self.assertIsNone(self._find("letter"))
        self.debtor.write({"street": "Calle 2", "city": "Puebla"})
        self.assertEqual(self._find("letter").address, "Calle 2, Puebla")
        self.assertEqual(self._reachable(), {"email", "call", "letter", "visit"})

    # -- falling back -------------------------------------------------------------

    def test_fallback_to_what_worked_last_then_to_the_cheapest(self):
        self.debtor.write(
            {
                "country_id": self.env.ref("base.mx").id,
                "phone": "55 1234 5678",
                "street": "Calle 2",
                "city": "Puebla",
                "email": False,
            }
        )
        self.assertIsNone(self._find())
        self.assertEqual(self._find(allow_fallback=True).channel, "sms")
        self.messages.create(
            {
                "case_id": self.case.id,
                "company_id": self.company.id,
                "channel": "letter",
                "date": "2026-06-01",
                "state": "sent",
                "date_sent": "2026-06-01 12:00:00",
            }
        )
        self.assertEqual(self._find(allow_fallback=True).channel, "letter")

    def test_who_opted_out_comes_last(self):
        invoice = self._contact("Facturas", type="invoice", email="f@deudor.example")
        self._withdraw(invoice, address="f@deudor.example")
        self.assertEqual(self._find().partner_id, self.debtor.id)
        self._withdraw(self.debtor)
        self.assertEqual(self._find().partner_id, invoice.id, "it is all the same")
        self.debtor.write({"street": "Calle 2", "city": "Puebla"})
        self.assertEqual(self._find(allow_fallback=True).channel, "letter")
        self._withdraw(invoice, decision="granted", date="2026-06-03")
        self.assertEqual(self._find(allow_fallback=True).partner_id, invoice.id)

    def test_a_branch_knows_who_opted_out_at_its_company(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self._withdraw(self.debtor, company_id=branch.id)
        self.debtor.write({"street": "Calle 2", "city": "Puebla"})
        self.assertEqual(self._find(allow_fallback=True).channel, "letter")

    def _withdraw(self, person, **values):
        values = {"decision": "withdrawn", "date": "2026-06-02", **values}
        self._consent(person, "email", **values)

    def test_tried_addresses_are_not_used_again(self):
        self._contact("Pagos", email="pagos@deudor.example", type="invoice")
        tried = [(self.case.id, "pagos@deudor.example")]
        self.assertEqual(self._find(tried=tried).address, "faro@deudor.example")

    def test_one_query_for_any_number_of_debtors(self):
        others = [
            self._create_debtor(f"Deudor {n}", email=f"d{n}@deudor.example")
            for n in range(5)
        ]
        for debtor in others:
            self._overdue(partner=debtor)
        cases = self.env["cartera.case"].search([("company_id", "=", self.company.id)])
        self.recipients._get_recipients(cases, "email")
        with self.assertQueryCount(1):
            found = self.recipients._get_recipients(cases, "email")
        self.assertEqual(set(found), set(cases.ids))

    # -- language -----------------------------------------------------------------

    def test_language_of_the_person_the_debtor_or_the_company(self):
        self.env["res.lang"]._activate_lang("es_MX")
        self.env["res.lang"]._activate_lang("fr_FR")
        contact = self._contact(
            "Pagos", email="p@deudor.example", type="invoice", lang="es_MX"
        )
        self.assertEqual(self._find().lang, "es_MX")
        contact.lang = False
        self.debtor.lang = "fr_FR"
        self.assertEqual(self._find().lang, "fr_FR")
        self.debtor.lang = False
        self.company.partner_id.lang = "es_MX"
        self.assertEqual(self._find().lang, "es_MX")
