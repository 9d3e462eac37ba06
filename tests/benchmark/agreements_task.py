"""Puts open items under agreements in force, and measures the aging with them and the
judging of them."""

from datetime import timedelta

from aging_task import ROUNDS, race, without_index
from measuring import peak_memory, seconds_of

AGREEMENTS = 5_000
ITEMS_EACH = 10
# One debtor of so many is refreshed alone.
SAMPLE = 40

# Ten of the items of a debtor in the company's currency, the oldest first, per
# agreement; at small sizes no more than a third of the debtors.
CHOOSE = """
CREATE TEMPORARY TABLE chosen ON COMMIT DROP AS
SELECT case_id, line_id, amount, place, dense_rank() OVER (ORDER BY case_id, set) AS nr
  FROM (
    SELECT debtor_case.id AS case_id, line.id AS line_id,
           line.amount_residual AS amount, place,
           (place - 1) / %(each)s AS set
      FROM cartera_case debtor_case
      JOIN (
          SELECT line.id, line.amount_residual, line.company_id,
                 person.commercial_partner_id AS debtor_id,
                 row_number() OVER (
                     PARTITION BY person.commercial_partner_id
                     ORDER BY line.date_maturity, line.id
                 ) AS place
            FROM account_move_line line
            JOIN res_partner person ON person.id = line.partner_id
            JOIN account_account account ON account.id = line.account_id
           WHERE account.account_type = 'asset_receivable'
             AND line.parent_state = 'posted' AND line.company_id = %(company)s
             AND line.amount_residual > 1 AND line.currency_id = %(currency)s
      ) line ON line.debtor_id = debtor_case.partner_id
     WHERE debtor_case.company_id = %(company)s AND debtor_case.id %% 3 = 0
  ) line
"""

AGREE = """
WITH made AS (
    INSERT INTO cartera_agreement (
        case_id, company_id, partner_id, product_id, kind, currency_id, name, state,
        date, date_signed, date_started, date_limit, ledger_mode, cure_count,
        amount_debt, amount_payable, amount_quita
    )
    SELECT chosen.case_id, debtor_case.company_id, debtor_case.partner_id,
           %(product)s, 'reestructura', %(currency)s, 'B' || chosen.nr, 'active',
           %(today)s::date - 100, %(today)s::date - 100, %(today)s::date - 100,
           %(today)s::date + 260, 'overlay', 3,
           SUM(chosen.amount), ROUND(0.9 * SUM(chosen.amount), 2),
           SUM(chosen.amount) - ROUND(0.9 * SUM(chosen.amount), 2)
      FROM chosen
      JOIN cartera_case debtor_case ON debtor_case.id = chosen.case_id
     WHERE chosen.nr <= %(agreements)s
     GROUP BY chosen.nr, chosen.case_id, debtor_case.company_id, debtor_case.partner_id
    RETURNING id, name, case_id, company_id
), covered AS (
    INSERT INTO cartera_agreement_item (
        agreement_id, case_id, company_id, line_id, sequence, component, amount,
        is_active
    )
    SELECT made.id, made.case_id, made.company_id, chosen.line_id, chosen.place,
           'capital', chosen.amount, TRUE
      FROM chosen JOIN made ON made.name = 'B' || chosen.nr
)
SELECT COUNT(*) FROM made
"""

# Twelve months, of which three are past; the last takes the rest.
SCHEDULE = """
INSERT INTO cartera_agreement_installment (
    agreement_id, case_id, company_id, number, date, state, amount_principal,
    principal_from, principal_to
)
SELECT agreement.id, agreement.case_id, agreement.company_id, number,
       agreement.date_started + 30 * number, 'pending', part.high - part.low,
       part.low, part.high
  FROM cartera_agreement agreement
 CROSS JOIN generate_series(1, 12) number
 CROSS JOIN LATERAL (
     SELECT ROUND(agreement.amount_payable * (number - 1) / 12, 2) AS low,
            ROUND(agreement.amount_payable * number / 12, 2) AS high
 ) part
 WHERE agreement.name LIKE 'B%%'
"""

