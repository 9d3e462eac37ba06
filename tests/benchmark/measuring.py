"""Clocks, memory and query logs, for the process they run in."""

import contextlib
import os
import platform
import time
from pathlib import Path


@contextlib.contextmanager
def logged_queries():
    """Yield a list that fills with (seconds, statement) of every query run."""
    from odoo.sql_db import Cursor

    queries = []
    plain = Cursor.execute

    def execute(cursor, query, params=None, log_exceptions=True):
        began = time.perf_counter()
        try:
            return plain(cursor, query, params, log_exceptions)
        finally:
            statement = str(getattr(query, "code", query))
            queries.append((time.perf_counter() - began, statement))

    Cursor.execute = execute
    try:
        yield queries
    finally:
        Cursor.execute = plain


def seconds_of(function, *arguments):
    """Run ``function`` once; return (its result, seconds)."""
    began = time.perf_counter()
    result = function(*arguments)
    return result, time.perf_counter() - began


def peak_memory():
    """Highest memory this process has held so far, in MiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("This system does not tell the peak memory of a process.")


def describe_machine(cr):
    """What the figures were measured on."""
    cr.execute("SHOW server_version")
    (server,) = cr.fetchone()
    settings = {}
    for name in (
        "shared_buffers",
        "work_mem",
        "max_parallel_workers_per_gather",
        "jit",
    ):
        cr.execute(f"SHOW {name}")
        (settings[name],) = cr.fetchone()
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(
            os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        ),
        "python": platform.python_version(),
        "postgresql": server.split()[0],
        "settings": settings,
        "load_at_start": round(os.getloadavg()[0], 1),
    }
