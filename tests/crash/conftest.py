from prepared_databases import make_database, odoo  # noqa: F401  (fixtures)
