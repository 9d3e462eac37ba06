"""Runs the tests, all parts or the one named.

`lib` without Odoo, `odoo` inside it, `countries` inside one with another country's
accounting and with cheques, `benchmark` on ledgers to measure on, `install` in
databases that the module comes to and leaves, `upgrade` in one that an earlier version
of it has lived in, `replay` ninety days of the demo company.

scripts/test [lib | odoo | countries | benchmark | install | upgrade | replay]
             [words for pytest]
"""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from .. import paths, programs
from ..console import Failure, say, step
from ..runtime import Odoo, prepared
from ..templates import Template


def run(words: list[str]) -> int:
    """Runs every part, or the one named; exit code 1 if any of them failed."""
    part = words.pop(0) if words and words[0] in PARTS else None
    with prepared() as odoo:
        if part in ("odoo", None):
            programs.require_chromium()
            programs.want_wkhtmltopdf()
        if part:
            results = {part: timed(lambda: attempt(PARTS[part], odoo, words))}
        else:
            results = side_by_side(words)
    say()
    for name, (code, seconds) in results.items():
        say(f"  {name:10} {'failed' if code else 'passed'} in {seconds:.0f} s")
    return int(any(code for code, _seconds in results.values()))


def timed(action) -> tuple[int, float]:
    """The exit code that an action returns, and its seconds."""
    start = time.monotonic()
    return action(), time.monotonic() - start


def attempt(part, odoo: Odoo, words: list[str]) -> int:
    """The exit code of a part; a foreseeable failure is code 1."""
    try:
        return part(odoo, words)
    except Failure as failure:
        say(f"{failure}")
        return 1


def side_by_side(words: list[str]) -> dict[str, tuple[int, float]]:
    """Runs all parts, those of one stream after the other, and shows what each says
    once it is through: a test waits for the database half of its time."""
    showing = Lock()

    def alone(part: str) -> int:
        command = [sys.executable, sys.argv[0], part, *words]
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        with showing:
            sys.stderr.buffer.write(done.stdout)
            sys.stderr.flush()
        return done.returncode

    def stream(parts: tuple[str, ...]) -> dict[str, tuple[int, float]]:
        return {part: timed(lambda part=part: alone(part)) for part in parts}

    with ThreadPoolExecutor(len(STREAMS)) as pool:
        found = pool.map(stream, STREAMS)
        return {part: result for results in found for part, result in results.items()}


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
    odoo.sql(LEFT_ALONE, database)
    apart = [f"--ignore={file}" for file in COUNTRIES]
    tests = f"{paths.MODULE}/tests"
    return pytest(odoo, *_within(odoo, database), "--odoo-http", tests, *apart, *words)


def countries(odoo: Odoo, words: list[str]) -> int:
    """What the accounting of other countries, and the module of cheques, ask for."""
    database = f"cartera-countries-{paths.clone_key()}"
    modules = ("account", "l10n_mx", "l10n_cl", "l10n_latam_check")
    Template(modules=modules).copy(odoo, database)
    with step("Installing Cartera y cobranza"):
        odoo.install(database, "-i", paths.MODULE, "--without-demo=1")
    return pytest(odoo, *_within(odoo, database), *COUNTRIES, *words)


def _within(odoo: Odoo, database: str) -> list[str]:
    return [f"--odoo-database={database}", f"--odoo-config={odoo.config}"]


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


# Tests commit nothing: a vacuum that comes by finds their tables empty, and the planner
# believes it for as long as the test lasts.
LEFT_ALONE = """
    DO $$
    DECLARE name text;
    BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('ALTER TABLE %I SET (autovacuum_enabled = false)', name);
        END LOOP;
    END $$
"""

# Tests that need what the others do without: another country's accounting, cheques.
COUNTRIES = [
    f"{paths.MODULE}/tests/test_coverage_cheques.py",
    f"{paths.MODULE}/tests/test_settlement_chile.py",
]

PARTS = {
    "lib": lib,
    "odoo": inside,
    "countries": countries,
    "benchmark": benchmark,
    "install": install,
    "upgrade": upgrade,
    "replay": replay,
}

# Of about the same length.
STREAMS = (
    ("lib", "odoo"),
    ("benchmark", "countries", "install", "upgrade", "replay"),
)
