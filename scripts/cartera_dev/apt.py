"""Debian packages: fetched and unpacked without installing, or installed by root.

Fetching goes through an apt of our own beside the machine's: its own package lists and
its own source, with the machine's proxies and certificates. It needs no rights and
leaves the machine's lists alone. Signatures are checked as always.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from functools import cache as once
from pathlib import Path
from typing import NamedTuple

from . import paths
from .console import Failure, run, step

SUITES = ("sid", "trixie")
KEYRING = "usr/share/keyrings/debian-archive-keyring.gpg"
DEBIAN_SUITE = re.compile(
    r"(sid|unstable|testing|(old)*stable|bullseye|bookworm|trixie|forky|duke)"
    r"(-updates|-backports)?"
)


class Source(NamedTuple):
    """One place that apt reads packages from."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]


# -- the machine's own sources ---------------------------------------------------------


def parse_list(text: str) -> Iterator[Source]:
    """The binary sources of a one-line-style file (`deb [options] uri suite parts`)."""
    for line in text.splitlines():
        line = re.sub(r"\[.*?\]", "", line.partition("#")[0])
        words = line.split()
        if len(words) >= 3 and words[0] == "deb":
            yield Source(words[1], (words[2],), tuple(words[3:]))


def parse_sources(text: str) -> Iterator[Source]:
    """The binary sources of a deb822-style file (paragraphs of `Field: value`)."""
    text = re.sub(r"^#.*\n?", "", text, flags=re.M)
    for paragraph in re.split(r"\n\s*\n", text):
        fields = {
            name.lower(): value.split()
            for name, value in re.findall(
                r"^([\w-]+):(.*(?:\n[ \t].*)*)", paragraph, flags=re.M
            )
        }
        on = [word.lower() for word in fields.get("enabled", ["yes"])]
        if "deb" not in fields.get("types", ()) or on not in (["yes"], ["true"]):
            continue
        for uri in fields.get("uris", ()):
            yield Source(
                uri,
                tuple(fields.get("suites", ())),
                tuple(fields.get("components", ())),
            )


def machine_sources(etc: Path = Path("/etc/apt")) -> Iterator[Source]:
    """Every binary source that this machine's apt is set up with."""
    for file in [etc / "sources.list", *sorted(etc.glob("sources.list.d/*"))]:
        if not file.is_file() or file.suffix not in (".list", ".sources"):
            continue
        parse = parse_sources if file.suffix == ".sources" else parse_list
        yield from parse(file.read_text(errors="replace"))


def debian_mirror(sources: Iterable[Source] | None = None) -> str:
    """The address of a Debian archive: DEBIAN_MIRROR, else one this machine uses.

    :raise Failure: there is none
    """
    if mirror := os.environ.get("DEBIAN_MIRROR"):
        return mirror
    for source in machine_sources() if sources is None else sources:
        if "main" in source.components and not source.uri.startswith("cdrom:"):
            if any(DEBIAN_SUITE.fullmatch(suite) for suite in source.suites):
                return source.uri
    raise Failure(
        "Odoo 19 comes from a Debian archive, and this machine's apt knows none: set "
        "DEBIAN_MIRROR to a Debian mirror's address, or ODOO_SOURCE to an Odoo 19 of "
        "your own."
    )


# -- our own apt -----------------------------------------------------------------------


class PrivateApt:
    """An apt with lists and sources of its own, in the cache folder."""

    def __init__(self, folder: Path, sources: str | None):
        """
        :param folder: holds its lists and downloads
        :param sources: its source lines; None uses the machine's own
        """
        if not shutil.which("apt-get"):
            raise Failure(
                "There is no apt-get on this machine to fetch Odoo 19 with: set "
                "ODOO_SOURCE to an Odoo 19 of your own."
            )
        for name in ("state/lists/partial", "cache/archives/partial", "debs"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        self.folder = folder
        self.options = {
            "Dir::State": folder / "state",
            "Dir::State::status": folder / "status",
            "Dir::Cache": folder / "cache",
            "Acquire::Languages": "none",
            "Acquire::Retries": 2,
            "APT::Update::Error-Mode": "any",
            "APT::Sandbox::User": "root",
        }
        if sources is not None:
            (folder / "sources.list").write_text(sources)
            self.options |= {
                "Dir::Etc::SourceList": folder / "sources.list",
                "Dir::Etc::SourceParts": "/dev/null",
                "Dir::Etc::Preferences": "/dev/null",
                "Dir::Etc::PreferencesParts": "/dev/null",
            }

    def _get(self, *words: str, what: str, **options) -> str:
        flags = [f"-o{name}={value}" for name, value in self.options.items()]
        command = ["apt-get", "--quiet", *flags, *words]
        hint = "Check the network and the mirror (DEBIAN_MIRROR sets another)."
        env = os.environ | {"LC_ALL": "C.UTF-8"}
        return run(command, what=what, log="apt", hint=hint, env=env, **options)

    def update(self) -> None:
        """Reads the package lists anew."""
        self._get("update", what="Reading Debian's package lists")

    def download(self, packages: Sequence[str]) -> list[Path]:
        """Fetches packages; what is here and sound already is not fetched again.

        :param packages: `name`, or `name/suite`
        :return: the package files, in the order of `packages`
        """
        self._get(
            "download",
            *packages,
            what="Fetching " + ", ".join(packages),
            cwd=self.folder / "debs",
        )
        names = [package.partition("/")[0] for package in packages]
        newest = []
        for name in names:
            files = (self.folder / "debs").glob(f"{name}_*.deb")
            newest.append(max(files, key=lambda file: file.stat().st_ctime))
        return newest


def unpack(file: Path, folder: Path) -> None:
    """Unpacks a package's files below `folder`."""
    run(["dpkg-deb", "-x", file, folder], what=f"Unpacking {file.name}", log="dpkg")


@once
def debian() -> PrivateApt:
    """An apt of our own on the Debian archive, its package lists read."""
    mirror = debian_mirror()
    keyring = debian_keyring()
    lines = [f"deb [signed-by={keyring}] {mirror} {suite} main\n" for suite in SUITES]
    apt = PrivateApt(paths.cache() / "apt", "".join(lines))
    with step("Reading Debian's package lists"):
        apt.update()
    return apt


def debian_keyring(root: Path = Path("/")) -> Path:
    """The keys that Debian signs with.

    Where the machine lacks them (Ubuntu), its own archive has them in a package, which
    is fetched under the machine's own signatures.
    """
    machine = root / KEYRING
    if machine.exists():
        return machine

    def fill(folder: Path) -> None:
        own = PrivateApt(paths.cache() / "apt-machine", None)
        with step("Fetching Debian's signing keys"):
            own.update()
            unpack(own.download(["debian-archive-keyring"])[0], folder)

    return paths.publish(paths.cache() / "debian-archive-keyring", fill) / KEYRING


# -- installing ------------------------------------------------------------------------


def install(packages: Sequence[str]) -> None:
    """Installs packages on the machine; needs root.

    :raise Failure: apt could not
    """
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    what = "Installing " + ", ".join(packages)
    with step(what):
        run(["apt-get", "--quiet", "update"], what=what, log="apt-install", env=env)
        run(
            ["apt-get", "--quiet", "install", "-y", "--no-install-recommends"]
            + list(packages),
            what=what,
            log="apt-install",
            env=env,
        )
