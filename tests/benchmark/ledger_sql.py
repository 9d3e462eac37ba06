"""The statements of ``ledger_writer``, in the order in which they run.

Staging tables first (``stage_*``, gone with the transaction), then Odoo's own tables.
"""

STAGING = """
CREATE TEMP TABLE stage_document (
    document_id int PRIMARY KEY, move_type text NOT NULL, partner_id int NOT NULL,
    commercial_id int NOT NULL, partner_name text NOT NULL, currency_id int NOT NULL,
    rate numeric NOT NULL, date date NOT NULL, term_id int, ref text
) ON COMMIT DROP;
CREATE TEMP TABLE stage_product (
    document_id int NOT NULL, position int NOT NULL, amount numeric NOT NULL,
    PRIMARY KEY (document_id, position)
) ON COMMIT DROP;
CREATE TEMP TABLE stage_due (
    due_id int PRIMARY KEY, document_id int NOT NULL, position int NOT NULL,
    date_due date NOT NULL, amount numeric NOT NULL
) ON COMMIT DROP;
CREATE TEMP TABLE stage_payment (
    payment_id int PRIMARY KEY, partner_id int NOT NULL, partner_name text NOT NULL,
    currency_id int NOT NULL, rate numeric NOT NULL, date date NOT NULL,
    amount numeric NOT NULL, memo_document_id int
) ON COMMIT DROP;
CREATE TEMP TABLE stage_match (
    match_id int PRIMARY KEY, due_id int NOT NULL, payment_id int, credit_due_id int,
    amount numeric NOT NULL, CHECK (num_nonnulls(payment_id, credit_due_id) = 1)
) ON COMMIT DROP;
CREATE TEMP TABLE stage_sign ON COMMIT DROP AS
SELECT * FROM (VALUES ('out_invoice', 1), ('out_refund', -1)) AS s(move_type, sign);
"""

TOTALS = """
CREATE TEMP TABLE stage_total ON COMMIT DROP AS
SELECT *, untaxed + tax AS total, untaxed_worth + tax_worth AS total_worth
  FROM (
    SELECT document_id, lines, untaxed, untaxed_worth, tax, currency_rate,
           round(tax * currency_rate, %(decimals)s) AS tax_worth
      FROM (
        SELECT d.document_id, count(*) AS lines, d.rate AS currency_rate,
               sum(p.amount) AS untaxed,
               sum(round(p.amount * d.rate, %(decimals)s)) AS untaxed_worth,
               round(sum(p.amount) * %(tax_rate)s, c.decimal_places) AS tax
          FROM stage_document d
          JOIN stage_product p USING (document_id)
          JOIN res_currency c ON c.id = d.currency_id
         GROUP BY d.document_id, d.rate, c.decimal_places
      ) AS untaxed
  ) AS taxed;
ALTER TABLE stage_total ADD PRIMARY KEY (document_id);

-- The last instalment bears what rounding left over, in both currencies.
CREATE TEMP TABLE stage_item ON COMMIT DROP AS
SELECT u.*, count(*) OVER document AS of,
       CASE WHEN u.position = count(*) OVER document
            THEN t.total_worth - coalesce(sum(round(u.amount * t.currency_rate,
                     %(decimals)s)) OVER earlier, 0)
            ELSE round(u.amount * t.currency_rate, %(decimals)s) END AS worth
  FROM stage_due u
  JOIN stage_total t USING (document_id)
WINDOW document AS (PARTITION BY u.document_id),
       earlier AS (PARTITION BY u.document_id ORDER BY u.position
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);
ALTER TABLE stage_item ADD PRIMARY KEY (due_id);
CREATE INDEX ON stage_item (document_id);
"""