# As it would be written by hand: what is not covered, and the pieces of what is. Of the
# rules of the module it knows those that the written agreements need: no credit notes,
# no drafts, one currency.
BY_HAND = {
    "by hand": """
    WITH covered AS (
        SELECT i.agreement_id, i.line_id, l.partner_id, l.amount_residual AS amount,
               SUM(l.amount_residual) OVER (
                   PARTITION BY i.agreement_id ORDER BY i.sequence, i.id
               ) + SUM(i.amount - l.amount_residual) OVER (PARTITION BY i.agreement_id)
               AS high
          FROM cartera_agreement_item i
          JOIN account_move_line l ON l.id = i.line_id
         WHERE i.is_active AND i.company_id = %(company)s
    )
    SELECT p.commercial_partner_id,
           width_bucket(%(date)s::date - g.due, %(first_days)s), SUM(g.amount)
      FROM (
        SELECT l.partner_id, COALESCE(l.date_maturity, l.date) AS due,
               l.amount_residual AS amount
          FROM account_move_line l
         WHERE l.parent_state = 'posted' AND l.company_id = %(company)s
           AND (l.amount_residual <> 0 OR l.amount_residual_currency <> 0)
           AND l.account_id IN (
               SELECT id FROM account_account WHERE account_type = 'asset_receivable'
           )
           AND NOT EXISTS (SELECT FROM covered WHERE covered.line_id = l.id)
         UNION ALL
        SELECT covered.partner_id, part.date,
               LEAST(part.high, covered.high)
                   - GREATEST(part.low, covered.high - covered.amount)
          FROM covered
          JOIN (
            SELECT agreement_id, date, principal_from AS low, principal_to AS high
              FROM cartera_agreement_installment WHERE company_id = %(company)s
             UNION ALL
            SELECT id, GREATEST(date_limit, %(date)s), amount_payable, amount_debt
              FROM cartera_agreement
             WHERE state = 'active' AND company_id = %(company)s
          ) part
            ON part.agreement_id = covered.agreement_id AND part.low < covered.high
           AND part.high > covered.high - covered.amount
      ) g
      LEFT JOIN res_partner p ON p.id = g.partner_id
     GROUP BY 1, 2"""
}

# What the engine keeps of agreements, as it would be written by hand: for agreements
# of which nothing has been settled otherwise and no charges are invoiced.
JUDGE_BY_HAND = """
WITH paid AS (
    SELECT i.agreement_id, SUM(i.amount - LEAST(l.amount_residual, i.amount)) AS money
      FROM cartera_agreement_item i
      JOIN account_move_line l ON l.id = i.line_id
     WHERE i.is_active AND i.company_id = %(company)s
     GROUP BY i.agreement_id
), part AS (
    UPDATE cartera_agreement_installment p
       SET amount_paid = LEAST(GREATEST(paid.money, p.principal_from), p.principal_to)
               - p.principal_from,
           amount_open = p.principal_to
               - LEAST(GREATEST(paid.money, p.principal_from), p.principal_to),
           days_late = CASE WHEN paid.money < p.principal_to
                            THEN GREATEST(%(date)s::date - p.date, 0) ELSE 0 END,
           state = CASE WHEN paid.money >= p.principal_to THEN 'paid'
                        WHEN p.date < %(date)s THEN 'overdue' ELSE 'pending' END
      FROM paid
     WHERE paid.agreement_id = p.agreement_id
    RETURNING p.agreement_id, p.date, p.amount_open, p.days_late
)
UPDATE cartera_agreement a
   SET amount_paid = paid.money, amount_open = total.due,
       amount_overdue = total.overdue, missed_count = total.missed,
       days_late = total.days_late, date_next = total.date_next,
       standing = CASE WHEN total.missed > 0 THEN 'late' ELSE 'in_time' END
  FROM paid
  JOIN (
    SELECT agreement_id, SUM(amount_open) AS due,
           COALESCE(SUM(amount_open) FILTER (WHERE days_late > 0), 0) AS overdue,
           COUNT(*) FILTER (WHERE days_late > 0) AS missed,
           MAX(days_late) AS days_late,
           MIN(date) FILTER (WHERE amount_open > 0) AS date_next
      FROM part GROUP BY agreement_id
  ) total ON total.agreement_id = paid.agreement_id
 WHERE a.id = paid.agreement_id
"""


def measure_agreements(env, today):
    """Write agreements in force in a transaction that is rolled back; measure the aging
    by debtor and bucket and the judging of them against hand-written SQL, and the
    refresh of all cases and of one.

    :param today: the day that counts as today
    :return: dict of figures
    :raise AssertionError: the two sides do not show the same amounts
    """
    before = _measure_refresh(env)
    count = _write(env, today)
    found = {
        "agreements": count,
        "items": env["cartera.agreement.item"].search_count([]),
        "aging": _measure_aging(env, today),
        "refresh_before": before,
        "refresh": _measure_refresh(env),
        "judging": _measure_judging(env, today, count),
    }
    env.cr.rollback()
    return found


