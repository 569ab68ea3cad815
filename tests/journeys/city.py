"""A whole city in one test: the service and every neighbour, over real HTTP.

The service is the wired application with its worker, on a real Redis and a real database; WeChat,
login, registry, papers and departments are the sandbox's. Nothing is patched: what differs from
production are the addresses in the settings. Waiting is for things to become true, with a limit,
never for time to pass.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import aiohttp
from aiohttp.test_utils import TestServer, unused_port
from yarl import URL

from bot.app import make_app as make_service
from bot.clock import system_clock
from bot.settings import Settings
from bot.wiring import Loaded, World, load_provinces, open_world
from bot.worker import work
from sandbox.app import make_app as make_sandbox
from sandbox.settings import (
    Place,
    load_connections,
    load_secrets,
    open_data_dir,
    service_environment,
    write_templates,
)
from sandbox.world import real_world
from storage.keys import Key, write_ring
from storage.sql.connect import migrate

Worker: TypeAlias = Callable[[World], Coroutine[Any, Any, None]]

_READ: dict[str, Loaded] = {}
PATIENCE = 20.0
"""Seconds until something that must become true counts as not happening."""


class Time:
    """The city's time: the machine's, moved on when a test says so."""

    def __init__(self) -> None:
        self._real = system_clock()
        self._moved = timedelta()

    def __call__(self) -> datetime:
        return self._real() + self._moved

    def pass_by(self, **length: float) -> None:
        """Let time pass for service and neighbours alike: `seconds=61`, `days=3`."""
        self._moved += timedelta(**length)


@dataclass(slots=True)
class Phone:
    """One phone on the sandbox's platform, used as its owner would."""

    city: "Neighbours"
    openid: str
    said: int = 0
    """Messages of hers so far."""

    async def say(self, text: str) -> str:
        """Type and send; what is answered at once."""
        return await self._send({"type": "text", "text": text})

    async def tap(self, label: str) -> str:
        """Tap the newest thing on the screen with this label."""
        for message in reversed(await self.messages()):
            for one in message.get("segments", ()):
                if one.get("kind") == "tap" and one["label"] == label:
                    return await self._send(
                        {"type": "tap", "menu_id": one["menu_id"], "content": one["label"]}
                    )
        raise AssertionError(f"nothing to tap is called {label}")

    async def photo(self, content: bytes = b"") -> str:
        """Take and send a picture; without content the phone takes one of its own."""
        if not content:
            return await self._send({"type": "photo"})
        return await self._sent(data=content, headers={"Content-Type": "image/png"})

    async def do(self, **what: Any) -> str:
        """Anything else a phone can do: follow, voice, location …"""
        return await self._send(what)

    async def messages(self) -> list[dict[str, Any]]:
        """Everything on the screen, oldest first."""
        found: list[dict[str, Any]] = (await self._shown())["messages"]
        return found

    async def notices(self) -> list[dict[str, Any]]:
        """Her service notices, oldest first."""
        found: list[dict[str, Any]] = (await self._shown())["notices"]
        return found

    async def screen(self) -> str:
        """All that was written to her, as one text."""
        return "\n".join(one["text"] for one in await self.messages() if one["kind"] == "in")

    async def sees(self, text: str) -> None:
        """Wait until `text` stands on the screen."""

        async def there() -> bool:
            return text in await self.screen()

        await self.city.until(there, f"“{text}” on the screen:\n{await self.screen()}")

    async def is_offered(self, label: str) -> None:
        """Wait until the newest message has something to tap with this label."""

        async def there() -> bool:
            newest = [one for one in await self.messages() if one["kind"] == "in"][-1:]
            return any(label == tap.get("label") for one in newest for tap in one["segments"])

        await self.city.until(there, f"something to tap called “{label}”:\n{await self.screen()}")

    async def is_noticed(self, text: str) -> None:
        """Wait until a service notice says `text`."""

        async def there() -> bool:
            return any(text in str(one) for one in await self.notices())

        await self.city.until(there, f"a notice saying “{text}”")

    async def log_in(self, citizen: str, **instead: str) -> int:
        """Open the login page that the chat has linked, as this invented citizen."""
        links = re.findall(r"http://[^\"\s<>]+/m/login\?t=[\w-]+", await self.screen())
        async with self.browser() as browser:
            async with browser.get(links[-1]) as page:
                address = str(page.url)
            wanted = "".join(f"&{key}={value}" for key, value in instead.items())
            address += wanted or f"&login_as={citizen}"
            async with browser.get(address) as back:
                return back.status

    def browser(self) -> aiohttp.ClientSession:
        """The browser inside this phone's WeChat, with cookies of its own."""
        jar = aiohttp.CookieJar(unsafe=True)
        jar.update_cookies({"sandbox_phone": self.openid}, URL(self.city.sandbox_url))
        return aiohttp.ClientSession(cookie_jar=jar)

    async def _shown(self) -> dict[str, Any]:
        path = f"/control/platform/phones/{self.openid}"
        shown: dict[str, Any] = await self.city.asked("GET", path)
        return shown

    async def _send(self, what: dict[str, Any]) -> str:
        return await self._sent(json=what)

    async def _sent(self, **how: Any) -> str:
        self.said += 1
        path = f"/control/platform/phones/{self.openid}/say"
        answer = await self.city.asked("POST", path, **how)
        assert answer["state"] != "fault", answer
        return str(answer.get("reply") or "")


