"""To 19.0.3.0.0. A second or two per 100,000 debtors."""

from lxml import etree

from odoo import SUPERUSER_ID, api
from odoo.tools.misc import file_open


def migrate(cr, version):
    _type_old_contacts(cr)
    _fill_workers(cr)
    _widen_own_rules(cr)
    _give_scripts(cr)
    _count_broken_promises(cr)
    _carry_over_holds(cr)
    _carry_over_promises(cr)
    _bring_up_to_date(cr)


def _fill_workers(cr):
    """Whoever has a case works on it: nobody is away yet."""
    cr.execute(
        """
        UPDATE cartera_case SET worker_id = user_id
        WHERE worker_id IS NULL AND user_id IS NOT NULL
        """
    )


def _widen_own_rules(cr):
    """Who is limited to own cases also sees those that he or she stands in for. A rule
    that somebody has changed is left alone."""
    for owner, worker in (
        ("user_id", "worker_id"),
        ("case_id.user_id", "case_id.worker_id"),
        ("collector_id", "case_id.worker_id"),
        ("debtor_id.cartera_case_ids.user_id", "debtor_id.cartera_case_ids.worker_id"),
    ):
        mine, stands_in = (f"('{path}', '=', user.id)" for path in (owner, worker))
        cr.execute(
            """
            UPDATE ir_rule rule SET domain_force = %s
            FROM ir_model_data known
            WHERE known.module = 'cartera_cobranza' AND known.model = 'ir.rule'
                AND known.res_id = rule.id AND known.name LIKE 'cartera%%rule_own'
                AND known.name <> 'cartera_team_day_rule_own'
                AND rule.domain_force = %s
            """,
            [f"['|', {mine}, {stands_in}]", f"[{mine}]"],
        )


