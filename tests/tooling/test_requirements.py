"""What the prepared environment holds is what the manifest asks for."""

import ast

from cartera_dev import paths
from packaging.requirements import Requirement

MANIFEST = paths.REPO / paths.MODULE / "__manifest__.py"
PINS = paths.REPO / "scripts" / "requirements-module.txt"


def test_what_the_manifest_asks_for_is_pinned():
    pins = {}
    for line in PINS.read_text().splitlines():
        if not line.startswith("#"):
            name, version = line.split("==")
            pins[name] = version
    manifest = ast.literal_eval(MANIFEST.read_text())
    wanted = [Requirement(w) for w in manifest["external_dependencies"]["python"]]
    assert sorted(pins) == sorted(requirement.name for requirement in wanted)
    for requirement in wanted:
        assert requirement.specifier.contains(pins[requirement.name])
