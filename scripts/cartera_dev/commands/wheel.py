"""Builds the wheel of the module into dist/."""

import shutil
import tempfile
from pathlib import Path

from .. import paths, venv
from ..console import run as run_quietly
from ..console import say, step


def run(words: list[str]) -> None:
    """Builds dist/odoo_addon_cartera_cobranza-VERSION-py3-none-any.whl."""
    say(str(build(paths.REPO / "dist")))


def build(folder: Path) -> Path:
    """Builds the wheel into `folder`; gives the file."""
    with paths.lock("prepare"):
        python = venv.python()
    with tempfile.TemporaryDirectory() as scratch:
        # setuptools leaves a build folder behind, whose files would get into the next
        # wheel even after they were deleted from the module.
        source = Path(scratch) / "source"
        copy_sources(source)
        with step("Building the wheel"):
            run_quietly(
                [python, venv.pip_wheel() / "pip", "wheel", "--quiet", "--no-deps"]
                + ["--no-build-isolation", "--wheel-dir", scratch, source],
                what="Building the wheel",
                log="wheel",
            )
        (wheel,) = Path(scratch).glob("*.whl")
        folder.mkdir(exist_ok=True)
        return Path(shutil.move(wheel, folder / wheel.name))


def copy_sources(folder: Path) -> None:
    """Copies what the wheel is made of."""
    folder.mkdir()
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(paths.REPO / name, folder)
    leave = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(paths.REPO / paths.MODULE, folder / paths.MODULE, ignore=leave)
