from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import html2plaintext

from .message_common import MessageCommon

KINDS_WITHOUT_DEBT = {"promise_made", "promise_due", "promise_broken"}


@tagged("post_install", "-at_install", "cartera", "cartera_message")
class TestMessageTemplate(MessageCommon):
    """What messages say."""

    def _render(self, template=None, case=None, channel="email", lang=None):
        case = case or self._case()
        shown = (template or self.template)._render_preview(case, lang, channel)
        shown["plain"] = html2plaintext(shown["body"] or "")
        return shown

    # -- items --------------------------------------------------------------------

    def test_items_by_instalment_in_their_own_currencies(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        self._invoice(100, "2026-05-01", due=[("2026-05-31", 40), ("2026-06-20", 60)])
        foreign = self._overdue(30, currency=euro)
        text = self._render()["plain"]
        for expected in ("40.00", "60.00", "$ 100.00 USD", "30.00 € EUR"):
            self.assertIn(expected, text.replace("\xa0", " "))
        self.assertIn(foreign.name, text)
        self.assertNotIn("130", text)

    def test_items_out_of_collection_are_not_asked_for(self):
        self._overdue(100)
        blocked = self._overdue(50)
        self._receivable_lines(blocked).no_followup = True
        self._invoice(70, "2026-06-01", due="2026-07-30")
        shown = self._render()
        self.assertNotIn(blocked.name, shown["plain"])
        self.assertIn("100.00", shown["plain"])
        self.assertNotIn("70.00", shown["plain"])

    def test_credits_by_the_choice_of_the_company(self):
        self._overdue(100)
        credit = self._overdue(30, move_type="out_refund")
        for policy, asked, is_shown in [
            ("deduct", "70.00", True),
            ("show", "100.00", True),
            ("off", "100.00", False),
        ]:
            self.company.cartera_credit_policy = policy
            shown = self._render()
            with self.subTest(policy):
                self.assertEqual(credit.name in shown["plain"], is_shown)
                self.assertRegex(shown["plain"], rf"To pay\*?\s+\W*\$\s{asked}")

    def test_preventive_message_shows_what_falls_due_soon(self):
        near = self._invoice(80, "2026-06-01", due="2026-07-03")
        far = self._invoice(90, "2026-06-01", due="2026-09-03")
        overdue = self._overdue(70)
        shown = self._render(
            self.env.ref("cartera_cobranza.cartera_template_preventive")
        )
        self.assertIn(near.name, shown["subject"])
        self.assertIn("07/03/2026", shown["subject"])
        self.assertIn("80.00", shown["plain"])
        self.assertNotIn(far.name, shown["plain"])
        self.assertNotIn(overdue.name, shown["plain"])

    # -- how to pay, who writes ---------------------------------------------------

    def test_links_and_tokens_are_made_at_dispatch_and_not_by_a_preview(self):
        move = self._overdue(100)
        self.company.cartera_payment_instructions = "Account 123\nReference: invoice"
        self._render()
        self.assertFalse(move.access_token)
        message = self._plan_message()
        self._dispatch()
        self.assertEqual(message.state, "queued")
        link = f"{move.get_base_url()}/my/invoices/{move.id}?access_token="
        self.assertIn(link + move.access_token, message.body)
        self.assertIn("Account 123", message.body)

    def test_who_writes_and_the_way_out_stand_in_every_message(self):
        self._overdue(100)
        user = self._create_user("ana", "collector", name="Ana Gestora")
        self._case().user_id = user
        shown = self._render()
        for expected in (
            self.company.name,
            "Ana Gestora",
            "Calle 1",
            "+1 555 0100",
            "cobranza@acreedor.example",
            "not a court document",
            "No late interest",
        ):
            self.assertIn(expected, shown["plain"])
        self.assertIn("/cartera/opt-out/", shown["body"])

    def test_full_stops_and_commas_stand_once(self):
        self._overdue(100)
        self.company.name = "Uno & Dos, S.A."
        self.company.partner_id.write({"zip": "37000", "city": "León"})
        self.template.body_html = (
            '<p>You owe <t t-out="object.creditor_name"/>. Pay.</p>'
        )
        self.template.sms_body = "You owe {{ object.creditor_name }}. Pay."
        shown = self._render()
        self.assertIn("You owe Uno & Dos, S.A. Pay.", shown["plain"])
        self.assertNotIn(",,", shown["plain"])
        self.assertEqual(
            self._render(channel="sms")["text"], "You owe Uno & Dos, S.A. Pay."
        )

    def test_a_letter_has_no_links(self):
        self._overdue(100)
        body = self._render(channel="letter")["body"]
        self.assertNotIn("href", body)
        self.assertIn("100.00", body)

    def test_names_are_escaped(self):
        self._overdue(100)
        self.debtor.name = "<script>alert(1)</script> & Hijos"
        self.assertNotIn("<script>", self._render()["body"])

    # -- templates ----------------------------------------------------------------

    def test_shipped_templates_say_all_in_every_channel(self):
        self._overdue(100)
        upcoming = self._invoice(80, "2026-06-01", due="2026-07-03")
        self._make_promise(("2026-07-05", 60))
        self._make_promise(
            ("2026-06-22", 60),
            date_made="2026-06-20",
            line_ids=self._receivable_lines(upcoming).ids,
        )
        templates = self.env["cartera.message.template"].search([])
        self.assertGreaterEqual(len(templates), 11)
        for template in templates:
            with self.subTest(template.kind):
                email = self._render(template)
                sms = self._render(template, channel="sms")["text"]
                for text in (email["subject"], email["plain"], sms):
                    self.assertTrue(text)
                    self.assertNotIn("object.", text)
                    self.assertNotIn("False", text)
                self.assertIn(self.company.name, sms)
                if template.kind in KINDS_WITHOUT_DEBT:
                    self.assertIn("60.00", sms + email["plain"])

    def test_rendered_in_the_language_of_the_recipient(self):
        self.env["res.lang"]._activate_lang("es_MX")
        self._overdue(100)
        self.template.with_context(lang="es_MX").write(
            {"subject": "Su cuenta: {{ object.documents }}"}
        )
        self.debtor.lang = "es_MX"
        english = self._create_debtor("Smith", email="s@x.example", lang="en_US")
        self._overdue(70, partner=english)
        cases = self._case() | self._case(english)
        self._execute(self._step(), cases)
        self._dispatch()
        mine, other = (case.communication_ids.sudo() for case in cases)
        self.assertIn("Su cuenta", mine.subject)
        self.assertIn("Your account", other.subject)
        self.assertIn("31/05/2026", mine.body)
        self.assertIn("05/31/2026", other.body)

    def test_one_that_cannot_be_rendered_leaves_the_others_alone(self):
        other = self._create_debtor("Otro", email="o@x.example")
        self._overdue(100)
        self._overdue(70, partner=other)
        self.template.sudo().body_html = (
            "<p><t t-out=\"1 / (0 if 'Faro' in object.debtor_name else 1)\"/></p>"
        )
        cases = self._case() | self._case(other)
        self._execute(self._step(), cases)
        self._dispatch()
        broken, fine = (case.communication_ids for case in cases)
        self.assertEqual((broken.state, fine.state), ("failed", "queued"))
        self.assertIn("division", broken.message)

    def test_only_template_editors_write_code(self):
        supervisor = self._create_user("sup", "supervisor")
        template = self.template.with_user(supervisor)
        template.subject = "Hello {{ object.debtor_name }}"
        if not supervisor.has_group("mail.group_mail_template_editor"):
            with self.assertRaises(AccessError):
                template.subject = "Hello {{ object.company_id.name }}"

    def test_preview_on_the_form(self):
        self._overdue(100)
        with Form(self.template) as form:
            form.preview_case_id = self._case()
            self.assertIn("100.00", form.preview_html)
            self.assertIn(self.company.name, form.preview_sms)
            form.subject = "Typed just now"
            self.assertEqual(form.preview_subject, "Typed just now")

    # -- wording ------------------------------------------------------------------

    def _bad_template(self):
        return self.env["cartera.message.template"].create(
            {
                "name": "Bad",
                "kind": "demand",
                "subject": "Your account",
                "body_html": "<p>The court will seize your house.</p>",
            }
        )

    def test_shipped_templates_break_no_law(self):
        templates = self.env["cartera.message.template"].search([])
        templates._check_wording()
        errors = templates.finding_ids.filtered(lambda f: f.severity == "error")
        self.assertFalse(errors, errors.mapped(lambda f: (f.rule, f.text)))

    def test_findings_stand_on_the_template_and_go_with_the_words(self):
        template = self._bad_template()
        rules = template.finding_ids.mapped("rule")
        self.assertIn("judicial_look", rules)
        chile = self.env.ref("base.cl")
        self.assertIn(chile, template.finding_ids.country_id)
        self.assertTrue(template.error_count)
        template.body_html = "<p>Please pay.</p>"
        self.assertFalse(template.finding_ids)

    def test_a_template_against_the_law_enters_no_strategy_there(self):
        template = self._bad_template()
        strategy = self.env["cartera.strategy"].create(
            {"name": "Chile", "company_id": self.company.id}
        )
        self.company.country_id = self.env.ref("base.cl")
        step = {"name": "Mail", "action": "email", "template_id": template.id}
        with self.assertRaises(ValidationError):
            strategy.step_ids = [Command.create(step)]
        strategy.company_id = False
        with self.assertRaises(ValidationError):
            strategy.step_ids = [Command.create(step)]
        template.wording_reason = "Approved by the lawyer"
        self.assertEqual(template.wording_user_id, self.env.user)
        strategy.step_ids = [Command.create(step)]

    def test_a_reason_goes_when_the_text_changes(self):
        template = self._bad_template()
        template.wording_reason = "Approved by the lawyer"
        template.body_html = "<p>The court will seize your car.</p>"
        self.assertFalse(template.wording_reason)

    def test_unlawful_wording_is_refused_at_dispatch(self):
        self._overdue(100)
        message = self._plan_message(template=self._bad_template())
        self.debtor.write(
            {"country_id": self.env.ref("base.cl").id, "is_company": False}
        )
        self._dispatch()
        self.assertEqual(message.state, "refused")
        self.assertIn("wording", message.message)

    def test_a_company_that_cannot_be_reached_writes_to_no_consumer(self):
        self._overdue(100)
        message = self._plan_message()
        self.debtor.write(
            {"country_id": self.env.ref("base.cl").id, "is_company": False}
        )
        self.company.partner_id.write({"email": False, "phone": False})
        self._dispatch()
        self.assertEqual(message.state, "refused")
        self.assertIn("how to reach", message.message)

    def test_where_the_law_asks_for_a_name_somebody_signs(self):
        self._overdue(100)
        self.debtor.country_id = self.env.ref("base.mx")
        self.company.cartera_creditor_kind = "financial"
        message = self._plan_message()
        self._dispatch()
        self.assertEqual(message.state, "refused")
        self.assertIn("sign", message.message)
        self.company.cartera_default_user_id = self._create_user("ana", "collector")
        second = self._plan_message()
        self._dispatch()
        self.assertEqual(second.state, "queued")
