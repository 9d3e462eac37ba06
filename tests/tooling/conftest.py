"""Gives each test a cache folder of its own and an environment without settings."""

import pytest
from cartera_dev import paths

SETTINGS = ("DATABASE_URL", "DEBIAN_MIRROR", "ODOO_SOURCE", "PORT", "DATABASE")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """An empty cache folder; the settings of the machine that runs the tests unset."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    paths.cache.cache_clear()
    yield tmp_path / "cache" / "cartera-cobranza"
    paths.cache.cache_clear()
