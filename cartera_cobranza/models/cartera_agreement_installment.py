from odoo import fields, models

from . import (  # noqa: F401  (inherited: they come first)
    cartera_agreement_part,
    cartera_installment_charges,
)


class CarteraAgreementInstallment(models.Model):
    """One payment of an agreement: so much of the covered debt, with its charges."""

    _name = "cartera.agreement.installment"
    _inherit = ["cartera.agreement.part", "cartera.installment.charges"]
    _description = "Instalment of an Agreement"
    _order = "agreement_id, number, id"
    _rec_name = "number"

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
    number = fields.Integer(required=True, default=1, help="Zero is the down payment.")
    date = fields.Date(required=True)
    amount_principal = fields.Monetary(
        string="Of the Debt", help="What it pays of the covered items."
    )
    amount_interest = fields.Monetary(string="Interest")
    amount_fee = fields.Monetary(string="Fees")
    amount_tax = fields.Monetary(string="Taxes on Charges", readonly=True)
    amount_total = fields.Monetary(string="Instalment", readonly=True)
    amount_balance = fields.Monetary(
        string="Balance After", readonly=True, help="Of the debt to pay."
    )
    units = fields.Float(
        digits=(16, 4), readonly=True, help="Principal in the unit it is indexed to."
    )
    # The part of the covered debt that it pays, counted from the first instalment on.
    principal_from = fields.Monetary(readonly=True)
    principal_to = fields.Monetary(readonly=True)
    # -- what the ledger says -----------------------------------------------------
    state = fields.Selection(
        [
            ("pending", "Still to come"),
            ("due", "Due"),
            ("partial", "Partly paid"),
            ("paid", "Paid"),
            ("overdue", "Overdue"),
            ("void", "Void"),
        ],
        required=True,
        readonly=True,
        default="pending",
        copy=False,
    )
    amount_paid = fields.Monetary(readonly=True, copy=False, help="Of the debt.")
    amount_open = fields.Monetary(
        readonly=True, copy=False, help="Of the debt and of its charges."
    )
    days_late = fields.Integer(readonly=True, copy=False)
    date_paid = fields.Date(readonly=True, copy=False)
    charge_ids = fields.One2many(
        "account.move", "cartera_installment_id", string="Charges", readonly=True
    )
    line_ids = fields.Many2many(
        "account.move.line",
        "cartera_agreement_installment_line_rel",
        "installment_id",
        "line_id",
        string="Receivable Items",
        readonly=True,
        copy=False,
        help="In reclassification mode: the items that stand for the instalment.",
    )
    is_covered = fields.Boolean(readonly=True, copy=False)

    # At the end of the transaction: while they are sorted anew, numbers change places.
    _number_uniq = models.Constraint(
        "UNIQUE (agreement_id, number) DEFERRABLE INITIALLY DEFERRED",
        "Instalments have different numbers.",
    )
    _due_idx = models.Index("(company_id, date) WHERE state NOT IN ('paid', 'void')")

    def _get_to_pay(self):
        """What is still to be paid of the instalments of one agreement, with their
        charges: all of it until the agreement is judged by the ledger."""
        agreement = self.agreement_id
        if agreement.state != "active" or not agreement.standing:
            return sum(self.mapped("amount_total"))
        charges = self._sum_charges("to_come", "waiting", "draft")
        return sum(self.mapped("amount_open")) + charges
