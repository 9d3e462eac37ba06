"""Where things are kept: one cache folder for all clones, filled piece by piece.

A piece is a folder named by a hash of what defines it. It is filled under a `.part`
name and renamed when complete, so that it is either whole or absent.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable
from contextlib import contextmanager
from functools import cache as once
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
MODULE = "cartera_cobranza"
GIB = 1024**3


@once
def cache() -> Path:
    """The cache folder, made if absent.

    Root's is under /var/cache: the database server gives up root's rights, and could
    not enter root's home.
    """
    home = os.environ.get("XDG_CACHE_HOME")
    if not home:
        home = "/var/cache" if os.geteuid() == 0 else Path.home() / ".cache"
    folder = Path(home).absolute() / "cartera-cobranza"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def log_file(name: str) -> Path:
    """The file that keeps the output of the command called `name`."""
    folder = cache() / "logs"
    folder.mkdir(exist_ok=True)
    return folder / f"{name}.log"


def digest(*parts: str | bytes | Path) -> str:
    """A short hash of texts and of the contents of files."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            part = part.read_bytes()
        total.update(part if isinstance(part, bytes) else part.encode())
        total.update(b"\0")
    return total.hexdigest()[:12]


@once
def clone_key() -> str:
    """Tells this clone from the others that share the cache."""
    return digest(str(REPO))[:8]


def free_bytes() -> int:
    """Room left on the disk of the cache, in bytes."""
    return shutil.disk_usage(cache()).free


def publish(piece: Path, fill: Callable[[Path], None]) -> Path:
    """Makes `piece` with `fill`, whole or not at all; an existing one is kept."""
    if not piece.exists():
        part = piece.with_name(piece.name + ".part")
        remove(part)
        part.mkdir(parents=True)
        fill(part)
        part.rename(piece)
    return piece


def remove(folder: Path) -> None:
    """Deletes a folder and all it holds; absent is fine."""
    if folder.exists():
        shutil.rmtree(folder)


# Locks that children take over: if this program is killed while a child of it still
# writes, the next command must wait for the child.
inherited: set[int] = set()


@contextmanager
def lock(
    name: str, waiting: Callable[[], None] | None = None, *, for_children: bool = True
):
    """Keeps a second command out while the first is in this block.

    :param waiting: called once if another command holds it
    :param for_children: whether programs started in the block hold it too
    """
    with open(cache() / f"{name}.lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting:
                waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        if for_children:
            inherited.add(file.fileno())
        try:
            yield
        finally:
            inherited.discard(file.fileno())
