import logging

from odoo import api, models

from .conflicts import CONFLICTS

_logger = logging.getLogger(__name__)


class CarteraInvoicePrinter(models.AbstractModel):
    """The PDFs of the invoices that messages attach.

    Making one takes more than a second, so that it never happens inside a batch: what
    is missing is made before, and kept as the invoice's own document. A mail that would
    grow beyond what the mail server takes gets links instead; Odoo sees to that.
    """

    _name = "cartera.invoice.printer"
    _description = "Invoices Attached to Messages"

    @api.model
    def _print_missing(self, messages):
        """Make the missing PDFs for planned messages that attach them, each in a
        transaction of its own; one that fails is left out of its message."""
        messages = messages.filtered("attach_invoices")
        dispatcher = self.env["cartera.dispatcher"]
        for move_id in self._find_missing(messages):
            move = self.env["account.move"].sudo().browse(move_id)
            try:
                with self.env.cr.savepoint():
                    self._print(move)
            except CONFLICTS:
                dispatcher._roll_back()
            except Exception:  # pylint: disable=broad-exception-caught
                _logger.warning("Invoice %s was not printed", move_id, exc_info=True)
            dispatcher._commit()

    @api.model
    def _find_missing(self, messages):
        """Ids of the invoices that the messages would attach and that have no PDF."""
        renderer = self.env["cartera.message.renderer"]
        ids = []
        for company, group in messages.grouped("company_id").items():
            rows_of = renderer._read_items(group.case_id, company)
            for case in group.case_id:
                ids += self._get_move_ids(rows_of.get(case.partner_id.id, []))
        moves = self.env["account.move"].sudo().browse(dict.fromkeys(ids))
        moves.fetch(["state"])
        return (moves - moves.browse(self._get_printed(moves))).ids

    @api.model
    def _get_move_ids(self, rows):
        return [row["move_id"] for row in rows if row["kind"] == "invoice"]

    @api.model
    def _print(self, move):
        sender = self.env["account.move.send"].sudo()
        data = {move: {"pdf_report": sender._get_default_pdf_report_id(move)}}
        sender._prepare_invoice_pdf_report(data)
        self.env["ir.attachment"].sudo().create(data[move]["pdf_attachment_values"])
        move.invalidate_recordset(["invoice_pdf_report_id", "invoice_pdf_report_file"])

    @api.model
    def _get_printed(self, moves):
        """The PDFs of invoices: dict of invoice id to attachment id."""
        found = (
            self.env["ir.attachment"]
            .sudo()
            .search_fetch(
                [
                    ("res_model", "=", "account.move"),
                    ("res_id", "in", moves.ids),
                    ("res_field", "=", "invoice_pdf_report_file"),
                ],
                ["res_id"],
            )
        )
        return {attachment.res_id: attachment.id for attachment in found}

    @api.model
    def _get_attachments(self, messages):
        """The attachments of rendered messages: dict of message id to ids."""
        wanted = {
            message.id: self._get_move_ids(message.items or [])
            for message in messages
            if message.attach_invoices
        }
        moves = self.env["account.move"].browse(
            {move_id for ids in wanted.values() for move_id in ids}
        )
        printed = self._get_printed(moves) if moves else {}
        return {
            message_id: [printed[i] for i in dict.fromkeys(ids) if i in printed]
            for message_id, ids in wanted.items()
        }
