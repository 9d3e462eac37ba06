"""What a module leaves in a database: SQL that lists it."""

# Everything PostgreSQL has in the schema, one text per thing.
SCHEMA = """
    SELECT 'relation ' || relname || ' ' || relkind::text FROM pg_class
     WHERE relnamespace = 'public'::regnamespace
     UNION ALL
    SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type
      FROM information_schema.columns WHERE table_schema = 'public'
     UNION ALL
    SELECT 'constraint ' || conname || ' ' || conrelid::regclass FROM pg_constraint
     WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
     UNION ALL
    SELECT 'function ' || proname FROM pg_proc
     WHERE pronamespace = 'public'::regnamespace
     UNION ALL
    SELECT 'trigger ' || tgname || ' ' || tgrelid::regclass FROM pg_trigger
     WHERE NOT tgisinternal
"""

# Rows that a person sees or that Odoo acts on, by what tells them apart. External ids
# that Odoo gives in the name of its own modules to what our models inherit from them
# are not listed: it leaves them, pointing to nothing, whatever module goes.
RECORDS = """
    SELECT 'cron ' || cron_name FROM ir_cron
     UNION ALL
    SELECT 'menu ' || (name ->> 'en_US') || ' ' || id FROM ir_ui_menu
     UNION ALL
    SELECT 'group ' || (name ->> 'en_US') || ' ' || id FROM res_groups
     UNION ALL
    SELECT 'action ' || type || ' ' || id FROM ir_actions
     UNION ALL
    SELECT 'view ' || id FROM ir_ui_view
     UNION ALL
    SELECT 'rule ' || id FROM ir_rule
     UNION ALL
    SELECT 'access ' || id FROM ir_model_access
     UNION ALL
    SELECT 'xml id ' || module || '.' || name FROM ir_model_data
     WHERE module = 'cartera_cobranza'
     UNION ALL
    SELECT 'parameter ' || key FROM ir_config_parameter
     UNION ALL
    SELECT 'field ' || model || '.' || name FROM ir_model_fields
"""

# Text columns that name a model, in any table: what a deleted record can leave behind.
MODEL_COLUMNS = """
    SELECT c.table_name, c.column_name
      FROM information_schema.columns c
      JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
       AND c.data_type IN ('character varying', 'text')
       AND c.column_name IN
           ('model', 'res_model', 'model_name', 'relation', 'src_model')
"""


TABLES = """
    SELECT quote_ident(table_name) FROM information_schema.tables
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
"""

# What grows in Odoo's books whenever any module comes and goes, and what it tells
# browsers.
BOOKS_OF_ODOO = {
    "bus_bus",
    "ir_cron_trigger",
    "ir_model_data",
    "ir_module_module_dependency",
    "orm_signaling_registry",
}


def counts(database) -> dict[str, int]:
    """Number of rows of every table, but for Odoo's own bookkeeping."""
    tables = {name for (name,) in database.sql(TABLES)} - BOOKS_OF_ODOO
    query = " UNION ALL ".join(
        f"SELECT '{name}', count(*) FROM {name}" for name in sorted(tables)
    )
    return dict(database.sql(query))


def things(database) -> set[str]:
    """All that the schema and the records queries list."""
    return {row[0] for row in database.sql(SCHEMA) + database.sql(RECORDS)}


def orphans(database) -> list[str]:
    """Rows of any table that name one of our models."""
    found = []
    for table, column in database.sql(MODEL_COLUMNS):
        query = f"SELECT count(*) FROM {table} WHERE {column} LIKE 'cartera.%'"
        [[count]] = database.sql(query)
        if count:
            found.append(f"{table}.{column}: {count}")
    return found
