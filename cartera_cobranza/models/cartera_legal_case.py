from odoo import fields, models

from . import cartera_inner_chatter  # noqa: F401  (inherited: it comes first)


class CarteraLegalCase(models.Model):
    """The court file of a debtor: enough of it for agreements made in court."""

    _name = "cartera.legal.case"
    _description = "Legal Case"
    _inherit = ["cartera.inner.chatter", "mail.thread", "mail.activity.mixin"]
    _order = "date_filed desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    case_id = fields.Many2one(
        "cartera.case", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="case_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(
        related="case_id.partner_id",
        string="Debtor",
        store=True,
        index=True,
        precompute=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    court = fields.Char(tracking=True)
    docket_number = fields.Char(tracking=True)
    proceeding = fields.Char(string="Kind of Proceedings", tracking=True)
    lawyer_id = fields.Many2one("res.partner", tracking=True)
    date_filed = fields.Date(tracking=True)
    amount_capital = fields.Monetary(string="Claimed Capital")
    amount_interest = fields.Monetary(string="Claimed Interest")
    amount_costs = fields.Monetary(string="Claimed Costs")
    procedural_stage = fields.Char(tracking=True)
    state = fields.Selection(
        [
            ("open", "Under way"),
            ("suspended", "Suspended"),
            ("execution", "Execution"),
            ("closed", "Closed"),
        ],
        required=True,
        default="open",
        tracking=True,
        copy=False,
    )
    date_closed = fields.Date(copy=False)
    measure_ids = fields.One2many("cartera.legal.measure", "legal_case_id")
    agreement_ids = fields.One2many("cartera.agreement", "legal_case_id")


class CarteraLegalMeasure(models.Model):
    """A measure of the court against the debtor, to be released when all is paid."""

    _name = "cartera.legal.measure"
    _description = "Court Measure"
    _order = "legal_case_id, id"

    legal_case_id = fields.Many2one(
        "cartera.legal.case", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="legal_case_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    name = fields.Char(string="Measure", required=True)
    asset = fields.Char()
    amount = fields.Monetary(string="Value")
    date = fields.Date(string="Ordered On")
    date_released = fields.Date(string="Released On")
    state = fields.Selection(
        [("in_force", "In force"), ("released", "Released")],
        required=True,
        default="in_force",
    )
