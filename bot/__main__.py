"""`python -m bot …`: the commands. Whatever is wrong is one sentence on stderr and exit code 2."""

import asyncio
import sys
from collections.abc import Callable

import typer

from bot.checking import check_everything
from bot.logs import configure_logs
from bot.process import CannotStart, serve, serve_web, serve_worker
from bot.settings import Settings, SettingsBroken, read_settings
from storage.errors import StorageError
from storage.sql.connect import connect
from storage.sql.connect import migrate as migrate_schema

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

BROKEN = 2
"""The exit code of whatever cannot start."""


def _run(what: Callable[[Settings], None]) -> None:
    configure_logs()
    try:
        what(read_settings())
    except (SettingsBroken, CannotStart, StorageError) as error:
        print(error, file=sys.stderr, flush=True)  # noqa: T201 — the one sentence
        raise typer.Exit(BROKEN) from None


@app.command("serve")
def serve_command() -> None:
    """Web and worker in one process (SQLite or PostgreSQL, embedded Redis or REDIS_URL)."""
    _run(serve)


@app.command("web")
def web_command() -> None:
    """Only the web part; PostgreSQL and Redis are elsewhere."""
    _run(serve_web)


@app.command("worker")
def worker_command() -> None:
    """Only the worker part; PostgreSQL and Redis are elsewhere."""
    _run(serve_worker)


@app.command("migrate")
def migrate_command() -> None:
    """Bring the database's schema up to date."""
    _run(lambda settings: asyncio.run(_migrate(settings)))


@app.command("check")
def check_command() -> None:
    """Look at settings, keys, definitions and connections; say everything that is wrong."""
    _run(check_everything)


async def _migrate(settings: Settings) -> None:
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with connect(settings.database) as database:
        await migrate_schema(database)


if __name__ == "__main__":
    app()
