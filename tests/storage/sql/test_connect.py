"""The schema is made whole, once, and known for what it is."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.pytest_plugin import AiohttpClient
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector

from storage.errors import ServerUnavailable
from storage.sql.connect import APPS, TORTOISE, check_schema, connect, is_postgres, migrate
from storage.sql.errors import SchemaTooNew, SchemaTooOld
from storage.sql.models import Timer
from storage.sql.session import Database
from tests.servers import all_tables

RECORDS = web.AppKey("records", Database)


async def test_migrations_match_the_models() -> None:
    with TortoiseContext() as context:
        await context.init(TORTOISE, init_connections=False)
        assert context.apps is not None
        writers = await MigrationAutodetector(context.apps, APPS).changes()
    assert writers == [], "run: tortoise -c storage.sql.connect.TORTOISE makemigrations"


async def test_several_processes_migrate_once(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path / 'new folder.sqlite3'}"
    async with connect(url) as one, connect(url) as other:
        with pytest.raises(SchemaTooOld):
            await check_schema(one)
        await asyncio.gather(migrate(one), migrate(other), migrate(one))
        await check_schema(other)


async def test_a_migration_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    async with connect(f"sqlite://{tmp_path / 'r.sqlite3'}") as database:
        await database.rows("CREATE TABLE timers (id INTEGER)")
        with pytest.raises(Exception, match="already exists"):
            await migrate(database)
        assert await all_tables(database) == ["timers"]


async def test_a_newer_schema_is_refused(database: str) -> None:
    async with connect(database) as opened:
        await check_schema(opened)
        await opened.rows(
            "INSERT INTO tortoise_migrations (app, name, applied_at)"
            " VALUES ('records', '9999_later', '2030-01-01 00:00:00+00') RETURNING id"
        )
        try:
            with pytest.raises(SchemaTooNew):
                await check_schema(opened)
            with pytest.raises(SchemaTooNew):
                await migrate(opened)
        finally:
            await opened.run("DELETE FROM tortoise_migrations WHERE name = '9999_later'")


async def test_sqlite_keeps_every_answer_over_a_power_failure(tmp_path: Path) -> None:
    async with connect(f"sqlite://{tmp_path / 'r.sqlite3'}") as database:
        assert await database.rows("PRAGMA synchronous") == [{"synchronous": 2}]
        assert await database.rows("PRAGMA journal_mode") == [{"journal_mode": "wal"}]


@pytest.mark.parametrize(
    "url", ["sqlite:///nowhere/at/all.sqlite3", "postgres://me:secret@127.0.0.1:1/records"]
)
async def test_a_database_that_is_not_there_is_named_without_its_password(url: str) -> None:
    with pytest.raises(ServerUnavailable) as refusal:
        async with connect(url):
            pass
    assert "secret" not in str(refusal.value)
    assert url.rpartition("/")[2] in str(refusal.value)


async def test_a_web_server_may_open_it_at_its_start(
    database: str, aiohttp_client: AiohttpClient
) -> None:
    async def records(app: web.Application):  # type: ignore[no-untyped-def] # noqa: ANN202 - aiohttp's own
        async with connect(database) as opened:
            app[RECORDS] = opened
            yield

    async def count(request: web.Request) -> web.Response:
        with request.app[RECORDS].orm():
            return web.json_response(await Timer.all().values("id"))

    app = web.Application()
    app.cleanup_ctx.append(records)
    app.router.add_get("/", count)
    client = await aiohttp_client(app)
    answers = await asyncio.gather(*(client.get("/") for _ in range(10)))
    assert [await answer.json() for answer in answers] == [[]] * 10


def test_urls_say_which_database_they_mean() -> None:
    assert is_postgres("postgres://host/db")
    assert is_postgres("postgresql://host/db")
    assert not is_postgres("sqlite:///var/records.sqlite3")
