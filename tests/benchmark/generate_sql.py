"""The statements that invent a ledger of realistic shape in the staging tables.

Every draw is a hash of seed, row and purpose, so that the same arguments always give
the same ledger. Amounts are chosen so that tax and exchange come out exact (multiples
of 0.25 in company currency and of 25 in foreign currency, rates multiples of 0.25):
what is measured must not hang on who gets the odd cent.
"""

# u(seed, row, purpose): a uniform draw in [0, 1).
DRAW = """
CREATE OR REPLACE FUNCTION pg_temp.u(bigint, bigint, int) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (hashint8extended($2, $1 * 1000 + $3) & 4294967295) / 4294967296.0::float8
$$;
"""

# A fifth of the customers has a contact of its own for invoices; a twelfth is billed in
# foreign currency; a tenth pays all its invoices once a month.
DEBTORS = """
CREATE TEMP TABLE stage_debtor ON COMMIT DROP AS
SELECT rank, partner_id, name, contact_id, contact_name, in_foreign, pays_monthly
  FROM (
    SELECT g AS rank, %(partner_base)s + g + 1 AS partner_id,
           'Customer ' || lpad(g::text, 6, '0') AS name,
           CASE WHEN pg_temp.u(%(seed)s, g, 1) < 0.2
                THEN %(partner_base)s + %(debtors)s + g + 1 END AS contact_id,
           'Customer ' || lpad(g::text, 6, '0') || ', Accounts payable' AS contact_name,
           pg_temp.u(%(seed)s, g, 2) < 0.083 AS in_foreign,
           pg_temp.u(%(seed)s, g, 3) < 0.1 AS pays_monthly
      FROM generate_series(0, %(debtors)s - 1) AS g
  ) AS debtor;
ALTER TABLE stage_debtor ADD PRIMARY KEY (rank);
INSERT INTO res_partner (
    id, create_uid, write_uid, create_date, write_date, name, complete_name, parent_id,
    commercial_partner_id, commercial_company_name, type, is_company, active, lang,
    partner_share, customer_rank, supplier_rank, autopost_bills, message_bounce, color,
    country_id, email, email_normalized)
SELECT id, %(user_id)s, %(user_id)s, now(), now(), name, complete_name, parent_id,
       commercial_id, company_name, type, is_company, true, %(lang)s, true, 1, 0, 'ask',
       0, 0, %(country_id)s, email, email
  FROM (
    SELECT partner_id AS id, name, name AS complete_name, NULL::int AS parent_id,
           partner_id AS commercial_id, name AS company_name, 'contact' AS type,
           true AS is_company, 'customer' || rank || '@example.com' AS email
      FROM stage_debtor
     UNION ALL
    SELECT contact_id, 'Accounts payable', contact_name, partner_id, partner_id, name,
           'invoice', false, 'payables' || rank || '@example.com'
      FROM stage_debtor WHERE contact_id IS NOT NULL
  ) AS partner ORDER BY id;
"""

# Debtor ranks follow a truncated 1/r law: a fifth of the customers buys three quarters.
DOCUMENTS = """
INSERT INTO stage_document
SELECT g, 'out_invoice', CASE WHEN d.contact_id IS NOT NULL AND g %% 2 = 0
                              THEN d.contact_id ELSE d.partner_id END,
       d.partner_id, CASE WHEN d.contact_id IS NOT NULL AND g %% 2 = 0
                          THEN d.contact_name ELSE d.name END,
       CASE WHEN d.in_foreign THEN %(foreign_id)s ELSE %(currency_id)s END,
       CASE WHEN d.in_foreign THEN r.rate ELSE 1 END, i.date,
       (SELECT t.term_id FROM stage_term t
         WHERE CASE WHEN d.in_foreign THEN i.term_draw * 0.9 ELSE i.term_draw END
               < t.up_to ORDER BY t.up_to LIMIT 1), NULL
  FROM generate_series(1, %(invoices)s) AS g
 CROSS JOIN LATERAL (
    SELECT %(date)s::date - floor(730 * pg_temp.u(%(seed)s, g, 10))::int AS date,
           pg_temp.u(%(seed)s, g, 11) AS term_draw,
           least(%(debtors)s - 1, floor(%(knee)s * (power((%(debtors)s + %(knee)s)
               / %(knee)s::float8, pg_temp.u(%(seed)s, g, 12)) - 1)))::int AS rank) AS i
  JOIN stage_debtor d ON d.rank = i.rank
  JOIN stage_rate r ON r.month = date_trunc('month', i.date)::date;

INSERT INTO stage_product
SELECT d.document_id, n,
       CASE WHEN d.currency_id = %(currency_id)s
            THEN 0.25 * floor(200 + 80000 * power(
                     pg_temp.u(%(seed)s, d.document_id, 20 + n), 4))::numeric
            ELSE 25 * floor(1 + 100 * power(
                     pg_temp.u(%(seed)s, d.document_id, 20 + n), 4))::numeric END
  FROM stage_document d
 CROSS JOIN LATERAL (
    SELECT pg_temp.u(%(seed)s, d.document_id, 20) AS draw) AS lines
 CROSS JOIN generate_series(1, CASE WHEN draw < 0.35 THEN 1 WHEN draw < 0.75 THEN 2
                                    ELSE 3 END) AS n;

INSERT INTO stage_due
SELECT row_number() OVER (ORDER BY d.document_id, t.position), d.document_id,
       t.position, d.date + t.days,
       CASE WHEN t.last THEN v.total - coalesce(sum(round(v.total * t.share, 2)) OVER (
                PARTITION BY d.document_id ORDER BY t.position
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
            ELSE round(v.total * t.share, 2) END
  FROM stage_document d
  JOIN stage_term_line t USING (term_id)
  JOIN (SELECT document_id, sum(amount) * (1 + %(tax_rate)s) AS total
          FROM stage_product GROUP BY document_id) AS v USING (document_id);
"""

