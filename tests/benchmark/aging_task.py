"""Measures the aging by debtor and bucket against hand-written SQL."""

from datetime import timedelta

import hand_sql
from measuring import logged_queries, seconds_of

ROUNDS = 5
OUR_INDEX = "account_move_line_cartera_open_idx"


def measure_aging(env, today):
    """Time the module and the hand-written SQL in turns, today and for past days.

    The SQL is timed with the module's index there and, in a transaction that is rolled
    back, without it.

    :param today: the day that counts as today.
    :return: dict of figures per day.
    :raise AssertionError: the two sides do not show the same amounts.
    """
    month_end = today.replace(day=1) - timedelta(days=62)
    month_end = month_end.replace(day=1) - timedelta(days=1)
    return {
        "today": _measure(env, today, None, hand_sql.TODAY),
        "180 days back": _measure_past(env, today - timedelta(days=180)),
        "month end": _measure_past(env, month_end),
    }


def _measure_past(env, day):
    return _measure(env, day, day, hand_sql.PAST)


def _measure(env, day, as_of, variants):
    company = env.company
    buckets = company.cartera_aging_policy_id.bucket_ids.sorted("day_from")
    values = {
        "date": day,
        "company": company.id,
        "first_days": buckets.mapped("day_from")[1:],
    }
    number_of = {bucket.id: number for number, bucket in enumerate(buckets)}

    def ours():
        env.invalidate_all()
        items = env["cartera.open.item"]
        if as_of:
            items = items.with_context(cartera_as_of=as_of.isoformat())
        return items._read_group(
            [("company_id", "=", company.id)],
            ["debtor_id", "bucket_id"],
            ["amount_residual:sum"],
        )

    def by_hand(statement):
        env.cr.execute(statement, values)
        return env.cr.fetchall()

    ours_best, hand_best, rows = race(ours, by_hand, variants)
    shown = {
        (debtor.id or None, number_of[bucket.id]): round(amount, 2)
        for debtor, bucket, amount in rows["ours"]
        if round(amount, 2)
    }
    for name in variants:
        expected = {
            (debtor, bucket): round(float(amount), 2)
            for debtor, bucket, amount in rows[name]
            if amount
        }
        assert shown == expected, f"the module and {name!r} show different amounts"
    return {
        "date": day.isoformat(),
        "groups": len(shown),
        "module_s": ours_best,
        "module_queries_s": min(_query_seconds(ours) for _round in range(ROUNDS)),
        "sql_s": hand_best,
        "ratio": ours_best / min(hand_best.values()),
        **without_index(env, by_hand, variants, ours_best),
    }


def race(ours, by_hand, variants):
    """Run both sides in turns, after a warm-up; best of all rounds, and the rows.

    Variants that are far behind in the warm-up do not take part in the rounds.
    """
    rows, hand_times = _warm_up(by_hand, variants)
    rows["ours"], ours_seconds = seconds_of(ours)
    ours_times = [ours_seconds]
    for _round in range(ROUNDS):
        ours_times.append(seconds_of(ours)[1])
        for name in _contenders(hand_times):
            hand_times[name].append(seconds_of(by_hand, variants[name])[1])
    return min(ours_times), _best(hand_times), rows


def _query_seconds(ours):
    """What the database has of the module's time; the rest makes Python objects."""
    with logged_queries() as queries:
        ours()
    return sum(seconds for seconds, _statement in queries)


def _warm_up(by_hand, variants):
    rows, times = {}, {}
    for name, statement in variants.items():
        rows[name], seconds = seconds_of(by_hand, statement)
        times[name] = [seconds]
    return rows, times


def _contenders(times):
    """Names of the variants that are within twice the best time so far."""
    best = _best(times)
    return [name for name in times if best[name] <= 2 * min(best.values())]


def _best(times):
    return {name: min(seconds) for name, seconds in times.items()}


def without_index(env, by_hand, variants, ours_best):
    """The same on Odoo's own indexes: seconds by hand, and the ratio to them."""
    savepoint = env.cr.savepoint()
    try:
        env.cr.execute(f"DROP INDEX IF EXISTS {OUR_INDEX}")
        _rows, times = _warm_up(by_hand, variants)
        for _round in range(ROUNDS):
            for name in _contenders(times):
                times[name].append(seconds_of(by_hand, variants[name])[1])
    finally:
        savepoint.close(rollback=True)
    best = _best(times)
    return {
        "sql_without_our_index_s": best,
        "ratio_without_our_index": ours_best / min(best.values()),
    }
