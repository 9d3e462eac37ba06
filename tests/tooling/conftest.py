"""Gives each test a cache folder of its own and an environment without settings."""

import pytest
from cartera_dev import apt, paths

SETTINGS = ("DATABASE_URL", "DEBIAN_MIRROR", "ODOO_SOURCE", "PORT", "DATABASE")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """An empty cache folder; the settings of the machine that runs the tests unset."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    forget()
    yield tmp_path / "cache" / "cartera-cobranza"
    forget()


def forget() -> None:
    """Drops what the scripts remember for the length of one command."""
    paths.cache.cache_clear()
    apt.debian.cache_clear()
