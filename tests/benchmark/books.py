"""What the set-based writer must know of a company's books: journals, accounts, tax."""

from dataclasses import dataclass

TAX_NAME = "VAT 16% (benchmark)"


@dataclass(frozen=True, slots=True)
class Tax:
    """A percentage tax, due on the invoice, without tags."""

    id: int
    group_id: int
    name: str
    rate: float
    account_id: int
    invoice_line_id: int
    refund_line_id: int


@dataclass(frozen=True, slots=True)
class Books:
    """Ids of the records that every generated entry points to."""

    company_id: int
    currency_id: int
    decimals: int
    user_id: int
    lang: str
    sale_journal_id: int
    sale_code: str
    refund_prefix: str
    bank_journal_id: int
    bank_prefix: str
    exchange_journal_id: int
    exchange_code: str
    receivable_id: int
    income_id: int
    bank_account_id: int
    gain_id: int
    loss_id: int
    payment_method_id: int
    payment_method_line_id: int
    payment_label: str
    tax: Tax | None = None
    product_id: int | None = None
    uom_id: int | None = None


def read_books(env, tax=None, product=None):
    """Collect the ids, and let customer payments post straight to the bank account.

    Odoo writes no entry for a payment whose method has no account, so the bank
    journal's first inbound method is given the journal's own account.

    :param tax: optional ``account.tax`` that product lines bear.
    :param product: optional ``product.product`` of the product lines.
    :raise ValueError: the company lacks a journal or an account; says which one.
    """
    company = env.company
    sale = _journal(env, "sale")
    bank = _journal(env, "bank")
    exchange = company.currency_exchange_journal_id
    method = bank.inbound_payment_method_line_ids[:1]
    receivable = env["res.partner"]._fields["property_account_receivable_id"]
    receivable = receivable.get_company_dependent_fallback(env["res.partner"])
    needed = {
        "receivable account": receivable,
        "income account on the sales journal": sale.default_account_id,
        "account on the bank journal": bank.default_account_id,
        "inbound payment method on the bank journal": method,
        "exchange difference journal": exchange,
        "exchange gain account": company.income_currency_exchange_account_id,
        "exchange loss account": company.expense_currency_exchange_account_id,
    }
    missing = [name for name, record in needed.items() if not record]
    if missing:
        raise ValueError(
            f"Company {company.name} lacks: {', '.join(missing)}."
            " Load a chart of accounts first."
        )
    method.payment_account_id = bank.default_account_id
    return Books(
        company_id=company.id,
        currency_id=company.currency_id.id,
        decimals=company.currency_id.decimal_places,
        user_id=env.user.id,
        lang=env.user.lang or "en_US",
        sale_journal_id=sale.id,
        sale_code=sale.code,
        refund_prefix="R" if sale.refund_sequence else "",
        bank_journal_id=bank.id,
        bank_prefix=("P" if bank.payment_sequence else "") + bank.code,
        exchange_journal_id=exchange.id,
        exchange_code=exchange.code,
        receivable_id=receivable.id,
        income_id=sale.default_account_id.id,
        bank_account_id=bank.default_account_id.id,
        gain_id=company.income_currency_exchange_account_id.id,
        loss_id=company.expense_currency_exchange_account_id.id,
        payment_method_id=method.payment_method_id.id,
        payment_method_line_id=method.id,
        payment_label=method.name,
        tax=tax and _describe_tax(tax),
        product_id=product and product.id,
        uom_id=product and product.uom_id.id,
    )


def find_or_create_tax(env):
    """Return a 16% sales tax due on the invoice, whatever the chart offers.

    Its account is not reconcilable, as is usual for tax collected.
    """
    tax = env["account.tax"].search(
        [("name", "=", TAX_NAME), ("company_id", "=", env.company.id)], limit=1
    )
    if tax:
        return tax
    account = env["account.account"].create(
        {
            "name": TAX_NAME,
            "code": "209.99.99",
            "account_type": "liability_current",
            "reconcile": False,
        }
    )
    distribution = [
        (0, 0, {"repartition_type": "base"}),
        (0, 0, {"repartition_type": "tax", "account_id": account.id}),
    ]
    return env["account.tax"].create(
        {
            "name": TAX_NAME,
            "amount": 16,
            "type_tax_use": "sale",
            "tax_exigibility": "on_invoice",
            "invoice_repartition_line_ids": distribution,
            "refund_repartition_line_ids": distribution,
        }
    )


def _journal(env, kind):
    journal = env["account.journal"].search(
        [("type", "=", kind), ("company_id", "=", env.company.id)], limit=1
    )
    if not journal:
        raise ValueError(
            f"Company {env.company.name} has no {kind} journal."
            " Load a chart of accounts first."
        )
    return journal


def _describe_tax(tax):
    def tax_line(lines):
        return lines.filtered(lambda line: line.repartition_type == "tax")

    on_invoice = tax_line(tax.invoice_repartition_line_ids)
    return Tax(
        id=tax.id,
        group_id=tax.tax_group_id.id,
        name=tax.name,
        rate=tax.amount / 100,
        account_id=on_invoice.account_id.id,
        invoice_line_id=on_invoice.id,
        refund_line_id=tax_line(tax.refund_repartition_line_ids).id,
    )
