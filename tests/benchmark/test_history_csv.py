"""What the importer of histories accepts, and what it says about the rest."""

from datetime import date
from decimal import Decimal

import pytest
from history_csv import parse_history, read_history

HEADER = (
    "customer_id,customer_country,invoice_id,invoice_date,due_date,payment_date,"
    "amount,currency"
)


def parse(*rows, header=HEADER):
    return parse_history("\n".join((header, *rows)) + "\n")


def problems_of(*rows, header=HEADER):
    invoices, problems = parse(*rows, header=header)
    return [str(problem) for problem in problems]


def test_a_full_row_is_read_as_it_stands():
    invoices, problems = parse("C1,mx,A-1,2024-01-05,2024-02-04,2024-03-01,1160.50,mxn")

    assert not problems
    (invoice,) = invoices
    assert (invoice.line, invoice.customer, invoice.number) == (2, "C1", "A-1")
    assert (invoice.country, invoice.currency) == ("MX", "MXN")
    assert invoice.invoice_date == date(2024, 1, 5)
    assert invoice.due_date == date(2024, 2, 4)
    assert invoice.payment_date == date(2024, 3, 1)
    assert invoice.amount == Decimal("1160.50")


def test_empty_payment_and_currency_mean_open_and_company_currency():
    (invoice,), problems = parse("C1,,A-1,2024-01-05,2024-02-04,,10,")

    assert not problems
    assert invoice.payment_date is None
    assert invoice.currency == ""


def test_optional_columns_may_be_missing_and_others_are_ignored():
    (invoice,), problems = parse(
        "9.50,A-1,whatever,C1,2024-01-05,2024-01-05",
        header="Amount,Invoice_ID,Remark,Customer_id, invoice_date ,due_date",
    )

    assert not problems
    assert invoice.amount == Decimal("9.50")
    assert invoice.payment_date is None


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_found_from_the_header(delimiter):
    row = "C1,MX,A-1,2024-01-05,2024-02-04,,1234.50,"
    text = "\n".join((HEADER, row)).replace(",", delimiter)

    (invoice,), problems = parse_history(text)

    assert not problems
    assert invoice.amount == Decimal("1234.50")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234.5", "1234.5"),
        ("-80.00", "-80.00"),
        ('"1,234.50"', "1234.50"),
        ('"1.234,50"', "1234.50"),
        ('"1 234,50"', "1234.50"),
        ('"12,5"', "12.5"),
        ('"1,234,567.00"', "1234567.00"),
    ],
)
def test_amounts_of_either_notation(text, amount):
    (invoice,), problems = parse(f"C1,,A-1,2024-01-05,2024-02-04,,{text},")

    assert not problems
    assert invoice.amount == Decimal(amount)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings(tmp_path, encoding):
    path = tmp_path / "history.csv"
    row = "Peña,,A-1,2024-01-05,2024-02-04,,10,"
    path.write_bytes(f"{HEADER}\r\n{row}\r\n".encode(encoding))

    (invoice,), problems = read_history(path)

    assert not problems
    assert invoice.customer == "Peña"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "C1,,A-1,05/01/2024,2024-02-04,,10,",
            "line 2, invoice_date: '05/01/2024' is no date;"
            " write year-month-day, like 2020-08-17",
        ),
        (
            "C1,,A-1,2024-01-05,2024-02-30,,10,",
            "line 2, due_date: '2024-02-30' is no date;"
            " write year-month-day, like 2020-08-17",
        ),
        (
            "C1,,A-1,2024-01-05,2024-01-04,,10,",
            "line 2, due_date: 2024-01-04 lies before invoice_date 2024-01-05;"
            " correct one of them",
        ),
        (
            "C1,,A-1,2024-01-05,2024-02-04,,ten,",
            "line 2, amount: 'ten' is no amount; write it like 1234.50",
        ),
        (
            'C1,,A-1,2024-01-05,2024-02-04,,"1,234",',
            "line 2, amount: '1,234' can be read in two ways; write a point before"
            " the decimals and nothing between the thousands",
        ),
        (
            "C1,,A-1,2024-01-05,2024-02-04,,0.00,",
            "line 2, amount: is zero; leave the row out",
        ),
        (
            "C1,,A-1,2024-01-05,2024-02-04,,10,pesos",
            "line 2, currency: 'pesos' is no currency code;"
            " write three letters, like MXN",
        ),
        (
            ",,A-1,2024-01-05,2024-02-04,,10,",
            "line 2, customer_id: is empty; every row needs it",
        ),
        (
            "C1,,A-1,2024-01-05,2024-02-04,,10,,extra",
            "line 2: 9 values where the header has 8 columns;"
            " put values that contain the delimiter in double quotes",
        ),
    ],
)
def test_a_bad_row_is_named_with_its_cure(row, message):
    assert problems_of(row) == [message]


def test_a_paid_credit_note_is_refused():
    (problem,) = problems_of("C1,,A-1,2024-01-05,2024-02-04,2024-02-04,-10,")

    assert problem.startswith("line 2, payment_date: a credit note")


def test_a_payment_before_the_invoice_is_an_advance():
    (invoice,), problems = parse("C1,,A-1,2024-01-05,2024-02-04,2024-01-01,10,")

    assert not problems
    assert invoice.payment_date == date(2024, 1, 1)


def test_a_number_given_twice_names_both_lines():
    assert problems_of(
        "C1,,A-1,2024-01-05,2024-02-04,,10,",
        "",
        "C2,,A-1,2024-01-05,2024-02-04,,20,",
    ) == [
        "line 4, invoice_id: 'A-1' stands in line 2 too;"
        " leave one of them out or give it another number"
    ]


def test_every_bad_row_is_listed_in_the_order_of_the_file():
    problems = problems_of(
        "C1,,A-1,2024-01-05,2024-02-04,,10,",
        "C1,,A-1,2024-01-05,2024-02-04,,10,",
        "C1,,A-2,bad,2024-02-04,,10,",
        "C1,,A-3,2024-01-05,2024-02-04,,10,",
        "C1,,A-4,2024-01-05,2024-02-04,,x,",
    )

    assert [problem.partition(",")[0] for problem in problems] == [
        "line 3",
        "line 4",
        "line 6",
    ]


def test_missing_and_repeated_columns_are_told_before_any_row():
    assert problems_of("C1,2024-01-05,10", header="customer_id,amount,amount") == [
        "line 1, invoice_id: this required column is missing; add it to the header",
        "line 1, invoice_date: this required column is missing; add it to the header",
        "line 1, due_date: this required column is missing; add it to the header",
        "line 1, amount: the column is there 2 times",
    ]


@pytest.mark.parametrize("text", ["", "\n\n", HEADER + "\n"])
def test_a_file_without_rows_is_told(text):
    invoices, problems = parse_history(text)

    assert not invoices
    assert len(problems) == 1