def _write(env, today):
    company = env.company
    product = env["cartera.agreement.product"].create(
        {"name": "Benchmark", "kind": "reestructura"}
    )
    env.flush_all()
    values = {
        "company": company.id,
        "currency": company.currency_id.id,
        "each": ITEMS_EACH,
        "agreements": AGREEMENTS,
        "product": product.id,
        "today": today,
    }
    env.cr.execute(CHOOSE, values)
    env.cr.execute(AGREE, values)
    (count,) = env.cr.fetchone()
    env.cr.execute(SCHEDULE, values)
    for table in ("", "_item", "_installment"):
        env.cr.execute(f"ANALYZE cartera_agreement{table}")
    env.invalidate_all()
    return count


def _measure_aging(env, today):
    company = env.company
    buckets = company.cartera_aging_policy_id.bucket_ids.sorted("day_from")
    values = {
        "date": today,
        "company": company.id,
        "first_days": buckets.mapped("day_from")[1:],
    }
    number_of = {bucket.id: number for number, bucket in enumerate(buckets)}

    def ours():
        env.invalidate_all()
        return env["cartera.open.item"]._read_group(
            [("company_id", "=", company.id)],
            ["debtor_id", "bucket_id"],
            ["amount_residual:sum"],
        )

    def by_hand(statement):
        env.cr.execute(statement, values)
        return env.cr.fetchall()

    ours_best, hand_best, rows = race(ours, by_hand, BY_HAND)
    shown = {
        (debtor.id or None, number_of[bucket.id]): round(amount, 2)
        for debtor, bucket, amount in rows["ours"]
        if round(amount, 2)
    }
    expected = {
        (debtor, bucket): round(float(amount), 2)
        for debtor, bucket, amount in rows["by hand"]
        if amount
    }
    assert shown == expected, "the module and the SQL by hand show different amounts"
    return {
        "groups": len(shown),
        "module_s": ours_best,
        "sql_s": min(hand_best.values()),
        "ratio": ours_best / min(hand_best.values()),
        **without_index(env, by_hand, BY_HAND, ours_best),
    }


def _measure_judging(env, today, agreements):
    """Seconds of judging all agreements when all of them change, since a month goes by
    or comes back, and when nothing does; and of the same by hand."""
    judge, company = env["cartera.agreement.engine"]._judge, env.company
    later = today + timedelta(days=30)
    # Some have been judged by whoever read their debtors.
    first = seconds_of(judge, company, today)[1]
    changes, idle, by_hand = [], [], []
    for _round in range(ROUNDS):
        for day in (later, today):
            count, seconds = seconds_of(judge, company, day)
            assert count == agreements, "not all agreements changed"
            changes.append(seconds)
        count, seconds = seconds_of(judge, company, today)
        assert not count, "agreements changed on a day on which nothing did"
        idle.append(seconds)
    shown = _read_overdue(env)
    for day in (later, today) * ROUNDS:
        values = {"company": company.id, "date": day}
        by_hand.append(seconds_of(env.cr.execute, JUDGE_BY_HAND, values)[1])
    assert _read_overdue(env) == shown, "the SQL by hand judges otherwise"
    return {
        "first_s": first,
        "all_changed_s": min(changes),
        "idle_s": min(idle),
        "sql_s": min(by_hand),
        "ratio": min(changes) / min(by_hand),
        "memory_peak_mib": peak_memory(),
    }


def _read_overdue(env):
    env.cr.execute(
        """
        SELECT id, standing, missed_count, amount_overdue FROM cartera_agreement
         WHERE state = 'active' ORDER BY id
        """
    )
    return env.cr.fetchall()


def _measure_refresh(env):
    """Seconds of the refresh of all cases, and of one of those with agreements."""
    refresh, company = env["cartera.case.refresh"], env.company
    refresh._refresh(company)
    times = [seconds_of(refresh._refresh, company)[1] for _round in range(3)]
    cases = env["cartera.case"].search([], limit=3 * SAMPLE)
    each = [
        min(
            seconds_of(_refresh_one, env, company, case.partner_id.id)[1]
            for _round in range(ROUNDS)
        )
        for case in cases.filtered(lambda case: case.id % 3 == 0)
    ]
    return {"all_s": min(times), "one_s": sum(each) / len(each)}


def _refresh_one(env, company, debtor_id):
    env.invalidate_all()
    env["cartera.case.refresh"]._refresh(company, debtor_ids=[debtor_id])
