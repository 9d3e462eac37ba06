"""Databases with everything but our module, made once and copied from then on."""

from dataclasses import dataclass

from . import paths
from .console import say, step
from .runtime import Odoo

RECIPE = "1"


@dataclass(frozen=True)
class Template:
    """A Mexican company on an Odoo with its chart of accounts and no demo data.

    `language` is installed and is everyone's.
    """

    company: str = "Comercial de Prueba, S.A. de C.V."
    language: str = "en_US"
    modules: tuple[str, ...] = ("account", "l10n_mx")
    with_demo: bool = False

    def copy(self, odoo: Odoo, name: str) -> None:
        """Makes the database `name` from this template; an existing one is replaced."""
        source = self._name(odoo)
        with paths.lock(source, lambda: say("  Another command is making it.")):
            if not odoo.exists(source):
                self._make(odoo, f"{source}-part")
                odoo.rename(f"{source}-part", source)
            with step(f"Making the database {name}"):
                odoo.copy(source, name)

    def _name(self, odoo: Odoo) -> str:
        return f"cartera-template-{paths.digest(RECIPE, odoo.source.key, repr(self))}"

    def _make(self, odoo: Odoo, name: str) -> None:
        odoo.drop(name)
        demo = "--with-demo" if self.with_demo else "--without-demo=1"
        with step("Making an Odoo database"):
            odoo.install(name, "-i", "base", demo, f"--load-language={self.language}")
        words = [name, self.company, "MX", "MXN", self.language]
        with step(f"Setting up {self.company}"):
            odoo.quietly(
                odoo.program("company", *words),
                what="Setting up the company",
                log="company",
            )
        if self.modules:
            with step("Installing accounting and the chart of accounts"):
                odoo.install(name, "-i", ",".join(self.modules), demo)
