"""Measures the worklist: making it at night, one debtor by day, and what a collector
asks for on the way through the day."""

from datetime import timedelta

from measuring import peak_memory, seconds_of
from screens_task import COUNT_LIMIT, PAGE, _measure, _specification

ROUNDS = 20
# No query of a first page may take longer.
LIMIT_S = 0.1

# The same rows by hand: what is there to do and when, without any points.
BY_HAND = """
INSERT INTO worklist_by_hand (case_id, company_id, user_id, date_next, next_action,
                              date_attended, points, explanation, is_starved, amount)
SELECT debtor_case.id, debtor_case.company_id, debtor_case.worker_id,
       COALESCE(LEAST(activity.day, promise.day, dispute.day), contact.day + 30,
                %(today)s),
       'attention', contact.day, 0, '[]', FALSE, debtor_case.amount_collectable
  FROM cartera_case debtor_case
  LEFT JOIN (
      SELECT case_id, MAX(date)::date AS day FROM cartera_contact
       WHERE user_id IS NOT NULL GROUP BY case_id
  ) contact ON contact.case_id = debtor_case.id
  LEFT JOIN (
      SELECT res_id, MIN(date_deadline) AS day FROM mail_activity
       WHERE res_model = 'cartera.case' AND active GROUP BY res_id
  ) activity ON activity.res_id = debtor_case.id
  LEFT JOIN (
      SELECT case_id, MIN(date) AS day FROM cartera_promise_installment
       WHERE state = 'open' GROUP BY case_id
  ) promise ON promise.case_id = debtor_case.id
  LEFT JOIN (
      SELECT case_id, MIN(date_deadline) AS day FROM cartera_dispute
       WHERE state <> 'closed' GROUP BY case_id
  ) dispute ON dispute.case_id = debtor_case.id
 WHERE debtor_case.company_id = %(company)s
   AND debtor_case.amount_not_due + debtor_case.amount_overdue > 0
"""


def measure_worklist(env, today):
    """The night against plain SQL, one debtor, and the screens of a collector.

    :return: dict of seconds, rows and queries.
    """
    before = peak_memory()
    env.cr.execute("TRUNCATE cartera_worklist_entry")
    engine = env["cartera.worklist.engine"]
    made, seconds = seconds_of(engine._refresh, env.company, today)
    by_hand, seconds_by_hand = _make_by_hand(env, today)
    assert made == by_hand, f"{made} entries made, {by_hand} by hand"
    env.cr.commit()
    _changed, next_seconds = seconds_of(
        engine._refresh, env.company, today + timedelta(days=1)
    )
    env.cr.rollback()
    return {
        "entries": made,
        "first_s": seconds,
        "by_hand_s": seconds_by_hand,
        "next_s": next_seconds,
        **_measure_one(env, today),
        "memory_before_mib": before,
        "memory_peak_mib": peak_memory(),
        "screens": _measure_screens(env),
    }


def _make_by_hand(env, today):
    """Make the list by hand into a table like the module's; (rows, seconds)."""
    env.cr.execute(
        "CREATE TEMPORARY TABLE worklist_by_hand"
        " (LIKE cartera_worklist_entry INCLUDING DEFAULTS INCLUDING INDEXES)"
        " ON COMMIT DROP"
    )
    values = {"company": env.company.id, "today": today}
    _none, seconds = seconds_of(env.cr.execute, BY_HAND, values)
    return env.cr.rowcount, seconds


def _measure_one(env, today):
    """Seconds for one debtor, the median of some: of the worklist alone, and of all
    that whoever next reads brings in after a posting."""
    env.cr.execute(
        "SELECT debtor_case.partner_id FROM cartera_worklist_entry entry"
        " JOIN cartera_case debtor_case ON debtor_case.id = entry.case_id"
        " ORDER BY entry.id LIMIT %s",
        [ROUNDS],
    )
    debtor_ids = [debtor_id for (debtor_id,) in env.cr.fetchall()]
    engine, queue = env["cartera.worklist.engine"], env["cartera.case.queue"]
    times = {
        "one_debtor_s": [
            seconds_of(engine._refresh, env.company, today, [debtor_id])[1]
            for debtor_id in debtor_ids
        ],
        "queue_s": [
            seconds_of(queue._refresh_keys, {(env.company.id, debtor_id)})[1]
            for debtor_id in debtor_ids
        ],
    }
    env.cr.rollback()
    return {name: sorted(found)[len(found) // 2] for name, found in times.items()}


def _measure_screens(env):
    """What a collector's and a supervisor's day ask for.

    :raise AssertionError: when a query takes longer than :data:`LIMIT_S`
    """
    users = env["res.users"]
    collector = users.search([("login", "=", "benchmark_collector_0")])
    screens = {
        "my day, first page": (collector, _my_day),
        "my day, of all collectors": (env.user, _all_days),
        "next debtor": (collector, _next_debtor),
    }
    found = {}
    for name, (user, screen) in screens.items():
        found[name] = _measure(env(user=user), screen)
        env.cr.rollback()
        slowest = found[name]["slowest_s"]
        assert slowest < LIMIT_S, f"{name}: {slowest:.3f} s, {found[name]['slowest']}"
    return found


def _page(env, domain):
    entries = env["cartera.worklist.entry"]
    return entries.web_search_read(
        domain, _specification(entries, "list"), limit=PAGE, count_limit=COUNT_LIMIT
    )


def _my_day(env):
    return _page(env, [("user_id", "=", env.uid), ("date_next", "<=", "today")])


def _all_days(env):
    return _page(env, [("date_next", "<=", "today")])


def _next_debtor(env):
    return env["cartera.case"].action_next_debtor()
