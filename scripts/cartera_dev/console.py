"""What a person sees: progress lines, and one sentence for each foreseeable failure."""

import errno
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path

from . import paths


class Failure(Exception):
    """A foreseeable failure; its text is the whole message for the user."""


def say(text: str = "") -> None:
    """Prints progress. It goes to stderr: stdout belongs to what was asked for."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title: str):
    """Shows `title` on one line, with the seconds it took once it is done."""
    print(f"  {title} ...", end="", file=sys.stderr, flush=True)
    start = time.monotonic()
    try:
        yield
    except BaseException:
        say(" failed")
        raise
    say(f" {time.monotonic() - start:.1f} s")


def run(
    command: Sequence[str | Path], *, what: str, log: str, hint: str = "", **options
) -> str:
    """Runs `command` quietly.

    :param what: what it does, as the subject of the sentence if it fails
    :param log: name of the log file that keeps its output
    :param hint: a sentence on the likely cure, added to the failure's
    :return: its standard output
    :raise Failure: it could not be started, or its exit code is not 0
    """
    words = [str(word) for word in command]
    options.setdefault("stdin", subprocess.DEVNULL)
    options["pass_fds"] = (*options.get("pass_fds", ()), *paths.inherited)
    try:
        done = subprocess.run(words, capture_output=True, text=True, **options)
    except FileNotFoundError as error:
        raise Failure(f"{what} failed: {words[0]} is not installed.") from error
    if done.returncode:
        output = done.stdout + done.stderr
        file = paths.log_file(log)
        file.write_text(f"$ {' '.join(words)}\n{output}", errors="replace")
        raise Failure(_sentence(what, output, hint, file))
    return done.stdout


def _sentence(what: str, output: str, hint: str, file: Path) -> str:
    """The failure of a command in a sentence, from the line that tells most."""
    if "No space left on device" in output:
        return disk_full()
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [
        line
        for line in lines
        if line.startswith(("E:", "ERROR:", "FATAL:", "Error:")) or " FATAL: " in line
    ]
    reason = (errors or lines or ["it said nothing"])[0 if errors else -1]
    reason = f"{what} failed: {reason.rstrip('.')}."
    return " ".join(filter(None, [reason, hint, f"(All of it: {file})"]))


def disk_full() -> str:
    """The sentence for a full disk."""
    return (
        f"The disk that holds {paths.cache()} is full: free some space, or set "
        "XDG_CACHE_HOME to a folder on a larger disk."
    )


def main(command: Callable[[list[str]], int | None]) -> None:
    """Runs `command` on the program's words and ends the program.

    Exit code: what `command` returns, 1 after a foreseeable failure, 130 after Ctrl-C.
    """
    try:
        sys.exit(command(sys.argv[1:]) or 0)
    except Failure as failure:
        say(f"{failure}")
    except KeyboardInterrupt:
        say("Stopped.")
        sys.exit(130)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            say(disk_full())
        elif isinstance(error, PermissionError):
            say(f"No permission to write {error.filename}.")
        else:
            raise
    sys.exit(1)
