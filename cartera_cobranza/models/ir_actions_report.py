from odoo import models

LETTER = "cartera_cobranza.letter_report"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Letters are made one by one, and put together by Odoo: many in one go need a
        wkhtmltopdf with changes that distributions do not have, and would leave it to
        headings where a letter ends."""
        prepare = super()._render_qweb_pdf_prepare_streams
        is_many = len(res_ids or []) > 1
        if not is_many or self._get_report(report_ref).report_name != LETTER:
            return prepare(report_ref, data, res_ids=res_ids)
        streams = {}
        for res_id in res_ids:
            streams.update(prepare(report_ref, data and dict(data), res_ids=[res_id]))
        return streams
