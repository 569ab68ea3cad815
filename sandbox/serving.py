"""What all stand-ins share as web servers: problems, hanging, failing on request."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

PROBLEM_TYPE = "about:blank"  # RFC 9457: nothing to read beyond the title
CLOSING = web.AppKey("closing", asyncio.Event)
HANG_SECONDS = 120.0


class Refused(Exception):
    """Something outside stops the start; the message is the one sentence, the exit code 2."""


class Problem(Exception):
    """A request that gets an RFC 9457 answer."""

    def __init__(self, status: int, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail


@web.middleware
async def answer_problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except Problem as problem:
        body = {
            "type": PROBLEM_TYPE,
            "title": problem.code,
            "status": problem.status,
            "detail": problem.detail or problem.code,
        }
        return web.json_response(
            body, status=problem.status, content_type="application/problem+json"
        )


def new_app(routes: Iterable[web.AbstractRouteDef] = ()) -> web.Application:
    """An application on which stand-ins may be mounted; big enough for photos."""
    app = web.Application(middlewares=[answer_problems], client_max_size=16 * 2**20)
    app[CLOSING] = asyncio.Event()
    app.on_shutdown.append(_let_go)
    app.add_routes(routes)
    return app


async def _let_go(app: web.Application) -> None:
    app[CLOSING].set()


async def hang(request: web.Request) -> web.Response:
    """Say nothing for two minutes, as a broken system does; let go when the sandbox closes."""
    try:
        async with asyncio.timeout(HANG_SECONDS):
            await request.config_dict[CLOSING].wait()
    except TimeoutError:
        pass
    return web.Response(status=504)


def garbage() -> web.Response:
    """An answer that claims to be JSON and is not: a proxy's error page, cut short."""
    return web.Response(
        body=b'\xff\xfe<html><title>502 Bad Gateway</ti{"status":',
        content_type="application/json",
    )


async def json_body(request: web.Request) -> dict[str, Any]:
    """The request's JSON object; an empty body is an empty object."""
    return parse_object(await request.read())


def parse_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError as error:
        raise Problem(400, "not_json") from error
    if not isinstance(value, dict):
        raise Problem(400, "not_an_object")
    return value


class FailureOrder(BaseModel):
    """`mode` null ends it; `times` null means until told otherwise."""

    model_config = ConfigDict(extra="forbid")
    mode: str | None
    times: int | None = None


class Failures:
    """What a stand-in was told to do wrong, and how often still."""

    def __init__(self, *modes: str) -> None:
        self.modes = modes
        self._order = FailureOrder(mode=None)

    def take(self) -> str | None:
        """The failure due now; counts one of the ordered times."""
        order = self._order
        if order.mode is None or order.times == 0:
            return None
        if order.times is not None:
            self._order = FailureOrder(mode=order.mode, times=order.times - 1)
        return order.mode

    def routes(self, path: str) -> list[web.RouteDef]:
        return [web.get(path, self._show), web.post(path, self._set)]

    async def _show(self, _request: web.Request) -> web.Response:
        return web.json_response({**self._order.model_dump(), "modes": self.modes})

    async def _set(self, request: web.Request) -> web.Response:
        try:
            order = FailureOrder.model_validate(await json_body(request))
        except ValidationError as error:
            raise Problem(400, "bad_order", str(error)) from error
        if order.mode is not None and order.mode not in self.modes:
            raise Problem(400, "unknown_mode", f"one of {', '.join(self.modes)}")
        self._order = order
        return web.json_response(order.model_dump())
