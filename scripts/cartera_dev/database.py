"""The database server to use: DATABASE_URL or PG*, else the embedded one."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import parse_qsl, unquote, urlsplit

from . import postgres
from .console import Failure

# Odoo would take this one for the database to open.
LEFT_OUT = ("PGDATABASE",)


def from_url(url: str) -> dict[str, str]:
    """PostgreSQL's environment variables for `postgresql://user:password@host:port`.

    A socket's folder is named as PostgreSQL does: `postgresql://user@/?host=/folder`.

    :raise Failure: it is no such address
    """
    parts = urlsplit(url)
    host = parts.hostname or dict(parse_qsl(parts.query)).get("host")
    try:
        port = parts.port or 5432
    except ValueError:
        port = 0
    if parts.scheme not in ("postgres", "postgresql") or not host or not port:
        raise Failure(
            "DATABASE_URL must look like postgresql://user:password@host:port."
        )
    variables = {
        "PGHOST": unquote(host),
        "PGPORT": str(port),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
    }
    return {name: value for name, value in variables.items() if value}


def external(environ: Mapping[str, str]) -> dict[str, str] | None:
    """The variables of the server that `environ` names, or None if it names none.

    :raise Failure: its user is one that Odoo refuses
    """
    if url := environ.get("DATABASE_URL"):
        variables = from_url(url)
    elif environ.get("PGHOST") or environ.get("PGSERVICE"):
        names = [n for n in environ if n.startswith("PG") and n not in LEFT_OUT]
        variables = {name: environ[name] for name in names}
    else:
        return None
    if variables.get("PGUSER") == "postgres":
        raise Failure(
            "Odoo refuses to work as the database user postgres: "
            "name another that may create databases."
        )
    return variables


def check_settings() -> None:
    """
    :raise Failure: no database server could be used as things are set
    """
    if external(os.environ) is None:
        postgres.require_way_in()


@contextmanager
def server() -> Iterator[tuple[dict[str, str], tuple[int, ...]]]:
    """Keeps a database server up for the block.

    :return: the environment variables that lead to it, and the file descriptors that a
        child program must inherit
    """
    if variables := external(os.environ):
        yield variables, ()
        return
    embedded = postgres.embedded()
    with embedded.running() as descriptor:
        yield embedded.environment, (descriptor,)


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """This program's environment, its PostgreSQL variables replaced by `variables`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PG") and name != "DATABASE_URL"
    }
    return kept | dict(variables)