# What each match takes from both sides in company currency. Where the two differ, the
# difference is the exchange gain or loss that Odoo books on the day of the match.
MATCHES = """
CREATE TEMP TABLE stage_settled ON COMMIT DROP AS
SELECT m.*, greatest(d.date, p.date, c.date) AS date, d.currency_id,
       d.commercial_id AS partner_id, d.document_id,
       i.amount AS debit_amount, i.worth AS debit_worth,
       coalesce(p.amount, ci.amount) AS credit_amount,
       coalesce(round(p.amount * p.rate, %(decimals)s), ci.worth) AS credit_worth,
       coalesce(m.payment_id, -m.credit_due_id) AS credit_key
  FROM stage_match m
  JOIN stage_item i ON i.due_id = m.due_id
  JOIN stage_document d ON d.document_id = i.document_id
  LEFT JOIN stage_payment p ON p.payment_id = m.payment_id
  LEFT JOIN stage_item ci ON ci.due_id = m.credit_due_id
  LEFT JOIN stage_document c ON c.document_id = ci.document_id;

CREATE TEMP TABLE stage_partial ON COMMIT DROP AS
SELECT *, least(debit_taken, credit_taken) AS worth,
       debit_taken - credit_taken AS exchange, match_id AS component
  FROM (
    SELECT *,
           CASE WHEN sum(amount) OVER debit = debit_amount
                THEN debit_worth - coalesce(sum(round(amount * debit_worth
                         / debit_amount, %(decimals)s)) OVER debit_before, 0)
                ELSE round(amount * debit_worth / debit_amount, %(decimals)s)
           END AS debit_taken,
           CASE WHEN sum(amount) OVER credit = credit_amount
                THEN credit_worth - coalesce(sum(round(amount * credit_worth
                         / credit_amount, %(decimals)s)) OVER credit_before, 0)
                ELSE round(amount * credit_worth / credit_amount, %(decimals)s)
           END AS credit_taken
      FROM stage_settled
    WINDOW debit AS (PARTITION BY due_id ORDER BY match_id),
           debit_before AS (PARTITION BY due_id ORDER BY match_id
                            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
           credit AS (PARTITION BY credit_key ORDER BY match_id),
           credit_before AS (PARTITION BY credit_key ORDER BY match_id
                             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  ) AS taken;
ALTER TABLE stage_partial ADD PRIMARY KEY (match_id);
"""

# Lines that are matched with one another, directly or not, share the lowest match.
SPREAD_COMPONENT = """
UPDATE stage_partial p SET component = s.lowest
  FROM (SELECT match_id, component,
               least(min(component) OVER (PARTITION BY due_id),
                     min(component) OVER (PARTITION BY credit_key)) AS lowest
          FROM stage_partial) AS s
 WHERE s.match_id = p.match_id AND s.lowest < s.component
"""

RESIDUALS = """
CREATE TEMP TABLE stage_debit ON COMMIT DROP AS
SELECT due_id, min(component) AS component,
       max(debit_amount) - sum(amount) AS residual,
       max(debit_worth) - sum(debit_taken) AS residual_worth
  FROM stage_partial GROUP BY due_id;
ALTER TABLE stage_debit ADD PRIMARY KEY (due_id);
CREATE TEMP TABLE stage_credit ON COMMIT DROP AS
SELECT credit_key, min(component) AS component,
       max(credit_amount) - sum(amount) AS residual,
       max(credit_worth) - sum(credit_taken) AS residual_worth
  FROM stage_partial GROUP BY credit_key;
ALTER TABLE stage_credit ADD PRIMARY KEY (credit_key);

CREATE TEMP TABLE stage_component ON COMMIT DROP AS
SELECT component, full_id, NULL::int AS lowest_partial_id
  FROM (
    SELECT component, CASE WHEN complete THEN
               %(full_base)s + row_number() OVER (PARTITION BY complete
                                                  ORDER BY component) END AS full_id
      FROM (
        SELECT component, bool_and(residual = 0 AND residual_worth = 0) AS complete
          FROM (SELECT component, residual, residual_worth FROM stage_debit
                UNION ALL
                SELECT component, residual, residual_worth FROM stage_credit) AS line
         GROUP BY component
      ) AS judged
  ) AS numbered;
ALTER TABLE stage_component ADD PRIMARY KEY (component);
"""

