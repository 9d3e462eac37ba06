"""Runs the tests, all parts or the one named.

`lib` without Odoo, `odoo` inside it, `benchmark` on ledgers to measure on, `install` in
databases that the module comes to and leaves, `upgrade` in one that an earlier version
of it has lived in, `replay` ninety days of the demo company.

scripts/test [lib | odoo | benchmark | install | upgrade | replay] [words for pytest]
"""

import time

from .. import paths, programs
from ..console import Failure, say, step
from ..runtime import Odoo, prepared
from ..templates import Template


def run(words: list[str]) -> int:
    """Runs every part, or the one named; exit code 1 if any of them failed."""
    parts = [words.pop(0)] if words and words[0] in PARTS else list(PARTS)
    with prepared() as odoo:
        if "odoo" in parts:
            programs.require_chromium()
            programs.want_wkhtmltopdf()
        results = {part: timed(PARTS[part], odoo, words) for part in parts}
    say()
    for part, (code, seconds) in results.items():
        say(f"  {part:10} {'failed' if code else 'passed'} in {seconds:.0f} s")
    return int(any(code for code, _seconds in results.values()))


def timed(part, odoo: Odoo, words: list[str]) -> tuple[int, float]:
    """The exit code of a part, and its seconds; a foreseeable failure is code 1."""
    start = time.monotonic()
    try:
        code = part(odoo, words)
    except Failure as failure:
        say(f"{failure}")
        code = 1
    return code, time.monotonic() - start


def lib(odoo: Odoo, words: list[str]) -> int:
    """Tests of what is pure Python: the module's `lib/`, these scripts, and the walk
    that holds contacts to the law."""
    folders = ("tests/lib", "tests/law", "tests/tooling")
    return pytest(odoo, "-p", "no:odoo", *folders, *words)


def inside(odoo: Odoo, words: list[str]) -> int:
    """The module's own tests, in a database that has it installed."""
    database = f"cartera-test-{paths.clone_key()}"
    Template().copy(odoo, database)
    with step("Installing Cartera y cobranza"):
        odoo.install(database, "-i", paths.MODULE, "--without-demo=1")
    options = [f"--odoo-database={database}", f"--odoo-config={odoo.config}"]
    return pytest(odoo, *options, "--odoo-http", f"{paths.MODULE}/tests", *words)


def benchmark(odoo: Odoo, words: list[str]) -> int:
    """The ledgers that speed is measured on are true ones."""
    return pytest(odoo, "-p", "no:odoo", "tests/benchmark", *words)


def install(odoo: Odoo, words: list[str]) -> int:
    """Installing, uninstalling and installing again, in databases of several kinds."""
    return pytest(odoo, "-p", "no:odoo", "tests/install", "tests/crash", *words)


def upgrade(odoo: Odoo, words: list[str]) -> int:
    """Updating a database of an earlier version, taken from git's history."""
    return pytest(odoo, "-p", "no:odoo", "tests/upgrade", *words)


def replay(odoo: Odoo, words: list[str]) -> int:
    """Ninety days of the demo company, day by day, within the law."""
    return pytest(odoo, "-p", "no:odoo", "tests/replay", *words)


def pytest(odoo: Odoo, *words: str) -> int:
    """Runs pytest on this terminal; a skipped test fails it. Gives its exit code."""
    say()
    command = [str(odoo.python), "-m", "pytest", "-p", "cartera_dev.no_skips", *words]
    return odoo.call(command, cwd=paths.REPO)


PARTS = {
    "lib": lib,
    "odoo": inside,
    "benchmark": benchmark,
    "install": install,
    "upgrade": upgrade,
    "replay": replay,
}
