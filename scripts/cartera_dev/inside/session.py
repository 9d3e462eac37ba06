"""Opens a database from a plain Python program."""

from collections.abc import Iterator
from contextlib import contextmanager

import odoo.init  # noqa: F401  (Odoo wants to be set up before anything else of it)
from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config

from .clock import set_clock


@contextmanager
def environment(database: str) -> Iterator[api.Environment]:
    """An environment of the superuser, committed when the block ends well."""
    config.parse_config(["-d", database, "--log-level=warn"], setup_logging=True)
    registry = Registry(database)
    with set_clock(), registry.cursor() as cr:
        yield api.Environment(cr, api.SUPERUSER_ID, {})
