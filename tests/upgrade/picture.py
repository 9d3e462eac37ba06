"""All that the module keeps in a database, to compare before and after."""

import json

# Columns of ours: whole tables, and what we add to Odoo's. What a data file writes
# again, as it is, has been written.
COLUMNS = """
    SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY column_name)
      FROM information_schema.columns
     WHERE table_schema = 'public'
       AND (table_name LIKE 'cartera\\_%'
            OR column_name LIKE 'cartera\\_%' OR column_name = 'id')
       AND column_name NOT IN ('write_date', 'write_uid')
     GROUP BY table_name
    HAVING bool_or(table_name LIKE 'cartera\\_%' OR column_name LIKE 'cartera\\_%')
"""

# What people wrote, planned and changed, in Odoo's own tables.
RECORDS = {
    "message": """
        SELECT id, res_id, author_id, date, subject, body, message_type
          FROM mail_message WHERE model = 'cartera.case'
    """,
    "tracking": """
        SELECT value.* FROM mail_tracking_value value
          JOIN mail_message message ON message.id = value.mail_message_id
         WHERE message.model = 'cartera.case'
    """,
    "activity": """
        SELECT id, res_id, user_id, date_deadline, summary
          FROM mail_activity WHERE res_model = 'cartera.case'
    """,
    "cron": """
        SELECT id, cron_name, active, interval_number, interval_type, nextcall
          FROM ir_cron WHERE cron_name LIKE 'Cartera%'
    """,
    "partner": "SELECT id, name, email, phone, active, credit_limit FROM res_partner",
    "user": "SELECT gid, uid FROM res_groups_users_rel",
}

# Of these there may be more than before.
GROWING = (
    "activity",
    "cartera_message_template",
    "cartera_worklist_rule",
    "cron",
    "mail_activity_type",
    "resource_calendar",
    "resource_calendar_leaves",
    "user",
)

# What is worked out from the rest and brought up to date, or written in another
# way or as another record; whole tables where no columns are named.
DERIVED = {
    "cartera_case": {
        "amount_collectable",
        "amount_credit",
        "amount_not_due",
        "amount_overdue",
        "amount_total",
        "bucket_id",
        "date_oldest_due",
        "hold_reason",
        "hold_until",
        "item_count",
        "overdue_count",
        "promise_amount",
        "promise_date",
        "promise_made_on",
    },
    "cartera_case_queue": set(),
    "cartera_contact": {"address"},
    "cartera_contact_log": {"reached"},
}

RULES = """
    SELECT known.name, rule.domain_force, rule.active FROM ir_rule rule
      JOIN ir_model_data known ON known.model = 'ir.rule' AND known.res_id = rule.id
     WHERE known.module = 'cartera_cobranza'
"""

# Records that we ship, in a table of ours: their names, and its columns.
SHIPPED = """
    SELECT known.name, to_jsonb(record) - %(others)s
      FROM %(table)s record
      JOIN ir_model_data known
        ON known.model = '%(model)s' AND known.res_id = record.id
     WHERE known.module = 'cartera_cobranza'
"""
WHO_AND_WHEN = ("create_date", "create_uid", "write_date", "write_uid")

SETTINGS = "SELECT to_jsonb(company)::text FROM res_company company WHERE name = '%s'"

# What distinguishes an installation from an upgrade, if anything.
SHAPE = """
    SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type
           || ' ' || is_nullable
      FROM information_schema.columns WHERE table_schema = 'public'
     UNION ALL
    SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
     UNION ALL
    SELECT 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
     UNION ALL
    SELECT 'xml id ' || name || ' ' || model || ' ' || noupdate::text
      FROM ir_model_data WHERE module = 'cartera_cobranza'
"""


def columns(database) -> dict[str, str]:
    """The columns of ours by table, as SQL."""
    return dict(database.sql(COLUMNS))


def kept(columns: dict[str, str]) -> dict[str, str]:
    """Those of the columns whose values an update keeps as they are."""
    found = {}
    for table, names in columns.items():
        derived = DERIVED.get(table, set())
        if table not in DERIVED or derived:
            kept = [name for name in names.split(", ") if name not in derived]
            found[table] = ", ".join(kept)
    return found


def rows(database, columns: dict[str, str]) -> dict[str, list[str]]:
    """The rows of those columns, and of Odoo's records on ours, each as a text."""
    queries = {
        table: f"SELECT {names} FROM {table}" for table, names in columns.items()
    }
    return {
        name: texts(database, f"SELECT to_jsonb(part) FROM ({query}) part")
        for name, query in (queries | RECORDS).items()
    }


def rules(database) -> dict[str, list]:
    """Domain of each of our record rules, and whether it is active, by name."""
    return {name: rest for name, *rest in database.sql(RULES)}


def shipped(database, columns: dict[str, str]) -> dict[str, dict]:
    """The records that we ship of these tables, without these columns, by name."""
    found = {}
    for table, names in columns.items():
        others = [name.strip('"') for name in names.split(", ")]
        if table.startswith("cartera_") and "id" in others:
            words = {
                "table": table,
                "model": table.replace("_", "."),
                "others": f"ARRAY{[*others, *WHO_AND_WHEN]}",
            }
            found.update(database.sql(SHIPPED % words))
    return found


def settings(database, company: str, others: dict[str, str]) -> dict[str, str]:
    """What a company of that name has in the columns of ours besides those of
    `others`; of a reference, whether there is one."""
    [[known]] = database.sql(SETTINGS % company.replace("'", "''"))
    found = json.loads(known)
    names = set(columns(database)["res_company"].split(", "))
    names -= set(others["res_company"].split(", "))
    return {
        name: found[name] is not None if name.endswith("_id") else found[name]
        for name in names
    }


def shape(database) -> set[str]:
    """Tables, columns, indexes, constraints, external ids."""
    return set(texts(database, SHAPE))


def texts(database, query: str) -> list[str]:
    """The only column of the query's rows as sorted texts."""
    wrapped = f"SELECT thing::text FROM ({query}) listed (thing) ORDER BY 1"
    return [text for (text,) in database.sql(wrapped)]
