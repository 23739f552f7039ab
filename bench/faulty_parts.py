"""The parts of a deployment that can be killed: a Pulse process, Redis, a model."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import httpx

START_SECONDS = 120.0
FAKETIME = "faketime/libfaketimeMT.so.1"
Mode = Literal["refuse", "hang", "drip"]


class Clock:
    """The clock of processes that were started with its environment (libfaketime)."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.set(0)

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables that make a process read this clock; empty without libfaketime."""
        library = next(Path("/usr/lib").glob(f"*/{FAKETIME}"), None)
        if library is None:
            return {}
        return {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, seconds: int) -> None:
        """Set the clock so many seconds ahead (or back); processes notice within a second."""
        self._file.write_text(f"{seconds:+d}")


class Process:
    """`pulse serve` with one role at one port; can be killed and started again."""

    def __init__(self, role: str, port: int, environment: dict[str, str]) -> None:
        self.port = port
        arguments = ["-m", "pulse", "serve", "--role", role, "--port", str(port)]
        self._command = [sys.executable, *arguments]
        self.environment = environment
        self._running: subprocess.Popen[bytes] | None = None
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __aexit__

    async def __aenter__(self) -> "Process":
        """Start it."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop it."""
        self.kill()
        self._log.close()

    async def start(self) -> None:
        """Start, and wait until it reports itself ready."""
        self._running = subprocess.Popen(  # noqa: ASYNC220 - a moment
            self._command, env=self.environment, stdout=self._log, stderr=subprocess.STDOUT
        )
        async with asyncio.timeout(START_SECONDS), httpx.AsyncClient(timeout=5) as http:
            while True:
                with suppress(httpx.HTTPError):
                    answer = await http.get(f"http://127.0.0.1:{self.port}/health/ready")
                    if answer.status_code == 200:
                        return
                if self._running.poll() is not None:
                    self._log.seek(0)
                    raise RuntimeError(self._log.read().decode(errors="replace")[-3000:])
                await asyncio.sleep(0.1)

    def kill(self) -> None:
        """Kill it with kill -9."""
        if self._running:
            self._running.kill()
            self._running.wait()
            self._running = None

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._running
        return self._running.pid


class Redis:
    """A Redis (or Valkey) without persistence."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"redis://127.0.0.1:{port}"
        self._running: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> "Redis":
        """Start it."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop it."""
        self.kill()

    async def start(self) -> None:
        """Start, and wait until it accepts connections."""
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        if program is None:
            raise RuntimeError("install redis-server or valkey-server")
        self._running = await asyncio.create_subprocess_exec(
            program,
            *("--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"),
            stdout=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(20):
            while True:
                with suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    return
                await asyncio.sleep(0.05)

    def kill(self) -> None:
        """Kill it with kill -9."""
        if self._running:
            with suppress(ProcessLookupError):
                self._running.kill()


class Model:
    """A faulty chat model: refuses at once, accepts without answering, or answers slowly."""

    def __init__(self, port: int) -> None:
        self.mode: Mode = "refuse"
        self.port = port
        self.url = f"http://127.0.0.1:{port}/v1"
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> "Model":
        """Listen."""
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        if self._server:
            self._server.close()

    async def _answer(self, reader: Any, writer: Any) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            if self.mode == "hang":
                await asyncio.sleep(60)
            head = b"HTTP/1.1 500 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
            if self.mode == "drip":
                for byte in head.replace(b"500 No", b"200 OK"):
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(1)
            writer.write(head)
            await writer.drain()
        writer.close()
