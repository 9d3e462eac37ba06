"""The embedded server's folders."""

import os
from pathlib import Path

import pytest
from cartera_dev import paths, postgres
from cartera_dev.console import Failure


def test_socket_is_beside_the_data():
    assert postgres._socket_folder(Path("/c/pg")) == Path("/c/pg/socket")


def test_socket_of_a_long_path_is_elsewhere_and_always_the_same():
    home = Path("/" + "long/" * 30)
    folder = postgres._socket_folder(home)
    assert len(str(folder)) < postgres.MAX_SOCKET_PATH - len("/.s.PGSQL.5432")
    assert folder == postgres._socket_folder(home)
    assert folder != postgres._socket_folder(home / "x")


def test_root_must_keep_the_cache_where_the_server_can_enter(own_cache, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    own_cache.mkdir(parents=True)
    own_cache.chmod(0o700)
    with pytest.raises(Failure, match=f"may not enter {own_cache}"):
        postgres.require_way_in()


def test_nobody_uses_a_server_until_somebody_does():
    paths.cache()
    assert not postgres.in_use()
