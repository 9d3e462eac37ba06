"""Passes its words to the prepared Odoo's own command line."""

from .. import runtime


def run(words: list[str]) -> int:
    """Runs Odoo with `words` on this terminal; gives its exit code."""
    with runtime.prepared() as ready:
        return ready.call(ready.command(*words))
