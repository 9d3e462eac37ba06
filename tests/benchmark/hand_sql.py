"""The aging as an expert would write it by hand on Odoo's own tables.

Several ways to say it, because the planner likes some of them better; the fastest one
sets the bar. All give (debtor, number of the bucket, open amount), for one company and
all receivable accounts, aged by due date. ``%(first_days)s`` are the first days of the
buckets but for the lowest, in ascending order.
"""

_BUCKET = (
    "width_bucket(%(date)s::date - coalesce(l.date_maturity, l.date), %(first_days)s)"
)
_ACCOUNTS = "SELECT id FROM account_account WHERE account_type = 'asset_receivable'"
_FAR = "%(date)s::date - coalesce(l.date_maturity, l.date)"
_CASE = f"""CASE WHEN {_FAR} < (%(first_days)s)[1] THEN 0
    WHEN {_FAR} < (%(first_days)s)[2] THEN 1 WHEN {_FAR} < (%(first_days)s)[3] THEN 2
    WHEN {_FAR} < (%(first_days)s)[4] THEN 3 WHEN {_FAR} < (%(first_days)s)[5] THEN 4
    WHEN {_FAR} < (%(first_days)s)[6] THEN 5 WHEN {_FAR} < (%(first_days)s)[7] THEN 6
    ELSE 7 END"""
_BOOKS = "l.parent_state = 'posted' AND l.company_id = %(company)s"


def _by_debtor(lines):
    """Group by the partner of the line first, look up the debtor of few rows then."""
    return f"""
        SELECT p.commercial_partner_id, g.bucket, sum(g.amount)
          FROM (SELECT l.partner_id, {_BUCKET} AS bucket, sum(l.amount) AS amount
                  FROM ({lines}) AS l GROUP BY 1, 2) AS g
          LEFT JOIN res_partner p ON p.id = g.partner_id
         GROUP BY 1, 2"""


_OPEN_NOW = f"""
    SELECT l.partner_id, l.date, l.date_maturity, l.amount_residual AS amount
      FROM account_move_line l
     WHERE l.reconciled IS NOT TRUE AND l.account_id IN ({_ACCOUNTS}) AND {_BOOKS}"""

_OPEN_RESIDUAL = f"""
    SELECT l.partner_id, l.date, l.date_maturity, l.amount_residual AS amount
      FROM account_move_line l
     WHERE (l.amount_residual != 0 OR l.amount_residual_currency != 0)
       AND l.account_id IN ({_ACCOUNTS}) AND {_BOOKS}"""

TODAY = {
    "joined": f"""
        SELECT p.commercial_partner_id, {_BUCKET}, sum(l.amount_residual)
          FROM account_move_line l
          JOIN account_account a ON a.id = l.account_id
          LEFT JOIN res_partner p ON p.id = l.partner_id
         WHERE a.account_type = 'asset_receivable' AND l.reconciled IS NOT TRUE
           AND {_BOOKS}
         GROUP BY 1, 2""",
    "cases": f"""
        SELECT p.commercial_partner_id, {_CASE}, sum(l.amount_residual)
          FROM account_move_line l
          LEFT JOIN res_partner p ON p.id = l.partner_id
         WHERE l.account_id IN ({_ACCOUNTS}) AND l.reconciled IS NOT TRUE
           AND {_BOOKS}
         GROUP BY 1, 2""",
    "grouped first": _by_debtor(_OPEN_NOW),
    "by residual": _by_debtor(_OPEN_RESIDUAL),
}

_LATER = """
    SELECT debit_move_id AS line_id, amount FROM account_partial_reconcile
     WHERE max_date > %(date)s AND company_id = %(company)s
     UNION ALL
    SELECT credit_move_id, -amount FROM account_partial_reconcile
     WHERE max_date > %(date)s AND company_id = %(company)s"""

_UP_TO = _LATER.replace("max_date >", "max_date <=")

_THEN = f"l.account_id IN ({_ACCOUNTS}) AND {_BOOKS} AND l.date <= %(date)s"

PAST = {
    # What is open now, and what later partials took off.
    "open and later": _by_debtor(
        f"""{_OPEN_NOW} AND l.date <= %(date)s
         UNION ALL
        SELECT l.partner_id, l.date, l.date_maturity, later.amount
          FROM ({_LATER}) AS later
          JOIN account_move_line l ON l.id = later.line_id
         WHERE {_THEN}"""
    ),
    "open and later, summed": _by_debtor(
        f"""{_OPEN_NOW} AND l.date <= %(date)s
         UNION ALL
        SELECT l.partner_id, l.date, l.date_maturity, later.amount
          FROM (SELECT line_id, sum(amount) AS amount FROM ({_LATER}) AS p
                 GROUP BY line_id) AS later
          JOIN account_move_line l ON l.id = later.line_id
         WHERE {_THEN}"""
    ),
    "residual and later": _by_debtor(
        f"""{_OPEN_RESIDUAL} AND l.date <= %(date)s
         UNION ALL
        SELECT l.partner_id, l.date, l.date_maturity, later.amount
          FROM ({_LATER}) AS later
          JOIN account_move_line l ON l.id = later.line_id
         WHERE {_THEN}"""
    ),
    # Every entry up to the day, less the partials up to it.
    "all less earlier": _by_debtor(
        f"""
        SELECT l.partner_id, l.date, l.date_maturity,
               l.balance - coalesce(earlier.amount, 0) AS amount
          FROM account_move_line l
          LEFT JOIN (SELECT line_id, sum(amount) AS amount FROM ({_UP_TO}) AS p
                      GROUP BY line_id) AS earlier ON earlier.line_id = l.id
         WHERE {_THEN}"""
    ),
}
