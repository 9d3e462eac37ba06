from odoo import fields, models


class CarteraAgreementCoverage(models.Model):
    """What secures an agreement: a pagaré, a postdated cheque, a guarantor."""

    _name = "cartera.agreement.coverage"
    _description = "Coverage of an Agreement"
    _order = "agreement_id, date_due, id"
    _rec_name = "reference"

    agreement_id = fields.Many2one(
        "cartera.agreement", required=True, index=True, ondelete="cascade"
    )
    case_id = fields.Many2one(
        related="agreement_id.case_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    kind = fields.Selection(
        [
            ("pagare", "Pagaré"),
            ("cheque", "Postdated cheque"),
            ("guarantor", "Guarantor"),
            ("other", "Other guarantee"),
        ],
        required=True,
        default="pagare",
    )
    reference = fields.Char(string="Number")
    partner_id = fields.Many2one("res.partner", string="Signed By")
    date_due = fields.Date()
    amount = fields.Monetary(help="Zero for a guarantor who answers for all.")
    installment_ids = fields.Many2many(
        "cartera.agreement.installment",
        "cartera_agreement_coverage_installment_rel",
        "coverage_id",
        "installment_id",
        string="Instalments",
        help="Empty: the whole agreement.",
    )
    state = fields.Selection(
        [
            ("held", "Held"),
            ("paid", "Paid"),
            ("bounced", "Bounced"),
            ("returned", "Given back"),
        ],
        required=True,
        default="held",
    )
    note = fields.Char()
