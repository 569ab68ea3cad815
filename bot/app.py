"""The web application: routes, health, and what every answer has in common."""

import asyncio
from typing import Final

from aiohttp import web
from redis.exceptions import RedisError

from bot.departments.api import department_routes
from bot.desk.items import Records
from bot.desk.routes import DeskRecords, desk_routes
from bot.desk.tasks import TaskRecords
from bot.problems import answer_problems
from bot.routes import Guard, Route, add_routes
from bot.wechat.callback import Callback
from bot.wiring import World
from storage.errors import StorageError
from storage.sql.queue import Queue

MAX_BODY: Final = 4 * 1024 * 1024
"""Bytes; the routes have lower limits of their own."""
READY_SECONDS: Final = 3.0
"""What does not answer by then is not ready."""


def make_app(world: World) -> web.Application:
    """The application over an open world."""
    app = web.Application(middlewares=[answer_problems], client_max_size=MAX_BODY)
    add_routes(app, routes(world))
    return app


def routes(world: World) -> tuple[Route, ...]:
    """Every route of this service and who may call it."""
    texts = next(iter(world.definitions.values())).texts
    callback = Callback(
        world.account,
        world.hearing,
        world.notices.settle,
        texts.render("edge.away", {}),
        world.clock,
        world.metrics,
    )
    health = Health(world)
    return (
        *callback.routes(),
        *department_routes(world.edge),
        *(world.login.routes() if world.login is not None else ()),
        *_desk(world),
        Route("GET", "/healthz", health.alive, Guard.PUBLIC),
        Route("GET", "/readyz", health.ready, Guard.PUBLIC),
        Route("GET", "/metrics", health.metrics, Guard.OPERATOR),
    )


def _desk(world: World) -> tuple[Route, ...]:
    settings = world.settings
    words = settings.services_dir / "shared" / "desk.yaml"
    secure = settings.public_url.startswith("https")
    desk = world.desk
    records = DeskRecords(
        Records(world.edge, Queue(world.database), world.staff, desk.lookups, world.definitions),
        TaskRecords(world.edge, desk.desk_tasks, desk.persons, world.staff),
    )
    return desk_routes(records, words, world.clock, secure=secure)


class Health:
    """What operators and load balancers ask."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def alive(self, _: web.Request) -> web.Response:
        """The process answers."""
        return web.Response(text="ok")

    async def ready(self, _: web.Request) -> web.Response:
        """Redis and the database answer, too."""
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._world.redis.ping()
                await self._world.database.rows("SELECT 1 AS one")
        except (StorageError, RedisError, OSError, TimeoutError):
            return web.Response(text="not ready", status=503)
        return web.Response(text="ready")

    async def metrics(self, _: web.Request) -> web.Response:
        """Counters in Prometheus's format."""
        return web.Response(text=self._world.metrics.exposition())
