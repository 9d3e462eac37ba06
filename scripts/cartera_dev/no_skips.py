"""A pytest plugin: a skipped test fails the run, with the list of what was skipped.

Every test of ours can run once `make test` has prepared the machine; one that doesn't
would be a test nobody has seen pass.
"""

import pytest

_skipped = pytest.StashKey[list[str]]()


def pytest_configure(config):
    config.stash[_skipped] = []
    config.pluginmanager.register(_Recorder(config.stash[_skipped]))


class _Recorder:
    def __init__(self, skipped: list[str]):
        self.skipped = skipped

    def pytest_runtest_logreport(self, report):
        # An expected failure is reported as skipped too, but it did run.
        if report.skipped and not hasattr(report, "wasxfail"):
            self.skipped.append(report.nodeid)

    def pytest_collectreport(self, report):
        if report.skipped:
            self.skipped.append(report.nodeid)

    def pytest_sessionfinish(self, session):
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        if self.skipped:
            terminalreporter.section("skipped tests fail the run", red=True)
            for name in self.skipped:
                terminalreporter.write_line(name)
