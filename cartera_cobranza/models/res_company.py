from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..lib.time_zones import find_zone


class ResCompany(models.Model):
    _inherit = "res.company"

    cartera_aging_policy_id = fields.Many2one(
        "cartera.aging.policy",
        string="Aging Policy",
        default=lambda self: self._default_cartera_aging_policy_id(),
        check_company=True,
        ondelete="restrict",
        prefetch="cartera",
        help="The buckets (edades de cartera) in which receivables are shown.",
    )
    cartera_default_user_id = fields.Many2one(
        "res.users",
        string="Default Collector",
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
        prefetch="cartera",
        help="Collector of the debtors who have no case yet.",
    )

    cartera_creditor_kind = fields.Selection(
        [("commercial", "Commercial"), ("financial", "Financial entity")],
        string="Kind of Creditor",
        default="commercial",
        required=True,
        prefetch="cartera",
        help="Some contact rules bind only those who lend money by trade.",
    )

    cartera_credit_policy = fields.Selection(
        [
            ("deduct", "Shown and deducted"),
            ("show", "Shown, not deducted"),
            ("off", "Left out"),
        ],
        string="Credits in Messages",
        required=True,
        default="deduct",
        prefetch="cartera",
        help="What messages do with credit notes and unapplied payments.",
    )
    cartera_payment_instructions = fields.Text(
        string="How to Pay",
        translate=True,
        prefetch="cartera",
        help="What messages say about it: accounts, references, ways to pay.",
    )

    cartera_contact_strictness = fields.Selection(
        [("block", "Blocks it"), ("warn", "Warns of it")],
        string="A Call Outside the Rules",
        required=True,
        default="block",
        prefetch="cartera",
        help="What happens when somebody wants to call, visit or log a contact that is "
        "not allowed now. Either way the refusal is kept as evidence. Messages are "
        "never sent outside the rules.",
    )

    # -- pauses -------------------------------------------------------------------
    cartera_pause_max_days = fields.Integer(
        string="Longest Pause",
        default=30,
        required=True,
        prefetch="cartera",
        help="Days for which a collector may leave a debtor alone. A supervisor may do "
        "so for longer.",
    )

    # -- worklist -----------------------------------------------------------------
    cartera_attention_days = fields.Integer(
        string="Attention Every",
        default=30,
        required=True,
        prefetch="cartera",
        help="Days after which a debtor in no segment that owes something overdue is "
        "looked after by a person at the latest.",
    )
    cartera_limitation_months = fields.Integer(
        string="Limitation After",
        prefetch="cartera",
        help="Months after its due date in which a debt becomes time-barred, for the "
        "points of the worklist. Zero: not watched.",
    )

    _cartera_worklist_valid = models.Constraint(
        "CHECK (cartera_attention_days > 0 AND cartera_limitation_months >= 0)",
        "Debtors are looked after every day or less often; months of limitation "
        "cannot be negative.",
    )

    # -- strategies ---------------------------------------------------------------
    # -- agreements
    cartera_agreement_journal_id = fields.Many2one(
        "account.journal",
        string="Journal of Agreements",
        domain="[('type', '=', 'general'), ('company_id', '=', id)]",
        check_company=True,
        prefetch="cartera",
        help="Where write-offs and reclassifications of agreements are posted.",
    )
    cartera_agreement_account_id = fields.Many2one(
        "account.account",
        string="Receivables Under Agreement",
        domain="[('account_type', '=', 'asset_receivable')]",
        check_company=True,
        prefetch="cartera",
        help="Where agreements that move the debt put it. Empty: each item's account.",
    )
    cartera_writeoff_account_id = fields.Many2one(
        "account.account",
        string="Waived Receivables",
        check_company=True,
        prefetch="cartera",
        help="Account of what agreements waive without a credit note.",
    )
    cartera_waiver_product_id = fields.Many2one(
        "product.product",
        string="Product of Waivers",
        domain="[('type', '=', 'service')]",
        check_company=True,
        prefetch="cartera",
        help="A service that stands on the lines of credit notes that agreements make, "
        "where electronic invoices ask for one. Empty: none.",
    )
    cartera_interest_product_id = fields.Many2one(
        "product.product",
        string="Financing Interest",
        default=lambda self: self._default_agreement_product("interest"),
        check_company=True,
        prefetch="cartera",
        help="Product of the interest on the invoices of instalments, with the taxes "
        "that it bears in the country.",
    )
    cartera_fee_product_id = fields.Many2one(
        "product.product",
        string="Fee of an Agreement",
        default=lambda self: self._default_agreement_product("fee"),
        check_company=True,
        prefetch="cartera",
        help="Product of the fees on the invoices of instalments, with their taxes.",
    )
    cartera_index_product_id = fields.Many2one(
        "product.product",
        string="Indexation",
        default=lambda self: self._default_agreement_product("index"),
        check_company=True,
        prefetch="cartera",
        help="Product of what instalments in indexed units are worth more on their day "
        "than when they were agreed.",
    )
    cartera_credit_note_draft = fields.Boolean(
        string="Review Credit Notes",
        prefetch="cartera",
        help="Credit notes of agreements are left in draft for somebody to check; the "
        "agreement is settled when they are posted.",
    )
    cartera_charge_draft = fields.Boolean(
        string="Review Charges",
        prefetch="cartera",
        help="Invoices of interest and fees of agreements are left in draft for "
        "somebody to check and post.",
    )
    cartera_discount_rate = fields.Float(
        string="Discount Rate (% a Year)",
        digits=(9, 4),
        prefetch="cartera",
        help="Effective rate at which agreements show what later payments are worth "
        "today. Zero: as much as today's.",
    )
    cartera_rate_cap = fields.Float(
        string="Legal Cap of Rates (% a Year)",
        digits=(9, 4),
        prefetch="cartera",
        help="Highest effective rate that an agreement may ask for. Zero: none.",
    )

    cartera_signer = fields.Char(
        string="Legal Representative",
        prefetch="cartera",
        help="Who signs agreements for the company. Empty: the company itself.",
    )
    cartera_signer_powers = fields.Char(
        string="Powers of the Representative",
        prefetch="cartera",
        help="The deed that proves them, as documents of agreements name it.",
    )

    cartera_plan_approval = fields.Selection(
        [
            ("manual", "By a supervisor"),
            ("automatic", "By itself"),
        ],
        string="Approval of Plans",
        required=True,
        default="manual",
        prefetch="cartera",
        help="Whether the plan of each night is run only when a supervisor has "
        "approved it, or at once.",
    )
    cartera_plan_keep_days = fields.Integer(
        string="Keep Plans For",
        default=90,
        prefetch="cartera",
        help="Days after which the lines of a plan are deleted. The steps that were "
        "done stay.",
    )
    cartera_bank_lag_days = fields.Integer(
        string="Bank Statements Not Older Than",
        prefetch="cartera",
        help="Nobody is asked for money when the last bank movement is more than these "
        "days old. Zero: never mind.",
    )
    cartera_transit_share = fields.Float(
        string="Money on Its Way From (%)",
        default=80,
        prefetch="cartera",
        help="A debtor is not asked for money while receipts that nobody has matched "
        "make up this share of what is overdue. Zero: never mind.",
    )

    _cartera_strategy_valid = models.Constraint(
        "CHECK (cartera_plan_keep_days >= 0 AND cartera_bank_lag_days >= 0 "
        "AND cartera_pause_max_days >= 0 "
        "AND cartera_transit_share >= 0)",
        "Days and shares of collection settings cannot be negative.",
    )

    @api.model
    def _default_cartera_aging_policy_id(self):
        standard = self.env.ref(
            "cartera_cobranza.cartera_aging_policy_standard", raise_if_not_found=False
        )
        # Who opens a company may have nothing to do with collection.
        policies = self.env["cartera.aging.policy"].sudo()
        if not standard or standard.with_env(policies.env).active:
            return standard
        return policies.search([("company_id", "=", False)], limit=1)

    @api.model
    def _default_agreement_product(self, kind):
        return self.env.ref(
            f"cartera_cobranza.product_agreement_{kind}", raise_if_not_found=False
        )

    def _propose_agreement_settings(self):
        """Fill in what agreements need for their entries, from the chart of accounts,
        where nobody has chosen: the first general journal that Odoo does not use for
        entries of its own, and the account of discounts for early payment."""
        for company in self:
            if not company.cartera_agreement_journal_id:
                company.cartera_agreement_journal_id = company._find_agreement_journal()
            if not company.cartera_writeoff_account_id:
                company.cartera_writeoff_account_id = (
                    company.account_journal_early_pay_discount_loss_account_id
                )
            for kind in ("interest", "fee", "index"):
                name = f"cartera_{kind}_product_id"
                if not company[name]:
                    company[name] = self._default_agreement_product(kind)

    def _find_agreement_journal(self):
        self.ensure_one()
        own = self.currency_exchange_journal_id | self.tax_cash_basis_journal_id
        return self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(self),
                ("type", "=", "general"),
                ("id", "not in", own.ids),
            ],
            order="sequence, id",
            limit=1,
        )

    @api.constrains("cartera_aging_policy_id")
    def _check_cartera_aging_policy(self):
        for company in self:
            policy = company.sudo().cartera_aging_policy_id
            if policy.company_id and policy.company_id not in company.parent_ids:
                raise ValidationError(
                    self.env._(
                        "The aging policy %(policy)s belongs to %(owner)s and cannot "
                        "age the receivables of %(company)s.",
                        policy=policy.name,
                        owner=policy.company_id.name,
                        company=company.name,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if "cartera_aging_policy_id" in vals:
            for company in self:
                self.env["cartera.case.refresh"]._refresh(company)
        return result

    @api.model
    def _get_all_companies(self):
        """Every company, whatever the user may see: the ledger of one is kept in step
        with its cases by whoever comes along."""
        return self.sudo().search([], order="id")  # pylint: disable=no-search-all

    def _get_cartera_tz(self):
        """Time zone in which the company's day begins and ends: its own, or the one of
        its place."""
        self.ensure_one()
        of_place = find_zone(self.country_id.code, self.state_id.code)
        return self.partner_id.tz or of_place or self.env.user.tz or "UTC"

    def _get_cartera_today(self):
        """Today's date where the company is."""
        self.ensure_one()
        return fields.Date.context_today(self.with_context(tz=self._get_cartera_tz()))

    def _get_cartera_day_bounds(self, day):
        """The moments at which ``day`` begins and ends where the company is.

        :return: two naive datetimes in UTC; the second is outside the day
        """
        self.ensure_one()
        zone = pytz.timezone(self._get_cartera_tz())
        midnights = (
            zone.localize(datetime.combine(day + timedelta(days=days), time.min))
            for days in (0, 1)
        )
        return tuple(
            midnight.astimezone(pytz.utc).replace(tzinfo=None) for midnight in midnights
        )

    def _get_cartera_day(self, moment):
        """The date of a moment where the company is.

        :param moment: naive datetime in UTC
        """
        self.ensure_one()
        zoned = self.with_context(tz=self._get_cartera_tz())
        return fields.Datetime.context_timestamp(zoned, moment).date()