DOCUMENT_RESIDUALS = """
CREATE TEMP TABLE stage_due_state ON COMMIT DROP AS
SELECT i.due_id, i.document_id, i.date_due,
       coalesce(s.residual, i.amount) AS residual,
       coalesce(s.residual_worth, i.worth) AS residual_worth, s.component
  FROM stage_item i
  JOIN stage_document d USING (document_id)
  LEFT JOIN (
    SELECT due_id, residual, residual_worth, component FROM stage_debit
     UNION ALL
    SELECT -credit_key, residual, residual_worth, component FROM stage_credit
     WHERE credit_key < 0
  ) AS s USING (due_id);
ALTER TABLE stage_due_state ADD PRIMARY KEY (due_id);

CREATE TEMP TABLE stage_document_residual ON COMMIT DROP AS
SELECT s.document_id, max(s.date_due) AS date_due, sum(s.residual) AS residual,
       sum(s.residual_worth) AS residual_worth, bool_or(s.component IS NOT NULL) AS
       matched, bool_or(coalesce(p.by_payment, false)) AS by_payment,
       bool_or(coalesce(p.by_credit, false)) AS by_credit
  FROM stage_due_state s
  LEFT JOIN (
    SELECT due_id, bool_or(payment_id IS NOT NULL) AS by_payment,
           bool_or(credit_due_id IS NOT NULL) AS by_credit
      FROM stage_partial GROUP BY due_id
  ) AS p USING (due_id)
 GROUP BY s.document_id;
ALTER TABLE stage_document_residual ADD PRIMARY KEY (document_id);
"""

# Entries of all kinds in one order of time, as a company in use would have them.
MOVES = """
CREATE TEMP TABLE stage_move ON COMMIT DROP AS
SELECT move_id, kind, source_id, date, journal_id, prefix, number,
       prefix || lpad(number::text, greatest(digits, length(number::text)), '0')
           AS name,
       %(line_base)s + sum(lines) OVER (ORDER BY move_id) - lines AS line_base
  FROM (
    SELECT e.*, %(move_base)s
                    + row_number() OVER (ORDER BY date, kind, source_id) AS move_id,
           row_number() OVER (PARTITION BY e.journal_id, e.prefix
                              ORDER BY date, kind, source_id)
               + coalesce(last.number, 0) AS number
      FROM (
        SELECT 'document' AS kind, d.document_id AS source_id, d.date,
               %(sale_journal_id)s AS journal_id, 5 AS digits,
               CASE d.move_type WHEN 'out_refund' THEN %(refund_prefix)s ELSE '' END
                   || %(sale_code)s || to_char(d.date, '/YYYY/') AS prefix,
               t.lines + (t.tax <> 0)::int
                   + (SELECT count(*) FROM stage_item i
                       WHERE i.document_id = d.document_id) AS lines
          FROM stage_document d JOIN stage_total t USING (document_id)
         UNION ALL
        SELECT 'payment', payment_id, date, %(bank_journal_id)s, 5,
               %(bank_prefix)s || to_char(date, '/YYYY/'), 2
          FROM stage_payment
         UNION ALL
        SELECT 'xchange', match_id, date, %(exchange_journal_id)s, 4,
               %(exchange_code)s || to_char(date, '/YYYY/MM/'), 2
          FROM stage_partial WHERE exchange <> 0
      ) AS e
      LEFT JOIN (
        SELECT journal_id, sequence_prefix, max(sequence_number) AS number
          FROM account_move WHERE state = 'posted' GROUP BY 1, 2
      ) AS last ON last.journal_id = e.journal_id AND last.sequence_prefix = e.prefix
  ) AS numbered;
ALTER TABLE stage_move ADD PRIMARY KEY (kind, source_id);
"""

