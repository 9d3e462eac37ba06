"""Prepares everything that the other commands use."""

from .. import runtime
from ..console import say


def run(words: list[str]) -> None:
    """Fetches what is missing and starts the database server once, to see it work."""
    with runtime.prepared() as ready:
        ready.sql("SELECT 1")
    say(f"Ready: Odoo 19 in {ready.source.python_path}, Python {ready.python}.")
