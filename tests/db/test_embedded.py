"""The embedded PostgreSQL: unusual paths, stale pid files, shared and killed processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import asyncpg
import psutil
import pytest

from pulse.db.embedded import server as embedded_server
from pulse.db.embedded.server import EmbeddedPostgres, shut_down

pytestmark = pytest.mark.slow

STARTER = """
import sys, time
from pathlib import Path
from pulse.db.embedded.server import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print("up", flush=True)
time.sleep(120)
"""


async def answers(server: EmbeddedPostgres) -> bool:
    connection = await asyncpg.connect(**server.connection, timeout=60)
    try:
        return await connection.fetchval("SELECT 1") == 1
    finally:
        await connection.close()


def postmaster(data: Path) -> psutil.Process:
    return psutil.Process(int((data / "postmaster.pid").read_text().splitlines()[0]))


@pytest.fixture
def killed_starter(folder: Path):
    """Start a server from another process and kill that with -9; returns the data folder."""
    data = folder / "data"
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(data)], stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout
    assert starter.stdout.readline() == "up\n"
    yield data, starter
    starter.stdout.close()


async def test_a_long_path_with_spaces_works(folder: Path):
    server = EmbeddedPostgres(folder / ("a folder with spaces " + "x" * 90) / "data")
    server.start()
    try:
        assert await answers(server)
    finally:
        server.stop()
    assert not (server.data / "postmaster.pid").exists()


async def test_a_pid_file_of_another_process_is_not_trusted(folder: Path):
    server = EmbeddedPostgres(folder / "data")
    server.start()
    server.stop()
    (server.data / "postmaster.pid").write_text(
        f"{os.getpid()}\n{server.data}\n1\n5432\n\n\n\nready\n"
    )
    server.start()
    try:
        assert await answers(server)
    finally:
        server.stop()


async def test_two_processes_share_one_server_and_the_last_one_stops_it(killed_starter):
    data, starter = killed_starter
    server = EmbeddedPostgres(data)
    server.start()
    running = postmaster(data)
    starter.kill()
    starter.wait()
    assert await answers(server)
    server.stop()
    running.wait(timeout=60)
    assert not running.is_running()


async def test_a_killed_process_leaves_no_server_behind(killed_starter):
    data, starter = killed_starter
    running = postmaster(data)
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    running.wait(timeout=60)
    assert not (data / "postmaster.pid").exists()


async def test_a_restart_right_after_a_kill_reuses_the_running_server(killed_starter):
    data, starter = killed_starter
    warm = postmaster(data).pid
    starter.kill()
    starter.wait()
    server = EmbeddedPostgres(data)
    began = time.monotonic()
    server.start()
    try:
        assert await answers(server)
        assert postmaster(data).pid == warm, f"a new server after {time.monotonic() - began:.1f} s"
    finally:
        server.stop()


async def test_a_start_during_the_servers_stop_gets_a_running_one(killed_starter, monkeypatch):
    """A restart soon after the kill finds the guardian stopping the server: it waits and starts."""
    data, starter = killed_starter
    starter.kill()
    starter.wait()
    stopping = threading.Event()

    def announced(folder: Path) -> None:
        stopping.set()
        shut_down(folder)

    monkeypatch.setattr(embedded_server, "shut_down", announced)
    guardian = threading.Thread(target=embedded_server.stop_if_unused, args=[data])
    guardian.start()
    assert stopping.wait(20)
    server = EmbeddedPostgres(data)
    server.start()
    try:
        guardian.join(20)
        assert await answers(server)
    finally:
        server.stop()
