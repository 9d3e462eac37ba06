"""Finding a Debian mirror in the machine's own settings."""

import pytest
from cartera_dev import apt
from cartera_dev.apt import Source
from cartera_dev.console import Failure

ONE_LINE = """\
# deb http://off.example/debian sid main
deb [arch=amd64 signed-by=/k.gpg] http://one.example/debian bookworm main contrib
deb-src http://source.example/debian bookworm main
deb http://ubuntu.example/ubuntu jammy main  # not Debian
"""

PARAGRAPHS = """\
Types: deb deb-src
# an old address
URIs: http://two.example/debian http://three.example/debian
Suites: trixie
 trixie-updates
Components: main
Signed-By: /k.gpg

Types: deb
Enabled: no
URIs: http://disabled.example/debian
Suites: sid
Components: main

Types: deb-src
URIs: http://source.example/debian
Suites: sid
Components: main
"""


def test_one_line_sources():
    assert list(apt.parse_list(ONE_LINE)) == [
        Source("http://one.example/debian", ("bookworm",), ("main", "contrib")),
        Source("http://ubuntu.example/ubuntu", ("jammy",), ("main",)),
    ]


def test_paragraph_sources():
    suites = ("trixie", "trixie-updates")
    assert list(apt.parse_sources(PARAGRAPHS)) == [
        Source("http://two.example/debian", suites, ("main",)),
        Source("http://three.example/debian", suites, ("main",)),
    ]


def test_machine_sources_reads_both_kinds_and_nothing_else(tmp_path):
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    (tmp_path / "sources.list").write_text("deb http://a.example/debian sid main\n")
    (parts / "b.sources").write_text(PARAGRAPHS)
    (parts / "c.list").write_text(ONE_LINE)
    (parts / "d.list.save").write_text("deb http://d.example/debian sid main\n")
    hosts = [source.uri.split("/")[2] for source in apt.machine_sources(tmp_path)]
    assert hosts == [
        "a.example",
        "two.example",
        "three.example",
        "one.example",
        "ubuntu.example",
    ]


@pytest.mark.parametrize(
    "source",
    [
        Source("http://x.example/ubuntu", ("noble",), ("main",)),
        Source("http://x.example/debian-security", ("bookworm-security",), ("main",)),
        Source("http://x.example/debian", ("bookworm",), ("contrib",)),
        Source("cdrom:[Debian 12]/", ("bookworm",), ("main",)),
    ],
)
def test_sources_that_are_no_debian_archive(source):
    with pytest.raises(Failure, match="set DEBIAN_MIRROR"):
        apt.debian_mirror([source])


def test_first_debian_archive_is_taken():
    sources = [
        Source("http://x.example/ubuntu", ("noble",), ("main",)),
        Source("http://y.example/debian", ("trixie-updates",), ("main",)),
        Source("http://z.example/debian", ("sid",), ("main",)),
    ]
    assert apt.debian_mirror(sources) == "http://y.example/debian"


def test_debian_mirror_setting_comes_first(monkeypatch):
    monkeypatch.setenv("DEBIAN_MIRROR", "http://mine.example/debian")
    sources = [Source("http://z.example/debian", ("sid",), ("main",))]
    assert apt.debian_mirror(sources) == "http://mine.example/debian"


def test_unreachable_mirror_is_one_sentence(monkeypatch):
    monkeypatch.setenv("DEBIAN_MIRROR", "http://127.0.0.1:9/debian")
    with pytest.raises(Failure) as failure:
        apt.debian()
    text = str(failure.value)
    assert "Reading Debian's package lists failed: E: Failed to fetch" in text
    assert "Check the network and the mirror" in text
    assert "\n" not in text


def test_unsigned_mirror_is_refused(tmp_path, monkeypatch):
    suite = tmp_path / "mirror" / "dists" / "sid"
    suite.mkdir(parents=True)
    (suite / "Release").write_text("Suite: sid\nCodename: sid\nComponents: main\n")
    monkeypatch.setenv("DEBIAN_MIRROR", f"file:{tmp_path / 'mirror'}")
    monkeypatch.setattr(apt, "SUITES", ("sid",))
    with pytest.raises(Failure, match="is not signed"):
        apt.debian()


def test_no_apt_on_the_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failure, match="no apt-get .* ODOO_SOURCE"):
        apt.PrivateApt(tmp_path, "")
