"""Deletes what was built in this clone; `--cache` deletes the cache folder instead."""

from .. import paths, postgres
from ..console import Failure, step

BUILT = ("build", "dist", ".pytest_cache", ".ruff_cache", ".hypothesis")


def run(words: list[str]) -> None:
    """
    :raise Failure: the cache is in use
    """
    if "--cache" in words:
        clean_cache()
        return
    for name in BUILT:
        paths.remove(paths.REPO / name)
    for top in (paths.MODULE, "scripts", "tests"):
        for folder in sorted((paths.REPO / top).rglob("__pycache__")):
            paths.remove(folder)


def clean_cache() -> None:
    """Deletes Odoo, PostgreSQL, the virtual environments and every database in it."""
    if postgres.in_use():
        raise Failure("Another command is using the cache folder: let it end first.")
    with step(f"Deleting {paths.cache()}"):
        paths.remove(paths.cache())
