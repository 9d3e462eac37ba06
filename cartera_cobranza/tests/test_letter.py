import io
import re

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import html2plaintext
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from .message_common import NOON, MessageCommon


@tagged("post_install", "-at_install", "cartera", "cartera_message")
class TestLetter(MessageCommon):
    """Letters and links: written by the machine, sent by a person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.debtor.write(
            {
                "street": "Calle 2",
                "city": "Puebla",
                "zip": "72000",
                "country_id": cls.env.ref("base.us").id,
            }
        )
        cls.debtor.phone = "+1 202 555 0123"
        cls._overdue(100)
        cls.case = cls._case()
        cls.collector = cls._create_user("ana", "collector")

    def _ready(self, channel):
        message = self._plan_message(channel)
        self._dispatch()
        self.assertEqual(message.state, "ready")
        return message.with_user(self.collector)

    def _print(self, letters):
        report = self.env["ir.actions.report"].with_user(self.collector)
        html, _kind = report._render_qweb_html(
            "cartera_cobranza.letter_report", letters.ids
        )
        return html.decode()

    def test_a_letter_is_printed_with_its_window(self):
        letter = self._ready("letter")
        page = html2plaintext(self._print(letter))
        for expected in ("Calle 2", "Puebla", "100.00", letter.subject):
            self.assertIn(expected, page)
        action = letter.action_print()
        self.assertEqual(action["report_name"], "cartera_cobranza.letter_report")

    def test_the_window_tells_nothing_of_a_debt(self):
        page = self._print(self._ready("letter"))
        [window] = [
            address
            for address in re.findall(r"<address.*?</address>", page, re.DOTALL)
            if "Abarrotes El Faro" in address
        ]
        for word in ("100.00", "account", "INV"):
            self.assertNotIn(word, html2plaintext(window))

    def test_many_letters_are_printed_together(self):
        other = self._create_debtor("Otro", street="Calle 3", city="Toluca")
        self._overdue(70, partner=other)
        cases = self.case | self._case(other)
        self._execute(self._step("letter"), cases)
        self._dispatch()
        page = html2plaintext(self._print(cases.communication_ids))
        self.assertIn("Calle 2", page)
        self.assertIn("Calle 3", page)

    def test_many_letters_are_one_file_made_letter_by_letter(self):
        other = self._create_debtor("Otro", street="Calle 3", city="Toluca")
        self._overdue(70, partner=other)
        cases = self.case | self._case(other)
        self._execute(self._step("letter"), cases)
        self._dispatch()
        bodies = []

        def run(_self, found, *_args, **_kwargs):
            bodies.append(len(found))
            page = io.BytesIO()
            writer = PdfFileWriter()
            writer.addBlankPage(200, 200)
            writer.write(page)
            return page.getvalue()

        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        self.patch(type(report), "_run_wkhtmltopdf", run)
        content, _kind = report._render_qweb_pdf(
            "cartera_cobranza.letter_report", cases.communication_ids.ids
        )
        self.assertEqual(bodies, [1, 1])
        self.assertEqual(PdfFileReader(io.BytesIO(content)).numPages, 2)

    def test_a_letter_of_another_day_is_brought_up_to_date(self):
        letter = self._ready("letter")
        days = letter.body.count(">30<")
        self.assertTrue(days)
        self.frozen.move_to("2026-07-02 15:00:00")
        letter.action_print()
        self.assertEqual(letter.body.count(">32<"), days)
        self.frozen.move_to(NOON)

    def test_a_letter_to_somebody_who_has_paid_is_not_printed(self):
        letter = self._ready("letter")
        self._pay(self._get_invoices(), 100, "2026-06-30")
        with self.assertRaisesRegex(UserError, "paid"):
            letter.action_print()
        self._dispatch()
        self.assertEqual(letter.state, "cancelled")
        self.assertIn("paid", letter.message)

    def test_a_later_message_takes_the_place_of_a_waiting_letter(self):
        letter = self._ready("letter")
        self.frozen.move_to("2026-07-02 15:00:00")
        step = self._step("letter")
        self._execute(step, self.case, date="2026-07-02")
        self._dispatch()
        self._dispatch()
        self.assertEqual(letter.state, "cancelled")
        [newer] = self.case.communication_ids - letter
        self.assertEqual(newer.state, "ready")
        self.frozen.move_to(NOON)

    def _get_invoices(self):
        return self.env["account.move"].search(
            [("partner_id", "=", self.debtor.id), ("move_type", "=", "out_invoice")]
        )

    def test_a_letter_is_a_contact_once_it_is_posted(self):
        letter = self._ready("letter")
        self.assertFalse(self.case.contact_ids)
        letter.tracking_number = "RR123456789MX"
        letter.action_mark_posted()
        self.assertEqual(letter.state, "sent")
        self.assertTrue(letter.date_sent)
        self.assertRecordValues(
            self.case.contact_ids,
            [
                {
                    "channel": "letter",
                    "communication_id": letter.id,
                    "origin": "manual",
                    "user_id": self.collector.id,
                }
            ],
        )
        with self.assertRaises(UserError):
            letter.action_mark_posted()

    def test_posting_passes_the_gate(self):
        letter = self._ready("letter")
        self.frozen.move_to("2026-06-30 23:30:00")
        with self.assertRaises(UserError):
            letter.action_mark_posted()
        self.assertEqual(letter.state, "ready")
        self.frozen.move_to(NOON)

    def test_a_whatsapp_message_is_sent_by_its_link(self):
        message = self._ready("whatsapp")
        action = message.action_open_whatsapp()
        self.assertIn("wa.me/12025550123", action["url"])
        self.assertEqual(message.state, "sent")
        self.assertEqual(self.case.contact_ids.origin, "link")
        with self.assertRaises(UserError):
            message.action_open_whatsapp()

    def test_a_whatsapp_message_that_was_only_opened_is_taken_back(self):
        message = self._ready("whatsapp")
        message.action_open_whatsapp()
        self.assertTrue(message.can_be_taken_back)
        message.action_not_sent()
        self.assertEqual(message.state, "ready")
        self.assertFalse(message.date_sent)
        # What counts for the limits is not taken back.
        self.assertEqual(self.case.contact_ids.reached, "bounced")
        message.action_open_whatsapp()
        self.assertEqual(message.state, "sent")

    def test_what_was_sent_before_today_is_not_taken_back(self):
        message = self._ready("whatsapp")
        message.action_open_whatsapp()
        with self._on("2026-07-01 15:00:00"):
            message.invalidate_recordset(["can_be_taken_back"])
            self.assertFalse(message.can_be_taken_back)
            with self.assertRaises(UserError):
                message.action_not_sent()
        self.assertEqual(message.state, "sent")

    def test_only_whatsapp_messages_are_taken_back(self):
        letter = self._ready("letter")
        letter.action_mark_posted()
        with self.assertRaises(UserError):
            letter.action_not_sent()
        self.assertEqual(letter.state, "sent")
