"""Programs that are killed at a moment of no one's choosing."""

import os
import signal
import subprocess
import time
from collections.abc import Callable

from cartera_dev import paths

PATIENCE = 60


def start(odoo, command: list[str]) -> subprocess.Popen:
    """A program that works inside Odoo, in a process of its own."""
    return subprocess.Popen(
        command,
        cwd=paths.REPO,
        env=odoo.environment,
        pass_fds=odoo.inherited,
        stdout=subprocess.PIPE,
        text=True,
    )


def kill_later(process: subprocess.Popen, seconds: float) -> bool:
    """Kills the process after so long; False if it has ended by itself before."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def wait_until_at_work(process: subprocess.Popen, progress: Callable) -> None:
    """Waits until the process has changed something, so that a kill hits its work.

    :param progress: gives a value that changes as the work goes on
    """
    before = progress()
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if progress() != before:
            return
        time.sleep(0.05)
