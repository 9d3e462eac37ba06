"""Measures strategies: planning a night, doing its steps, and making its messages."""

from measuring import peak_memory, seconds_of

MESSAGES = 10_000
TAG = "Benchmark: gets a message"

# What a night of strategies leaves behind, so that the next measurement begins anew.
FORGET = """
TRUNCATE cartera_plan, cartera_plan_line, cartera_step_execution,
    cartera_communication, cartera_contact, cartera_contact_refusal, cartera_promise,
    cartera_dispute, cartera_pause CASCADE;
UPDATE cartera_case SET hold_until = NULL, hold_reason = NULL
 WHERE hold_until IS NOT NULL
"""

# Half of those whom a reminder can reach, up to a number.
CHOOSE = """
WITH reachable AS (
    SELECT partner.id
      FROM cartera_case debtor_case
      JOIN res_partner partner ON partner.id = debtor_case.partner_id
     WHERE debtor_case.company_id = %(company)s AND debtor_case.amount_collectable > 0
       AND partner.email_normalized IS NOT NULL
)
INSERT INTO res_partner_res_partner_category_rel (partner_id, category_id)
SELECT id, %(tag)s FROM reachable
 ORDER BY id LIMIT LEAST(%(limit)s, (SELECT COUNT(*) FROM reachable) / 2)
ON CONFLICT DO NOTHING
"""

# The planning of one step after the due date, by hand: no clocks but that one, no
# conditions, no reasons, and no look at money that may be on its way.
PLAN_BY_HAND = """
INSERT INTO plan_by_hand (
    id, plan_id, company_id, case_id, step_id, action, channel, verdict, reason,
    episode, occurrence, date_step, amount, days_overdue, state
)
SELECT nextval('cartera_plan_line_id_seq'), %(plan)s, debtor_case.company_id,
       debtor_case.id, step.id, step.action, step.action, 'do', 'due',
       debtor_case.episode, 1, debtor_case.date_oldest_due + step.offset_days,
       debtor_case.amount_collectable, %(date)s - debtor_case.date_oldest_due, 'open'
  FROM cartera_case debtor_case
  JOIN res_partner partner ON partner.id = debtor_case.partner_id AND partner.active
  JOIN cartera_segment segment ON segment.id = debtor_case.segment_id
  JOIN cartera_strategy_step step
       ON step.strategy_id = segment.strategy_id AND step.active
 WHERE debtor_case.company_id = %(company)s
   AND debtor_case.date_oldest_due + step.offset_days <= %(date)s
   AND debtor_case.amount_collectable > 0
   AND debtor_case.amount_collectable + debtor_case.amount_credit > 0
   AND (debtor_case.hold_until IS NULL OR debtor_case.hold_until < %(date)s)
   AND NOT EXISTS (
       SELECT FROM cartera_step_execution execution
        WHERE execution.case_id = debtor_case.id AND execution.step_id = step.id
          AND execution.episode = debtor_case.episode
   )
"""


def prepare(env, today):
    """Make the strategies: a message for some debtors, a hold for all others."""
    company = env.company
    env.cr.execute(FORGET)
    company.write(
        {
            "cartera_plan_approval": "manual",
            # What is planned shall be what is planned by hand.
            "cartera_bank_lag_days": 0,
            "cartera_transit_share": 0,
        }
    )
    env["cartera.run"].run(company)
    env["cartera.segment"].search([]).active = False
    tag = env["res.partner.category"].create({"name": TAG})
    env.flush_all()
    env.cr.execute(CHOOSE, {"tag": tag.id, "company": company.id, "limit": MESSAGES})
    template = env["cartera.message.template"].search(
        [("kind", "=", "reminder")], limit=1
    )
    for sequence, (name, step, rules) in enumerate(
        (
            (
                "message",
                {"action": "email", "template_id": template.id},
                {"category_ids": tag.ids},
            ),
            ("hold", {"action": "hold", "hold_days": 3}, {}),
        )
    ):
        step = {
            "name": name,
            "clock": "due",
            "offset_days": 1,
            "catch_up_days": 0,
            **step,
        }
        strategy = env["cartera.strategy"].create(
            {"name": f"Benchmark: {name}", "step_ids": [(0, 0, step)]}
        )
        env["cartera.segment"].create(
            {
                "name": f"Benchmark: {name}",
                "sequence": sequence,
                "strategy_id": strategy.id,
                **rules,
            }
        )
    env.cr.commit()
    return env["cartera.segment.engine"]._assign(company, today)


