"""Recognising an Odoo 19 on disk."""

import pytest
from cartera_dev import odoo_source
from cartera_dev.console import Failure


def make_odoo(root, version="19, 0, 0"):
    (root / "odoo" / "addons").mkdir(parents=True)
    (root / "odoo" / "release.py").write_text(f"version_info = ({version}, 'final')\n")
    return root


def test_installed_odoo(tmp_path):
    root = make_odoo(tmp_path / "usr/lib/python3/dist-packages")
    # The package has a second folder of that name, with no web client in it.
    (root / "addons" / "web").mkdir(parents=True)
    found = odoo_source.existing(tmp_path)
    assert found.python_path == root
    assert found.addons == (root / "odoo" / "addons",)


def test_checkout(tmp_path):
    make_odoo(tmp_path)
    (tmp_path / "addons" / "web" / "static").mkdir(parents=True)
    found = odoo_source.existing(tmp_path)
    assert found.addons == (tmp_path / "odoo" / "addons", tmp_path / "addons")


def test_no_odoo(tmp_path):
    with pytest.raises(Failure, match="holds no Odoo"):
        odoo_source.existing(tmp_path)


def test_another_version(tmp_path):
    make_odoo(tmp_path, "18, 0, 0")
    with pytest.raises(Failure, match="holds an Odoo 18; Odoo 19 is needed"):
        odoo_source.existing(tmp_path)


def test_setting_is_used_instead_of_fetching(tmp_path, monkeypatch):
    make_odoo(tmp_path)
    monkeypatch.setenv("ODOO_SOURCE", str(tmp_path))
    assert odoo_source.odoo_source().python_path == tmp_path


def test_databases_of_one_odoo_are_not_taken_for_another(tmp_path):
    one = odoo_source.existing(make_odoo(tmp_path / "a"))
    two = odoo_source.existing(make_odoo(tmp_path / "b"))
    assert one.key != two.key


def test_dangling_links_are_found(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "deep" / "good").symlink_to("../file")
    (tmp_path / "deep" / "bad").symlink_to("../gone")
    assert odoo_source.dangling_links(tmp_path) == [tmp_path / "deep" / "bad"]
