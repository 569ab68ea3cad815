"""The sender of notices with a real store, a real Redis and the sandbox's platform to speak to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient
from redis.asyncio import Redis

from bot.notices import Means, Notices
from bot.wechat.client import Platform
from bot.wechat.crypto import Account
from bot.wechat.inbound import Inbound, Receipt, read_callback
from bot.wechat.tokens import TokenBroker
from bot.wechat.transport import StableToken, Transport
from cases.events import Event
from dialogs.texts import Texts
from notifications.catalog import notices_for
from notifications.outbox import NewRow, Row
from notifications.wordings import Wordings
from sandbox.platform import PlatformConfig
from storage.definitions import read
from storage.keys import Key
from storage.notices import load_notices, load_templates
from storage.redis.limits import Limits
from storage.sealing import Lookups, Sealer
from storage.sql.desk import DeskTask, DeskTasks
from storage.sql.outbox import SqlOutbox
from storage.sql.persons import Address, Persons
from storage.sql.session import Database
from tests.cases.journey import Journey

APP_ID, SECRET, TOKEN = "wx1234567890abcdef", "app-secret", "callback-token"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SERVICES = Path(__file__).parents[2] / "services"
ACCOUNT = Account.of(APP_ID, TOKEN, KEY)
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12 o'clock in China
PERSON = "p1"


@dataclass
class Hand:
    """A clock that a test moves."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    def later(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@dataclass
class Stores:
    database: Database
    redis: Redis
    session: aiohttp.ClientSession
    sealer: Sealer = field(default_factory=lambda: Sealer((Key("k1", bytes(range(32))),)))
    lookups: Lookups = field(default_factory=lambda: Lookups((Key("k2", bytes(range(32))),)))


@dataclass
class World:
    """What a test holds: the sender, the phone, and the case that things happen to."""

    stores: Stores
    clock: Hand
    phone: TestClient[web.Request, web.Application]
    config: PlatformConfig
    journey: Journey
    templates: Path
    ids: Any = field(default_factory=lambda: (f"row-{number}" for number in count(1)))
    receipts: list[str] = field(default_factory=list)
    means: Means = field(init=False)

    def __post_init__(self) -> None:
        self.means = self._means()

    @property
    def notices(self) -> Notices:
        return Notices(self.means)

    @property
    def openid(self) -> str:
        return self.config.phones[0].openid

    @property
    def outbox(self) -> SqlOutbox:
        return SqlOutbox(self.stores.database, self.stores.sealer, lambda: next(self.ids))

    def without_templates(self) -> None:
        self.means = replace(self.means, templates={})

    def _means(self) -> Means:
        stores, (texts, wordings) = self.stores, _henan()
        return Means(
            rows=self.outbox,
            addresses=Persons(stores.database, stores.sealer, stores.lookups),
            desk=DeskTasks(stores.database, stores.sealer),
            quotas=Limits(stores.redis, stores.sealer),
            platform=self._platform(),
            app_id=APP_ID,
            wordings={"henan": wordings},
            texts={"henan": texts},
            templates=load_templates(self.templates, wordings),
            speaker=self._speaker,
            clock=self.clock,
        )

    def _platform(self) -> Platform:
        url, session = str(self.phone.make_url("/platform")), self.stores.session
        fetch = StableToken(session, url, APP_ID, SECRET)
        broker = TokenBroker(self.stores.redis, "token", fetch, lambda: next(self.ids))
        limit = aiohttp.ClientTimeout(total=5)
        return Platform(session, url, (APP_ID, SECRET), Transport(session, url, broker, limit))

    def _speaker(self, app_id: str, openid: str) -> str:
        return self.stores.lookups.digest("address", f"{app_id}:{openid}")

    # ---- what happens

    async def know_her(self, *, followed: bool = True) -> None:
        persons = Persons(self.stores.database, self.stores.sealer, self.stores.lookups)
        address = Address("a1", PERSON, "wechat", APP_ID, self.openid, followed)
        await persons.save_address(address, self.clock())

    async def happens(self, *events: Event) -> tuple[NewRow, ...]:
        rows = notices_for(
            self.journey.case, events, self.journey.service, (), self.clock(), self.ids.__next__
        )
        await self.outbox.add(rows)
        return rows

    async def report(self, item: str, stage: Any, **rest: object) -> tuple[NewRow, ...]:
        self.journey.now = self.clock()
        return await self.happens(*self.journey.hear(item, stage, **rest).events)

    async def send(self) -> int:
        return await self.notices.send_due(self.clock())

    async def she_writes(self) -> None:
        """Opens the window for customer messages, on both sides."""
        await self.control("POST", f"phones/{self.openid}/say", {"type": "text", "text": "您好"})
        limits = Limits(self.stores.redis, self.stores.sealer)
        await limits.open_window(self._speaker(APP_ID, self.openid), "message", self.clock())

    async def fails(self, what: str, path: str = "template/send", **how: object) -> None:
        await self.control("POST", "failures", {"what": what, "path": path, **how})

    async def hears(self, request: web.Request) -> web.Response:
        """The callback of the service: only receipts matter here."""
        inbound = read_callback(
            ACCOUNT, request.query, await request.read(), int(self.clock.seconds())
        )
        assert isinstance(inbound, Inbound)
        if isinstance(inbound.said, Receipt):
            self.receipts.append(inbound.said.msg_id)
            await self.notices.settle(inbound.said, inbound.openid)
        return web.Response(text="success")

    # ---- what came of it

    async def control(self, verb: str, path: str, body: object = None) -> Any:
        response = await self.phone.request(verb, f"/control/platform/{path}", json=body)
        return await response.json()

    async def seen(self) -> list[Mapping[str, str]]:
        """The service notices on her phone: label → value."""
        phone = await self.control("GET", f"phones/{self.openid}")
        return [
            {one["label"]: one["value"] for one in notice["fields"]} for notice in phone["notices"]
        ]

    async def read(self) -> list[str]:
        """The customer messages in her chat."""
        phone = await self.control("GET", f"phones/{self.openid}")
        return [
            "".join(part["label"] for part in message["segments"])
            for message in phone["messages"]
            if message.get("via") == "customer"
        ]

    async def rows(self) -> list[Row]:
        return await self.outbox.of_case(self.journey.case.case_no)

    async def states(self) -> list[str]:
        return [row.state for row in await self.rows() if row.kind == "notice"]

    async def tasks(self) -> list[DeskTask]:
        return await DeskTasks(self.stores.database, self.stores.sealer).unfinished()

    async def violations(self) -> Any:
        return await self.control("GET", "violations")


@cache
def _henan() -> tuple[Texts, Wordings]:
    definition = read(SERVICES, "henan")
    return definition.texts, load_notices(SERVICES, definition)
