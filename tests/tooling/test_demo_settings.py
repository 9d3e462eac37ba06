"""Settings of `make demo` are refused before anything is made."""

import socket
from pathlib import Path
from types import SimpleNamespace

import pytest
from cartera_dev import runtime
from cartera_dev.commands import demo
from cartera_dev.console import Failure
from cartera_dev.odoo_source import OdooSource


def test_taken_port(monkeypatch):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(Failure, match=f"Port {port} can't be used .*choose anothe"):
            demo.free_port()


@pytest.mark.parametrize("port", ["x", "0", "65536", "-1"])
def test_no_port(port, monkeypatch):
    monkeypatch.setenv("PORT", port)
    with pytest.raises(Failure, match="is no port"):
        demo.free_port()


def test_empty_setting_means_the_default(monkeypatch):
    monkeypatch.setenv("DATABASE", "")
    assert demo.setting("DATABASE", "demo") == "demo"


@pytest.mark.parametrize(
    ("port", "links"), [(8471, [("web.base.url", "http://127.0.0.1:8471")]), (None, [])]
)
def test_links_lead_to_the_port(port, links, monkeypatch):
    made = []
    monkeypatch.setattr(demo, "module_key", lambda: "key")
    monkeypatch.setattr(demo, "set_parameter", lambda *args: made.append(args[2:]))
    odoo = SimpleNamespace(
        exists=lambda name: True,
        installed=lambda name, module: True,
        parameter=lambda name, key: "key",
    )
    demo.make(odoo, "demo", "es_MX", port)
    assert made == links


@pytest.mark.parametrize("name", ["", "a b", "-x", "a'b", "ä"])
def test_no_name_for_a_database(name):
    with pytest.raises(Failure, match="no name for a database"):
        runtime.check_name(name)


@pytest.mark.parametrize(("code", "known"), [("es_MX", True), ("es_ZZ", False)])
def test_language(code, known, tmp_path):
    data = tmp_path / "base" / "data"
    data.mkdir(parents=True)
    row = '"base.lang_es_MX","Spanish (MX)","es_MX","es_MX"\n'
    (data / "res.lang.csv").write_text(row)
    odoo = runtime.Odoo(OdooSource(tmp_path, (tmp_path,)), Path(), Path(), {}, ())
    if known:
        demo.check_language(odoo, code)
    else:
        with pytest.raises(Failure, match="LANG_CODE=es_ZZ is no language"):
            demo.check_language(odoo, code)