PARTIALS = """
CREATE TEMP TABLE stage_reconcile ON COMMIT DROP AS
SELECT %(partial_base)s + row_number() OVER (ORDER BY date, match_id, rank) AS id, r.*
  FROM (
    SELECT match_id, component, 1 AS rank, date, worth, amount
      FROM stage_partial
     UNION ALL
    SELECT match_id, component, 2, date, abs(exchange), 0
      FROM stage_partial WHERE exchange <> 0
  ) AS r;
UPDATE stage_component c SET lowest_partial_id = r.id
  FROM (SELECT component, min(id) AS id FROM stage_reconcile GROUP BY component) AS r
 WHERE r.component = c.component;
"""

INSERT_FULL = """
INSERT INTO account_full_reconcile (id, create_uid, write_uid, create_date, write_date)
SELECT full_id, %(user_id)s, %(user_id)s, now(), now()
  FROM stage_component WHERE full_id IS NOT NULL ORDER BY full_id
"""

# Payment state as Odoo judges it: paid as soon as any money came in, reversed when
# credit notes (and exchange entries) alone settled the invoice.
INSERT_MOVES = """
INSERT INTO account_move (
    id, create_uid, write_uid, create_date, write_date, company_id, state, auto_post,
    checked, posted_before, made_sequence_gap, journal_id, sequence_prefix,
    sequence_number, name, date, move_type, is_manually_modified, always_tax_exigible,
    origin_payment_id, ref, payment_reference, invoice_payment_term_id, partner_id,
    commercial_partner_id, partner_shipping_id, invoice_partner_display_name,
    currency_id, invoice_user_id, invoice_date, invoice_date_due, invoice_currency_rate,
    payment_state, amount_untaxed, amount_tax, amount_total, amount_residual,
    amount_untaxed_signed, amount_untaxed_in_currency_signed, amount_tax_signed,
    amount_total_signed, amount_total_in_currency_signed, amount_residual_signed)
SELECT m.move_id, %(user_id)s, %(user_id)s, m.date, m.date, %(company_id)s, 'posted',
       'no', true, true, false, m.journal_id, m.prefix, m.number, m.name, m.date,
       e.move_type, e.modified, e.exigible, e.payment_id, e.ref, e.reference, e.term_id,
       e.partner_id, e.commercial_id, e.shipping_id, e.partner_name, e.currency_id,
       e.salesperson_id, e.invoice_date, e.date_due, e.currency_rate, e.payment_state,
       e.untaxed, e.tax, e.total, e.residual, e.untaxed_signed, e.untaxed_in_currency,
       e.tax_signed, e.total_signed, e.total_in_currency, e.residual_signed
  FROM stage_move m
  JOIN (
    SELECT 'document' AS kind, d.document_id AS source_id,
           d.move_type, true, false, NULL::int, d.ref, dm.name, d.term_id,
           d.partner_id, d.commercial_id, d.commercial_id, d.partner_name,
           d.currency_id, %(user_id)s, d.date, r.date_due, 1 / d.rate,
           CASE WHEN r.residual <> 0 THEN
                     CASE WHEN r.matched THEN 'partial' ELSE 'not_paid' END
                WHEN r.by_credit AND NOT r.by_payment THEN 'reversed'
                ELSE 'paid' END,
           t.untaxed, t.tax, t.total, r.residual, s.sign * t.untaxed_worth,
           s.sign * t.untaxed, s.sign * t.tax_worth, s.sign * t.total_worth,
           s.sign * t.total, s.sign * r.residual_worth
      FROM stage_document d
      JOIN stage_move dm ON dm.kind = 'document' AND dm.source_id = d.document_id
      JOIN stage_total t USING (document_id)
      JOIN stage_document_residual r USING (document_id)
      JOIN stage_sign s USING (move_type)
     UNION ALL
    SELECT 'payment', p.payment_id,
           'entry', false, true, %(payment_base)s + p.payment_id, memo.name, NULL, NULL,
           p.partner_id, p.partner_id, NULL, p.partner_name, p.currency_id, NULL, NULL,
           p.date, 0, 'not_paid', 0, 0, p.amount, 0, 0, 0, 0,
           round(p.amount * p.rate, %(decimals)s), p.amount, 0
      FROM stage_payment p
      LEFT JOIN stage_move memo ON memo.kind = 'document'
                               AND memo.source_id = p.memo_document_id
     UNION ALL
    SELECT 'xchange', x.match_id,
           'entry', false, true, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
           '#Created by: ' || u.name, %(currency_id)s, NULL, NULL, x.date, 0,
           'not_paid', 0, 0, 0, 0, 0, 0, 0, abs(x.exchange), 0, 0
      FROM stage_partial x, res_users ru
      JOIN res_partner u ON u.id = ru.partner_id
     WHERE x.exchange <> 0 AND ru.id = %(user_id)s
  ) AS e(kind, source_id, move_type, modified, exigible, payment_id, ref, reference,
         term_id, partner_id, commercial_id, shipping_id, partner_name, currency_id,
         salesperson_id, invoice_date, date_due, currency_rate, payment_state, untaxed,
         tax, total, residual, untaxed_signed, untaxed_in_currency, tax_signed,
         total_signed, total_in_currency, residual_signed) USING (kind, source_id)
 ORDER BY m.move_id
"""

