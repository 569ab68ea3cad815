"""One way to speak SQL to SQLite and PostgreSQL, and transactions that hold on both.

Statements are written once, with `?` for a value; a tuple becomes a list for `IN`. A transaction
is an object that is passed on: unlike the ORM's own it does not hide in the task's context, where
a task started inside would share it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.asyncpg.client import TransactionWrapper as PostgresTransaction
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.context import TortoiseContext, _current_context

from storage.errors import ServerUnavailable
from storage.sql.sqlite import ImmediateTransaction

Row: TypeAlias = dict[str, Any]
Dialect: TypeAlias = Literal["sqlite", "postgres"]

_AWAY = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)


class Session:
    """A database, or a transaction in it.

    Values come back as the database has them; `as_time` and `as_day` read times and days.
    """

    def __init__(self, client: BaseDBAsyncClient, dialect: Dialect) -> None:
        self.client = client
        self.dialect: Dialect = dialect

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """Every row of a SELECT or a RETURNING."""
        statement, arguments = _prepared(self.dialect, sql, values)
        try:
            return await self.client.execute_query_dict(statement, arguments)
        except _AWAY as away:
            raise ServerUnavailable(f"The database does not answer: {away}") from away

    async def row(self, sql: str, *values: object) -> Row | None:
        """The first row, if there is one."""
        found = await self.rows(sql, *values)
        return found[0] if found else None

    async def run(self, sql: str, *values: object) -> int:
        """How many rows an UPDATE or DELETE changed. (For an INSERT ask for its RETURNING.)"""
        statement, arguments = _prepared(self.dialect, sql, values)
        try:
            count, _ = await self.client.execute_query(statement, arguments)
        except _AWAY as away:
            raise ServerUnavailable(f"The database does not answer: {away}") from away
        return count

    async def run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for each row of values; only inside a transaction."""
        if not rows:
            return
        statement = _numbered(sql) if self.dialect == "postgres" else sql
        values = [_arguments(self.dialect, row) for row in rows]
        try:
            await self.client.execute_many(statement, values)
        except _AWAY as away:
            raise ServerUnavailable(f"The database does not answer: {away}") from away


class Database(Session):
    """An open database; `connect` makes it."""

    def __init__(
        self, client: BaseDBAsyncClient, dialect: Dialect, models: TortoiseContext
    ) -> None:
        super().__init__(client, dialect)
        self._models = models

    @contextmanager
    def orm(self) -> Iterator[None]:
        """Where the models of `storage.sql.models` speak to this database.

        Several databases may be open in one process (tests, `restore`), and a task of the web
        server inherits no context: so each says which one it means.
        """
        token = _current_context.set(self._models)
        try:
            yield
        finally:
            _current_context.reset(token)

    def transaction(self) -> AbstractAsyncContextManager[Session]:
        """Commit what is run on the session, or nothing of it when the block raises.

        Inside the block speak to the session only: the database itself may be waiting for it.

        SQLite: the only writer from the first statement on (BEGIN IMMEDIATE). PostgreSQL: read
        committed, hence every change checks a version or locks its row.
        """
        if isinstance(self.client, SqliteClient):
            return _sqlite_transaction(self.client)
        if isinstance(self.client, AsyncpgDBClient):
            return _postgres_transaction(self.client)
        raise TypeError(type(self.client))


def as_time(value: datetime | str) -> datetime:
    """A time that is never missing, in UTC."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def as_time_or_none(value: datetime | str | None) -> datetime | None:
    """A time that may be missing, in UTC."""
    return None if value is None else as_time(value)


def as_day(value: date | str) -> date:
    """A day."""
    return date.fromisoformat(value) if isinstance(value, str) else value


@asynccontextmanager
async def _sqlite_transaction(client: SqliteClient) -> AsyncIterator[Session]:
    async with client.acquire_connection() as connection:
        transaction = ImmediateTransaction(client)
        try:
            await transaction.begin()
            yield Session(transaction, "sqlite")
            await connection.commit()
        except BaseException:
            # also when cancelled: statements run in one thread, in order, so this comes after
            # whatever was still running there, and before anybody else's BEGIN
            with suppress(asyncio.CancelledError):
                await connection.rollback()
            raise


@asynccontextmanager
async def _postgres_transaction(client: AsyncpgDBClient) -> AsyncIterator[Session]:
    async with client.acquire_connection() as connection:
        transaction = PostgresTransaction(client)
        transaction._connection = connection  # noqa: SLF001 - what its own context manager does
        async with connection.transaction():
            yield Session(transaction, "postgres")


def _prepared(dialect: Dialect, sql: str, values: Sequence[object]) -> tuple[str, list[object]]:
    if any(isinstance(value, tuple) for value in values):
        sql, values = _spread(sql, values)
    return (_numbered(sql) if dialect == "postgres" else sql), _arguments(dialect, values)


def _spread(sql: str, values: Sequence[object]) -> tuple[str, list[object]]:
    """Give each tuple as many `?` as it has members, in brackets."""
    pieces = sql.split("?")
    spread, flat = pieces[0], list[object]()
    for value, piece in zip(values, pieces[1:], strict=True):
        if isinstance(value, tuple):
            spread += "(" + (", ".join("?" * len(value)) or "NULL") + ")" + piece
            flat.extend(value)
        else:
            spread += "?" + piece
            flat.append(value)
    return spread, flat


@lru_cache(maxsize=512)
def _numbered(sql: str) -> str:
    """`?` as PostgreSQL wants it: $1, $2, …"""
    first, *others = sql.split("?")
    return first + "".join(f"${number}{piece}" for number, piece in enumerate(others, 1))


def _arguments(dialect: Dialect, values: Sequence[object]) -> list[object]:
    return list(values) if dialect == "postgres" else [_for_sqlite(value) for value in values]


def _for_sqlite(value: object) -> object:
    """Times as text of one length, so that they compare as times do."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(" ", "microseconds")
    return value.isoformat() if isinstance(value, date) else value
