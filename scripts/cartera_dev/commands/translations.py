"""Brings the module's .pot and .po files in step with its texts."""

import tempfile
from pathlib import Path

from .. import paths
from ..console import say, step
from ..runtime import Odoo, prepared
from ..templates import Template


def run(words: list[str]) -> None:
    """Exports the terms of a fresh database and merges them into the translations."""
    database = f"cartera-terms-{paths.clone_key()}"
    with prepared() as odoo, tempfile.TemporaryDirectory() as scratch:
        Template().copy(odoo, database)
        exported = Path(scratch) / "terms.pot"
        export(odoo, database, exported)
        odoo.drop(database)
        folder = paths.REPO / paths.MODULE / "i18n"
        merge = odoo.program("translations", str(exported), str(folder))
        told = odoo.quietly(merge, what="Merging translations", log="translations")
        say(told.rstrip())


def export(odoo: Odoo, database: str, file: Path) -> None:
    """Installs the module and writes its terms to `file`."""
    with step("Installing Cartera y cobranza"):
        odoo.install(database, "-i", paths.MODULE, "--without-demo=1")
    with step("Exporting its terms"):
        words = ("i18n", "export", "-d", database, "-o", str(file), paths.MODULE)
        odoo.quietly(odoo.command(*words), what="Exporting the terms", log="terms")
