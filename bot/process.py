"""The processes: `serve` (web and worker in one), `web`, `worker`.

A process starts only when everything it needs is in order, and says in one sentence what is not.
"""

import asyncio
import contextlib
import gc
import os
import signal
import socket
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import structlog
import uvloop
from aiohttp import web
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import RedisError

from bot.app import make_app
from bot.settings import Settings
from bot.wiring import World, open_world
from bot.worker import work
from storage.definitions import provinces
from storage.embedded import embedded_redis
from storage.sql.connect import check_schema, connect, migrate

SHUTDOWN_SECONDS: Final = 5.0
"""How long running requests may take to end."""

LOOK_SECONDS: Final = 2.0
"""How often the embedded Redis is looked at."""

log = structlog.get_logger()


class CannotStart(Exception):
    """The process cannot start; the text is the sentence to print."""


def serve(settings: Settings) -> None:
    """Web and worker in one process, with an embedded Redis unless one is configured."""
    prepare(settings)
    with _port(settings) as listening, redis_beside(settings, own=True) as redis_url:
        uvloop.run(_run(settings, redis_url, listening, web_too=True, worker_too=True))


def serve_web(settings: Settings) -> None:
    """Only the web part; the database must be PostgreSQL."""
    _many(settings, "web")
    with _port(settings) as listening, redis_beside(settings, own=False) as redis_url:
        uvloop.run(_run(settings, redis_url, listening, web_too=True, worker_too=False))


def serve_worker(settings: Settings) -> None:
    """Only the worker part; the database must be PostgreSQL."""
    _many(settings, "worker")
    with redis_beside(settings, own=False) as redis_url:
        uvloop.run(_run(settings, redis_url, None, web_too=False, worker_too=True))


def migrate_records(settings: Settings) -> None:
    """Bring the database's schema up to date."""
    prepare(settings)
    uvloop.run(_migrate(settings))


async def _migrate(settings: Settings) -> None:
    async with connect(settings.database) as database:
        await migrate(database)


async def _run(
    settings: Settings,
    redis_url: str,
    listening: socket.socket | None,
    *,
    web_too: bool,
    worker_too: bool,
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with open_world(settings, redis_url) as world:
        await _redis_answers(world)
        if web_too and worker_too:
            await migrate(world.database)
        else:
            await check_schema(world.database)
        await world.days.refresh()
        collect_garbage()
        async with (
            _beside(world.days.keep_fresh()),
            _web(world, listening),
            _worker(world, on=worker_too),
        ):
            log.info("started", web=web_too, worker=worker_too)
            if not await _stopped(world, stop, watching=not settings.redis_url):
                raise CannotStart(
                    f"The embedded Redis has ended: see {settings.data_dir}/redis/server.log."
                )
    log.info("stopped")


async def _stopped(world: World, stop: asyncio.Event, *, watching: bool) -> bool:
    """Wait for the signal to stop; False when the embedded Redis has gone before.

    Nobody restarts it under us: whoever watches this process (systemd, `make run`) restarts both.
    """
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await stop.wait()
                return True
        if watching and await _is_gone(world):
            return False


async def _is_gone(world: World) -> bool:
    """Nobody listens at its socket any more; one that is only slow still does."""
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            await world.redis.ping()
    except (NoConnection, FileNotFoundError, ConnectionRefusedError):
        return True
    except (RedisError, OSError, TimeoutError):
        return False
    return False


def collect_garbage() -> None:
    """From now on (`bot/__main__.py`); what is there stays to the end and is not looked at.

    A turn makes hundreds of objects and hardly a cycle: looked for every 700 objects, as Python
    does unasked, they cost 60 µs a turn.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


async def _redis_answers(world: World) -> None:
    """Later Redis may come and go; who starts without it has most likely a wrong address."""
    try:
        await world.redis.ping()
    except (RedisError, OSError) as error:
        raise CannotStart(f"Redis (REDIS_URL) cannot be used: {error}") from error


@asynccontextmanager
async def _web(world: World, listening: socket.socket | None) -> AsyncIterator[None]:
    if listening is None:
        yield
        return
    runner = web.AppRunner(
        make_app(world), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS, handle_signals=False
    )
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _worker(world: World, *, on: bool) -> AsyncIterator[None]:
    if not on:
        yield
        return
    async with _beside(work(world)):
        yield


@asynccontextmanager
async def _beside(loop: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """A loop that runs as long as the block."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(loop)
        try:
            yield
        finally:
            task.cancel()


@contextmanager
def _port(settings: Settings) -> Iterator[socket.socket]:
    """The listening socket, taken before anything else is started."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise CannotStart(
            f"PORT {settings.port} on {settings.host} cannot be used: {error.strerror}."
        ) from error
    with contextlib.closing(listening):
        listening.listen(1024)
        yield listening


@contextmanager
def redis_beside(settings: Settings, *, own: bool) -> Iterator[str]:
    """REDIS_URL, else the embedded one: started by us, or (not `own`) also another process's."""
    if settings.redis_url:
        yield settings.redis_url
        return
    with embedded_redis(settings.data_dir, attach=not own, patience=5) as url:
        yield url


def _many(settings: Settings, what: str) -> None:
    if not settings.on_postgres:
        raise CannotStart(
            f"`{what}` needs PostgreSQL (DATABASE_URL); with SQLite use `serve`, one process."
        )
    prepare(settings)


def prepare(settings: Settings) -> None:
    """Raise CannotStart unless there is a province to serve and a folder to write to.

    What this process writes from now on, only its own user can read.
    """
    os.umask(0o077)
    if not (settings.wanted_services or provinces(settings.services_dir)):
        raise CannotStart(f"SERVICES_DIR {settings.services_dir} holds no province.")
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = settings.data_dir / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotStart(
            f"DATA_DIR {settings.data_dir} cannot be written: {error.strerror}."
        ) from error
