"""Writes what a year of work leaves behind: teams with their debtors, contacts, steps
done, activities, promises, disputes and pauses, for all debtors by plain SQL.

Every task that looks at people's work measures on this, and on nothing else.
"""

COLLECTORS = 40
# What is overdue of the debtors of each team, from this on.
AMOUNTS = (0, 1_000, 10_000, 100_000)

# Three open debit items of each debtor, the oldest first, to be promised or contested.
ITEMS = """
CREATE TEMPORARY TABLE work_item ON COMMIT DROP AS
SELECT * FROM (
    SELECT debtor_case.id AS case_id, line.id AS line_id,
           line.amount_residual AS amount,
           row_number() OVER (
               PARTITION BY debtor_case.id ORDER BY line.date_maturity, line.id
           ) AS place
      FROM cartera_case debtor_case
      JOIN res_partner person
           ON person.commercial_partner_id = debtor_case.partner_id
      JOIN account_move_line line
           ON line.partner_id = person.id AND line.company_id = debtor_case.company_id
      JOIN account_account account ON account.id = line.account_id
     WHERE debtor_case.company_id = %(company)s AND debtor_case.id %% 10 < 6
       AND account.account_type = 'asset_receivable' AND line.parent_state = 'posted'
       AND line.amount_residual > 1 AND line.currency_id = %(currency)s
) item
 WHERE place <= 3
"""

# A dozen of each debtor and one more for each open item, a third of them by people: the
# largest debtors have hundreds. Thirty a day and collector in the last three weeks.
CONTACTS = """
INSERT INTO cartera_contact (
    case_id, company_id, user_id, date, channel, direction, reached, origin, note
)
SELECT id, company_id, CASE WHEN number %% 3 = 0 THEN worker_id END,
       %(noon)s::timestamp - make_interval(days => 1 + (id * 7 + number * 29) %% 365),
       CASE WHEN number %% 3 = 0 THEN 'call' ELSE 'email' END, 'out',
       CASE WHEN number %% 3 = 0
            THEN (ARRAY['reached', 'no_answer', 'third_party'])[id %% 3 + 1]
            ELSE 'sent' END,
       CASE WHEN number %% 3 = 0 THEN 'manual' ELSE 'dispatch' END,
       CASE WHEN number %% 3 = 0 THEN 'They will look for the invoice.' END
  FROM cartera_case
 CROSS JOIN LATERAL generate_series(1, 12 + LEAST(item_count, 500)) number
 WHERE company_id = %(company)s
 UNION ALL
SELECT id, company_id, worker_id, %(noon)s::timestamp - make_interval(days => day),
       'call', 'out',
       (ARRAY['reached', 'no_answer', 'third_party', 'wrong_number'])[id %% 4 + 1],
       'manual', NULL
  FROM (
      SELECT known.*, row_number() OVER (PARTITION BY worker_id ORDER BY id) AS place
        FROM cartera_case known
       WHERE company_id = %(company)s AND worker_id IS NOT NULL AND item_count > 0
  ) worked
 CROSS JOIN generate_series(0, 20) day
 WHERE place BETWEEN day * 30 AND day * 30 + 29
"""

ACTIVITIES = """
INSERT INTO mail_activity (
    res_model_id, res_model, res_id, activity_type_id, date_deadline, user_id, active,
    create_date
)
SELECT %(model)s, 'cartera.case', id, %(call)s, %(today)s::date + id %% 20 - 5,
       worker_id, TRUE, %(today)s::timestamp - interval '9 days'
  FROM cartera_case WHERE company_id = %(company)s AND id %% 4 = 0
"""

# The steps of the last two months.
STEPS = """
INSERT INTO cartera_step_execution (
    case_id, company_id, step_id, episode, occurrence, line_key, action, channel, state,
    date
)
SELECT debtor_case.id, debtor_case.company_id, step.id, debtor_case.episode, 1, 0,
       step.action, step.action, 'done',
       %(today)s::date - 60 + (debtor_case.id + step.sequence)::int %% 55
  FROM cartera_case debtor_case
  JOIN cartera_segment segment ON segment.id = debtor_case.segment_id
  JOIN cartera_strategy_step step
       ON step.strategy_id = segment.strategy_id AND step.active
      AND step.clock = 'due' AND step.offset_days BETWEEN 1 AND 60
 WHERE debtor_case.company_id = %(company)s AND debtor_case.amount_overdue > 0
"""

# Of ten debtors with promises in the month four pay, three do not, three still may.
PROMISES = """
WITH made AS (
    INSERT INTO cartera_promise (
        case_id, company_id, user_id, currency_id, amount, amount_kept, date_made,
        date_due, date_next, date_paused_until, tolerance_days, tolerance_percent,
        level, state, date_ended
    )
    SELECT promised.*,
           CASE WHEN state <> 'open' THEN date_due + 3 END
      FROM (
        SELECT debtor_case.id, debtor_case.company_id, debtor_case.worker_id,
               %(currency)s, item.amount,
               CASE WHEN round = 0 AND debtor_case.id %% 10 < 3 THEN 0
                    WHEN (debtor_case.id + round) %% 7 < 4 THEN item.amount ELSE 0 END
                   AS amount_kept,
               dates.made, dates.due,
               CASE WHEN round = 0 AND debtor_case.id %% 10 < 3 THEN dates.due END,
               dates.due + 2, 2, 5, 1,
               CASE WHEN round = 0 AND debtor_case.id %% 10 < 3 THEN 'open'
                    WHEN (debtor_case.id + round) %% 7 < 4 THEN 'kept'
                    ELSE 'broken' END AS state
          FROM cartera_case debtor_case
          JOIN (
              SELECT case_id, SUM(amount) AS amount FROM work_item GROUP BY case_id
          ) item ON item.case_id = debtor_case.id
         CROSS JOIN generate_series(0, 2) round
         CROSS JOIN LATERAL (
             SELECT %(today)s::date - 10 - 30 * round + (debtor_case.id %% 10)::int
                        AS made,
                    %(today)s::date - 30 * round + (debtor_case.id %% 10)::int AS due
         ) dates
         WHERE debtor_case.company_id = %(company)s AND debtor_case.id %% 10 < 4
      ) promised (case_id, company_id, user_id, currency_id, amount, amount_kept,
                  date_made, date_due, date_next, date_paused_until, tolerance_days,
                  tolerance_percent, level, state)
    RETURNING *
), parts AS (
    INSERT INTO cartera_promise_installment (
        promise_id, case_id, company_id, date, amount, amount_kept, date_judged, state
    )
    SELECT id, case_id, company_id, date_due, amount, amount_kept, date_ended, state
      FROM made
)
INSERT INTO cartera_promise_item (
    promise_id, company_id, line_id, amount, amount_open, amount_paid_before, is_open
)
SELECT made.id, made.company_id, item.line_id, item.amount, item.amount, 0,
       made.state = 'open'
  FROM made
  JOIN work_item item ON item.case_id = made.case_id
"""

