"""A department that answers as it is told, and remembers what it was sent."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.signing import HEADERS


@dataclass
class Department:
    """`answer` is the next answers' status, or `hang`, `garbage`, `flood`, `redirect`.

    It takes a task in before it misbehaves, unless it `loses` it.
    """

    answer: int | str = 200
    loses: bool = False
    calls: list[tuple[str, str]] = field(default_factory=list)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    server: TestServer = field(init=False)

    async def start(self) -> "Department":
        app = web.Application()
        app.router.add_post("/departments/{id}/tasks", self._take)
        app.router.add_get("/departments/{id}/tasks/{key}", self._tell)
        app.router.add_post("/departments/{id}/tasks/{key}/withdrawal", self._withdraw)
        self.server = TestServer(app)
        await self.server.start_server()
        return self

    @property
    def base(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    def sent(self, method: str) -> list[str]:
        """The connections and keys of these calls, in order."""
        return [what for how, what in self.calls if how == method]

    async def has(self, key: str) -> None:
        """Wait until the task of that key has come."""
        while key not in self.tasks:
            self.arrived.clear()
            await self.arrived.wait()

    async def _take(self, request: web.Request) -> web.StreamResponse:
        task = json.loads(await request.read())
        assert request.headers["Idempotency-Key"] == task["key"]
        assert all(request.headers.get(name) for name in HEADERS)
        self.calls.append(("POST", task["key"]))
        if not self.loses:
            self.tasks[task["key"]] = task
            self.arrived.set()
        return await self._say(lambda: {"key": task["key"], "revision": task["revision"]})

    async def _tell(self, request: web.Request) -> web.StreamResponse:
        key = request.match_info["key"]
        self.calls.append(("GET", key))
        if self.answer == 200 and key not in self.tasks:
            return web.json_response({"title": "no_such_task"}, status=404)
        return await self._say(lambda: {"key": key, "revision": self.tasks[key]["revision"]})

    async def _withdraw(self, request: web.Request) -> web.StreamResponse:
        key = request.match_info["key"]
        self.calls.append(("WITHDRAW", key))
        self.withdrawn.append(key)
        return await self._say(dict)

    async def _say(self, what: Callable[[], dict[str, Any]]) -> web.StreamResponse:
        match self.answer:
            case 200:
                return web.json_response(what())
            case "hang":
                await self.open.wait()
                return web.Response(status=504)
            case "garbage":
                return web.Response(body=b'\xff<html>{"status":', content_type="application/json")
            case "flood":
                return web.json_response({"key": "x" * 100_000})
            case "redirect":
                raise web.HTTPTemporaryRedirect("http://127.0.0.1:9/")
            case int(status):
                return web.json_response({"title": "no"}, status=status)
            case _:
                raise AssertionError(self.answer)
