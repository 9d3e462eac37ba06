"""A run in which a test was skipped doesn't pass."""

import subprocess
import sys

import pytest
from cartera_dev import paths

PASSES = "def test_a():\n    pass\n"
CASES = {
    "all ran": (PASSES, 0, None),
    "skipped by a mark": (
        "import pytest\n@pytest.mark.skip\ndef test_b():\n    pass\n" + PASSES,
        1,
        "test_it.py::test_b",
    ),
    "skipped while running": (
        "import pytest\ndef test_b():\n    pytest.skip()\n" + PASSES,
        1,
        "test_it.py::test_b",
    ),
    "skipped by unittest": (
        "import unittest\nclass T(unittest.TestCase):\n    def test_b(self):\n"
        "        self.skipTest('no browser')\n" + PASSES,
        1,
        "test_it.py::T::test_b",
    ),
    "whole file skipped": (
        "import pytest\npytest.importorskip('no_such_module')\n",
        1,
        "test_it.py",
    ),
    "failed as expected": (
        "import pytest\n@pytest.mark.xfail(strict=True)\ndef test_b():\n    assert 0\n",
        0,
        None,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exit_code(name, tmp_path):
    text, code, skipped = CASES[name]
    (tmp_path / "test_it.py").write_text(text + "\n")
    (tmp_path / "test_other.py").write_text(PASSES)
    command = [sys.executable, "-m", "pytest", "-p", "cartera_dev.no_skips"]
    done = subprocess.run(
        [*command, "-p", "no:odoo", "--rootdir", tmp_path, tmp_path],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(paths.REPO / "scripts")},
    )
    assert done.returncode == code, done.stdout
    section = done.stdout.partition("skipped tests fail the run")[2]
    if skipped:
        assert section.split()[1] == skipped
    else:
        assert not section