@dataclass(slots=True)
class Neighbours:
    """The sandbox around a service, and the ways to look at it."""

    time: Time
    service_url: str
    sandbox_url: str
    http: aiohttp.ClientSession
    phones: dict[str, Phone] = field(default_factory=dict, kw_only=True)

    async def phone(self, number: int = 0) -> Phone:
        """One of the platform's phones."""
        listed = await self.asked("GET", "/control/platform/phones")
        openid = listed[number]["openid"]
        return self.phones.setdefault(openid, Phone(self, openid))

    async def desk(self, connection: str) -> dict[str, Any]:
        """A department's desk: its tasks as it has received them."""
        desks: list[dict[str, Any]] = await self.asked("GET", "/control/departments")
        return next(one for one in desks if one["id"] == connection)

    async def task(self, connection: str, item: str) -> dict[str, Any]:
        """Wait until the department has the task of that item; the newest one."""
        found: list[dict[str, Any]] = []

        async def there() -> bool:
            found[:] = [
                one for one in (await self.desk(connection))["tasks"] if one["item"] == item
            ]
            return bool(found)

        await self.until(there, f"a task of {item} at {connection}")
        return found[-1]

    async def report(self, connection: str, item: str, stage: str, **what: Any) -> dict[str, Any]:
        """The department reports on that item."""
        task = await self.task(connection, item)
        path = f"/control/departments/{connection}/tasks/{task['key']}/report"
        answer: dict[str, Any] = await self.asked("POST", path, json={"stage": stage, **what})
        return answer

    async def settle(self, connection: str, item: str, **what: Any) -> None:
        """The department accepts, approves and finishes."""
        for stage in ("accepted", "approved"):
            await self.report(connection, item, stage)
        await self.report(connection, item, "done", **what)

    async def asked(self, method: str, path: str, **how: Any) -> Any:
        """A control call to the sandbox."""
        async with self.http.request(method, self.sandbox_url + path, **how) as answer:
            body: Any = await answer.json(content_type=None)
            assert answer.status < 300, (path, answer.status, body)
            return body

    async def fail(self, what: str, **how: Any) -> None:
        """Have the platform fail in this way."""
        await self.asked("POST", "/control/platform/failures", json={"what": what, **how})

    async def violations(self) -> list[dict[str, Any]]:
        """Every rule of the platform that the service broke."""
        found: list[dict[str, Any]] = await self.asked("GET", "/control/platform/violations")
        return found

    async def until(self, true: Callable[[], Awaitable[bool]], what: str) -> None:
        """Wait until something is true. Looks again and again; the pause is only politeness."""
        async with asyncio.timeout(PATIENCE):
            try:
                while not await true():  # noqa: ASYNC110 — what is waited for is behind HTTP
                    await asyncio.sleep(0.02)
            except asyncio.CancelledError:
                raise AssertionError(f"waited in vain for {what}") from None


@dataclass(slots=True)
class City(Neighbours):
    """The service itself, in this process, and its neighbours."""

    world: World


@asynccontextmanager
async def city(
    data_dir: Path,
    redis_url: str,
    database_url: str,
    *,
    platform: Mapping[str, Any] | None = None,
    working: Worker = work,
    **settings: Any,
) -> AsyncIterator[City]:
    """Open a city and close it again.

    `platform` changes the stand-in of WeChat (sandbox/platform/config.py), `working` what the
    worker does, `settings` the service's settings.
    """
    time = Time()
    place = new_place(data_dir)
    async with neighbourhood(place, time, platform or {}) as around:
        chosen = settings_for(place, {"database_url": database_url, **settings})
        named = Settings(_env_file=None, **chosen)
        known = None if "services_dir" in settings else _loaded(named)
        async with open_world(named, redis_url, time, known) as world:
            await migrate(world.database)
            async with TestServer(make_service(world), port=place.port), _at_work(working, world):
                yield City(time, place.service_url, place.sandbox_url, around.http, world)


def _loaded(settings: Settings) -> Loaded:
    """The repository's own provinces, read once for all tests: a second each time."""
    if settings.services not in _READ:
        _READ[settings.services] = load_provinces(settings)
    found = _READ[settings.services]
    own = replace(
        found.definitions,
        current=dict(found.definitions.current),
        old=dict(found.definitions.old),
    )
    return replace(found, definitions=own)  # a test may bring a new release into force


def new_place(data_dir: Path) -> Place:
    """Where a service and its neighbours will be: two free ports."""
    return Place(data_dir=data_dir, port=unused_port(), sandbox_port=unused_port())


@asynccontextmanager
async def neighbourhood(
    place: Place, time: Time, platform: Mapping[str, Any]
) -> AsyncIterator[Neighbours]:
    """Open the sandbox alone; the service, wherever it runs, takes `settings_for(place)`."""
    world = replace(real_world(0), now=lambda: time().timestamp())
    open_data_dir(place.data_dir)
    secrets = load_secrets(place.data_dir, world)
    connections = load_connections(place, world)
    write_templates(place)
    sandbox = make_sandbox(place, secrets, connections, world, **platform)
    async with (
        TestServer(sandbox, port=place.sandbox_port),
        aiohttp.ClientSession() as http,
    ):
        yield Neighbours(time, place.service_url, place.sandbox_url, http)


def settings_for(place: Place, changed: Mapping[str, Any]) -> dict[str, Any]:
    """The service's settings in this place: nothing is delayed, nobody sleeps."""
    environment = service_environment(place, load_secrets(place.data_dir, real_world(0)))
    named: dict[str, Any] = {
        name.lower(): value
        for name, value in environment.items()
        if name.lower() in Settings.model_fields
    }
    for name, letter in (("data_keys", b"d"), ("lookup_keys", b"l")):
        named[name] = write_ring((Key("test", letter * 32),))
    alone = {"services": "henan", "take_back_seconds": 0, "quiet_hours": ""}
    return {**named, **alone, **changed}


@asynccontextmanager
async def _at_work(working: Worker, world: World) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        worker = group.create_task(working(world))
        try:
            yield
        finally:
            worker.cancel()
