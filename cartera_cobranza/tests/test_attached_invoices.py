from email import message_from_string
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.common import MockSmtplibCase

from .message_common import MessageCommon

PDF = b"%PDF-1.4 invoice"


@tagged("post_install", "-at_install", "cartera", "cartera_message")
class TestAttachedInvoices(MessageCommon, MockSmtplibCase):
    """The invoices that go along with messages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoices = cls._overdue(100) | cls._overdue(200)
        cls.printed = cls.env["ir.attachment"].sudo()

    def _keep(self, move, content=PDF):
        """The PDF of an invoice, as Odoo keeps it."""
        return self.printed.create(
            {
                "name": f"{move.id}.pdf",
                "res_model": "account.move",
                "res_id": move.id,
                "res_field": "invoice_pdf_report_file",
                "raw": content,
                "mimetype": "application/pdf",
            }
        )

    def _print(self, make):
        """Have invoices printed by ``make``; dict of what was printed."""
        done = {}

        def note(_printer, move):
            done[move] = make(move)

        printer = type(self.env["cartera.invoice.printer"])
        self.startPatcher(patch.object(printer, "_print", note))
        return done

    def _write(self, **values):
        """A message that attaches its invoices, written."""
        message = self._plan_message(attach_invoices=True, **values)
        self._dispatch()
        self.assertEqual(message.state, "queued")
        return message

    def _send(self, message):
        """The names of the attachments of the mail that leaves, and its text."""
        with self.mock_smtplib_connection():
            message.mail_id.sudo().send()
        self.assertEqual(message.state, "sent")
        [sent] = self.emails
        parts = list(message_from_string(sent["message"]).walk())
        [html] = [part for part in parts if part.get_content_type() == "text/html"]
        names = [part.get_filename() for part in parts if part.get_filename()]
        return names, html.get_payload(decode=True).decode()

    def test_those_that_are_there_are_attached_as_they_are(self):
        kept = self.printed.union(*map(self._keep, self.invoices))
        printed = self._print(self._keep)
        message = self._write()
        self.assertFalse(printed)
        self.assertEqual(message.mail_id.sudo().attachment_ids, kept)
        names, _html = self._send(message)
        self.assertEqual(set(names), set(kept.mapped("name")))

    def test_those_that_are_missing_are_printed_once(self):
        kept = self._keep(self.invoices[0])
        printed = self._print(self._keep)
        message = self._write()
        self.assertEqual(list(printed), [self.invoices[1]])
        both = kept | printed[self.invoices[1]]
        self.assertEqual(message.mail_id.sudo().attachment_ids, both)

    @mute_logger("odoo.addons.cartera_cobranza.models.cartera_invoice_printer")
    def test_one_that_cannot_be_printed_is_left_out(self):
        def fail(move):
            if move == self.invoices[0]:
                raise ValueError("a report that breaks")
            return self._keep(move)

        printed = self._print(fail)
        attached = self._write().mail_id.sudo().attachment_ids
        self.assertEqual(attached, printed[self.invoices[1]])

    def test_only_what_the_message_is_about_is_attached(self):
        for move in self.invoices:
            self._keep(move)
        self._pay(self.invoices[0], 100, "2026-06-29")
        attached = self._write().mail_id.sudo().attachment_ids
        self.assertEqual(attached.mapped("res_id"), self.invoices[1].ids)

    def test_a_step_that_attaches_nothing(self):
        for move in self.invoices:
            self._keep(move)
        message = self._plan_message()
        self._dispatch()
        self.assertFalse(message.mail_id.sudo().attachment_ids)

    def test_what_would_be_too_big_goes_as_links(self):
        for move in self.invoices:
            self._keep(move, PDF + b"0" * 400_000)
        limits = self.env["ir.config_parameter"].sudo()
        limits.set_param("base.default_max_email_size", "0.5")
        names, html = self._send(self._write())
        self.assertFalse(names)
        self.assertEqual(html.count("/web/content/"), 2)
