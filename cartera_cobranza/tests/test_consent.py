import re

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, tagged

from .contact_common import ContactCommon


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestConsent(ContactCommon):
    """The register of what debtors allowed and forbade."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._person_case("co", phone="310 555 1234")
        cls.collector = cls._create_user("cartera_ana", "collector")

    def test_addresses_are_kept_as_messages_use_them(self):
        person = self.case.partner_id
        for channel, written, kept in [
            ("email", " Ana.Torres@Example.COM ", "ana.torres@example.com"),
            ("sms", "310 555 1234", "+573105551234"),
            ("whatsapp", "+57 310 555 1234", "+573105551234"),
            ("call", "extension 12", "extension 12"),
            ("letter", " Calle 1 # 2-3 ", "Calle 1 # 2-3"),
        ]:
            with self.subTest(channel):
                consent = self._consent(person, channel, address=written)
                self.assertEqual(consent.address, kept)

    def test_the_last_row_counts(self):
        at = "2026-06-30T10:00-05:00"
        for decision, date, rule in [
            ("granted", "2026-01-01", ""),
            ("withdrawn", "2026-02-01", "opt_out"),
            ("granted", "2026-01-15", "opt_out"),
            ("granted", "2026-03-01", ""),
        ]:
            self._consent(self.case.partner_id, "email", decision, date=date)
            with self.subTest(date=date):
                self.assertEqual(self._ask(self.case, "email", at).rule, rule)

    def test_consents_are_of_one_company(self):
        other = self.env["res.company"].create({"name": "Ajena"})
        self._consent(self.case.partner_id, "email", company_id=other.id)
        decision = self._ask(self.case, "email", "2026-06-30T10:00-05:00")
        self.assertRefused(decision, "consent")

    def test_people_of_the_debtor_and_their_own_word(self):
        person = self.case.partner_id
        contact = self.env["res.partner"].create(
            {"name": "Luis", "parent_id": person.id}
        )
        at = "2026-06-30T10:00-05:00"
        self._consent(person, "call", date="2026-01-01")
        self.assertTrue(self._ask(self.case, "call", at, contact=contact).allowed)
        self._consent(contact, "call", "withdrawn", date="2026-02-01")
        refused = self._ask(self.case, "call", at, contact=contact)
        self.assertRefused(refused, "opt_out")
        self.assertTrue(self._ask(self.case, "call", at).allowed)

    def test_withdrawing_is_told_on_the_case(self):
        self._consent(self.case.partner_id, "sms", "withdrawn", source="call")
        message = self.case.message_ids[0]
        self.assertIn("SMS", message.body)
        self.assertIn("Recorded call", message.body)
        before = len(self.case.message_ids)
        self._consent(self.case.partner_id, "sms")
        self.assertEqual(len(self.case.message_ids), before)

    def test_nobody_changes_a_row(self):
        consent = self._consent(self.case.partner_id, "sms").with_user(self.collector)
        with self.assertRaises(AccessError):
            consent.write({"decision": "withdrawn"})
        with self.assertRaises(AccessError):
            consent.unlink()

    def test_whoever_records_it_signs_it(self):
        consents = self.consents.with_user(self.collector)
        values = {
            "partner_id": self.case.partner_id.id,
            "channel": "call",
            "source": "contract",
        }
        consent = consents.create({**values, "user_id": self.env.uid})
        self.assertEqual(consent.user_id, self.collector)
        for source in ("link", "portal"):
            with self.assertRaisesRegex(UserError, "own click"):
                consents.create({**values, "source": source})

    def test_nobody_knows_what_a_debtor_will_say(self):
        values = {
            "partner_id": self.case.partner_id.id,
            "channel": "sms",
            "decision": "withdrawn",
            "source": "call",
            "date": "2026-07-01 00:00:00",
        }
        with self.assertRaisesRegex(UserError, "no date to come"):
            self.consents.with_user(self.collector).create(values)

    def _message_to(self, case, address, contact=None):
        return (
            self.env["cartera.communication"]
            .sudo()
            .create(
                {
                    "case_id": case.id,
                    "company_id": case.company_id.id,
                    "channel": "email",
                    "address": address,
                    "contact_partner_id": contact and contact.id,
                    "date": "2026-06-01",
                    "state": "sent",
                }
            )
        )

    def _follow(self, message, forget):
        """Follow the link in a message after ``forget`` was called."""
        token = message._get_opt_out_url().rpartition("/")[2]
        forget()
        self.env.invalidate_all()
        terms = self.consents._read_opt_out_token(token)
        self.consents._withdraw(terms)
        return terms["partner"]

    def test_a_link_outlives_the_merge_of_its_person(self):
        kept, gone = (
            self._person_case("pe", name=name, email=f"{name}@example.com")
            for name in ("ana", "anita")
        )
        message = self._message_to(gone, "anita@example.com")
        found = self._follow(
            message,
            lambda: self.env["base.partner.merge.automatic.wizard"]._merge(
                [kept.partner_id.id, gone.partner_id.id], kept.partner_id
            ),
        )
        self.assertEqual(found, kept.partner_id)
        self.frozen.move_to("2026-06-30 15:00:00")
        at = "2026-06-30T10:00-05:00"
        refused = self._ask(kept, "email", at, address="anita@example.com")
        self.assertRefused(refused, "opt_out")
        self.assertTrue(self._ask(kept, "email", at).allowed)

    def test_a_link_outlives_its_contact(self):
        case = self._person_case("pe", email="ana@example.com")
        contact = self.env["res.partner"].create(
            {
                "name": "Luis",
                "parent_id": case.partner_id.id,
                "email": "luis@example.com",
            }
        )
        message = self._message_to(case, "luis@example.com", contact)
        self.assertEqual(self._follow(message, contact.unlink), case.partner_id)

    def test_a_collector_of_own_cases_registers_theirs(self):
        own = self._create_user("cartera_propia", "own")
        self.case.user_id = own
        other = self._person_case("co", name="Eva")
        mine = self.consents.with_user(own)
        values = {"channel": "sms", "source": "contract"}
        mine.create({**values, "partner_id": self.case.partner_id.id})
        with self.assertRaises(AccessError):
            mine.create({**values, "partner_id": other.partner_id.id})
        self._consent(other.partner_id, "sms")
        self.assertEqual(mine.search([]).partner_id, self.case.partner_id)

    def test_many_people_at_once(self):
        people = self.case.partner_id | self._create_person("co", "Eva")
        wizard = self.env["cartera.consent.register"].with_user(self.collector)
        form = Form(
            wizard.with_context(active_model="res.partner", active_ids=people.ids)
        )
        self.assertEqual(form.partner_ids.ids, people.ids)
        form.email = form.whatsapp = True
        form.date = "2026-05-01 12:00:00"
        form.source = "form"
        form.reference = "Form 7"
        action = form.save().action_register()
        found = self.consents.search(action["domain"])
        self.assertEqual(found.partner_id, people)
        self.assertEqual(set(found.mapped("channel")), {"email", "whatsapp"})
        self.assertEqual(len(found), 4)
        self.assertEqual(set(found.mapped("reference")), {"Form 7"})
        self.assertEqual(found.user_id, self.collector)

    def test_registering_needs_a_channel(self):
        wizard = self.env["cartera.consent.register"].create(
            {"partner_ids": self.case.partner_id.ids}
        )
        with self.assertRaises(UserError):
            wizard.action_register()

    def test_from_a_list_of_cases(self):
        wizard = self.env["cartera.consent.register"].with_context(
            active_model="cartera.case", active_ids=self.case.ids
        )
        self.assertEqual(Form(wizard).partner_ids.ids, self.case.partner_id.ids)

    def test_import(self):
        person, date = str(self.case.partner_id.id), "2026-05-01 10:00:00"
        result = self.consents.with_user(self.collector).load(
            ["partner_id/.id", "channel", "decision", "date", "source", "reference"],
            [
                [person, "email", "granted", date, "contract", "K-1"],
                [person, "SMS", "Withdrawn", date, "Signed form", "K-1"],
            ],
        )
        self.assertFalse(result["messages"])
        found = self.consents.browse(result["ids"])
        self.assertEqual(found.mapped("channel"), ["email", "sms"])
        self.assertEqual(found.mapped("decision"), ["granted", "withdrawn"])


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestOptOut(HttpCase, ContactCommon):
    """The page on which a debtor stops messages, as the debtor's browser opens it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._person_case("pe", email="ana@example.com")
        cls.person = cls.case.partner_id
        cls.url = cls._get_url()

    @classmethod
    def _get_url(cls, one_click=False, address="ana@example.com"):
        return cls.consents._get_opt_out_url(
            cls.person, cls.company, "email", address, one_click=one_click
        )

    def _open(self, url, data=None):
        """Path of the test's own server; ``data`` makes it a POST."""
        return self.url_open(url[url.index("/cartera/") :], data=data)

    def _rows(self):
        return self.consents.search([("debtor_id", "=", self.person.id)])

    def _confirm(self, url):
        token = re.search(
            r'name="csrf_token" value="([^"]+)"', self._open(url).text
        ).group(1)
        return self._open(url, {"csrf_token": token})

    def test_looking_changes_nothing(self):
        for _again in range(2):
            response = self._open(self.url)
            self.assertEqual(response.status_code, 200)
        self.assertIn(self.company.name, response.text)
        self.assertIn("ana@example.com", response.text)
        self.assertIn("E-mail", response.text)
        self.assertIn("noindex", response.headers["X-Robots-Tag"])
        self.assertFalse(self._rows())

    def test_confirming_stops_the_messages(self):
        response = self._confirm(self.url)
        self.assertEqual(response.status_code, 200)
        self.assertIn("Thank you", response.text)
        self.assertRecordValues(
            self._rows(),
            [
                {
                    "partner_id": self.person.id,
                    "company_id": self.company.id,
                    "channel": "email",
                    "address": "ana@example.com",
                    "decision": "withdrawn",
                    "source": "link",
                    "user_id": False,
                }
            ],
        )
        decision = self._ask(self.case, "email", "2026-06-30T10:00-05:00")
        self.assertRefused(decision, "opt_out")
        self.assertEqual(self.case.message_ids[0].author_id, self.person)

    def test_confirming_twice_is_once(self):
        for _again in range(2):
            self._confirm(self.url)
        self.assertEqual(len(self._rows()), 1)

    def test_after_a_new_consent_the_link_works_again(self):
        self._confirm(self.url)
        with self._on("2026-06-30 10:00"):
            self._consent(self.person, "email")
        with self._on("2026-06-30 12:00"):
            self._confirm(self.url)
        self.assertEqual(
            self._rows().mapped("decision"), ["withdrawn", "granted", "withdrawn"]
        )

    def test_a_post_without_its_token_is_refused(self):
        response = self._open(self.url, {"nothing": "1"})
        self.assertEqual(response.status_code, 400)
        self.assertFalse(self._rows())

    def test_one_click(self):
        url = self._get_url(one_click=True)
        response = self._open(url, {"List-Unsubscribe": "One-Click"})
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self._rows().decision, "withdrawn")

    def test_one_click_is_no_page(self):
        response = self._open(self._get_url(one_click=True))
        self.assertIn(response.status_code, (404, 405))
        self.assertFalse(self._rows())

    def test_links_that_are_not_ours(self):
        token = self.url.rpartition("/")[2]
        swapped = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
        for wrong in (swapped, "x", "%C3%B1", token[: len(token) // 2], token + "AAAA"):
            with self.subTest(wrong):
                response = self._open(f"/cartera/opt-out/{wrong}")
                self.assertEqual(response.status_code, 404)
                self.assertIn("not valid", response.text)
                clicked = self._open(f"/cartera/opt-out/{wrong}/one-click", {"a": "1"})
                self.assertEqual(clicked.status_code, 404)
        self.assertFalse(self._rows())

    def test_a_person_who_is_gone(self):
        url = self.consents._get_opt_out_url(
            self.env["res.partner"].browse(2**30),
            self.company,
            "email",
            "a@example.com",
        )
        self.assertEqual(self._open(url).status_code, 404)

    def test_the_page_speaks_the_debtor_s_language(self):
        self.env["res.lang"]._activate_lang("es_MX")
        self.person.lang = "es_MX"
        self.env.ref("cartera_cobranza.opt_out_page").update_field_translations(
            "arch_db", {"es_MX": {"Stop these messages": "Detener estos mensajes"}}
        )
        page = self._open(self.url).text
        self.assertIn('lang="es-MX"', page)
        self.assertIn("Detener estos mensajes", page)

    def test_the_page_speaks_installed_languages_only(self):
        self.env["res.lang"]._activate_lang("es_MX")
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.partner_id.lang = "es_MX"
        self.person.lang = "fr_FR"
        self.assertIn('lang="fr-FR"', self._open(self.url).text)
        self.env["res.lang"].search([("code", "=", "fr_FR")]).flush_recordset()
        self.env.cr.execute("UPDATE res_lang SET active = FALSE WHERE code = 'fr_FR'")
        self.env.invalidate_all()
        self.env.registry.clear_cache("stable")
        self.env.registry.clear_cache()
        self.assertIn('lang="es-MX"', self._open(self.url).text)

    def test_ten_thousand_links_are_cheap(self):
        self._get_url()
        with self.assertQueryCount(0):
            for number in range(100):
                self._get_url(address=f"{number}@example.com")
