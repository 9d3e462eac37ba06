import hashlib
import io
from datetime import date
from types import SimpleNamespace

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from .agreement_common import AgreementCommon


class DocumentCommon(AgreementCommon):
    """An agreement with a discount, offered or in force, and its documents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"vat": "ACR010101AAA", "city": "Puebla"})
        cls.debtor.write({"vat": "FAR020202BBB", "street": "Calle 2", "lang": "en_US"})
        cls.collector = cls._create_user("ana", "collector")
        cls.supervisor = cls._create_user("eva", "supervisor")

    @classmethod
    def _agree(cls, *payments, amount=1000, kind="finiquito", **values):
        """An agreement in force about one overdue invoice."""
        cls.invoice = cls._invoice(amount, "2026-05-01", due="2026-05-31")
        cls.env["cartera.run"].run(cls.company)
        payments = payments or (("2026-07-15", 800),)
        return cls._make_agreement(cls.invoice, *payments, kind=kind, **values)

    @classmethod
    def _offer(cls, *payments, valid_until="2026-07-10", **values):
        """The same, offered and not signed."""
        agreement = cls._agree(*payments, **values)
        agreement.item_ids.is_active = False
        agreement.write(
            {
                "state": "proposed",
                "date_signed": False,
                "date_started": False,
                "date_valid_until": valid_until,
            }
        )
        return agreement

    @classmethod
    def _find(cls, agreement, kind, state="valid"):
        return agreement.document_ids.filtered(
            lambda document: document.kind == kind and document.state == state
        )

    def _read(self, document):
        return " ".join(html2plaintext(document.body).split())


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestAgreementDocuments(DocumentCommon):
    """What is put in writing of an agreement: when, once, and no longer than true."""

    # -- issuing ------------------------------------------------------------------

    def test_a_document_is_issued_once_with_a_folio(self):
        agreement = self._offer()
        offer = agreement._issue("proposal")
        self.assertRegex(offer.name, r"^OF/2026/\d{5}$")
        self.assertEqual(offer.date, date(2026, 6, 30))
        self.assertEqual(offer.date_valid_until, date(2026, 7, 10))
        self.assertEqual(agreement._issue("proposal"), offer)
        self.assertEqual(len(agreement.document_ids.filtered("date_valid_until")), 1)

    def test_nobody_issues_it_a_second_time_behind_our_back(self):
        offer = self._offer()._issue("proposal")
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            offer.sudo().copy({"name": "OF/2026/99999", "token": "other"})

    def test_each_company_counts_its_own_folios(self):
        documents = self.env["cartera.agreement.document"].sudo()
        other = self.env["res.company"].create({"name": "Ajena"})
        first = documents._take_folio("contract", self.company)
        self.assertEqual(documents._take_folio("contract", other), "CO/2026/00001")
        second = documents._take_folio("contract", self.company)
        self.assertEqual(int(second[-5:]), int(first[-5:]) + 1)

    def test_the_words_stay_as_they_were_issued(self):
        agreement = self._offer()
        offer = agreement._issue("proposal")
        before = offer.body
        offer.template_id.title = "Something else"
        self.company.name = "Renamed"
        self.assertEqual(agreement._issue("proposal").body, before)
        self.assertNotIn("Renamed", before)

    def test_the_offer_says_what_is_owed_waived_and_paid(self):
        text = self._read(self._offer()._issue("proposal"))
        for expected in (
            "1,000.00",
            "800.00",
            "200.00",
            "20.00 %",
            "FAR020202BBB",
            "ACR010101AAA",
            "July 15, 2026",
            "July 10, 2026",
            "INV",
        ):
            with self.subTest(expected):
                self.assertIn(expected, text)
        self.assertNotIn("[", text)

    def test_it_is_in_the_language_of_the_debtor(self):
        self.env["res.lang"]._activate_lang("es_MX")
        template = self.env.ref("cartera_cobranza.agreement_template_proposal")
        template.with_context(lang="es_MX").title = "Carta convenio"
        self.debtor.lang = "es_MX"
        offer = self._offer()._issue("proposal")
        self.assertEqual(offer.lang, "es_MX")
        self.assertEqual(offer.title, "Carta convenio")
        self.assertIn("15 de julio de 2026", self._read(offer))

    def test_values_are_escaped(self):
        self.debtor.name = "El Faro <script>alert(1)</script>"
        offer = self._offer()._issue("proposal")
        self.assertNotIn("<script", offer.body)
        self.assertIn("&lt;script", offer.body)

    # -- clauses ------------------------------------------------------------------

    def _get_titles(self, agreement, kind="contract"):
        templates = self.env["cartera.agreement.template"]
        document = (
            self.env["cartera.agreement.document"]
            .sudo()
            .new({"agreement_id": agreement.id, "kind": kind})
        )
        return templates._choose(agreement, kind)._get_clauses(document).mapped("title")

    def test_full_stops_stand_once(self):
        self.company.name = "Uno & Dos, S.A. de C.V."
        self.debtor.name = "Faro, S.A."
        agreement = self._offer()
        template = self.env["cartera.agreement.template"]._choose(agreement, "proposal")
        template.body_html = (
            '<p>Pay <t t-out="object.creditor_name"/>.</p>'
            '<p>For <t t-out="object.debtor_name"/>. Thanks.</p>'
        )
        text = self._read(agreement._issue("proposal"))
        self.assertIn("Pay Uno & Dos, S.A. de C.V. For Faro, S.A. Thanks.", text)
        self.assertNotIn("..", text)

    def test_clauses_follow_the_terms(self):
        plain = self._agree(("2026-07-15", 1000), kind="reestructura")
        titles = self._get_titles(plain)
        self.assertIn("No novation", titles)
        for absent in ("Discount", "Interest", "Early maturity", "Guarantors"):
            self.assertNotIn(absent, titles)
        rich = self._agree(
            ("2026-07-15", 400, 10), ("2026-08-15", 500, 5), kind="reestructura"
        )
        titles = self._get_titles(rich)
        for present in ("Discount", "Interest", "Early maturity"):
            self.assertIn(present, titles)
        self.assertEqual(titles, sorted(titles, key=titles.index))

    def test_no_contract_denies_the_interest_on_interest_it_asks_for(self):
        denial = "No interest is charged on interest"
        for kind, told in (("pay_interest", True), ("capitalise", False)):
            with self.subTest(kind):
                agreement = self._agree(
                    ("2026-07-15", 400, 10),
                    ("2026-08-15", 600, 5),
                    kind="reestructura",
                    grace_periods=1,
                    grace_kind=kind,
                )
                contract = self._read(self._find(agreement, "contract"))
                self.assertIn("interest of $ 15.00", contract.replace("\xa0", " "))
                self.assertEqual(denial in contract, told)

    def test_clauses_follow_the_country(self):
        agreement = self._agree()
        counted = {}
        for code in ("mx", "co", "es", "cl", "pe", "us"):
            self.company.account_fiscal_country_id = self.env.ref(f"base.{code}")
            counted[code] = self._get_titles(agreement)
        for code in ("mx", "co", "es", "cl", "pe"):
            with self.subTest(code):
                self.assertEqual(counted[code].count("Law and courts"), 1)
        self.assertNotIn("Law and courts", counted["us"])
        self.assertIn("Documents of the discount", counted["mx"])
        self.assertIn("Taxes", counted["mx"])
        self.assertIn("Credit bureau", counted["co"])

    def test_a_rate_says_how_it_is_meant(self):
        terms = {"kind": "reestructura", "rate": 24, "method": "french"}
        parts = ("2026-07-30", 400, 20), ("2026-08-30", 600, 12)
        usual = {"term": 2, "date": "2026-06-30", "date_first": "2026-07-30"}
        usual |= {"rate_effective": 26.82, "rate_kind": "nominal"}
        for expected, values in (
            ("24 % nominal a year (2 % for each period) on what is still owed", {}),
            ("24 % effective a year (1.8088 %", {"rate_kind": "effective"}),
            ("(by days, Actual/360)", {"day_count": "actual_360"}),
            ("on the capital at the beginning", {"method": "flat"}),
        ):
            with self.subTest(expected):
                agreement = self._agree(*parts, **{**terms, **usual, **values})
                contract = self._read(self._find(agreement, "contract"))
                self.assertIn(expected, contract)
                self.assertIn("an effective rate of 26.82 % a year", contract)
                self.assertIn(f"Rate: 24 % {agreement.rate_kind} a year", contract)
                self.assertIn("and without taxes: 26.82 %", contract)
        agreement.product_id.interest_on_charges = True
        contract = self._find(agreement, "contract")
        contract.invalidate_recordset()
        self.assertIn("owed at the beginning", contract.rate_base_text)

    def test_the_courts_are_named(self):
        agreement = self._agree()
        for code, expected in {
            "mx": "submit to the courts of Puebla, and give up any others",
            "co": "performed in Puebla, whose judges",
            "es": "they submit to the courts of Puebla; over a consumer",
            "cl": "their domicile in Puebla and submit to the courts of Puebla.",
            "pe": "submit to the courts of Puebla, and give up",
        }.items():
            with self.subTest(code):
                self.company.account_fiscal_country_id = self.env.ref(f"base.{code}")
                self.assertIn(expected, self._draft(agreement))

    def test_payments_are_told_as_they_are(self):
        """One payment is not the first nor the last, and nothing is no payment."""
        one = self._draft(self._agree())
        self.assertIn("in one payment, on July 15, 2026 at the latest", one)
        self.assertNotIn("are overdue", one)
        product = self._agreement_product("reestructura", default_missed=1)
        several = self._agree(
            ("2026-07-15", 0),
            ("2026-08-15", 500),
            ("2026-09-15", 500),
            kind="reestructura",
            product=product,
        )
        text = self._draft(several)
        self.assertIn("in the 2 payments of the schedule above, the first on A", text)
        self.assertIn("in breach when one payment is overdue", text)
        several.write({"default_missed": 0, "notice_days": 0})
        text = self._draft(several)
        self.assertNotIn("overdue", text)
        self.assertIn("is 60 days late", text)

    def test_a_settlement_in_several_payments_says_what_breaks_it(self):
        product = self._agreement_product("finiquito", default_missed=1)
        payments = ("2026-07-15", 400), ("2026-08-15", 400)
        text = self._draft(self._agree(*payments, product=product))
        self.assertIn("in breach when one payment is overdue", text)
        self.assertIn("10 days to pay what is overdue", text)

    def test_guarantors_sign_as_what_they_are(self):
        agreement = self._offer(("2026-07-15", 800), kind="reestructura")
        for name, values in {
            "Aval Uno": {"is_joint": True},
            "Aval Dos": {"is_joint": True, "amount": 300},
            "Fiador Tres": {"is_joint": False, "amount": 200},
        }.items():
            agreement.coverage_ids.create(
                {
                    "agreement_id": agreement.id,
                    "kind": "guarantor",
                    "partner_id": self._create_debtor(name).id,
                    **values,
                }
            )
        contract = self._draft(agreement).replace("\xa0", " ")
        for expected in (
            "Aval Uno Jointly liable",
            "Aval Dos Jointly liable up to $ 300.00",
            "Fiador Tres Guarantor up to $ 200.00",
        ):
            self.assertIn(expected, contract)
        pagare = self._draft(agreement, "pagare")
        self.assertIn("Aval Dos", pagare)
        self.assertNotIn("Fiador Tres", pagare)
        self.assertNotIn("Aval Uno", self._draft(agreement, "proposal"))

    def test_nobody_represents_itself(self):
        agreement = self._agree()
        self.assertIn("represented by ____", self._draft(agreement))
        self.company.cartera_signer = "Eva Ruiz"
        self.assertIn("represented by Eva Ruiz,", self._draft(agreement))

    def _draft(self, agreement, kind="contract"):
        body = agreement.document_ids._draft(agreement, kind)
        return " ".join(html2plaintext(body).split())

    def test_credit_notes_are_promised_where_they_are_made(self):
        self.company.account_fiscal_country_id = self.env.ref("base.mx")
        agreement = self._agree()
        self.assertIn("Documents of the discount", self._get_titles(agreement))
        agreement.settlement_method = "write_off"
        titles = self._get_titles(agreement)
        self.assertNotIn("Documents of the discount", titles)
        self.assertIn("Taxes", titles)

    def test_a_contract_is_chosen_by_product_and_company(self):
        choose = self.env["cartera.agreement.template"]._choose
        for kind in ("finiquito", "reestructura", "convenio_judicial"):
            agreement = SimpleNamespace(company_id=self.company, kind=kind)
            self.assertEqual(
                choose(agreement, "contract"),
                self.env.ref(f"cartera_cobranza.agreement_template_contract_{kind}"),
            )
        own = choose(agreement, "contract").copy({"company_id": self.company.id})
        self.assertEqual(choose(agreement, "contract"), own)

    def test_without_a_template_it_says_where_to_make_one(self):
        agreement = self._offer()
        self.env.ref("cartera_cobranza.agreement_template_proposal").active = False
        with self.assertRaisesRegex(UserError, "Configuration"):
            agreement._issue("proposal")

    def test_texts_run_no_code(self):
        template = self.env.ref("cartera_cobranza.agreement_template_proposal")
        mine = template.with_user(self.supervisor)
        mine.body_html = '<p>For <t t-out="object.debtor_name">[debtor]</t></p>'
        with self.assertRaises(AccessError):
            mine.body_html = '<p><t t-out="object.env.cr.dbname"/></p>'

    def test_the_preview_shows_what_is_being_typed(self):
        agreement = self._offer()
        template = self.env.ref("cartera_cobranza.agreement_template_proposal")
        count = self.env["cartera.agreement.document"].search_count([])
        form = template.new(origin=template)
        form.closing_html = "<p>Only typed</p>"
        form.preview_agreement_id = agreement
        self.assertIn("Only typed", form.preview_html)
        self.assertIn("El Faro", form.preview_html)
        self.assertEqual(self.env["cartera.agreement.document"].search_count([]), count)

    def test_a_draft_is_previewed_by_the_rules_of_its_product(self):
        agreement = self._offer(
            ("2026-07-15", 400), ("2026-08-15", 400), kind="reestructura"
        )
        agreement.product_id.write({"default_missed": 3, "notice_days": 12})
        agreement.write({"state": "draft", "default_missed": 0, "default_days": 0})
        body = agreement.document_ids._draft(agreement, "contract")
        text = " ".join(html2plaintext(body).split())
        self.assertIn("in breach when 3 payments are overdue", text)
        self.assertIn("12 days to pay what is overdue", text)
        self.assertIn("Breach by delay", text)

    # -- pagarés ------------------------------------------------------------------

    def test_a_pagare_has_the_amount_in_words(self):
        agreement = self._agree(("2026-07-15", 800.5), kind="reestructura")
        pagare = agreement._issue("pagare")
        words = agreement.currency_id.amount_to_text(800.5)
        self.assertIn(words, self._read(pagare))
        self.assertIn("800.50", self._read(pagare))

    def test_spanish_words_close_as_the_currency_does(self):
        self.env["res.lang"]._activate_lang("es_MX")
        agreement = self._agree()
        document = agreement._issue("pagare").sudo().with_context(lang="es_MX")
        for code, expected in {
            "MXN": "MIL DOSCIENTOS PESOS 50/100 M.N.",
            "COP": "MIL DOSCIENTOS PESOS 50/100 M/CTE",
        }.items():
            currency = self.env.ref(f"base.{code}")
            currency.active = True
            agreement.currency_id = currency
            self.assertEqual(document._get_words(1200.5), expected)

    def test_a_pagare_for_each_instalment_or_one_for_all(self):
        agreement = self._agree(
            ("2026-07-15", 400), ("2026-08-15", 600), kind="reestructura"
        )
        mine = agreement.with_user(self.collector)
        mine.action_issue_pagares()
        mine.action_issue_pagares()
        pagares = self._find(agreement, "pagare")
        self.assertEqual(len(pagares), 2)
        by_row = {one.installment_id.number: self._read(one) for one in pagares}
        self.assertIn("400.00", by_row[1])
        self.assertIn("August 15, 2026", by_row[2])
        with self.assertRaisesRegex(UserError, "already"):
            mine.action_issue_pagare()

    def test_nobody_promises_again_what_is_paid(self):
        agreement = self._agree(
            ("2026-07-15", 400, 10), ("2026-08-15", 600, 5), kind="reestructura"
        )
        self._pay(self.invoice, 500, "2026-06-30")
        mine = agreement.with_user(self.collector)
        mine.action_issue_pagare()
        whole = self._find(agreement, "pagare")
        self.assertIn("515.00", self._read(whole))  # 500 and the interest to come
        self.assertNotIn("1,015.00", self._read(whole))
        whole._revoke()
        agreement.coverage_ids.unlink()
        mine.action_issue_pagares()
        for pagare, amount in zip(
            self._find(agreement, "pagare").sorted("id"),
            ("10.00", "505.00"),
            strict=True,
        ):
            self.assertIn(f"For $ {amount}", self._read(pagare).replace("\xa0", " "))

    # -- numbers ------------------------------------------------------------------

    def test_numbers_are_written_as_the_language_does(self):
        """In a contract in Spanish 24.125 % is a thousand times as much."""
        self.env["res.lang"]._activate_lang("es_CO")
        unit = self.env["res.currency"].create({"name": "UVX", "symbol": "UVX"})
        agreement = self._agree(
            kind="reestructura", rate=24.125, index_currency_id=unit.id
        )
        agreement.index_value = 38642.1
        contract = self._find(agreement, "contract")
        contract.invalidate_recordset()
        for lang, rate, value, share in (
            ("en_US", "24.125 %", "38,642.1", "20.00 %"),
            ("es_CO", "24,125 %", "38.642,1", "20,00 %"),
        ):
            with self.subTest(lang):
                self.assertRecordValues(
                    contract.with_context(lang=lang),
                    [
                        {
                            "rate_text": rate,
                            "unit_value": value,
                            "discount_percent": share,
                        }
                    ],
                )
        agreement.rate = 24
        contract.invalidate_recordset()
        self.assertEqual(contract.rate_text, "24 %")

    # -- letters ------------------------------------------------------------------

    def test_a_letter_names_the_money_of_the_agreement_alone(self):
        """What came before reduced the debt that was agreed upon, also where less of
        the charges was collected than agreed."""
        self.invoice = self._invoice(1000, "2026-05-01", due="2026-05-31")
        before = self._pay(self.invoice, 300, "2026-06-15")
        self.env["cartera.run"].run(self.company)
        agreement = self._make_agreement(self.invoice, ("2026-07-15", 700, 20))
        payment = self._pay(self.invoice, 700, "2026-06-30")
        agreement.state = "kept"
        letter = agreement._issue("paz_y_salvo")
        self.assertEqual([row["amount"] for row in letter._get_payments()], [700])
        self.assertIn("it has paid $ 700.00", self._read(letter).replace("\xa0", " "))
        self.assertIn(payment.move_id.name, self._read(letter))
        self.assertNotIn(before.move_id.name, self._read(letter))

    def test_a_letter_names_all_of_that_money(self):
        agreement = self._agree(("2026-07-15", 800))
        for amount, day in ((100, "2026-06-29"), (850, "2026-06-30")):
            self._pay(self.invoice, amount, day)
        contract = self._find(agreement, "contract")
        amounts = [row["amount"] for row in contract._get_payments()]
        self.assertEqual(amounts, [100, 850])

    def test_of_a_part_the_letter_names_what_paid_that(self):
        """What is not covered is paid first."""
        agreement = self._agree(("2026-07-15", 600), kind="reestructura")
        agreement.item_ids.amount = 600
        self._pay(self.invoice, 400, "2026-06-29")
        self._pay(self.invoice, 600, "2026-06-30")
        contract = self._find(agreement, "contract")
        amounts = [row["amount"] for row in contract._get_payments()]
        self.assertEqual(amounts, [600])

    def test_no_letter_before_the_last_payment_is_matched(self):
        agreement = self._agree(("2026-07-15", 1000), kind="reestructura")
        for kind in ("settlement_letter", "paz_y_salvo"):
            with self.assertRaisesRegex(UserError, "not paid in full"):
                agreement._issue(kind)
        self._pay(self.invoice, 999.99, "2026-06-30")
        with self.assertRaisesRegex(UserError, "not paid in full"):
            agreement._issue("paz_y_salvo")
        payment = self._pay(self.invoice, 0.01, "2026-06-30", match=False)
        with self.assertRaisesRegex(UserError, "not paid in full"):
            agreement._issue("paz_y_salvo")
        self._match(payment.move_id | self.invoice)
        agreement.state = "kept"
        text = self._read(agreement._issue("paz_y_salvo"))
        self.assertIn("1,000.00", text)
        self.assertIn(payment.move_id.name, text)

    def test_a_letter_is_taken_back_with_what_it_says(self):
        agreement = self._agree(("2026-07-15", 1000), kind="reestructura")
        self._pay(self.invoice, 1000, "2026-06-30")
        agreement.state = "kept"
        letter = agreement._issue("paz_y_salvo")
        self.assertEqual(letter.validity, "valid")
        agreement.state = "active"
        self.assertRecordValues(
            letter, [{"state": "revoked", "date_revoked": date(2026, 6, 30)}]
        )
        agreement.state = "kept"
        self.assertNotEqual(agreement._issue("paz_y_salvo").name, letter.name)

    # -- validity -----------------------------------------------------------------

    def test_documents_hold_as_long_as_what_they_say(self):
        agreement = self._offer()
        offer = agreement._issue("proposal")
        pagare = agreement._issue("pagare")
        self.assertEqual(offer.validity, "valid")
        with self._on("2026-07-11"):
            offer.invalidate_recordset(["validity"])
            self.assertEqual(offer.validity, "ended")
        offer.invalidate_recordset(["validity"])
        for state, expected in {
            "active": ("ended", "valid"),
            "broken": ("ended", "valid"),
            "kept": ("ended", "ended"),
            "cancelled": ("ended", "ended"),
            "draft": ("revoked", "revoked"),
        }.items():
            with self.subTest(state):
                agreement.state = state
                self.assertEqual((offer.validity, pagare.validity), expected)

    def test_documents_end_once_another_agreement_takes_the_place(self):
        """The debt is not promised twice."""
        agreement = self._agree(kind="reestructura")
        papers = agreement._issue("pagare") | self._find(agreement, "contract")
        agreement._close("broken", date(2026, 6, 30))
        self.assertEqual(set(papers.mapped("validity")), {"valid"})
        self._make_agreement(
            self.invoice, ("2026-09-15", 1000), refinanced_from_id=agreement.id
        )
        papers.invalidate_recordset(["validity"])
        self.assertEqual(set(papers.mapped("validity")), {"ended"})

    def test_only_a_supervisor_revokes(self):
        offer = self._offer()._issue("proposal")
        with self.assertRaises(AccessError):
            offer.with_user(self.collector).action_revoke()
        offer.with_user(self.supervisor).action_revoke()
        self.assertEqual(offer.state, "revoked")
        self.assertEqual(offer.revoked_by_id, self.supervisor)
        with self.assertRaises(UserError):
            offer.with_user(self.supervisor).action_revoke()

    def test_an_agreement_with_folios_is_not_deleted(self):
        agreement = self._offer()
        agreement._issue("proposal")
        agreement.state = "draft"
        with self.assertRaisesRegex(UserError, "folios"):
            agreement.unlink()

    # -- the PDF ------------------------------------------------------------------

    def _patch_pdf(self):
        """A PDF of one page in place of the one that the program makes."""
        made = []

        def run(_self, found, *_args, **_kwargs):
            made.append(found)
            page = io.BytesIO()
            writer = PdfFileWriter()
            writer.addBlankPage(200, 200)
            writer.write(page)
            return page.getvalue()

        self.patch(type(self.env["ir.actions.report"]), "_run_wkhtmltopdf", run)
        return made

    def test_the_pdf_is_made_once_and_its_digest_kept(self):
        made = self._patch_pdf()
        offer = self._offer()._issue("proposal")
        self.assertFalse(offer.attachment_id)
        mine = offer.with_user(self.collector)
        mine = mine.with_context(force_report_rendering=True)
        mine.action_download()
        attachment = offer.attachment_id
        self.assertEqual(PdfFileReader(io.BytesIO(attachment.raw)).numPages, 1)
        self.assertEqual(offer.sha256, hashlib.sha256(attachment.raw).hexdigest())
        self.assertEqual(attachment.name, offer.name.replace("/", "-") + ".pdf")
        mine.action_download()
        self.assertEqual(len(made), 1)

    def test_the_pdf_is_for_readers_of_the_agreement_alone(self):
        offer = self._offer()._issue("proposal")
        attachment = offer._get_pdf()
        self.assertFalse(attachment.public)
        self.assertTrue(attachment.with_user(self.collector).has_access("read"))
        self.assertFalse(attachment.with_user(self.collector).has_access("write"))
        own = self._create_user("luz", "own")
        self.assertFalse(attachment.with_user(own).has_access("read"))

    def test_the_page_has_the_link_to_verify_it(self):
        offer = self._offer()._issue("proposal").sudo()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "cartera_cobranza.agreement_document_report", offer.ids
        )
        page = html.decode()
        self.assertIn(f"/cartera/verify/{offer.token}", page)
        self.assertIn("data:image/svg+xml;base64,", page)
        self.assertIn(offer.name, page)

    def test_missing_pdfs_are_made_by_themselves(self):
        agreement = self._offer()
        offer, pagare = agreement._issue("proposal"), agreement._issue("pagare")
        reports = type(self.env["ir.actions.report"])
        render = reports._render_qweb_pdf
        broken, refusal = offer.ids, "No printer"

        def fail(records, report_ref, res_ids=None, data=None):
            if res_ids == broken:
                raise UserError(refusal)
            return render(records, report_ref, res_ids=res_ids, data=data)

        self.patch(reports, "_render_qweb_pdf", fail)
        cron = self.env.ref("cartera_cobranza.ir_cron_cartera_documents")
        with (
            self.enter_registry_test_mode(),
            mute_logger(
                "odoo.addons.cartera_cobranza.models.cartera_agreement_document"
            ),
        ):
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(offer.attachment_id)
        self.assertTrue(pagare.attachment_id)
