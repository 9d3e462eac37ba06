"""Measures speed on a generated portfolio of SIZE invoices (default 100000)."""

import os

from .. import paths
from ..console import Failure
from ..runtime import prepared


def run(words: list[str]) -> int:
    """Gives the benchmark's exit code."""
    size = os.environ.get("SIZE") or "100000"
    if not size.isdigit() or int(size) == 0:
        raise Failure(f"SIZE={size} is no number of invoices.")
    script = paths.REPO / "tests" / "benchmark" / "run.py"
    database = f"cartera-bench-{paths.clone_key()}"
    with prepared() as odoo:
        command = [str(odoo.python), str(script), "--size", size]
        return odoo.call([*command, "--database", database, *words], cwd=paths.REPO)