# One willingness to pay per invoice, so that of several instalments the older are paid
# first; the older the due, the more of them are paid by now.
PLAN = """
CREATE TEMP TABLE stage_plan ON COMMIT DROP AS
SELECT u.due_id, u.document_id, u.amount, d.commercial_id, d.partner_name,
       d.currency_id, d.date AS document_date,
       b.pays_monthly AND NOT b.in_foreign AS pays_monthly,
       CASE WHEN w.draw < w.paid THEN 'paid' WHEN w.draw < w.paid + 0.06 THEN 'partly'
            ELSE 'open' END AS fate,
       greatest(d.date, u.date_due - 5 + floor(80 * power(
           pg_temp.u(%(seed)s, u.due_id, 41), 3))::int) AS pay_date,
       pg_temp.u(%(seed)s, u.due_id, 42) AS split_draw,
       pg_temp.u(%(seed)s, u.document_id, 43) AS credit_draw,
       b.in_foreign
  FROM stage_due u
  JOIN stage_document d USING (document_id)
  JOIN stage_debtor b ON b.partner_id = d.commercial_id
 CROSS JOIN LATERAL (
    SELECT pg_temp.u(%(seed)s, u.document_id, 40) AS draw,
           CASE WHEN u.date_due < %(date)s::date - 365 THEN 0.74
                WHEN u.date_due < %(date)s::date - 180 THEN 0.68
                WHEN u.date_due < %(date)s::date - 90 THEN 0.61
                WHEN u.date_due < %(date)s::date - 30 THEN 0.52
                WHEN u.date_due < %(date)s::date THEN 0.32
                ELSE 0.08 END AS paid) AS w;
"""

# A payment settles one due, two of them one due, or all the dues of a month's payers.
PAYMENTS = """
CREATE TEMP TABLE stage_step ON COMMIT DROP AS
SELECT *, dense_rank() OVER (
           ORDER BY commercial_id, date, CASE WHEN pays_monthly THEN 0 ELSE due_id END,
                    step) AS payment_id
  FROM (
    SELECT p.*, s.step,
           CASE WHEN p.pays_monthly
                THEN (date_trunc('month', p.pay_date)
                      + interval '1 month - 1 day')::date
                ELSE p.pay_date + 20 * (s.step - 1) END AS date,
           CASE WHEN p.fate = 'paid' AND NOT p.two_steps THEN p.amount
                WHEN s.step = 2 THEN p.amount - p.first
                ELSE p.first END AS part
      FROM (
        SELECT *, fate = 'paid' AND NOT pays_monthly AND split_draw < 0.1 AS two_steps,
               CASE WHEN in_foreign THEN greatest(1, floor(amount * 0.4))
                    ELSE round(amount * 0.4, 2) END AS first
          FROM stage_plan WHERE fate <> 'open'
      ) AS p
     CROSS JOIN (VALUES (1), (2)) AS s(step)
     WHERE s.step = 1 OR p.two_steps
  ) AS step
 WHERE date <= %(date)s;

INSERT INTO stage_payment
SELECT s.payment_id, s.commercial_id, min(b.name), s.currency_id,
       CASE WHEN s.currency_id = %(currency_id)s THEN 1 ELSE min(r.rate) END, s.date,
       sum(s.part), min(s.document_id)
  FROM stage_step s
  JOIN stage_debtor b ON b.partner_id = s.commercial_id
  JOIN stage_rate r ON r.month = date_trunc('month', s.date)::date
 GROUP BY s.payment_id, s.commercial_id, s.currency_id, s.date;

INSERT INTO stage_payment
SELECT (SELECT coalesce(max(payment_id), 0) FROM stage_payment) + g, b.partner_id,
       b.name, %(currency_id)s, 1,
       %(date)s::date - floor(365 * pg_temp.u(%(seed)s, g, 51))::int,
       round((100 + 20000 * power(pg_temp.u(%(seed)s, g, 52), 4))::numeric, 2), NULL
  FROM generate_series(1, %(invoices)s / 100) AS g
  JOIN stage_debtor b ON b.rank = floor(%(debtors)s * pg_temp.u(%(seed)s, g, 50))::int;

INSERT INTO stage_match
SELECT row_number() OVER (ORDER BY date, payment_id, due_id), due_id, payment_id, NULL,
       part
  FROM stage_step;
"""