# Positions within an entry: products, tax, dues; bank, receivable; receivable, result.
INSERT_LINES = """
INSERT INTO account_move_line (
    id, create_uid, write_uid, create_date, write_date, company_id, company_currency_id,
    parent_state, discount, is_storno, deductible_amount, move_id, journal_id,
    move_name, date, display_type, sequence, account_id, currency_id, partner_id, name,
    ref, invoice_date, date_maturity, balance, debit, credit, amount_currency,
    amount_residual, amount_residual_currency, reconciled, full_reconcile_id,
    matching_number, product_id, product_uom_id, tax_line_id, tax_group_id,
    tax_repartition_line_id, tax_base_amount, payment_id, quantity, price_unit,
    price_subtotal, price_total, discount_amount_currency, discount_balance,
    no_followup)
SELECT m.line_base + l.position, %(user_id)s, %(user_id)s, m.date, m.date,
       %(company_id)s, %(currency_id)s, 'posted', 0, false, 100, m.move_id,
       m.journal_id, m.name, m.date, l.display_type, l.sequence, l.account_id,
       l.currency_id, l.partner_id, l.name, l.ref, l.invoice_date, l.date_maturity,
       l.balance, greatest(l.balance, 0), greatest(-l.balance, 0), l.amount_currency,
       l.residual, l.residual_currency, l.reconciled, c.full_id,
       coalesce(c.full_id::text, 'P' || c.lowest_partial_id), l.product_id, l.uom_id,
       l.tax_line_id, l.tax_group_id, l.tax_repartition_line_id, l.tax_base, l.payment,
       l.quantity, l.price_unit, l.subtotal, l.total, l.no_discount, l.no_discount,
       l.no_followup
  FROM (
    SELECT 'document' AS kind, d.document_id AS source_id, p.position,
           'product' AS display_type, 100 AS sequence, %(income_id)s AS account_id,
           d.currency_id, d.commercial_id AS partner_id, 'Goods' AS name, d.ref,
           d.date AS invoice_date, NULL::date AS date_maturity,
           -s.sign * round(p.amount * d.rate, %(decimals)s) AS balance,
           -s.sign * p.amount AS amount_currency,
           0::numeric AS residual, 0::numeric AS residual_currency,
           false AS reconciled, NULL::int AS component,
           %(product_id)s::int AS product_id, %(uom_id)s::int AS uom_id,
           NULL::int AS tax_line_id, NULL::int AS tax_group_id,
           NULL::int AS tax_repartition_line_id, NULL::numeric AS tax_base,
           NULL::int AS payment, 1 AS quantity, p.amount AS price_unit,
           p.amount AS subtotal,
           round(p.amount * (1 + %(tax_rate)s), cur.decimal_places) AS total,
           NULL::numeric AS no_discount, false AS no_followup
      FROM stage_product p
      JOIN stage_document d USING (document_id)
      JOIN stage_sign s USING (move_type)
      JOIN res_currency cur ON cur.id = d.currency_id
     UNION ALL
    SELECT 'document', d.document_id, t.lines + 1, 'tax', 10000,
           %(tax_account_id)s::int, d.currency_id, d.commercial_id, %(tax_name)s,
           d.ref, d.date, NULL,
           -s.sign * t.tax_worth, -s.sign * t.tax, 0, 0, false, NULL, NULL, NULL,
           %(tax_id)s::int, %(tax_group_id)s::int, CASE d.move_type WHEN 'out_refund'
               THEN %(tax_refund_line_id)s::int ELSE %(tax_invoice_line_id)s::int END,
           -s.sign * t.untaxed_worth, NULL, 0, 0, 0, 0, NULL, false
      FROM stage_total t
      JOIN stage_document d USING (document_id)
      JOIN stage_sign s USING (move_type)
     WHERE t.tax <> 0
     UNION ALL
    SELECT 'document', d.document_id, t.lines + (t.tax <> 0)::int + i.position,
           'payment_term', 12000, %(receivable_id)s, d.currency_id, d.commercial_id,
           CASE WHEN d.move_type = 'out_invoice' THEN
               m.name || CASE WHEN i.of > 1 THEN ' installment #' || i.position
                              ELSE '' END END,
           d.ref, d.date, i.date_due, s.sign * i.worth, s.sign * i.amount,
           s.sign * u.residual_worth, s.sign * u.residual,
           u.residual = 0 AND u.residual_worth = 0, u.component, NULL, NULL, NULL, NULL,
           NULL, NULL, NULL, 0, 0, 0, 0, 0, false
      FROM stage_item i
      JOIN stage_due_state u USING (due_id)
      JOIN stage_total t ON t.document_id = i.document_id
      JOIN stage_document d ON d.document_id = i.document_id
      JOIN stage_sign s USING (move_type)
      JOIN stage_move m ON m.kind = 'document' AND m.source_id = d.document_id
     UNION ALL
    SELECT 'payment', p.payment_id, side.position, 'product', 100, side.account_id,
           p.currency_id, p.partner_id, %(payment_label)s || coalesce(': ' || memo.name,
           ''), memo.name, NULL, p.date,
           side.sign * round(p.amount * p.rate, %(decimals)s), side.sign * p.amount,
           side.sign * CASE WHEN side.position = 2 AND c.component IS NOT NULL
               THEN c.residual_worth ELSE round(p.amount * p.rate, %(decimals)s) END,
           side.sign * CASE WHEN side.position = 2 AND c.component IS NOT NULL
               THEN c.residual ELSE p.amount END,
           side.position = 2 AND c.component IS NOT NULL AND c.residual = 0
               AND c.residual_worth = 0,
           CASE side.position WHEN 2 THEN c.component END, NULL, NULL, NULL, NULL, NULL,
           NULL, %(payment_base)s + p.payment_id, 1, 0, side.sign * p.amount,
           side.sign * p.amount, NULL, false
      FROM stage_payment p
     CROSS JOIN (VALUES (1, 1, %(bank_account_id)s), (2, -1, %(receivable_id)s))
                AS side(position, sign, account_id)
      LEFT JOIN stage_credit c ON c.credit_key = p.payment_id
      LEFT JOIN stage_move memo ON memo.kind = 'document'
                               AND memo.source_id = p.memo_document_id
     UNION ALL
    SELECT 'xchange', x.match_id, side.position, 'product', side.position - 1,
           CASE WHEN side.position = 1 THEN %(receivable_id)s
                WHEN x.exchange > 0 THEN %(loss_id)s ELSE %(gain_id)s END,
           x.currency_id, x.partner_id, 'Currency exchange rate difference', NULL, NULL,
           NULL, -side.sign * x.exchange, 0, 0, 0, side.position = 1,
           CASE side.position WHEN 1 THEN x.component END, NULL, NULL, NULL, NULL, NULL,
           NULL, NULL, 1, 0, 0, 0, NULL, true
      FROM stage_partial x
     CROSS JOIN (VALUES (1, 1), (2, -1)) AS side(position, sign)
     WHERE x.exchange <> 0
  ) AS l
  JOIN stage_move m ON m.kind = l.kind AND m.source_id = l.source_id
  LEFT JOIN stage_component c ON c.component = l.component
 ORDER BY 1
"""

