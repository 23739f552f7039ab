"""The deployment for `bench faults`:

PostgreSQL on a small disk, Pulse processes, Redis, a model.
"""

import os
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import msgspec
import psutil

from bench.faulty_load import Load
from bench.faulty_parts import Clock, Model, Process, Redis
from bench.stage import Stage, free_port, stage
from pulse.db.embedded.server import EmbeddedPostgres

CUSTOMERS = 200
DISK_MEGABYTES = 900


class Scene(msgspec.Struct):
    """Everything that can break, and the load on it."""

    stage: Stage
    postgres: EmbeddedPostgres
    api: Process
    worker: Process
    redis: Redis
    model: Model
    clock: Clock
    load: Load


@asynccontextmanager
async def deployment() -> AsyncIterator[Scene]:
    """The running deployment with its load."""
    with _small_disk() as folder:
        async with (
            stage(CUSTOMERS, within=folder) as made,
            Redis(free_port()) as redis,
            Model(free_port()) as model,
        ):
            clock = Clock(made.folder)
            environment = made.environment() | {
                **clock.environment,
                "REDIS_URL": redis.url,
                "OPENAI_API_KEY": "bench",
                "OPENAI_BASE_URL": model.url,
                "OPENAI_TIMEOUT": "2",
            }
            ports = free_port(), free_port()
            async with (
                Process("api", ports[0], environment) as api,
                Process("worker", ports[1], environment) as worker,
                Load(made, ports[0]) as load,
            ):
                postgres = EmbeddedPostgres(made.folder / "pg")
                yield Scene(made, postgres, api, worker, redis, model, clock, load)


@contextmanager
def _small_disk() -> Iterator[Path]:
    """A file system of DISK_MEGABYTES where mounting is allowed, else a folder."""
    with tempfile.TemporaryDirectory(prefix="pulse-faults-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user when this runs as root
        options = f"size={DISK_MEGABYTES}m,mode=0755"
        mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", name]
        mounted = os.geteuid() == 0 and subprocess.run(mount, check=False).returncode == 0
        try:
            yield folder
        finally:
            if mounted:
                subprocess.run(["umount", "-l", name], check=False)


def is_small(folder: Path) -> bool:
    """Whether the folder is on a small disk that may be filled."""
    size = os.statvfs(folder)
    return size.f_blocks * size.f_frsize <= DISK_MEGABYTES << 20


def postgres_processes(scene: Scene) -> list[psutil.Process]:
    """The postmaster and its children; empty when it does not run."""
    try:
        pid = int((scene.postgres.data / "postmaster.pid").read_text().split()[0])
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return []


def is_running(scene: Scene) -> bool:
    """Whether PostgreSQL is running."""
    alive = (one for one in postgres_processes(scene) if one.status() != psutil.STATUS_ZOMBIE)
    return any(alive)


def start_postgres(scene: Scene) -> None:
    """Wait until the old processes have ended, then start."""
    psutil.wait_procs(postgres_processes(scene), timeout=20)
    (scene.postgres.data / "postmaster.pid").unlink(missing_ok=True)
    scene.postgres.launch()


@contextmanager
def stopped(scene: Scene) -> Iterator[None]:
    """Stop PostgreSQL inside the block (SIGSTOP)."""
    processes = postgres_processes(scene)
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)
