from odoo import api, fields, models

KINDS = [
    ("finiquito", "Finiquito"),
    ("reestructura", "Reestructura"),
    ("convenio_judicial", "Convenio judicial"),
]
LEDGER_MODES = [
    ("overlay", "Invoices stay open"),
    ("reclassification", "Moved to new receivable items"),
]
SETTLEMENT_METHODS = [
    ("credit_note", "Credit notes with the taxes in proportion"),
    ("write_off", "Write-off entry"),
    ("discount", "Payment discount"),
]
METHODS = [
    ("french", "French: equal payments"),
    ("german", "German: equal capital"),
    ("american", "American: capital at the end"),
    ("flat", "Flat: interest on the first capital"),
    ("custom", "Amounts by hand"),
]
PERIODICITIES = [
    ("week", "Every week"),
    ("two_weeks", "Every two weeks"),
    ("half_month", "Twice a month"),
    ("month", "Every month"),
    ("two_months", "Every two months"),
    ("quarter", "Every quarter"),
    ("half_year", "Every half year"),
    ("year", "Every year"),
]
RATE_KINDS = [("nominal", "Nominal a year"), ("effective", "Effective a year")]
DAY_COUNTS = [
    ("30_360", "30/360"),
    ("actual_365", "Actual/365"),
    ("actual_360", "Actual/360"),
]
GRACE_KINDS = [
    ("pay_interest", "Interest is paid"),
    ("accrue", "Interest is added, without interest on it"),
    ("capitalise", "Interest is capitalised"),
]
AUTHORITIES = [("collector", "Collector"), ("supervisor", "Supervisor")]


