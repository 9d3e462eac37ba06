from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cartera_aging_policy_id = fields.Many2one(
        related="company_id.cartera_aging_policy_id", readonly=False
    )
    cartera_tz = fields.Selection(
        related="company_id.partner_id.tz",
        string="Company Time Zone",
        readonly=False,
    )
    cartera_default_user_id = fields.Many2one(
        related="company_id.cartera_default_user_id", readonly=False
    )
    cartera_attention_days = fields.Integer(
        related="company_id.cartera_attention_days", readonly=False, required=True
    )
    cartera_limitation_months = fields.Integer(
        related="company_id.cartera_limitation_months", readonly=False
    )
    cartera_contact_strictness = fields.Selection(
        related="company_id.cartera_contact_strictness", readonly=False, required=True
    )
    cartera_creditor_kind = fields.Selection(
        related="company_id.cartera_creditor_kind", readonly=False, required=True
    )
    cartera_credit_policy = fields.Selection(
        related="company_id.cartera_credit_policy", readonly=False, required=True
    )
    cartera_agreement_journal_id = fields.Many2one(
        related="company_id.cartera_agreement_journal_id", readonly=False
    )
    cartera_agreement_account_id = fields.Many2one(
        related="company_id.cartera_agreement_account_id", readonly=False
    )
    cartera_writeoff_account_id = fields.Many2one(
        related="company_id.cartera_writeoff_account_id", readonly=False
    )
    cartera_waiver_product_id = fields.Many2one(
        related="company_id.cartera_waiver_product_id", readonly=False
    )
    cartera_interest_product_id = fields.Many2one(
        related="company_id.cartera_interest_product_id", readonly=False
    )
    cartera_fee_product_id = fields.Many2one(
        related="company_id.cartera_fee_product_id", readonly=False
    )
    cartera_index_product_id = fields.Many2one(
        related="company_id.cartera_index_product_id", readonly=False
    )
    cartera_credit_note_draft = fields.Boolean(
        related="company_id.cartera_credit_note_draft", readonly=False
    )
    cartera_charge_draft = fields.Boolean(
        related="company_id.cartera_charge_draft", readonly=False
    )
    cartera_rate_cap = fields.Float(
        related="company_id.cartera_rate_cap", readonly=False
    )
    cartera_discount_rate = fields.Float(
        related="company_id.cartera_discount_rate", readonly=False
    )
    cartera_signer = fields.Char(related="company_id.cartera_signer", readonly=False)
    cartera_signer_powers = fields.Char(
        related="company_id.cartera_signer_powers", readonly=False
    )
    cartera_payment_instructions = fields.Text(
        related="company_id.cartera_payment_instructions", readonly=False
    )
    cartera_pause_max_days = fields.Integer(
        related="company_id.cartera_pause_max_days", readonly=False
    )
    cartera_plan_approval = fields.Selection(
        related="company_id.cartera_plan_approval", readonly=False, required=True
    )
    cartera_plan_keep_days = fields.Integer(
        related="company_id.cartera_plan_keep_days", readonly=False
    )
    cartera_bank_lag_days = fields.Integer(
        related="company_id.cartera_bank_lag_days", readonly=False
    )
    cartera_transit_share = fields.Float(
        related="company_id.cartera_transit_share", readonly=False
    )
