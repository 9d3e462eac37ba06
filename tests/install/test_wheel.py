"""The wheel holds the module, and an Odoo beside it installs it from there."""

import ast
import subprocess
import zipfile
from email.parser import Parser

import pytest
from cartera_dev import paths, venv
from cartera_dev.commands import wheel
from prepared_databases import without_clone

FOLDER = f"odoo/addons/{paths.MODULE}"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The wheel of this clone."""
    return wheel.build(tmp_path_factory.mktemp("wheel"))


def tracked_files() -> set[str]:
    """The module's files, as git lists them."""
    command = ["git", "-C", paths.REPO, "ls-files", "-z", "--", paths.MODULE]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {f"odoo/addons/{name}" for name in output.split("\0") if name}


def test_wheel_holds_every_file_of_the_module(built):
    with zipfile.ZipFile(built) as archive:
        names = set(archive.namelist())
    assert built.name.startswith("odoo_addon_cartera_cobranza-19.0.")
    assert tracked_files() <= names
    assert not [name for name in names if name.endswith(".pyc")]
    assert not {f"{FOLDER}/../__init__.py", "odoo/__init__.py"} & names


def test_wheel_brings_what_the_module_imports(built):
    source = (paths.REPO / paths.MODULE / "__manifest__.py").read_text()
    wanted = ast.literal_eval(source)["external_dependencies"]["python"]
    with zipfile.ZipFile(built) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(name).decode())
    assert wanted
    assert metadata.get_all("Requires-Dist") == wanted


def test_odoo_installs_the_module_from_the_wheel(built, odoo, make_database, tmp_path):
    site = tmp_path / "site"
    venv.pip_install(odoo.python, "--no-deps", "--target", site, built)
    database = make_database()
    database.odoo = without_clone(odoo, tmp_path, packages=site)
    database.install()
    assert database.do("module_folder") == str(site / FOLDER)
