"""Programs that import Odoo; run by the virtual environment's Python with -m."""