INSERT_LINE_TAXES = """
INSERT INTO account_move_line_account_tax_rel (account_move_line_id, account_tax_id)
SELECT m.line_base + p.position, %(tax_id)s
  FROM stage_product p
  JOIN stage_move m ON m.kind = 'document' AND m.source_id = p.document_id
 WHERE %(tax_id)s IS NOT NULL
 ORDER BY 1
"""

INSERT_PAYMENTS = """
INSERT INTO account_payment (
    id, create_uid, write_uid, create_date, write_date, move_id, journal_id, company_id,
    payment_method_line_id, payment_method_id, currency_id, partner_id,
    outstanding_account_id, destination_account_id, name, state, payment_type,
    partner_type, memo, date, amount, amount_company_currency_signed, is_reconciled,
    is_matched)
SELECT %(payment_base)s + p.payment_id, %(user_id)s, %(user_id)s, p.date, p.date,
       m.move_id, %(bank_journal_id)s, %(company_id)s, %(payment_method_line_id)s,
       %(payment_method_id)s, p.currency_id, p.partner_id, %(bank_account_id)s,
       %(receivable_id)s, m.name, 'paid', 'inbound', 'customer', memo.name, p.date,
       p.amount, round(p.amount * p.rate, %(decimals)s),
       c.component IS NOT NULL AND c.residual = 0, true
  FROM stage_payment p
  JOIN stage_move m ON m.kind = 'payment' AND m.source_id = p.payment_id
  LEFT JOIN stage_move memo ON memo.kind = 'document'
                           AND memo.source_id = p.memo_document_id
  LEFT JOIN stage_credit c ON c.credit_key = p.payment_id
 ORDER BY 1
"""

