"""The virtual environment with what Odoo, the module, its tests and its linters
import."""

import subprocess
import sys
from pathlib import Path

from . import apt, paths
from .console import run, step

REQUIREMENTS = tuple(
    paths.REPO / "scripts" / f"requirements-{name}.txt"
    for name in ("odoo", "module", "dev")
)
PIP = "python3-pip-whl/trixie"


def python() -> Path:
    """The environment's Python, made on the first call."""
    version = "{}.{}".format(*sys.version_info)
    key = paths.digest(sys.base_prefix, *REQUIREMENTS)
    folder = paths.cache() / f"venv-{version}-{key}"
    interpreter = folder / "bin" / "python"
    # An environment can't be renamed once filled, so a stamp says that it is whole.
    stamp = folder / "complete"
    if not (stamp.exists() and _starts(interpreter)):
        paths.remove(folder)
        with step(f"Making a virtual environment for Python {version}"):
            run(
                [sys.executable, "-m", "venv", "--without-pip", folder],
                what="Making a virtual environment",
                log="venv",
            )
        pip_wheel()
        words = [word for file in REQUIREMENTS for word in ("-r", file)]
        with step("Installing what Odoo, the module and its tests need"):
            pip_install(interpreter, *words)
        stamp.touch()
    return interpreter


def pip_install(interpreter: Path, *words: str | Path) -> None:
    """`pip install` with the machine's own pip settings."""
    run(
        [interpreter, pip_wheel() / "pip", "install", "--quiet", "--no-input", *words],
        what="Installing Python packages",
        log="pip",
        hint="Check the network and pip's own settings.",
    )


def pip_wheel() -> Path:
    """A pip that runs as it is. Debian's Python lacks one until root installs it."""

    def fill(folder: Path) -> None:
        archive = apt.debian()
        apt.unpack(archive.download([PIP])[0], folder)

    piece = paths.publish(paths.cache() / f"pip-{paths.digest(PIP)}", fill)
    return next(piece.glob("usr/share/python-wheels/pip-*.whl"))


def _starts(interpreter: Path) -> bool:
    """Whether it still runs: the Python below it may have been removed."""
    try:
        return subprocess.run([interpreter, "-c", ""]).returncode == 0
    except OSError:
        return False
