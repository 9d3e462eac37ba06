from odoo import api, fields, models


class CarteraLedgerCheck(models.TransientModel):
    """Shows a person whether the open items add up to the receivable accounts."""

    _name = "cartera.ledger.check"
    _description = "Ledger Check"

    date = fields.Date(
        string="As of", help="Leave empty to check the ledger as it stands now."
    )
    company_ids = fields.Many2many(
        "res.company",
        string="Companies",
        required=True,
        default=lambda self: self.env.companies,
        domain=lambda self: [("id", "in", self.env.companies.ids)],
    )
    checked = fields.Boolean(readonly=True)
    balance_count = fields.Integer(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    ledger_total = fields.Monetary(readonly=True)
    line_ids = fields.One2many("cartera.ledger.check.line", "check_id", readonly=True)

    @api.depends("date")
    def _compute_display_name(self):
        for check in self:
            check.display_name = self.env._("Ledger check")

    def action_check(self):
        """Compare, and show what differs in the same window."""
        self.ensure_one()
        companies = self.company_ids & self.env.companies
        verifier = self.env["cartera.ledger.verifier"]
        rows = verifier._verify(companies, self.date)
        self.line_ids = [fields.Command.clear()] + [
            fields.Command.create(self.env["cartera.ledger.check.line"]._prepare(row))
            for row in rows
        ]
        self.balance_count, total = verifier._get_totals(companies, self.date)
        # Companies that keep their books in several currencies have no common total.
        currency = companies.currency_id
        self.currency_id = currency if len(currency) == 1 else False
        self.ledger_total = total if len(currency) == 1 else 0
        self.checked = True
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ledger check"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class CarteraLedgerCheckLine(models.TransientModel):
    _name = "cartera.ledger.check.line"
    _description = "Difference with the Ledger"

    check_id = fields.Many2one(
        "cartera.ledger.check", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True)
    debtor_id = fields.Many2one("res.partner")
    currency_id = fields.Many2one("res.currency", required=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    ledger_amount = fields.Monetary(
        string="Accounts", currency_field="company_currency_id"
    )
    across_amount = fields.Monetary(
        string="Settled Across",
        currency_field="company_currency_id",
        help="Settled with entries of another debtor, currency or branch, whose "
        "balances stay in the accounts.",
    )
    item_amount = fields.Monetary(
        string="Open Items", currency_field="company_currency_id"
    )
    difference = fields.Monetary(currency_field="company_currency_id")
    difference_currency = fields.Monetary(string="Difference in Currency")

    @api.model
    def _prepare(self, row):
        """Values of a line for one row of the verifier."""
        return {name: row[name] for name in row.keys() & self._fields.keys()}

    def action_open_journal_items(self):
        """List the journal items behind the difference."""
        self.ensure_one()
        domain = [
            ("company_id", "=", self.company_id.id),
            ("partner_id.commercial_partner_id", "=", self.debtor_id.id)
            if self.debtor_id
            else ("partner_id", "=", False),
            ("currency_id", "=", self.currency_id.id),
            ("account_id.account_type", "=", "asset_receivable"),
            ("parent_state", "=", "posted"),
        ]
        if self.check_id.date:
            domain.append(("date", "<=", self.check_id.date))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Journal items behind the difference"),
            "res_model": "account.move.line",
            "views": [[False, "list"]],
            "domain": domain,
        }
