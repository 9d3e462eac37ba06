"""Makes the module's `lib/` importable without Odoo, as `cartera_lib`."""

import importlib.util
import sys
from pathlib import Path

LIB = Path(__file__).parents[1] / "cartera_cobranza" / "lib"


def load_lib() -> None:
    """Registers `lib/` under a name of its own.

    Through the module's package it would bring in the models, and so Odoo.
    """
    spec = importlib.util.spec_from_file_location(
        "cartera_lib", LIB / "__init__.py", submodule_search_locations=[str(LIB)]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules["cartera_lib"] = package
    spec.loader.exec_module(package)


load_lib()
