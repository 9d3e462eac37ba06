"""The cache folder: pieces are whole or absent, and one command works at a time."""

import os
import subprocess
import sys

import pytest
from cartera_dev import paths


def test_piece_is_filled_once():
    calls = []

    def fill(folder):
        calls.append(folder)
        (folder / "file").write_text("x")

    piece = paths.cache() / "piece"
    assert paths.publish(piece, fill) == piece
    paths.publish(piece, fill)
    assert (piece / "file").read_text() == "x"
    assert len(calls) == 1


def test_interrupted_piece_is_made_again():
    piece = paths.cache() / "piece"

    def interrupted(folder):
        (folder / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        paths.publish(piece, interrupted)
    assert not piece.exists()
    paths.publish(piece, lambda folder: (folder / "whole").touch())
    assert [file.name for file in piece.iterdir()] == ["whole"]


def test_digest_tells_where_one_part_ends(tmp_path):
    file = tmp_path / "file"
    file.write_text("ab")
    assert paths.digest("ab") == paths.digest(file)
    assert paths.digest("a", "b") != paths.digest("ab", "")


def test_second_command_waits_and_says_so():
    program = (
        "from cartera_dev import paths\n"
        "with paths.lock('x', lambda: print('waiting', flush=True)):\n"
        "    print('mine', flush=True)\n"
    )
    with paths.lock("x"):
        other = subprocess.Popen(
            [sys.executable, "-c", program],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(paths.REPO / "scripts")},
        )
        assert other.stdout.readline() == "waiting\n"
    assert other.communicate(timeout=10)[0] == "mine\n"


def test_child_of_a_killed_command_keeps_its_lock():
    program = (
        "import os, signal, subprocess\n"
        "from cartera_dev import paths\n"
        "with paths.lock('x'):\n"
        "    subprocess.Popen(['sleep', '1'], pass_fds=tuple(paths.inherited))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(paths.REPO / "scripts")}
    subprocess.run([sys.executable, "-c", program], env=environment)
    waited = []
    with paths.lock("x", lambda: waited.append(True)):
        assert waited


def test_killed_command_leaves_no_lock():
    program = (
        "import os, signal\n"
        "from cartera_dev import paths\n"
        "with paths.lock('x'):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(paths.REPO / "scripts")}
    done = subprocess.run([sys.executable, "-c", program], env=environment)
    assert done.returncode == -9
    with paths.lock("x", lambda: pytest.fail("the lock outlived its command")):
        pass
