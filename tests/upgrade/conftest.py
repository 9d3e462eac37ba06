from prepared_databases import odoo  # noqa: F401  (fixture)
