"""Everything the platform remembers while it runs: phones, windows, media, tokens, violations."""

import asyncio
import itertools
import secrets
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from typing import Any, Literal, TypeVar

import aiohttp
from aiohttp import web

from sandbox.platform.config import PlatformConfig, Template
from sandbox.platform.failures import Failures
from sandbox.platform.keeping import Keeper
from sandbox.platform.memory import LoginCode, Medium, Message, Phone, Violation
from sandbox.platform.tokens import TokenPot

T = TypeVar("T")
Clock = Callable[[], float]
"""Gives seconds since 1970 (UTC)."""

FAULT = "该公众号提供的服务出现故障，请稍后再试"
"""What the phone shows when the service answered too late three times, or unreadably."""

_MAX_CALLS = 5_000


class Platform:
    """The platform's memory and the few verbs all its parts share."""

    def __init__(self, config: PlatformConfig, clock: Clock) -> None:
        self.config = config
        self.shift = 0.0
        self.changes = 0
        self._clock = clock
        self.phones = {spec.openid: Phone(spec, spec.following) for spec in config.phones}
        self.templates: dict[str, Template] = dict(config.templates)
        self.stable_tokens = TokenPot(config.token_seconds, config.token_overlap)
        self.plain_tokens = TokenPot(config.token_seconds, config.token_overlap)
        self.failures = Failures()
        self.violations: list[Violation] = []
        self.calls: deque[tuple[float, str, int]] = deque(maxlen=_MAX_CALLS)
        self.media: dict[str, Medium] = {}
        self.codes: dict[str, LoginCode] = {}
        self.scenes: dict[str, str] = {}
        self.menu: list[dict[str, Any]] = [dict(button) for button in config.menu]
        self.client_msg_ids: dict[tuple[str, str], tuple[float, int]] = {}
        self.template_sends: Counter[str] = Counter()
        self.login_phone = next(iter(self.phones), "")
        self._numbers = itertools.count(int(clock() * 1_000_000))
        self._listeners: set[asyncio.Queue[dict[str, Any] | None]] = set()
        self._group: asyncio.TaskGroup | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._http: aiohttp.ClientSession | None = None

    def now(self) -> float:
        """Seconds since 1970, moved by the control's clock shift."""
        return self._clock() + self.shift

    def number(self) -> int:
        """A new number of this platform: rising, and different after a restart."""
        return next(self._numbers)

    @property
    def http(self) -> aiohttp.ClientSession:
        """The connection to the service's callback; open between startup and cleanup."""
        if self._http is None:
            raise RuntimeError("the platform has not been started")
        return self._http

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Do something in the background; it ends at the latest with the platform."""
        if self._group is None:
            work.close()
            raise RuntimeError("the platform has not been started")
        task = self._group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def run(self, _app: web.Application) -> AsyncIterator[None]:
        """Open what the platform needs and close it again (an aiohttp cleanup context)."""
        async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as group:
            self._http, self._group = http, group
            keeper = Keeper(self, self.config.store) if self.config.store else None
            if keeper is not None:
                keeper.load()
                self.start(keeper.keep_saving())
            yield
            if keeper is not None:
                keeper.save()
            for task in self._tasks:
                task.cancel()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Like spawn, for work whose end nobody waits for."""
        _ = self.spawn(work)

    def add_medium(self, body: bytes, media_type: str) -> str:
        """Keep a file and give its media id."""
        media_id = secrets.token_urlsafe(48)
        self.media[media_id] = Medium(body, media_type, self.now())
        return media_id

    def medium(self, media_id: str) -> Medium | None:
        """A kept file, unless it is unknown or older than three days."""
        found = self.media.get(media_id)
        if found is None or self.now() - found.at > self.config.media_seconds:
            return None
        return found

    def show(self, phone: Phone, line: Mapping[str, str]) -> Message:
        """Put a line into a phone's chat: direction, kind, text, image, via."""
        direction: Literal["in", "out"] = "out" if line["direction"] == "out" else "in"
        message = Message(
            self.number(),
            self.now(),
            direction,
            kind=line.get("kind", "text"),
            text=line.get("text", ""),
            image=line.get("image", ""),
            via=line.get("via", ""),
        )
        phone.messages.append(message)
        self.announce("phone", phone.openid)
        return message

    def violate(self, rule: str, detail: str, openid: str = "") -> None:
        """Write down that the service broke a rule."""
        self.violations.append(Violation(self.now(), rule, detail, openid))
        self.announce("violation", openid)

    def announce(self, kind: str, openid: str = "") -> None:
        """Tell every open page that something changed."""
        self.changes += 1
        for listener in self._listeners:
            listener.put_nowait({"kind": kind, "openid": openid})

    def listen(self) -> "asyncio.Queue[dict[str, Any] | None]":
        """A queue of changes; None on it means that the platform closes."""
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._listeners.add(queue)
        return queue

    def stop_listening(self, queue: "asyncio.Queue[dict[str, Any] | None]") -> None:
        self._listeners.discard(queue)

    async def let_go(self, _app: web.Application) -> None:
        """End the event streams, so that closing need not wait for the pages."""
        for listener in self._listeners:
            listener.put_nowait(None)
