"""The module's sources as they were in an earlier version, out of git's history."""

import ast
import io
import subprocess
import tarfile
from pathlib import Path

from cartera_dev import paths
from cartera_dev.console import Failure

MANIFEST = f"{paths.MODULE}/__manifest__.py"


def unpack(version: str, folder: Path) -> None:
    """Puts the module as it was last in `version` into `folder`.

    :raise Failure: the history that this clone has does not reach back to it
    """
    archive = _git("archive", "--format=tar", last_commit(version), paths.MODULE)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder)


def last_commit(version: str) -> str:
    """The last commit of this clone whose manifest says `version`.

    :raise Failure: there is none
    """
    # The newest commit that put the version in or took it out.
    words = (f'-S"version": "{version}"', "--format=%H", "--", MANIFEST)
    changed = _git("log", "-1", *words).decode().strip()
    for commit in (f"{changed}^", changed) if changed else ():
        if _version(commit) == version:
            return _git("rev-parse", commit).decode().strip()
    raise Failure(
        f"The history of this clone does not hold the module's version {version}."
        + (" Complete it: git fetch --unshallow" if _is_shallow() else "")
    )


def _version(commit: str) -> str | None:
    """What the manifest of a commit says; None where there is none."""
    try:
        manifest = _git("show", f"{commit}:{MANIFEST}")
    except Failure:
        return None
    return ast.literal_eval(manifest.decode())["version"]


def _is_shallow() -> bool:
    return _git("rev-parse", "--is-shallow-repository").strip() == b"true"


def _git(*words: str) -> bytes:
    command = ["git", "-C", str(paths.REPO), *words]
    done = subprocess.run(command, capture_output=True)
    if done.returncode:
        raise Failure(f"git {words[0]}: {done.stderr.decode().strip()}")
    return done.stdout