def measure_planning(env, today):
    """Simulate a night for all debtors: what the night writes, and what people read,
    against planning by hand.

    :return: dict of seconds, lines and peak memory.
    """
    _forget(env)
    before = peak_memory()
    plan = _make_plan(env, today)
    lines, seconds = seconds_of(plan._simulate, "night")
    by_hand, seconds_by_hand = _plan_by_hand(env, plan, today)
    steps = plan.do_count
    assert steps == by_hand, f"{steps} steps planned, {by_hand} by hand"
    told, seconds_told = seconds_of(_make_plan(env, today)._simulate, "people")
    env.cr.rollback()
    return {
        "debtors": env["cartera.case"].search_count([]),
        "steps": steps,
        "lines": lines,
        "seconds": seconds,
        "by_hand_s": seconds_by_hand,
        "told_lines": told,
        "told_s": seconds_told,
        "memory_before_mib": before,
        "memory_peak_mib": peak_memory(),
    }


def measure_steps(env, today):
    """Do the holds of a night: steps that make no message."""
    return _measure_doing(env, today, "hold")


def measure_messages(env, today):
    """Plan, queue and render the messages of a night, up to the mail queue."""
    figures = _measure_doing(env, today, "message")
    before = peak_memory()
    _none, seconds = seconds_of(env["cartera.dispatcher"]._cron_dispatch)
    mails = env["mail.mail"].search_count([("state", "=", "outgoing")])
    assert mails == figures["steps"], f"{mails} e-mails of {figures['steps']}"
    return {
        **figures,
        "dispatch_s": seconds,
        "memory_before_dispatch_mib": before,
        "memory_peak_mib": peak_memory(),
    }


def _measure_doing(env, today, name):
    """Plan and do the steps of one of the two strategies."""
    _forget(env)
    wanted = env["cartera.strategy"].search([("name", "=", f"Benchmark: {name}")])
    case_ids = env["cartera.case"].search([("strategy_id", "=", wanted.id)]).ids
    plan = _make_plan(env, today)
    before = peak_memory()
    _lines, plan_seconds = seconds_of(plan._simulate, "night", None, case_ids)
    plan._approve()
    env.cr.commit()
    (count, errors), seconds = seconds_of(env["cartera.plan.runner"]._run, plan)
    assert not errors, errors[:3]
    assert plan.state == "done"
    # A night that finds much done already.
    _lines, again_seconds = seconds_of(_make_plan(env, today)._simulate, "night")
    env.cr.rollback()
    return {
        "again_s": again_seconds,
        "steps": count,
        "plan_s": plan_seconds,
        "do_s": seconds,
        "memory_before_mib": before,
        "memory_peak_mib": peak_memory(),
    }


def _make_plan(env, today):
    return env["cartera.plan"].create({"company_id": env.company.id, "date": today})


def _plan_by_hand(env, plan, today):
    """Plan by hand into a table like the module's; return (lines, seconds)."""
    env.cr.execute(
        "CREATE TEMPORARY TABLE plan_by_hand"
        " (LIKE cartera_plan_line INCLUDING DEFAULTS INCLUDING INDEXES) ON COMMIT DROP"
    )
    values = {"plan": plan.id, "company": env.company.id, "date": today}
    _none, seconds = seconds_of(env.cr.execute, PLAN_BY_HAND, values)
    return env.cr.rowcount, seconds


def _forget(env):
    env.cr.execute(FORGET)
    env["mail.mail"].search([("state", "=", "outgoing")]).unlink()
    env.cr.commit()
    env.invalidate_all()
