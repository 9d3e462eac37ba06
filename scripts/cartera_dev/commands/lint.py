"""Checks style and Odoo's conventions; `--fix` repairs what can be repaired."""

from .. import paths
from ..console import say
from ..runtime import Odoo, prepared


def run(words: list[str]) -> int:
    """Runs every linter; exit code 1 if any of them has something to say."""
    with prepared() as odoo:
        results = {name: check(odoo, *command) for name, command in checks(words)}
    for name, passed in results.items():
        say(f"  {name:28} {'passed' if passed else 'failed'}")
    return int(not all(results.values()))


def checks(words: list[str]):
    """The linters in their order: name, and the words that start it."""
    fix = "--fix" in words
    repo = str(paths.REPO)
    yield "ruff check", ["-m", "ruff", "check", *(["--fix"] * fix), repo]
    yield "ruff format", ["-m", "ruff", "format", *(["--check"] * (not fix)), repo]
    pylintrc = f"--rcfile={paths.REPO / 'scripts' / 'pylintrc'}"
    yield "pylint-odoo", ["-m", "pylint", pylintrc, "--jobs=2", paths.MODULE]
    main = "from oca_pre_commit_hooks.cli import main; main()"
    yield "oca-checks-odoo-module", ["-c", main, paths.MODULE]
    main = "from oca_pre_commit_hooks.cli_po import main; main()"
    files = sorted(map(str, (paths.REPO / paths.MODULE / "i18n").glob("*.po*")))
    # It wants words that are the same in Spanish left empty, as if none had been found.
    yield "oca-checks-po", ["-c", main, "--disable=po-pretty-format", *files]


def check(odoo: Odoo, *words: str) -> bool:
    """Runs one linter on this terminal; gives whether it found nothing."""
    return odoo.call([str(odoo.python), *words], cwd=paths.REPO) == 0
