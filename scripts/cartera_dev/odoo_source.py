"""Odoo 19 itself: Debian's package, unpacked and not installed, or ODOO_SOURCE."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from . import apt, paths
from .console import Failure, disk_full, step

# The package's relative links point into these. Sid's own fonts-font-awesome and
# fonts-inconsolata no longer have the files that Odoo names; Debian 13's do.
PACKAGES = (
    "odoo-19",
    "fonts-font-awesome/trixie",
    "fonts-inconsolata/trixie",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
# Loaded by the web client and left out of Debian's package: its absence is a console
# error, which fails every browser test.
STUBS = ("mail/static/lib/selfie_segmentation/selfie_segmentation.js",)
RECIPE = "1"
# The unpacked packages, with the virtual environment and a first database to come.
ROOM = 3 * paths.GIB


@dataclass(frozen=True)
class OdooSource:
    """An Odoo 19 on disk: `python_path` holds the `odoo` folder."""

    python_path: Path
    addons: tuple[Path, ...]

    @property
    def key(self) -> str:
        """Tells this Odoo from another: databases prepared by one serve no other."""
        return paths.digest(str(self.python_path), _release_file(self.python_path))


def odoo_source() -> OdooSource:
    """The Odoo to use: ODOO_SOURCE, else Debian's, fetched if need be.

    :raise Failure: ODOO_SOURCE is no Odoo 19, or Debian's can't be had
    """
    if folder := os.environ.get("ODOO_SOURCE"):
        return existing(Path(folder).expanduser().absolute())
    piece = paths.cache() / f"odoo-{paths.digest(RECIPE, *PACKAGES)}"
    return existing(paths.publish(piece, _fetch))


def existing(folder: Path) -> OdooSource:
    """The Odoo 19 in `folder`: a checkout, an install root or a `dist-packages`.

    :raise Failure: there is none, or another version
    """
    for inner in (".", "usr/lib/python3/dist-packages"):
        root = (folder / inner).resolve()
        if _release_file(root).is_file():
            break
    else:
        raise Failure(f"{folder} holds no Odoo: it has no odoo/release.py.")
    found = re.search(r"version_info = \(([^,]+),", _release_file(root).read_text())
    if not found or found[1] != "19":
        version = found[1] if found else "of an unknown version"
        raise Failure(f"{folder} holds an Odoo {version}; Odoo 19 is needed.")
    return OdooSource(root, _addons(root))


def _addons(root: Path) -> tuple[Path, ...]:
    """The folders of add-ons of a checkout (two) or of an installed Odoo (one)."""
    checkout = root / "addons"
    inner = root / "odoo" / "addons"
    if (checkout / "web" / "static").is_dir():
        return (inner, checkout)
    return (inner,)


def _release_file(root: Path) -> Path:
    return root / "odoo" / "release.py"


def _fetch(folder: Path) -> None:
    """Fills `folder` with Debian's Odoo 19 and what its links point to."""
    if paths.free_bytes() < ROOM:
        raise Failure(disk_full())
    archive = apt.debian()
    with step("Fetching Odoo 19 (about 130 MB)"):
        files = archive.download(PACKAGES)
    with step("Unpacking Odoo 19"):
        for file in files:
            apt.unpack(file, folder)
    addons = existing(folder).addons[0]
    for stub in STUBS:
        (addons / stub).parent.mkdir(parents=True, exist_ok=True)
        (addons / stub).touch()
    if dangling := dangling_links(addons):
        raise Failure(
            f"Debian's odoo-19 needs a file that its companions lack: {dangling[0]}."
        )
    names = "".join(f"{file.name}\n" for file in files)
    (folder / "packages.txt").write_text(names)
    for file in files:
        file.unlink()


def dangling_links(folder: Path) -> list[Path]:
    """The links below `folder` that point to nothing."""
    return sorted(
        path for path in folder.rglob("*") if path.is_symlink() and not path.exists()
    )
