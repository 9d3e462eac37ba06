"""What the days have left in the database, as the tests look at it."""

from datetime import datetime, timezone

from law.walk import Contact

# Where the clocks of a state are not those of its country's largest city.
ZONES = {
    "AR": "America/Argentina/Buenos_Aires",
    "CL": "America/Santiago",
    "CO": "America/Bogota",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "GT": "America/Guatemala",
    "MX": "America/Mexico_City",
    "PE": "America/Lima",
    "US": "America/New_York",
}
STATE_ZONES = {
    ("MX", "BCN"): "America/Tijuana",
    ("ES", "GC"): "Atlantic/Canary",
    ("US", "TX"): "America/Chicago",
    ("US", "CA"): "America/Los_Angeles",
}

CONTACTS = """
    SELECT
        debtor.name, contact.date::text, contact.channel, country.code,
        COALESCE(
            debtor.cartera_debtor_kind,
            CASE WHEN debtor.is_company THEN 'company' ELSE 'person' END
        ),
        state.code, contact.reached,
        person.id IS NULL OR person.commercial_partner_id = debtor.id,
        COALESCE(consent.decision = 'granted', FALSE)
    FROM cartera_contact contact
    JOIN cartera_case debtor_case ON debtor_case.id = contact.case_id
    JOIN res_partner debtor ON debtor.id = debtor_case.partner_id
    LEFT JOIN res_country country ON country.id = debtor.country_id
    LEFT JOIN res_country_state state ON state.id = debtor.state_id
    LEFT JOIN res_partner person ON person.id = contact.contact_partner_id
    LEFT JOIN LATERAL (
        SELECT decision FROM cartera_consent
        WHERE partner_id = debtor.id AND channel = contact.channel
            AND date <= contact.date
        ORDER BY date DESC, id DESC LIMIT 1
    ) consent ON TRUE
    WHERE contact.direction = 'out'
    ORDER BY contact.date, contact.id
"""

STEPS_DONE = """
    SELECT debtor.name, execution.date::text, step.name ->> 'en_US'
    FROM cartera_step_execution execution
    JOIN cartera_strategy_step step ON step.id = execution.step_id
    JOIN cartera_case debtor_case ON debtor_case.id = execution.case_id
    JOIN res_partner debtor ON debtor.id = debtor_case.partner_id
    WHERE execution.state = 'done'
    ORDER BY execution.date, step.sequence
"""

MOVES = """
    SELECT debtor.name, move.date::text, stage_from.code, stage_to.code
    FROM cartera_stage_move move
    JOIN cartera_case debtor_case ON debtor_case.id = move.case_id
    JOIN res_partner debtor ON debtor.id = debtor_case.partner_id
    JOIN cartera_stage stage_from ON stage_from.id = move.stage_from_id
    JOIN cartera_stage stage_to ON stage_to.id = move.stage_to_id
    ORDER BY move.date, move.id
"""

TWICE_DONE = """
    SELECT case_id, step_id, episode, line_key, occurrence, date_event
    FROM cartera_step_execution
    WHERE state <> 'failed'
    GROUP BY 1, 2, 3, 4, 5, 6 HAVING COUNT(*) > 1
"""

# A letter has its day when it is made, and is posted when somebody has the time.
MESSAGES_A_DAY = """
    SELECT case_id, local.day::text, COUNT(*)
    FROM cartera_communication
    CROSS JOIN LATERAL (
        SELECT CASE channel WHEN 'letter' THEN date_queued ELSE date_sent END AS moment
    ) made
    CROSS JOIN LATERAL (
        SELECT
            (moment AT TIME ZONE 'UTC' AT TIME ZONE 'America/Mexico_City')::date AS day
    ) local
    WHERE origin = 'strategy' AND state IN ('ready', 'sent', 'unconfirmed')
    GROUP BY 1, 2 HAVING COUNT(*) > 1
"""

SENT_MAILS = """
    SELECT message.message_id, communication.date_sent::text, communication.state
    FROM cartera_communication communication
    JOIN mail_message message ON message.id = communication.mail_message_id
    WHERE communication.channel = 'email'
        AND communication.state IN ('sent', 'unconfirmed', 'bounced', 'sending')
"""

# How many steps the plans left out of somebody who has authorised nothing, and why.
LEFT_OUT = """
    SELECT line.reason, COUNT(DISTINCT line.step_id)
    FROM cartera_plan_line line
    JOIN cartera_case debtor_case ON debtor_case.id = line.case_id
    JOIN res_partner debtor ON debtor.id = debtor_case.partner_id
    WHERE debtor.name = 'Authorised nothing' AND line.verdict = 'skip'
    GROUP BY 1
"""

# Steps by the due date: of the debtor's oldest debt, or of an item.
STEPS_BY_DUE_DATE = """
    SELECT debtor.name, execution.date, step.offset_days, step.catch_up_days,
        item.date_maturity
    FROM cartera_step_execution execution
    JOIN cartera_strategy_step step ON step.id = execution.step_id
    JOIN cartera_case debtor_case ON debtor_case.id = execution.case_id
    JOIN res_partner debtor ON debtor.id = debtor_case.partner_id
    LEFT JOIN account_move_line item ON item.id = execution.line_id
    WHERE step.clock = 'due' AND execution.state = 'done'
"""

COUNTS = {
    "steps": """
        SELECT step.name ->> 'en_US', COUNT(*)
        FROM cartera_step_execution execution
        JOIN cartera_strategy_step step ON step.id = execution.step_id
        WHERE execution.state = 'done' GROUP BY 1 ORDER BY 2 DESC
    """,
    "messages": """
        SELECT channel || ' ' || state, COUNT(*) FROM cartera_communication
        GROUP BY 1 ORDER BY 2 DESC
    """,
    "not allowed": """
        SELECT verdict || ' ' || rule, COUNT(*) FROM cartera_contact_refusal
        GROUP BY 1 ORDER BY 2 DESC
    """,
}


def contacts(sql) -> list[Contact]:
    """Every contact made, as the walk reads it.

    :param sql: function that gives the rows of a statement
    """
    return [
        Contact(
            debtor=name,
            moment=datetime.fromisoformat(moment).replace(tzinfo=timezone.utc),
            channel=channel,
            country=country,
            kind=kind,
            zone=STATE_ZONES.get((country, state)) or ZONES[country],
            reached=reached,
            role="debtor" if is_debtors else "third_party",
            authorised=authorised,
        )
        for (
            name,
            moment,
            channel,
            country,
            kind,
            state,
            reached,
            is_debtors,
            authorised,
        ) in sql(CONTACTS)
    ]
