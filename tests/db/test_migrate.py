"""An unsuitable PostgreSQL is refused in one sentence; one that is starting is awaited."""

import asyncio
from typing import Any

import asyncpg
import pytest

from bench.stage import free_port
from pulse.db import migrate as migration
from pulse.db.embedded.server import EmbeddedPostgres
from pulse.db.migrate import check_urls, connected, migrate
from pulse.errors import Invalid, Unavailable
from pulse.settings import Settings
from pulse.tasks import spawn


@pytest.mark.parametrize("url", ["mysql://root@db/pulse", "sqlite:///pulse.db", "db.example/pulse"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(Invalid, match="Pulse needs PostgreSQL") as refused:
        check_urls(Settings(database_url=url, secret="s" * 48))
    assert "root@" not in refused.value.message


async def test_an_unreachable_database_is_reported_without_the_password() -> None:
    dsn = f"postgresql://me:hidden@127.0.0.1:{free_port()}/pulse"
    with pytest.raises(Unavailable, match="No PostgreSQL answers at") as refused:
        await connected({"dsn": dsn}, wait=0)
    assert "hidden" not in refused.value.message


async def test_a_server_that_starts_later_is_awaited(postgres: EmbeddedPostgres) -> None:
    """A relay to the real server that starts to listen after the first attempt."""
    port, tried = free_port(), asyncio.Event()
    path = postgres.sockets / f".s.PGSQL.{postgres.connection['port']}"

    async def pump(reader: Any, writer: Any) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def relay(reader: Any, writer: Any) -> None:
        inner_reader, inner_writer = await asyncio.open_unix_connection(str(path))
        await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))

    async def connect() -> Any:
        tried.set()
        dsn = f"postgresql://postgres@127.0.0.1:{port}/postgres?sslmode=disable"
        return await connected({"dsn": dsn}, wait=60)

    connecting = spawn(connect(), name="connects")
    await tried.wait()
    server = await asyncio.start_server(relay, "127.0.0.1", port)
    connection = await connecting
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()
    server.close()


async def test_an_old_server_is_refused(
    postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migration, "OLDEST", 99)
    with pytest.raises(Unavailable, match=r"This is PostgreSQL 18\.\d+; Pulse needs 99 or newer"):
        await connected(postgres.connection, wait=0)


async def test_a_wrong_database_is_reported(postgres: EmbeddedPostgres) -> None:
    with pytest.raises(Unavailable, match='database "nowhere" does not exist'):
        await connected({**postgres.connection, "database": "nowhere"}, wait=0)


async def test_missing_rights_are_reported_with_what_to_do(
    postgres: EmbeddedPostgres, database: dict[str, Any]
) -> None:
    owner = await asyncpg.connect(**database)
    await owner.execute("DROP ROLE IF EXISTS lesser; CREATE ROLE lesser LOGIN")
    with pytest.raises(Unavailable, match="Let an administrator run"):
        await migrate({**database, "user": "lesser"})
    await owner.execute("GRANT pulse_app TO lesser WITH ADMIN TRUE, INHERIT FALSE, SET TRUE")
    await owner.execute("DROP ROLE lesser")
    await owner.close()
