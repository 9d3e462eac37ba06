"""Measures a team at work: dealing cases, transfers, and the supervisor's screen."""

from measuring import seconds_of
from screens_task import _find_or_create_supervisor, _measure, _page, _specification

TRANSFERRED = 10_000


def measure_supervisor(env, today):
    """Time the supervisor's screen; transfer cases, and deal all of them anew.

    :return: seconds of the work done, and of each screen
    """
    company = env.company
    supervisor = env(user=_find_or_create_supervisor(env))
    screens = {
        "team today, list": _list,
        "team today, cards": _cards,
        "team today, by team": _pivot,
        "team today, one collector": _form,
        "cases still to do of one": _drill_down,
    }
    found = {name: _measure(supervisor, screen) for name, screen in screens.items()}
    _collected, collected_s = seconds_of(
        env["cartera.collected"]._refresh, company, today
    )
    moved, transfer_s = seconds_of(_transfer, env)
    env["cartera.case"].search([])._assign(env["res.users"])
    engine = env["cartera.assignment.engine"]
    dealt, deal_s = seconds_of(engine._assign_cases, company, today)
    # The others measure on the work as it was dealt first.
    env.cr.rollback()
    return {
        "dealt": dealt,
        "deal_s": deal_s,
        "transferred": moved,
        "transfer_s": transfer_s,
        "collected_s": collected_s,
        "screens": found,
    }


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
