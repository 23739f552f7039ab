"""`tenant(scope)`: one transaction on the data of one business, enforced by PostgreSQL.

`tenant(scope)` switches to the role `pulse_tenant`, for which every tenant table has forced
row-level security on `pulse.business_id`. A query that forgets its WHERE clause sees no rows of
another business; a query outside a unit of work fails, because `pulse_app` has no rights at all.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from io import BytesIO
from typing import IO, Any, Protocol
from uuid import UUID

from asyncpg import InsufficientPrivilegeError, UniqueViolationError

from pulse import logs
from pulse.db.engine import DB, SafeTransaction
from pulse.db.replica import reading
from pulse.errors import NotAllowed
from pulse.metrics import tracing


class HasBusiness(Protocol):
    """Anything that acts for a business: a Scope, a Message, a job."""

    @property
    def business_id(self) -> UUID:
        """The business."""
        ...


class Unit:
    """One unit of work: SQL inside one transaction, and callbacks for after the commit.

    Always filter by business_id as well: row-level security protects, but indexes need the filter.
    """

    def __init__(self, connection: Any, business_id: UUID | None) -> None:
        self.connection = connection
        self._business_id = business_id
        # False when only some customers are visible: then no business-wide work may
        # follow
        self.sees_all = True
        self._before: list[Callable[[], Awaitable[object]]] = []
        self._after: list[Callable[[], object]] = []
        self.recorded: list[Any] | None = None
        """Domain events of this unit of work; used only by pulse.events.publisher."""

    @property
    def business_id(self) -> UUID:
        """The business of this unit of work; RuntimeError inside `system()`."""
        if self._business_id is None:
            raise RuntimeError("a system unit of work belongs to no business")
        return self._business_id

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        """All rows."""
        return list(await self.connection.fetch(sql, *args))

    async def fetchrow(self, sql: str, *args: Any) -> Any:
        """The first row or None."""
        return await self.connection.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        """The first value of the first row, or None."""
        return await self.connection.fetchval(sql, *args)

    async def execute(self, sql: str, *args: Any) -> str:
        """Run a statement; returns PostgreSQL's command tag, e.g. `UPDATE 3`."""
        return str(await self.connection.execute(sql, *args))

    async def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once per row, pipelined."""
        await self.connection.executemany(sql, rows)

    async def set_local(self, **settings: str) -> None:
        """Set PostgreSQL settings for this transaction; names come from code."""
        calls = [f"set_config('{name}', ${n}, true)" for n, name in enumerate(settings, start=1)]
        await self.connection.fetchrow(f"SELECT {', '.join(calls)}", *settings.values())

    async def copy_in(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """COPY rows into a temporary table (tenant tables refuse COPY: see `copy`)."""
        await self.connection.copy_records_to_table(table, columns=columns, records=rows)

    async def copy_csv(self, table: str, columns: Sequence[str], stream: IO[bytes]) -> None:
        """COPY a CSV stream without a header into a temporary table; an empty cell is null."""
        await self.connection.copy_to_table(table, columns=columns, source=stream, format="csv")

    async def copy_binary(self, table: str, columns: Sequence[str], stream: bytes) -> None:
        """COPY a stream in binary format (see `copy_binary`) into a temporary table."""
        await self.connection.copy_to_table(
            table, columns=columns, source=BytesIO(stream), format="binary"
        )

    @asynccontextmanager
    async def ignore_duplicates(self) -> AsyncIterator[None]:
        """A savepoint that is rolled back silently when a unique key already exists."""
        recorded = len(self.recorded or ())
        try:
            async with self.connection.transaction():
                yield
        except UniqueViolationError:
            if self.recorded is not None:
                del self.recorded[recorded:]

    def before_commit(self, call: Callable[[], Awaitable[object]]) -> None:
        """Await this at the end of the transaction; an exception in it rolls everything back."""
        self._before.append(call)

    async def complete(self) -> None:
        """Run the callbacks for the end of the transaction."""
        calls, self._before = self._before, []
        for call in calls:
            await call()

    def after_commit(self, call: Callable[[], object]) -> None:
        """Call this when the transaction has committed; dropped when it rolls back."""
        self._after.append(call)

    def committed(self) -> None:
        """Run the callbacks for the commit; a failing one does not stop the others."""
        calls, self._after = self._after, []
        for call in calls:
            try:
                call()
            except Exception as failed:
                logs.failure("after_commit_failed", failed)


@asynccontextmanager
async def tenant(
    scope: HasBusiness, *, snapshot: bool = False, replica: bool = False
) -> AsyncIterator[Unit]:
    """A unit of work inside the business of `scope`; read-only for a `preview`.

    A scope with a book other than `all` works as the role `pulse_book`, which sees only the
    customers of that book and their rows. Raises NotAllowed for a change outside the book.

    snapshot: all statements see the database as it was at the first one. replica: may read data
    some seconds old (from READ_DATABASE_URL, if set) and cannot write: for reports, exports and
    learning, never for a decision that leads to a write.
    """
    looks = getattr(scope, "preview", False)
    isolation = "repeatable_read" if snapshot else None
    book = getattr(scope, "book", "all")
    try:
        async with _unit(
            "pulse_tenant" if book == "all" else "pulse_book",
            scope.business_id,
            reading() if replica else DB.transaction(),
            book=book,
            read_only=looks or replica,
            isolation=isolation,
        ) as unit:
            yield unit
    except InsufficientPrivilegeError as refused:
        if book == "all":
            raise
        raise NotAllowed("This is outside your book.", code="OUTSIDE_BOOK") from refused


@asynccontextmanager
async def system() -> AsyncIterator[Unit]:
    """A unit of work across businesses, only for finding who or which business something is.

    Its role `pulse_system` can use businesses, business_secrets, staff, staff_sessions, api_keys
    and (read-only) role_definitions, and no customer data.
    """
    async with _unit("pulse_system", None, DB.transaction()) as unit:
        yield unit


@asynccontextmanager
async def _unit(
    role: str,
    business_id: UUID | None,
    transaction: SafeTransaction,
    *,
    book: str = "all",
    read_only: bool = False,
    isolation: str | None = None,
) -> AsyncIterator[Unit]:
    if DB.current_transaction.get():
        raise RuntimeError("a unit of work is open already: pass it on instead of nesting")
    unit = None
    transaction.isolation = isolation
    try:
        with tracing.span("unit_of_work", db__system="postgresql", pulse__db_role=role):
            async with transaction:
                unit = Unit(transaction.connection, business_id)
                unit.sees_all = book == "all"
                local = {"role": role, "pulse.business_id": str(business_id or "")}
                if not unit.sees_all:
                    local["pulse.book"] = book
                if read_only:
                    local["transaction_read_only"] = "on"
                await unit.set_local(**local)
                yield unit
                await unit.complete()
    finally:  # also when the caller was cancelled during the commit
        if unit is not None and transaction.committed:
            unit.committed()