# The second partial of a foreign match reconciles the exchange entry with the side that
# was worth more.
INSERT_PARTIALS = """
INSERT INTO account_partial_reconcile (
    id, create_uid, write_uid, create_date, write_date, company_id, debit_move_id,
    credit_move_id, debit_currency_id, credit_currency_id, full_reconcile_id,
    exchange_move_id, max_date, amount, debit_amount_currency, credit_amount_currency)
SELECT r.id, %(user_id)s, %(user_id)s, r.date, r.date, %(company_id)s,
       CASE WHEN r.rank = 2 AND p.exchange < 0 THEN x.line_base + 1
            ELSE dm.line_base + dt.lines + (dt.tax <> 0)::int + di.position END,
       CASE WHEN r.rank = 2 AND p.exchange > 0 THEN x.line_base + 1
            WHEN p.payment_id IS NOT NULL THEN pm.line_base + 2
            ELSE cm.line_base + ct.lines + (ct.tax <> 0)::int + ci.position END,
       p.currency_id, p.currency_id, c.full_id,
       CASE r.rank WHEN 1 THEN x.move_id END, r.date, r.worth, r.amount, r.amount
  FROM stage_reconcile r
  JOIN stage_partial p USING (match_id)
  JOIN stage_component c ON c.component = p.component
  JOIN stage_item di ON di.due_id = p.due_id
  JOIN stage_total dt ON dt.document_id = di.document_id
  JOIN stage_move dm ON dm.kind = 'document' AND dm.source_id = di.document_id
  LEFT JOIN stage_move pm ON pm.kind = 'payment' AND pm.source_id = p.payment_id
  LEFT JOIN stage_item ci ON ci.due_id = p.credit_due_id
  LEFT JOIN stage_total ct ON ct.document_id = ci.document_id
  LEFT JOIN stage_move cm ON cm.kind = 'document' AND cm.source_id = ci.document_id
  LEFT JOIN stage_move x ON x.kind = 'xchange' AND x.source_id = p.match_id
 ORDER BY r.id
"""
