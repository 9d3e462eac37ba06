"""Chromium and wkhtmltopdf: installed by apt where root, else told what stays off."""

import os
import shutil
import subprocess

from . import apt
from .console import Failure, say

# The names Odoo's own tests look for, in its order.
CHROMIUMS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def has_chromium() -> bool:
    """Whether a Chromium starts: Ubuntu's package may be an empty shell."""
    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if not path:
        return False
    return subprocess.run([path, "--version"], capture_output=True).returncode == 0


def has_wkhtmltopdf() -> bool:
    """Whether Odoo can print PDF reports."""
    return bool(shutil.which("wkhtmltopdf"))


def want_wkhtmltopdf() -> None:
    """Sees to wkhtmltopdf, or says what stays off without it."""
    if not has_wkhtmltopdf() and not _installed("wkhtmltopdf"):
        say("  wkhtmltopdf is not installed: PDF reports stay off.")


def require_chromium() -> None:
    """Sees to Chromium.

    :raise Failure: there is none, and none could be installed
    """
    if not has_chromium() and not (_installed("chromium") and has_chromium()):
        raise Failure(
            "The browser tests need Chromium or Google Chrome: install one as root, "
            "for example with 'apt-get install chromium'."
        )


def _installed(package: str) -> bool:
    """Whether apt could install the package now; only root's can."""
    if os.geteuid() != 0:
        return False
    try:
        apt.install([package])
    except Failure as failure:
        say(f"  {failure}")
        return False
    return True
