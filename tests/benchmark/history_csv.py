"""Reads an invoice history from a CSV file and says what is wrong with it.

Pure Python. Columns, in any order: ``customer_id``, ``invoice_id``, ``invoice_date``,
``due_date`` and ``amount`` are required; ``customer_country`` (two letters),
``payment_date`` (empty: still open) and ``currency`` (three letters, empty: the
company's own) may be there; others are ignored. A negative amount is a credit note.
"""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

REQUIRED = ("customer_id", "invoice_id", "invoice_date", "due_date", "amount")
OPTIONAL = ("customer_country", "payment_date", "currency")
DELIMITERS = ",;\t|"

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
# A lone comma before three digits may group thousands or begin decimals: nobody knows.
AMBIGUOUS = re.compile(r"[+-]?\d{1,3},\d{3}")


@dataclass(frozen=True, slots=True)
class Invoice:
    """One row of the history. ``amount`` is negative for a credit note."""

    line: int
    customer: str
    country: str
    number: str
    invoice_date: date
    due_date: date
    payment_date: date | None
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the file that has to be put right before it can be loaded."""

    line: int
    column: str
    message: str

    def __str__(self):
        where = f"line {self.line}" + (f", {self.column}" if self.column else "")
        return f"{where}: {self.message}"


class BadRow(ValueError):
    """A value that cannot be used; carries its column."""

    def __init__(self, column, message):
        super().__init__(message)
        self.column = column


def read_history(path):
    """Read the file at ``path``.

    The delimiter is found from the header; UTF-8, with or without a mark at its
    beginning, and Windows Latin are understood.

    :return: (list of :class:`Invoice`, list of :class:`Problem`), both in file order
    :raise OSError: the file cannot be read
    """
    return parse_history(_decode(Path(path).read_bytes()))


def parse_history(text):
    """Like :func:`read_history`, from the text itself."""
    header_line = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=header_line.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns = next((row for row in rows if any(row)), None)
    if columns is None:
        return [], [Problem(1, "", "the file is empty; give a header and rows")]
    columns = [name.strip().lower() for name in columns]
    problems = _check_header(columns, rows.line_num)
    if problems:
        return [], problems
    invoices = []
    for row in rows:
        if not any(value.strip() for value in row):
            continue
        try:
            invoices.append(_parse_row(columns, row, rows.line_num))
        except BadRow as error:
            problems.append(Problem(rows.line_num, error.column, str(error)))
    problems += _find_duplicates(invoices)
    if not invoices and not problems:
        problems.append(Problem(1, "", "there is a header but no row below it"))
    return invoices, sorted(problems, key=lambda problem: problem.line)


def _decode(content):
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _check_header(columns, line):
    problems = [
        Problem(line, name, "this required column is missing; add it to the header")
        for name in REQUIRED
        if name not in columns
    ]
    for name, times in Counter(columns).items():
        if times > 1 and name in REQUIRED + OPTIONAL:
            problems.append(Problem(line, name, f"the column is there {times} times"))
    return problems


def _parse_row(columns, row, line):
    if len(row) != len(columns):
        raise BadRow(
            "",
            f"{len(row)} values where the header has {len(columns)} columns;"
            " put values that contain the delimiter in double quotes",
        )
    values = {name: value.strip() for name, value in zip(columns, row, strict=True)}
    for name in REQUIRED:
        if not values[name]:
            raise BadRow(name, "is empty; every row needs it")
    invoice = Invoice(
        line=line,
        customer=values["customer_id"],
        country=values.get("customer_country", "").upper(),
        number=values["invoice_id"],
        invoice_date=_parse_date(values, "invoice_date"),
        due_date=_parse_date(values, "due_date"),
        payment_date=_parse_date(values, "payment_date"),
        amount=_parse_amount(values["amount"]),
        currency=_parse_currency(values.get("currency", "")),
    )
    _check_row(invoice)
    return invoice


def _parse_date(values, name):
    text = values.get(name, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRow(
            name, f"{text!r} is no date; write year-month-day, like 2020-08-17"
        ) from None


def _parse_amount(text):
    if AMBIGUOUS.fullmatch(text):
        raise BadRow(
            "amount",
            f"{text!r} can be read in two ways; write a point before the decimals"
            " and nothing between the thousands",
        )
    # Of point and comma the one further right begins the decimals.
    plain = text.replace(" ", "")
    if plain.rfind(",") > plain.rfind("."):
        plain = plain.replace(".", "").replace(",", ".", 1)
    else:
        plain = plain.replace(",", "")
    if not NUMBER.fullmatch(plain):
        raise BadRow("amount", f"{text!r} is no amount; write it like 1234.50")
    return Decimal(plain)


def _parse_currency(text):
    if text and not re.fullmatch("[A-Za-z]{3}", text):
        raise BadRow(
            "currency", f"{text!r} is no currency code; write three letters, like MXN"
        )
    return text.upper()


def _check_row(invoice):
    if not invoice.amount:
        raise BadRow("amount", "is zero; leave the row out")
    if invoice.due_date < invoice.invoice_date:
        raise BadRow(
            "due_date",
            f"{invoice.due_date} lies before invoice_date {invoice.invoice_date};"
            " correct one of them",
        )
    if invoice.amount < 0 and invoice.payment_date:
        raise BadRow(
            "payment_date",
            "a credit note (negative amount) is not paid; leave payment_date empty"
            " and apply the credit note to an invoice after loading",
        )


def _find_duplicates(invoices):
    first = {}
    problems = []
    for invoice in invoices:
        if invoice.number in first:
            problems.append(
                Problem(
                    invoice.line,
                    "invoice_id",
                    f"{invoice.number!r} stands in line {first[invoice.number]} too;"
                    " leave one of them out or give it another number",
                )
            )
        first.setdefault(invoice.number, invoice.line)
    return problems
