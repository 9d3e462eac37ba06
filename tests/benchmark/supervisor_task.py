"""Measures a team at work: dealing cases, transfers, and the supervisor's screen."""

from measuring import seconds_of
from screens_task import _find_or_create_supervisor, _measure, _page, _specification

COLLECTORS = 40
TEAMS = 4
TRANSFERRED = 10_000

# What each collector did today and in the month so far, on his or her first cases.
CONTACTS = """
INSERT INTO cartera_contact (
    case_id, company_id, user_id, date, channel, direction, reached, origin
)
SELECT id, company_id, worker_id, %(noon)s::timestamp - day * interval '1 day',
       'call', 'out',
       (ARRAY['reached', 'no_answer', 'third_party', 'wrong_number'])[id %% 4 + 1],
       'manual'
  FROM (
      SELECT known.*, row_number() OVER (PARTITION BY worker_id ORDER BY id) AS place
        FROM cartera_case known
       WHERE company_id = %(company)s AND worker_id IS NOT NULL AND item_count > 0
  ) worked
  CROSS JOIN generate_series(0, 20) day
 WHERE place BETWEEN day * 30 AND day * 30 + 60
"""
PROMISES = """
WITH made AS (
    INSERT INTO cartera_promise (
        case_id, company_id, user_id, currency_id, amount, date_made, state
    )
    SELECT id, company_id, worker_id, %(currency)s, amount_overdue,
           %(today)s::date - id %% 30, 'open'
      FROM cartera_case
     WHERE company_id = %(company)s AND amount_overdue > 0 AND id %% 10 = 0
    RETURNING id, case_id, company_id, amount, date_made
)
INSERT INTO cartera_promise_installment (
    promise_id, case_id, company_id, amount, amount_kept, date, date_judged, state
)
SELECT id, case_id, company_id, amount, CASE WHEN id %% 2 = 0 THEN amount ELSE 0 END,
       date_made + 10, CASE WHEN date_made + 10 < %(today)s THEN date_made + 12 END,
       CASE WHEN date_made + 10 >= %(today)s THEN 'open'
            WHEN id %% 2 = 0 THEN 'kept' ELSE 'broken' END
  FROM made
"""


def measure_supervisor(env, today):
    """Deal out, transfer, and time the supervisor's screen.

    :return: seconds of the work done, and of each screen
    """
    company = env.company
    if not env["cartera.case"].search_count([], limit=1):
        env["cartera.run"].run(company)
    _create_teams(env)
    engine = env["cartera.assignment.engine"]
    env["cartera.case"].search([])._assign(env["res.users"])
    dealt, deal_s = seconds_of(engine._assign_cases, company, today)
    env["cartera.worklist.engine"]._refresh(company, today)
    moved, transfer_s = seconds_of(_transfer, env)
    _collected, collected_s = seconds_of(
        env["cartera.collected"]._refresh, company, today
    )
    _work(env, today)
    env.cr.commit()
    supervisor = env(user=_find_or_create_supervisor(env))
    screens = {
        "team today, list": _list,
        "team today, cards": _cards,
        "team today, by team": _pivot,
        "team today, one collector": _form,
        "cases still to do of one": _drill_down,
    }
    return {
        "dealt": dealt,
        "deal_s": deal_s,
        "transferred": moved,
        "transfer_s": transfer_s,
        "collected_s": collected_s,
        "screens": {
            name: _measure(supervisor, screen) for name, screen in screens.items()
        },
    }


def _create_teams(env):
    group = env.ref("cartera_cobranza.group_cartera_own")
    users = env["res.users"].create(
        [
            {
                "name": f"Collector {number}",
                "login": f"benchmark_collector_{number}",
                "group_ids": [(6, 0, group.ids)],
            }
            for number in range(COLLECTORS)
        ]
    )
    for number in range(TEAMS):
        members = users[number::TEAMS]
        team = env["cartera.team"].create(
            {
                "name": f"Team {number}",
                "member_ids": [
                    (0, 0, {"user_id": user.id, "capacity": 30 + user.id % 30})
                    for user in members
                ],
            }
        )
        letters = ("A", "F", "K", "P", "Z")
        env["cartera.assignment.rule"].create(
            {
                "name": team.name,
                "team_id": team.id,
                "letter_from": letters[number],
                "sequence": number,
            }
        )
    # The first rule that fits: from the last letters to the first.
    rules = env["cartera.assignment.rule"].search([])
    for place, rule in enumerate(reversed(rules)):
        rule.sequence = place


def _transfer(env):
    cases = env["cartera.case"].search([("item_count", ">", 0)], limit=TRANSFERRED)
    team = env["cartera.team"].search([], limit=1)
    transfer = (
        env["cartera.transfer"]
        .with_context(active_model="cartera.case", active_ids=cases.ids)
        .create({"target": "team", "team_id": team.id})
    )
    transfer.action_transfer()
    return len(cases)


def _work(env, today):
    """Contacts and promises as a month leaves them, without what comes of them."""
    values = {
        "company": env.company.id,
        "currency": env.company.currency_id.id,
        "today": today,
        "noon": f"{today} 18:00:00",
    }
    env.cr.execute(CONTACTS, values)
    env.cr.execute(PROMISES, values)
    for table in (
        "cartera_case",
        "cartera_contact",
        "cartera_promise",
        "cartera_promise_installment",
        "cartera_worklist_entry",
    ):
        env.cr.execute(f"ANALYZE {table}")


def _list(env):
    return _page(env["cartera.team.day"], [])


def _cards(env):
    days = env["cartera.team.day"]
    return days.web_search_read([], _specification(days, "kanban"), limit=40)


def _pivot(env):
    return env["cartera.team.day"].formatted_read_grouping_sets(
        [],
        [[], ["team_id"], ["team_id", "user_id"]],
        ["worked_count:sum", "unworked_count:sum", "amount_collected:sum", "__count"],
    )


def _form(env):
    days = env["cartera.team.day"]
    return days.search([], limit=1).web_read(_specification(days, "form"))


def _drill_down(env):
    day = env["cartera.team.day"].search([("user_id", "!=", False)], limit=1)
    action = day.with_context(cartera_figure="unworked_count").action_open_figure()
    return _page(env[action["res_model"]], action["domain"])
