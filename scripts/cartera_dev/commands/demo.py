"""Makes a demo company once, runs the nightly job, prints the portfolio, serves it.

Read from the environment: DATABASE (demo), PORT (8069), LANG_CODE (es_MX), SERVE (1),
RESET (0; 1 makes the database anew).
"""

import os
import re
import socket
import time
import urllib.request

from .. import paths, programs
from ..console import Failure, say, step
from ..runtime import Odoo, check_name, prepared, wait
from ..templates import Template

COMPANY = "Distribuidora del Bajío, S.A. de C.V."
HOST = "127.0.0.1"
STAMP = "cartera_dev.source"


def run(words: list[str]) -> int:
    """Gives the exit code of the web server, or 0 without it."""
    start = time.monotonic()
    database = check_name(setting("DATABASE", "demo"))
    language = setting("LANG_CODE", "es_MX")
    port = free_port() if setting("SERVE", "1") != "0" else None
    with prepared() as odoo:
        programs.want_wkhtmltopdf()
        check_language(odoo, language)
        make(odoo, database, language, port)
        code = odoo.call(odoo.program("demo", "report", database, language))
        if code:
            raise Failure(f"The nightly job failed in the database {database}.")
        say(f"\n  Total: {time.monotonic() - start:.1f} s")
        return serve(odoo, database, port) if port else 0


def setting(name: str, default: str) -> str:
    """A setting from the environment; make passes those not given as empty."""
    return os.environ.get(name) or default


def free_port() -> int:
    """The port to serve on.

    :raise Failure: PORT is no port, or another program has it
    """
    text = setting("PORT", "8069")
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Failure(f"PORT={text} is no port: use a number from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(text)))
        except OSError as error:
            raise Failure(
                f"Port {text} can't be used ({error.strerror}): choose another, for "
                f"example 'make demo PORT={int(text) % 65535 + 1}'."
            ) from error
    return int(text)


def check_language(odoo: Odoo, language: str) -> None:
    """
    :raise Failure: Odoo has no such language
    """
    known = odoo.source.addons[0] / "base" / "data" / "res.lang.csv"
    if not re.search(rf'"{re.escape(language)}"', known.read_text()):
        raise Failure(f"LANG_CODE={language} is no language of Odoo's, as es_MX is.")


def make(odoo: Odoo, database: str, language: str, port: int | None) -> None:
    """Makes the demo database, or brings an existing one up to this clone's module.

    Its links lead to `port`; without one they stay as they are.
    """
    if setting("RESET", "0") != "0":
        odoo.drop(database)
    module = module_key()
    if not odoo.exists(database):
        part = f"{database}-part"
        Template(company=COMPANY, language=language).copy(odoo, part)
        with step("Installing Cartera y cobranza"):
            odoo.install(part, "-i", paths.MODULE, "--without-demo=1")
        point_links(odoo, part, port)
        with step("Filling the company with 18 months of invoices"):
            program = odoo.program("demo", "build", part)
            odoo.quietly(program, what="Making the demo data", log="demo")
        stamp(odoo, part, module)
        odoo.rename(part, database)
    elif not odoo.installed(database, paths.MODULE):
        raise Failure(
            f"The database {database} exists and is no demo of ours: choose another "
            "with DATABASE=name, or replace it with RESET=1."
        )
    elif odoo.parameter(database, STAMP) != module:
        with step("Updating Cartera y cobranza"):
            words = (f"--load-language={language}", "--i18n-overwrite")
            odoo.install(database, "-u", paths.MODULE, *words)
        stamp(odoo, database, module)
    point_links(odoo, database, port)


def module_key() -> str:
    """Changes when any file of the module does."""
    folder = paths.REPO / paths.MODULE
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    names = [str(file) for file in files if file.suffix != ".pyc"]
    return paths.digest(*names, *(f for f in files if f.suffix != ".pyc"))


def stamp(odoo: Odoo, database: str, key: str) -> None:
    """Notes in the database which state of the module it was made or updated by."""
    set_parameter(odoo, database, STAMP, key)


def point_links(odoo: Odoo, database: str, port: int | None) -> None:
    """Has links and QR codes lead to where the demo is served from the first on, and
    not only after an administrator has logged in there."""
    if port:
        set_parameter(odoo, database, "web.base.url", f"http://{HOST}:{port}")


def set_parameter(odoo: Odoo, database: str, key: str, value: str) -> None:
    """Sets a system parameter, of words that need no quoting."""
    odoo.sql(
        "INSERT INTO ir_config_parameter (key, value) "
        f"VALUES ('{key}', '{value}') "
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        database,
    )


def serve(odoo: Odoo, database: str, port: int) -> int:
    """Serves the web client until Ctrl-C; gives the server's exit code."""
    words = ["server", "-d", database, f"--http-port={port}", "--log-level=warn"]
    words.append("--smtp=")  # no mail server: whatever one sends by hand stays here
    process = odoo.start(odoo.command(*words, f"--http-interface={HOST}"))

    def announce() -> None:
        while process.poll() is None and not answers(f"http://{HOST}:{port}/web/login"):
            time.sleep(0.2)
        if process.poll() is None:
            say(f"\n  http://{HOST}:{port}  user admin, password admin  (Ctrl-C stops)")

    return wait(process, announce)


def answers(address: str) -> bool:
    """Whether the page is served; the first time takes Odoo a few seconds."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address, timeout=60):
            return True
    except OSError:
        return False