# Credit notes: a part or the whole of an unpaid invoice, reconciled with it; as many
# again stand open on their own.
CREDITS = """
CREATE TEMP TABLE stage_note ON COMMIT DROP AS
SELECT *, %(invoices)s + row_number() OVER (ORDER BY due_id NULLS LAST, g) AS
       document_id
  FROM (
    SELECT p.due_id, NULL::int AS g, p.commercial_id, p.partner_name, p.currency_id,
           p.document_date + 2
               + floor(20 * pg_temp.u(%(seed)s, p.document_id, 61))::int AS date,
           CASE WHEN c.draw < 0.3 THEN t.untaxed
                ELSE greatest(c.unit, floor(t.untaxed * c.draw / c.unit) * c.unit)
           END AS untaxed
      FROM stage_plan p
      JOIN (SELECT document_id, count(*) AS dues FROM stage_due GROUP BY 1) AS n
        ON n.document_id = p.document_id AND n.dues = 1
      JOIN (SELECT document_id, sum(amount) AS untaxed FROM stage_product GROUP BY 1)
        AS t ON t.document_id = p.document_id
     CROSS JOIN LATERAL (
        SELECT pg_temp.u(%(seed)s, p.document_id, 60)::numeric AS draw,
               CASE WHEN p.in_foreign THEN 25 ELSE 0.25 END AS unit) AS c
     WHERE p.fate = 'open' AND p.credit_draw < 0.05
     UNION ALL
    SELECT NULL, g, b.partner_id, b.name, %(currency_id)s,
           %(date)s::date - floor(200 * pg_temp.u(%(seed)s, g, 63))::int,
           0.25 * floor(100 + 8000 * pg_temp.u(%(seed)s, g, 64))::numeric
      FROM generate_series(1, %(invoices)s / 66) AS g
      JOIN stage_debtor b
        ON b.rank = floor(%(debtors)s * pg_temp.u(%(seed)s, g, 62))::int
  ) AS note
 WHERE date <= %(date)s;

INSERT INTO stage_document
SELECT n.document_id, 'out_refund', n.commercial_id, n.commercial_id, b.name,
       n.currency_id, CASE WHEN n.currency_id = %(currency_id)s THEN 1 ELSE r.rate END,
       n.date, NULL, NULL
  FROM stage_note n
  JOIN stage_debtor b ON b.partner_id = n.commercial_id
  JOIN stage_rate r ON r.month = date_trunc('month', n.date)::date;
INSERT INTO stage_product SELECT document_id, 1, untaxed FROM stage_note;
INSERT INTO stage_due
SELECT last.due_id + row_number() OVER (ORDER BY document_id), document_id, 1, date,
       untaxed * (1 + %(tax_rate)s)
  FROM stage_note, (SELECT max(due_id) AS due_id FROM stage_due) AS last;
INSERT INTO stage_match
SELECT last.match_id + row_number() OVER (ORDER BY n.document_id), n.due_id, NULL,
       c.due_id, c.amount
  FROM stage_note n
  JOIN stage_due c USING (document_id)
 CROSS JOIN (SELECT coalesce(max(match_id), 0) AS match_id FROM stage_match) AS last
 WHERE n.due_id IS NOT NULL;
"""
