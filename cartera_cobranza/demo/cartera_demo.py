import logging
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .debtors import DEBTORS, ROLES, SALESPEOPLE
from .places import exchange_rate
from .plan import HISTORY, build_plan

_logger = logging.getLogger(__name__)

FOREIGN_CURRENCIES = ("USD", "EUR")
MONTHS_OF_RATES = 20
LARGE_CASE_SHARE = 0.02
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "no_reset_password": True,
    # Fictional tax numbers need not pass the real ones' check digits.
    "no_vat_validation": True,
    # Where bank statements are reconciled, payments have no entry of their own.
    "force_payment_move": True,
}


class CarteraDemo(models.AbstractModel):
    """Builds a fictional distributor's receivables in a company's own chart.

    People are made by ``cartera.demo.people``, documents by ``cartera.demo.ledger``,
    what they answer by ``cartera.demo.answers``, what else goes on with the debtors by
    ``cartera.demo.dealings``, what is agreed with them by ``cartera.demo.agreements``.
    """

    _name = "cartera.demo"
    _description = "Demo Receivables"

    @api.model
    def _install_demo(self):
        """Give the main company its demo, unless it has no chart of accounts yet."""
        company = self.env.ref("base.main_company")
        if not company.chart_template:
            _logger.info("No chart of accounts in %s: demo skipped.", company.name)
            return
        self._create_demo_data(company)

    @api.model
    def _create_demo_data(self, company):
        """Create debtors, documents, users and cases in ``company``, relative to today.

        :return: True when created, False when the company already has its demo
        :raise UserError: without a chart of accounts, a sale and a bank journal, or
            with a lock date inside the months to be filled
        """
        language = company.partner_id.lang or self.env.lang
        company = company.sudo().with_company(company)
        company = company.with_context(**QUIET, lang=language)
        people = company.env["cartera.demo.people"]
        ledger = company.env["cartera.demo.ledger"]
        if people._has_debtors(company):
            _logger.info("%s already has its demo data.", company.name)
            return False
        today = fields.Date.context_today(company)
        self._check_company(company, today - timedelta(days=HISTORY))
        currencies = self._prepare_currencies(company, today)
        salespeople = people._create_users(company, SALESPEOPLE)
        partners = people._create_debtors(company, salespeople)
        documents, receipts = build_plan(DEBTORS)
        invoices = ledger._create_documents(partners, currencies, documents, today)
        ledger._create_receipts(partners, invoices, documents, receipts, today)
        self._apply_quirks(partners, invoices)
        self._assign_cases(company, people._create_users(company, ROLES)[:2])
        company.env["cartera.demo.answers"]._answer(company, partners, today)
        company.env["cartera.demo.dealings"]._deal(company, partners, today)
        company.env["cartera.demo.agreements"]._introduce(company)
        return True

    @api.model
    def _check_company(self, company, first_day):
        if not company.chart_template:
            raise UserError(
                company.env._(
                    "%s has no chart of accounts: install one before its demo data.",
                    company.name,
                )
            )
        for kind in ("sale", "bank"):
            journal = company.env["cartera.demo.ledger"]._get_journal(company, kind)
            if not journal:
                raise UserError(
                    company.env._(
                        "%(company)s has no journal of type %(kind)s: create one "
                        "before its demo data.",
                        company=company.name,
                        kind=kind,
                    )
                )
            if company._get_violated_lock_dates(first_day, True, journal):
                raise UserError(
                    company.env._(
                        "%(company)s has locked periods after %(date)s: its demo data "
                        "needs all of them open.",
                        company=company.name,
                        date=first_day,
                    )
                )

    @api.model
    def _prepare_currencies(self, company, today):
        """Activate the foreign currencies and give each of them a rate a month.

        :return: the company's currency, then the foreign ones
        """
        Currency = company.env["res.currency"].with_context(active_test=False)
        foreign = Currency.search(
            [
                ("name", "in", FOREIGN_CURRENCIES),
                ("id", "!=", company.currency_id.id),
            ],
            order="name desc",
        )
        foreign.active = True
        Rate, owner = company.env["res.currency.rate"], company.root_id
        known = {
            (rate.currency_id, rate.name)
            for rate in Rate.search([("company_id", "=", owner.id)])
        }
        this_month = today.replace(day=1)
        Rate.create(
            [
                {
                    "name": month,
                    "currency_id": currency.id,
                    "company_id": owner.id,
                    "inverse_company_rate": exchange_rate(
                        currency.name, company.currency_id.name, back
                    ),
                }
                for currency in foreign
                for back in range(MONTHS_OF_RATES)
                if (currency, month := this_month - relativedelta(months=back))
                not in known
            ]
        )
        return company.currency_id + foreign

    @api.model
    def _apply_quirks(self, partners, invoices):
        """Block, silence or archive what the odd debtors are there to show."""
        for debtor, partner in zip(DEBTORS, partners, strict=True):
            if debtor.quirk not in ("blocked", "no_followup", "archived"):
                continue
            unpaid = invoices.filtered(
                lambda invoice, partner=partner: (
                    invoice.commercial_partner_id == partner
                    and invoice.payment_state == "not_paid"
                )
            )
            if debtor.quirk == "blocked":
                unpaid[:1].action_toggle_block_payment()
            elif debtor.quirk == "no_followup":
                unpaid.no_followup = True
            else:
                partner.action_archive()

    @api.model
    def _assign_cases(self, company, collectors):
        """Give the large cases to the first collector and the rest to the second."""
        company.env["cartera.case.refresh"]._refresh(company)
        cases = company.env["cartera.case"].search([("company_id", "=", company.id)])
        total = sum(partner.credit for partner in cases.partner_id)
        large = cases.filtered(
            lambda case: case.partner_id.credit > LARGE_CASE_SHARE * total
        )
        large.user_id = collectors[0]
        (cases - large).user_id = collectors[1]
