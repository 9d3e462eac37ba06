"""Failures reach the user as one sentence and exit code 1."""

import errno

import pytest
from cartera_dev import console
from cartera_dev.console import Failure


def sentence(*command: str, **options) -> str:
    with pytest.raises(Failure) as failure:
        console.run(["sh", "-c", *command], what="The thing", log="thing", **options)
    return str(failure.value)


def test_the_line_that_names_the_error_is_taken(own_cache):
    text = sentence("echo a; echo 'E: it broke' >&2; echo z; exit 3", hint="Mend it.")
    log = own_cache / "logs" / "thing.log"
    assert text == f"The thing failed: E: it broke. Mend it. (All of it: {log})"
    assert "a\nz\nE: it broke\n" in log.read_text()


def test_without_such_a_line_the_last_is_taken():
    assert sentence("echo a; echo b; exit 1").startswith("The thing failed: b. (")


def test_full_disk_of_a_child_is_told_as_such():
    text = sentence("echo 'tar: x: No space left on device' >&2; exit 2")
    assert text == console.disk_full()


def test_missing_program_is_named():
    with pytest.raises(Failure, match="no-such-program is not installed"):
        console.run(["no-such-program"], what="The thing", log="thing")


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (Failure("A sentence."), 1, "A sentence.\n"),
        (OSError(errno.ENOSPC, "full"), 1, "XDG_CACHE_HOME"),
        (PermissionError(errno.EACCES, "no", "/x"), 1, "No permission to write /x.\n"),
        (KeyboardInterrupt(), 130, "Stopped.\n"),
    ],
)
def test_exit_codes(error, code, text, capsys):
    def command(words):
        raise error

    with pytest.raises(SystemExit) as end:
        console.main(command)
    assert end.value.code == code
    assert text in capsys.readouterr().err


def test_unforeseen_errors_keep_their_traceback():
    def command(words):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        console.main(command)
