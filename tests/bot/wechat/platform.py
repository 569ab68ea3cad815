"""A WeChat platform for the client's tests: tells what it was asked, answers as it is told."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class StandIn:
    """Token `T1`, then `T2`, …; only those in `good` are taken. `script` answers the rest."""

    url: str = ""
    fetches: int = 0
    forced: int = 0
    expires_in: int = 7200
    good: set[str] = field(default_factory=set)
    sticky: bool = False
    script: list[Any] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    seen: list[tuple[dict[str, str], Any]] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def token(self) -> str:
        return f"T{self.fetches if not self.sticky else self.forced}-" + "x" * 600

    async def stable_token(self, request: web.Request) -> web.Response:
        self.calls["stable_token"] += 1
        wanted = await request.json()
        self.fetches += 1
        self.forced += wanted["force_refresh"]
        if self.script and self.script[0] == "no token":
            return web.json_response({"errcode": 40125, "errmsg": "invalid appsecret"})
        await asyncio.sleep(0)
        self.good.add(self.token)
        return web.json_response({"access_token": self.token, "expires_in": self.expires_in})

    async def anything(self, request: web.Request) -> web.StreamResponse:
        self.calls[request.path] += 1
        body = await request.read()
        self.seen.append((dict(request.query), orjson.loads(body) if body else None))
        if "access_token" in request.query and request.query["access_token"] not in self.good:
            return _text({"errcode": 40001, "errmsg": "invalid credential rid: 1"})
        answer = self.script.pop(0) if self.script else {"errcode": 0, "errmsg": "ok"}
        if isinstance(answer, dict):
            return _text(answer)
        if isinstance(answer, web.StreamResponse):
            return answer
        if answer == "hang":
            await self.released.wait()
        if answer == "hang up":
            assert request.transport is not None
            request.transport.close()
        return web.Response(text=str(answer))

    def application(self) -> web.Application:
        application = web.Application(client_max_size=2**24)
        application.router.add_post("/platform/cgi-bin/stable_token", self.stable_token)
        application.router.add_route("*", "/{path:.*}", self.anything)
        return application


def _text(answer: dict[str, Any]) -> web.Response:
    """As the real one: JSON, but called text/plain."""
    return web.Response(body=orjson.dumps(answer), content_type="text/plain")