class CarteraAgreementProduct(models.Model):
    """One kind of agreement as a company offers it: to whom, within what limits, and
    what it does to the ledger."""

    _name = "cartera.agreement.product"
    _description = "Agreement Product"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(KINDS, required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Text(
        translate=True, help="What collectors should know before they offer it."
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for all companies."
    )
    country_ids = fields.Many2many(
        "res.country", help="Countries of the company it is for. Empty: all."
    )
    grid_ids = fields.One2many(
        "cartera.agreement.grid", "product_id", string="Limits", copy=True
    )
    # -- ledger -------------------------------------------------------------------
    ledger_mode = fields.Selection(LEDGER_MODES, required=True, default="overlay")
    settlement_method = fields.Selection(
        SETTLEMENT_METHODS, required=True, default="credit_note"
    )
    reverse_charges_first = fields.Boolean(
        default=True,
        help="What is waived of interest and fees is credited on their own invoices, "
        "whatever the method for the rest.",
    )
    writeoff_account_id = fields.Many2one(
        "account.account",
        company_dependent=True,
        ondelete="restrict",
        help="Account of write-offs and payment discounts. Empty: the one in the "
        "settings.",
    )
    # -- schedule -----------------------------------------------------------------
    method = fields.Selection(METHODS, required=True, default="french")
    equal_with_taxes = fields.Boolean(
        string="Equal Payments Include Taxes",
        default=True,
        help="French payments are the same with the taxes on their interest. Otherwise "
        "they are equal before those, and what is paid gets less every time.",
    )
    periodicity = fields.Selection(PERIODICITIES, required=True, default="month")
    rate_kind = fields.Selection(RATE_KINDS, required=True, default="nominal")
    day_count = fields.Selection(DAY_COUNTS, required=True, default="30_360")
    grace_kind = fields.Selection(GRACE_KINDS, required=True, default="pay_interest")
    last_day = fields.Boolean(string="Last Day of the Month")
    move_to_working = fields.Boolean(
        string="On Working Days", default=True, help="Moved to the next working day."
    )
    interest_on_charges = fields.Boolean(
        string="Interest on Interest",
        help="Covered late interest and fees bear financing interest too. Many laws "
        "forbid it or set conditions (anatocismo).",
    )
    index_currency_id = fields.Many2one(
        "res.currency",
        string="Indexed To",
        help="Unit such as UF, UVR or UDI in which the instalments are agreed.",
    )
    # -- being kept and broken ----------------------------------------------------
    tolerance_days = fields.Integer(
        default=3, help="Days after the agreed one on which money still is in time."
    )
    tolerance_percent = fields.Float(
        digits=(5, 2),
        help="Share of an instalment that may be missing and still count as paid.",
    )
    default_missed = fields.Integer(
        string="Missed Instalments",
        default=2,
        help="Overdue instalments that break the agreement. Zero: not asked.",
    )
    default_days = fields.Integer(
        string="Days Late",
        default=60,
        help="Days past due of an instalment that break the agreement. Zero: not "
        "asked.",
    )
    notice_days = fields.Integer(
        string="Days to Cure",
        default=10,
        help="Days that the notice of default leaves for paying what is overdue.",
    )
    cure_count = fields.Integer(
        string="Instalments Until Cured",
        default=3,
        help="Instalments paid in a row before the debt counts by its new dates in the "
        "cured aging.",
    )
    accelerates = fields.Boolean(
        default=True, help="Once broken, all the rest is due at once."
    )

    _numbers_positive = models.Constraint(
        "CHECK (tolerance_days >= 0 AND default_missed >= 0 AND default_days >= 0 "
        "AND notice_days >= 0 AND cure_count >= 0 AND tolerance_percent >= 0 "
        "AND tolerance_percent < 100)",
        "Days and numbers of an agreement product cannot be negative, and the "
        "tolerance is a percentage from 0 to less than 100.",
    )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if "name" not in (default or {}):
            for product, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%s (copy)", product.name)
        return vals_list

    @api.model
    def _get_offered(self, case):
        """Products of ``case``'s company and its country, in their order."""
        company = case.company_id.sudo()
        country = company.account_fiscal_country_id
        found = self.search([("company_id", "in", [False, *company.parent_ids.ids])])
        return found.filtered(
            lambda product: not product.country_ids or country in product.country_ids
        )

    @api.model
    def _get_default(self, case):
        """The product that is proposed first: the first whose limits let the debtor
        in, or else the first of all. Of a debtor in court, one that is made there."""
        offered = self._get_offered(case)
        days, debt = case.days_overdue, case.amount_total
        fitting = offered.filtered(
            lambda one: not one.grid_ids or one._find_grids(case, days, debt)
        )
        in_court = self.browse()
        if case._get_pending_legal_cases():
            in_court = fitting.filtered(lambda one: one.kind == "convenio_judicial")
        return (in_court or fitting or offered)[:1]

    def _find_grids(self, case, days, debt):
        """The rows that hold for a debtor, the first of each authority.

        :param days: days past due of the oldest item
        :param debt: in the currency of the company
        :return: ``{authority: cartera.agreement.grid}``
        """
        rows = self.sudo().grid_ids.filtered(lambda row: row._fits(case, days, debt))
        return {who: found[:1] for who, found in rows.grouped("authority").items()}


class CarteraAgreementGrid(models.Model):
    """What may be granted of a product, to whom, and by whom: one row of its limits."""

    _name = "cartera.agreement.grid"
    _description = "Limits of an Agreement Product"
    _order = "product_id, sequence, id"
    _rec_name = "product_id"

    product_id = fields.Many2one(
        "cartera.agreement.product", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="product_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    authority = fields.Selection(AUTHORITIES, required=True, default="collector")
    # -- to whom ------------------------------------------------------------------
    segment_ids = fields.Many2many("cartera.segment", help="Empty: all.")
    stage_ids = fields.Many2many("cartera.stage", help="Empty: all.")
    days_from = fields.Integer(string="Days Past Due From")
    days_to = fields.Integer(string="Up To (Days)", help="Zero: without end.")
    amount_from = fields.Float(string="Balance From", digits="Account")
    amount_to = fields.Float(
        string="Up To", digits="Account", help="Zero: without end."
    )
    # -- what ---------------------------------------------------------------------
    quita_fee = fields.Float(string="Quita of Fees (%)", digits=(5, 2))
    quita_interest = fields.Float(string="Quita of Interest (%)", digits=(5, 2))
    quita_capital = fields.Float(string="Quita of Capital (%)", digits=(5, 2))
    quita_amount = fields.Float(
        string="Most Quita", digits="Account", help="Zero: only the shares count."
    )
    down_payment = fields.Float(string="Least Down Payment (%)", digits=(5, 2))
    term_max = fields.Integer(string="Most Instalments", default=1)
    days_max = fields.Integer(
        string="Most Days",
        help="From the agreement to its last payment. Zero: not limited.",
    )
    grace_max = fields.Integer(
        string="Most Grace Periods",
        help="Instalments at the beginning that pay nothing of the debt. With capital "
        "at the end all but the last one are.",
    )
    rate_min = fields.Float(string="Least Rate (%)", digits=(7, 4))
    rate_default = fields.Float(string="Usual Rate (%)", digits=(7, 4))
    validity_days = fields.Integer(string="Valid For (Days)", default=10)
    coverage_min = fields.Float(string="Least Coverage (%)", digits=(5, 2))
    refinance_max = fields.Integer(string="Most Refinancings")

    _range_valid = models.Constraint(
        "CHECK (days_from >= 0 AND (days_to = 0 OR days_to >= days_from) "
        "AND amount_from >= 0 AND (amount_to = 0 OR amount_to >= amount_from))",
        "Days and balances of a limit cannot be negative, and an upper end is not "
        "below the lower one.",
    )
    _percent_range = models.Constraint(
        "CHECK (quita_fee BETWEEN 0 AND 100 AND quita_interest BETWEEN 0 AND 100 "
        "AND quita_capital BETWEEN 0 AND 100 AND down_payment BETWEEN 0 AND 100 "
        "AND coverage_min >= 0)",
        "A share is a percentage from 0 to 100.",
    )
    _numbers_positive = models.Constraint(
        "CHECK (quita_amount >= 0 AND term_max > 0 AND days_max >= 0 "
        "AND grace_max >= 0 AND rate_min >= 0 AND rate_default >= 0 "
        "AND validity_days >= 0 AND refinance_max >= 0)",
        "The limits of an agreement cannot be negative, and it has one instalment at "
        "least.",
    )

    def _fits(self, case, days, debt):
        """Whether the row is for a debtor; see ``_find_grids``."""
        self.ensure_one()
        if self.segment_ids and case.segment_id not in self.segment_ids:
            return False
        if self.stage_ids and case.stage_id not in self.stage_ids:
            return False
        if days < self.days_from or (self.days_to and days > self.days_to):
            return False
        return debt >= self.amount_from and not 0 < self.amount_to < debt
