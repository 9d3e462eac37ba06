"""Takes the pictures of docs/images anew from the running demo.

Read from the environment: DATABASE (demo), LANG_CODE (es_MX), RESET (0), as by demo.
"""

import socket
import time

from .. import paths, programs
from ..console import Failure, step
from ..runtime import Odoo, check_name, prepared
from . import demo

FOLDER = paths.REPO / "docs" / "images"
PATIENCE = 120  # seconds for the server to answer


def run(words: list[str]) -> None:
    """Makes the demo if need be, serves it, and photographs its screens."""
    programs.require_chromium()
    database = check_name(demo.setting("DATABASE", "demo"))
    language = demo.setting("LANG_CODE", "es_MX")
    with prepared() as odoo:
        demo.check_language(odoo, language)
        demo.make(odoo, database, language, None)
        report = odoo.program("demo", "report", database, language)
        odoo.quietly(report, what="The nightly job", log="demo")
        with step("Taking the pictures"):
            photograph(odoo, database)


def photograph(odoo: Odoo, database: str) -> None:
    """Serves the demo for as long as its pictures take."""
    with socket.socket() as probe:
        probe.bind((demo.HOST, 0))
        port = probe.getsockname()[1]
    words = ["server", "-d", database, f"--http-port={port}", "--log-level=warn"]
    words += [f"--http-interface={demo.HOST}", "--max-cron-threads=0"]
    server = odoo.start(odoo.command(*words))
    address = f"http://{demo.HOST}:{port}"
    try:
        deadline = time.monotonic() + PATIENCE
        while not demo.answers(f"{address}/web/login"):
            if server.poll() is not None or time.monotonic() > deadline:
                raise Failure(f"The demo {database} can't be served.")
            time.sleep(0.2)
        FOLDER.mkdir(parents=True, exist_ok=True)
        program = odoo.program("pictures", address, str(FOLDER))
        odoo.quietly(program, what="Taking the pictures", log="pictures")
    finally:
        server.terminate()
        server.wait()
