"""The ledgers that the importer and the generator write are those Odoo would have."""

HEADER = "customer_id,invoice_id,invoice_date,due_date,payment_date,amount,currency"

OPEN_AND_PAID = """
C1,A-1,2023-01-05,2023-02-04,2023-03-01,1160.50,
C1,A-2,2023-05-01,2023-05-31,,200,MXN
C2,A-3,2022-05-01,2022-05-31,,-50.25,
"""

RESULT = """
SELECT m.ref, m.move_type, m.state, m.payment_state, m.amount_residual::text,
       p.ref, m.invoice_date_due::text
  FROM account_move m JOIN res_partner p ON p.id = m.partner_id
 WHERE m.ref IS NOT NULL AND m.move_type != 'entry' ORDER BY m.ref
"""

PARTIALS = """
SELECT m.ref, r.amount::text, r.debit_amount_currency::text, r.max_date::text,
       r.exchange_move_id IS NOT NULL
  FROM account_partial_reconcile r
  JOIN account_move_line l ON l.id = r.debit_move_id
  JOIN account_move m ON m.id = l.move_id
 ORDER BY r.id
"""

A_PAID_DUE = """
SELECT min(l.id) FROM account_move_line l
  JOIN account_account a ON a.id = l.account_id
 WHERE a.account_type = 'asset_receivable' AND l.full_reconcile_id IS NOT NULL
"""


def write(folder, *rows):
    path = folder / "history.csv"
    path.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    return path


def moves(database):
    return database.sql("SELECT count(*) FROM account_move")[0][0]


def test_rows_become_posted_invoices_and_reconciled_payments(database, tmp_path):
    path = write(tmp_path, OPEN_AND_PAID)

    done = database.run("load_history.py", path)

    assert done.returncode == 0, done.stderr
    due = ["2023-02-04", "2023-05-31", "2022-05-31"]
    assert database.sql(RESULT) == [
        ["A-1", "out_invoice", "posted", "paid", "0.00", "C1", due[0]],
        ["A-2", "out_invoice", "posted", "not_paid", "200", "C1", due[1]],
        ["A-3", "out_refund", "posted", "not_paid", "50.25", "C2", due[2]],
    ]
    assert database.sql(PARTIALS) == [
        ["A-1", "1160.50", "1160.50", "2023-03-01", False]
    ]

    again = database.run("load_history.py", path)

    assert again.returncode == 1
    assert "line 3, invoice_id:" in again.stderr
    assert "already; leave the row out" in again.stderr
    assert moves(database) == 4


def test_one_bad_row_and_nothing_is_loaded(database, tmp_path):
    path = write(
        tmp_path,
        OPEN_AND_PAID,
        "C3,A-4,2023-01-05,2023-02-04,,10,ZZZ",
        "C3,A-5,2023-01-05,2023-02-04,,10,USD",
        "C3,A-6,2023-01-05,2023-02-04,,10.005,MXN",
        "C3,A-7,2023-01-05,2023-02-31,,10,MXN",
    )

    done = database.run("load_history.py", path)

    assert done.returncode == 1
    problems = done.stderr.splitlines()
    assert [problem.partition(":")[0] for problem in problems[-5:-1]] == [
        "line 7, currency",
        "line 8, currency",
        "line 9, amount",
        "line 10, due_date",
    ]
    assert problems[-1] == "4 problems; nothing was loaded."
    assert moves(database) == 0
    assert database.sql("SELECT 1 FROM res_partner WHERE ref = 'C1'") == []


def test_a_dry_run_keeps_nothing(database, tmp_path):
    done = database.run("load_history.py", write(tmp_path, OPEN_AND_PAID), "--dry-run")

    assert done.returncode == 0, done.stderr
    assert "dry run" in done.stdout
    assert moves(database) == 0


def test_locked_periods_are_respected(database, tmp_path):
    database.sql("UPDATE res_company SET fiscalyear_lock_date = '2022-12-31'")

    done = database.run("load_history.py", write(tmp_path, OPEN_AND_PAID))

    assert done.returncode == 1
    assert "line 5, invoice_date: 2022-05-01 lies in a period that is locked" in (
        done.stderr
    )


def test_foreign_currency_leaves_its_exchange_difference(database, tmp_path):
    database.sql(
        "INSERT INTO res_currency_rate (name, rate, currency_id, company_id)"
        " SELECT day, 1 / rate, c.id, 1 FROM res_currency c,"
        " (VALUES (date '2023-01-01', 20.0), ('2023-03-01', 18.5)) AS r(day, rate)"
        " WHERE c.name = 'USD'"
    )

    done = database.run(
        "load_history.py",
        write(tmp_path, "C1,A-1,2023-01-05,2023-02-04,2023-03-09,10,USD"),
    )

    assert done.returncode == 0, done.stderr
    assert database.sql(PARTIALS) == [
        ["A-1", "185.00", "10", "2023-03-09", True],
        ["A-1", "15.00", "0", "2023-03-09", False],
    ]


def test_the_books_may_be_kept_in_another_currency_while_they_are_empty(
    database, tmp_path
):
    path = write(tmp_path, OPEN_AND_PAID.replace("MXN", "BRL"))

    done = database.run("load_history.py", path, "--currency", "BRL")
    assert done.returncode == 0, done.stderr

    refused = database.run("load_history.py", path, "--currency", "EUR")
    assert refused.returncode == 1
    assert "are kept in BRL and hold entries" in refused.stderr


def test_generated_ledger_passes_the_check_and_a_spoilt_one_does_not(database):
    done = database.run("generate.py", "--size", "1200")
    assert done.returncode == 0, done.stderr
    kinds = database.sql(
        "SELECT DISTINCT move_type, payment_state FROM account_move ORDER BY 1, 2"
    )
    assert ["out_invoice", "partial"] in kinds
    assert ["out_invoice", "reversed"] in kinds
    assert ["out_refund", "paid"] in kinds
    with_exchange = "SELECT count(exchange_move_id) FROM account_partial_reconcile"
    assert database.sql(with_exchange)[0][0] > 0

    assert database.run("ledger_check.py", "--sample", "5000").returncode == 0
    for spoil, told in (
        ("matching_number = 'P1'", "matching number"),
        ("amount_residual = amount_residual + 1", "wrong residual"),
    ):
        database.sql(f"UPDATE account_move_line SET {spoil} WHERE id = ({A_PAID_DUE})")
        check = database.run("ledger_check.py", "--sample", "5000")
        assert check.returncode == 1
        assert told in check.stdout
