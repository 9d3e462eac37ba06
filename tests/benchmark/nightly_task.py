"""Measures nightly runs, and changes the ledger between them as a day of work would."""

from datetime import timedelta

from books import read_books
from ledger_writer import create_staging, write_ledger
from measuring import peak_memory, seconds_of

# Cases and what hangs on them, as on the night after a fresh installation. Truncating
# would take the journal entries along, which know the agreement that made them.
FORGET = "DELETE FROM cartera_case; DELETE FROM cartera_run"

# One more invoice, two thirds of a term old, for every thirtieth debtor.
CHANGES = """
INSERT INTO stage_document
SELECT row_number() OVER (ORDER BY p.id), 'out_invoice', p.id, p.id, p.complete_name,
       %(currency)s, 1, %(date)s::date - 20, NULL, 'benchmark'
  FROM (SELECT partner_id FROM cartera_case WHERE company_id = %(company)s) AS c
  JOIN res_partner p ON p.id = c.partner_id
 WHERE p.id %% 30 = 0;
INSERT INTO stage_product SELECT document_id, 1, 500 FROM stage_document;
INSERT INTO stage_due SELECT document_id, document_id, 1, date + 15, 500
  FROM stage_document;
"""


def measure_run(env, first=False):
    """Run all companies for today in this process, which has done nothing else.

    :param first: forget every case before.
    :return: dict of seconds, seconds per phase, records per phase, peak memory.
    :raise AssertionError: the run did not end well.
    """
    if first:
        env.cr.execute(FORGET)
        env.cr.commit()
        env.invalidate_all()
    before = peak_memory()
    runs, seconds = seconds_of(env["cartera.run"].run)
    errors = runs.error_ids.mapped("message")
    assert set(runs.mapped("state")) == {"done"}, errors or runs.mapped("state")
    return {
        "seconds": seconds,
        "phases_s": {phase.phase: phase.seconds for phase in runs.phase_ids},
        "records": {phase.phase: phase.record_count for phase in runs.phase_ids},
        "memory_before_mib": before,
        "memory_peak_mib": peak_memory(),
    }


def change_ledger(env, today):
    """Write one new invoice for one debtor in thirty; return how many."""
    books = read_books(env)
    env.flush_all()
    create_staging(env.cr)
    env.cr.execute(
        CHANGES,
        {
            "date": today - timedelta(days=1),
            "currency": books.currency_id,
            "company": env.company.id,
        },
    )
    written = write_ledger(env.cr, books)
    env.cr.commit()
    return written["account_move"]
