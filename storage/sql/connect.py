"""Opens the records, makes their tables and knows whether they are of our age.

`DATABASE_URL` is `sqlite:///path` (one process and the CLI beside it) or `postgres://…`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.recorder import MigrationRecorder

from storage.errors import ServerUnavailable
from storage.sql.errors import SchemaTooNew, SchemaTooOld
from storage.sql.session import Database, Dialect

APP = "records"
APPS: dict[str, dict[str, Any]] = {
    APP: {
        "models": ["storage.sql.models"],
        "migrations": "storage.sql.migrations",
        "default_connection": "default",
    }
}
TORTOISE = {"connections": {"default": "sqlite://:memory:"}, "apps": APPS}
"""For the ORM's own command: `tortoise -c storage.sql.connect.TORTOISE makemigrations`."""

_SECONDS_FOR_A_LOCK = 15
_MIGRATING = 7_411_860_207  # the number of our advisory lock, chosen by chance


def is_postgres(url: str) -> bool:
    """Whether that DATABASE_URL may serve several machines."""
    return urlsplit(url).scheme in {"postgres", "postgresql", "asyncpg"}


@asynccontextmanager
async def connect(url: str, pool_size: int = 10) -> AsyncIterator[Database]:
    """Open the database for the length of the block; any task may use it.

    Raises `ServerUnavailable` when it does not answer. Says nothing about its schema: ask
    `check_schema`, or `migrate`.
    """
    dialect: Dialect = "postgres" if is_postgres(url) else "sqlite"
    with TortoiseContext() as context:
        credentials = _postgres(url, pool_size) if dialect == "postgres" else _sqlite(url)
        await context.init({"connections": {"default": credentials}, "apps": APPS})
        client = context.connections.get("default")
    database = Database(client, dialect, context)
    try:
        await _opened(client, url)
        yield database
    finally:
        await client.close()


async def migrate(database: Database) -> None:
    """Bring the schema up to date; a second process that migrates at the same time waits.

    All of it is one transaction on both databases: killed half-way, nothing has happened.
    Raises `SchemaTooNew` when a newer version has migrated already.
    """
    async with database.transaction() as session:
        if session.dialect == "postgres":
            await session.rows("SELECT pg_advisory_xact_lock(?)", _MIGRATING)
        if await _made_by_newer(session.client):
            raise SchemaTooNew
        with TortoiseContext() as context:
            await context.init(
                {"connections": {"default": "sqlite://:memory:"}, "apps": APPS},
                init_connections=False,
            )
            context.connections.set("default", session.client)
            executor = MigrationExecutor(session.client, APPS)
            # first: `migrate` reads the list before it makes it, and in PostgreSQL a failed
            # statement spoils the transaction
            await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))  # noqa: SLF001 - no other way to one
            await executor.migrate(direction="forward")


async def check_schema(database: Database) -> None:
    """Raise `SchemaTooOld` or `SchemaTooNew` unless the schema is exactly ours."""
    if await _made_by_newer(database.client):
        raise SchemaTooNew
    if _known() - await _applied(database.client):
        raise SchemaTooOld


async def schema_of(database: Database) -> frozenset[str]:
    """The names of the migrations that have made it."""
    return frozenset(await _applied(database.client))


async def _made_by_newer(client: BaseDBAsyncClient) -> bool:
    return bool(await _applied(client) - _known())


async def _applied(client: BaseDBAsyncClient) -> set[str]:
    if not await _has_migrations(client):
        return set()
    rows = await client.execute_query_dict("SELECT app, name FROM tortoise_migrations")
    return {row["name"] for row in rows if row["app"] == APP}


async def _has_migrations(client: BaseDBAsyncClient) -> bool:
    """Asked first: in PostgreSQL a failed statement spoils the whole transaction."""
    tables = (
        "SELECT to_regclass('tortoise_migrations')::text AS name"
        if client.capabilities.dialect == "postgres"
        else "SELECT name FROM sqlite_master WHERE name = 'tortoise_migrations'"
    )
    rows = await client.execute_query_dict(tables)
    return any(row["name"] for row in rows)


def _known() -> set[str]:
    loader = MigrationLoader(APPS, MigrationRecorder(None))
    loader.load_disk()
    return {key.name for key in loader.disk_migrations}


async def _opened(client: BaseDBAsyncClient, url: str) -> None:
    try:
        await client.create_connection(with_db=True)
        await client.execute_query("SELECT 1")
    except Exception as error:  # drivers have a dozen ways to say this, without a common root
        raise ServerUnavailable(
            f"The database {_without_password(url)} cannot be opened: {error}"
        ) from error


def _sqlite(url: str) -> dict[str, Any]:
    return {
        "engine": "tortoise.backends.sqlite",
        "credentials": {
            "file_path": unquote(url.split("://", 1)[1]),
            "journal_mode": "WAL",
            "synchronous": "FULL",  # WAL's NORMAL may lose the last answers in a power failure
            "busy_timeout": _SECONDS_FOR_A_LOCK * 1000,
            "journal_size_limit": 64 * 1024 * 1024,
        },
    }


def _postgres(url: str, pool_size: int) -> dict[str, Any]:
    config = expand_db_url(url)
    config["credentials"] |= {
        "minsize": 1,
        "maxsize": pool_size,
        "command_timeout": 60,
        # plans of our short statements are never worth compiling; times are UTC
        "server_settings": {"jit": "off", "timezone": "UTC", "application_name": "tuixiu"},
    }
    return config


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