def _give_scripts(cr):
    """Give the stages that we ship what collectors say in them: the update leaves
    records alone that people may have changed."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    with file_open("cartera_cobranza/data/cartera_stage_data.xml", "rb") as file:
        records = etree.parse(file).findall("record")
    for record in records:
        stage = env.ref(f"cartera_cobranza.{record.get('id')}", False)
        if stage and not stage.script:
            nodes = record.find("field[@name='script']")
            stage.script = "".join(etree.tostring(n, encoding="unicode") for n in nodes)


def _count_broken_promises(cr):
    """Give the stage that we ship the broken promises that lead to it: nobody has two
    yet, so that nobody is moved by the update."""
    cr.execute(
        """
        UPDATE cartera_stage stage SET min_broken_promises = 2
        FROM ir_model_data known
        WHERE known.module = 'cartera_cobranza'
            AND known.name = 'cartera_stage_extrajudicial'
            AND stage.id = known.res_id AND stage.min_broken_promises IS NULL
        """
    )


def _type_old_contacts(cr):
    """Contacts have a result of the tree, and numbers are written in one way."""
    # The window that notes contacts has it from the tree, too.
    cr.execute("ALTER TABLE cartera_contact_log DROP COLUMN IF EXISTS reached")
    cr.execute(
        """
        UPDATE cartera_contact AS contact
        SET disposition_id = result.id, rank = result.rank
        FROM cartera_disposition result
        JOIN ir_model_data data
            ON data.module = 'cartera_cobranza'
            AND data.model = 'cartera.disposition'
            AND data.res_id = result.id
        WHERE contact.disposition_id IS NULL
            AND data.name = 'cartera_disposition_' || CASE
                WHEN contact.direction = 'in' AND contact.reached = 'reached'
                THEN 'incoming' ELSE contact.reached END
        """
    )
    cr.execute(
        r"""
        UPDATE cartera_contact
        SET address = regexp_replace(address, '[\s().-]', '', 'g')
        WHERE channel IN ('call', 'sms', 'whatsapp')
            AND address ~ '^\+[\d\s().-]+$' AND address ~ '[\s().-]'
        """
    )


def _carry_over_holds(cr):
    """Make pauses of the holds that cases had, and give those by people an activity on
    the day of their review. What is over by now is no pause any more."""
    env = api.Environment(cr, SUPERUSER_ID, {"mail_activity_quick_update": True})
    for company in env["res.company"].search([]):
        _carry_over_holds_of(cr, company.id, company._get_cartera_today())
    env["cartera.pause"].search([("state", "=", "active")])._plan_reviews()


def _carry_over_holds_of(cr, company_id, today):
    """The holds of one company, on the day that it is there."""
    cr.execute(
        """
        INSERT INTO cartera_pause (
            case_id, company_id, is_whole, kind, reason, user_id, date_from,
            date_review, prolonged, state, create_uid, create_date, write_uid,
            write_date
        )
        SELECT
            known.id, known.company_id, TRUE,
            CASE WHEN EXISTS (
                SELECT 1 FROM cartera_strategy_step step
                CROSS JOIN jsonb_each_text(step.name) said
                WHERE step.action = 'hold' AND said.value = known.hold_reason
            ) THEN 'strategy' ELSE 'internal' END,
            COALESCE(NULLIF(TRIM(known.hold_reason), ''), '?'),
            COALESCE(known.user_id, company.cartera_default_user_id, 2),
            %(today)s, known.hold_until, 0, 'active', 1, NOW(), 1, NOW()
        FROM cartera_case known
        JOIN res_company company ON company.id = known.company_id
        WHERE known.company_id = %(company)s AND known.hold_until >= %(today)s
            AND NOT EXISTS (
                SELECT 1 FROM cartera_pause pause WHERE pause.case_id = known.id
            )
        """,
        {"company": company_id, "today": today},
    )
    cr.execute(
        """
        UPDATE cartera_case SET hold_until = NULL, hold_reason = NULL
        WHERE company_id = %(company)s AND hold_until < %(today)s
        """,
        {"company": company_id, "today": today},
    )


def _carry_over_promises(cr):
    """Make promises of what cases had noted: for the oldest items of the debtor, in the
    company's currency, as they were open on the day of the promise. Whether they were
    kept the judge finds in the ledger, when a case is read or at night."""
    _find_noted_promises(cr)
    _find_owed_then(cr)
    _spread_over_oldest(cr)
    _make_promises(cr)
    _make_items_of_promises(cr)
    # Whoever reads a case before the night finds it judged.
    cr.execute(
        """
        INSERT INTO cartera_case_queue (company_id, partner_id)
        SELECT DISTINCT company_id, partner_id FROM cartera_promise_carried
        """
    )
    _forget_other_promises(cr)


def _find_noted_promises(cr):
    cr.execute(
        """
        CREATE TEMP TABLE cartera_promise_noted ON COMMIT DROP AS
        SELECT
            known.id AS case_id, known.partner_id, known.company_id,
            known.user_id, company.currency_id, known.promise_date AS date_due,
            LEAST(
                COALESCE(known.promise_made_on, known.write_date::date),
                known.promise_date
            ) AS date_made,
            known.promise_amount AS amount
        FROM cartera_case known
        JOIN res_company company ON company.id = known.company_id
        WHERE known.promise_date IS NOT NULL AND known.promise_amount > 0
            AND NOT EXISTS (
                SELECT 1 FROM cartera_promise promise
                WHERE promise.case_id = known.id
            )
        """
    )


def _find_owed_then(cr):
    """What the debtors owed on the day of the promise."""
    cr.execute(
        """
        CREATE TEMP TABLE cartera_promise_owed ON COMMIT DROP AS
        SELECT
            noted.*, line.id AS line_id,
            COALESCE(line.date_maturity, line.date) AS date_item,
            line.amount_residual_currency + COALESCE(later.amount, 0) AS open_then
        FROM cartera_promise_noted noted
        JOIN res_partner partner
            ON partner.commercial_partner_id = noted.partner_id
        JOIN account_move_line line
            ON line.partner_id = partner.id
            AND line.company_id = noted.company_id
            AND line.currency_id = noted.currency_id
            AND line.parent_state = 'posted'
            AND line.balance > 0
            AND line.date <= noted.date_made
        JOIN account_account account
            ON account.id = line.account_id
            AND account.account_type = 'asset_receivable'
            AND account.non_trade IS NOT TRUE
        LEFT JOIN LATERAL (
            SELECT SUM(partial.debit_amount_currency) AS amount
            FROM account_partial_reconcile partial
            WHERE partial.debit_move_id = line.id
                AND partial.max_date >= noted.date_made
        ) later ON TRUE
        """
    )


def _spread_over_oldest(cr):
    """How much of each item was promised: the oldest first."""
    cr.execute(
        """
        CREATE TEMP TABLE cartera_promise_carried ON COMMIT DROP AS
        WITH served AS (
            SELECT
                owed.*,
                LEAST(
                    open_then,
                    amount - SUM(open_then) OVER (
                        PARTITION BY case_id ORDER BY date_item, line_id
                    ) + open_then
                ) AS promised
            FROM cartera_promise_owed owed WHERE open_then > 0
        )
        SELECT * FROM served WHERE promised > 0
        """
    )


def _make_promises(cr):
    """One promise per case, with its single payment and how it came about."""
    cr.execute(
        """
        WITH made AS (
            INSERT INTO cartera_promise (
                case_id, company_id, user_id, currency_id, amount, amount_kept,
                date_made, date_due, date_next, date_paused_until, tolerance_days,
                tolerance_percent, state, level, create_uid, create_date, write_uid,
                write_date
            )
            SELECT
                case_id, company_id, user_id, currency_id, SUM(promised), 0, date_made,
                date_due, date_due, date_due + 2, 2, 1, 'open', 1, 1, NOW(), 1, NOW()
            FROM cartera_promise_carried
            GROUP BY case_id, company_id, user_id, currency_id, date_made, date_due
            RETURNING id, case_id, company_id, date_due, amount
        ),
        parts AS (
            INSERT INTO cartera_promise_installment (
                promise_id, case_id, company_id, date, amount, amount_kept, state,
                create_uid, create_date, write_uid, write_date
            )
            SELECT
                id, case_id, company_id, date_due, amount, 0, 'open', 1, NOW(), 1, NOW()
            FROM made
        )
        INSERT INTO cartera_promise_change (
            promise_id, state_to, amount_kept, date, create_uid, create_date,
            write_uid, write_date
        )
        SELECT id, 'open', 0, NOW(), 1, NOW(), 1, NOW() FROM made
        """
    )


def _make_items_of_promises(cr):
    """The items of each promise, which is the only one of its case."""
    cr.execute(
        """
        INSERT INTO cartera_promise_item (
            promise_id, company_id, line_id, amount, amount_open, amount_paid_before,
            is_open, create_uid, create_date, write_uid, write_date
        )
        SELECT
            promise.id, promise.company_id, item.line_id, item.promised,
            item.open_then, 0, FALSE, 1, NOW(), 1, NOW()
        FROM cartera_promise promise
        JOIN cartera_promise_carried item ON item.case_id = promise.case_id
        """
    )


def _forget_other_promises(cr):
    """What could not be carried over is none any more."""
    cr.execute(
        """
        UPDATE cartera_case known
        SET promise_date = NULL, promise_amount = 0, promise_made_on = NULL
        WHERE promise_date IS NOT NULL
            AND NOT EXISTS (
                SELECT 1 FROM cartera_promise promise WHERE promise.case_id = known.id
            )
        """
    )


def _bring_up_to_date(cr):
    """What the night works out, collectors find at once."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for company in env["res.company"].search([]):
        today = company._get_cartera_today()
        env["cartera.promise.engine"]._judge(company, today)
        env["cartera.case.refresh"]._refresh(company)
        env["cartera.collected"]._refresh(company, today)
        env["cartera.worklist.engine"]._refresh(company, today)