# One debtor in twenty contests half of an item, some of them since long.
DISPUTES = """
WITH opened AS (
    INSERT INTO cartera_dispute (
        name, case_id, company_id, partner_id, reason_id, currency_id, date_open,
        date_deadline, state, amount, amount_open
    )
    SELECT '/', debtor_case.id, debtor_case.company_id, debtor_case.partner_id,
           %(reason)s, %(currency)s, %(today)s::date - 9,
           %(today)s::date + (debtor_case.id / 20 %% 15)::int - 5, 'open',
           round(item.amount / 2, 2), round(item.amount / 2, 2)
      FROM cartera_case debtor_case
      JOIN work_item item ON item.case_id = debtor_case.id AND item.place = 1
     WHERE debtor_case.company_id = %(company)s AND debtor_case.id %% 20 = 4
    RETURNING *
)
INSERT INTO cartera_dispute_item (
    dispute_id, company_id, line_id, amount, amount_open, credited_before, is_open
)
SELECT opened.id, opened.company_id, item.line_id, opened.amount, opened.amount_open, 0,
       TRUE
  FROM opened
  JOIN work_item item ON item.case_id = opened.case_id AND item.place = 1
"""

# One in twenty waits: half of them with everything, half for some items.
PAUSES = """
WITH held AS (
    INSERT INTO cartera_pause (
        case_id, company_id, user_id, kind, reason, date_from, date_review, state,
        is_whole, prolonged
    )
    SELECT id, company_id, COALESCE(worker_id, %(user)s), 'agreed', 'Agreed by phone',
           %(today)s::date - 7, %(today)s::date + 1 + (id / 20 %% 14)::int, 'active',
           id %% 40 = 5, 0
      FROM cartera_case WHERE company_id = %(company)s AND id %% 20 = 5
    RETURNING *
), items AS (
    INSERT INTO cartera_pause_line_rel (pause_id, line_id)
    SELECT held.id, item.line_id FROM held
      JOIN work_item item ON item.case_id = held.case_id AND NOT held.is_whole
)
UPDATE cartera_case known
   SET hold_until = held.date_review, hold_reason = held.reason
  FROM held WHERE held.case_id = known.id AND held.is_whole
"""

STATEMENTS = (ITEMS, CONTACTS, ACTIVITIES, STEPS, PROMISES, DISPUTES, PAUSES)

TABLES = (
    "cartera_case",
    "cartera_contact",
    "cartera_dispute",
    "cartera_dispute_item",
    "cartera_pause",
    "cartera_pause_line_rel",
    "cartera_promise",
    "cartera_promise_installment",
    "cartera_promise_item",
    "cartera_step_execution",
    "mail_activity",
)


def write_working_year(env, today):
    """Deal the debtors to teams and write a year of work up to ``today``, which the
    next night is to make something of.

    :return: number of rows written, per table
    """
    company = env.company
    create_teams(env)
    env["cartera.assignment.engine"]._assign_cases(company, today)
    env.flush_all()
    reasons = env["cartera.dispute.reason"]
    reason = reasons.search([], limit=1) or reasons.create(
        {"name": "Price", "code": "price"}
    )
    values = {
        "company": company.id,
        "currency": company.currency_id.id,
        "today": today,
        "noon": f"{today} 18:00:00",
        "model": env["ir.model"]._get_id("cartera.case"),
        "call": env.ref("cartera_cobranza.mail_activity_type_call").id,
        "reason": reason.id,
        "user": env.uid,
    }
    for statement in STATEMENTS:
        env.cr.execute(statement, values)
    found = {}
    for table in TABLES:
        env.cr.execute(f"ANALYZE {table}")
        env.cr.execute(f"SELECT COUNT(*) FROM {table}")
        [found[table]] = env.cr.fetchone()
    env.cr.commit()
    env.invalidate_all()
    return found


def create_teams(env):
    """Teams with their collectors, and the rules that deal out the debtors."""
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
    for number, amount in enumerate(AMOUNTS):
        team = env["cartera.team"].create(
            {
                "name": f"Team {number}",
                "member_ids": [
                    (0, 0, {"user_id": user.id, "capacity": 30 + user.id % 30})
                    for user in users[number :: len(AMOUNTS)]
                ],
            }
        )
        env["cartera.assignment.rule"].create(
            {
                "name": team.name,
                "team_id": team.id,
                "min_amount": amount,
                # The first rule that fits: from the largest amounts down.
                "sequence": len(AMOUNTS) - number,
            }
        )
