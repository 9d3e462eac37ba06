from odoo.tests import tagged

from .settlement_common import SettlementCommon, skip_unless_installed


@tagged("post_install", "-at_install")
class TestSettlementChile(SettlementCommon):
    """The localisation says which fiscal document it is, and the peso has no cents."""

    @classmethod
    @SettlementCommon.setup_chart_template("cl")
    def setUpClass(cls):
        skip_unless_installed("l10n_cl")
        super().setUpClass()

    def test_electronic_credit_note(self):
        self.debtor.write(
            {
                "country_id": self.env.ref("base.cl").id,
                "vat": "76086428-5",
                "l10n_cl_sii_taxpayer_type": "1",
                "l10n_latam_identification_type_id": self.env.ref("l10n_cl.it_RUT").id,
            }
        )
        invoice = self._taxed_invoice((1000, self.company_data["default_tax_sale"]))
        agreement = self._settled(invoice, 791)
        note = self._booked(agreement)
        self.assertEqual(note.l10n_latam_document_type_id.code, "61")
        self.assertEqual((note.amount_total, note.amount_tax), (399, 64))
        self.assertSettled(agreement)
