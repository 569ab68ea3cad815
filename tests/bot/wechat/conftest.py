"""A client of the platform as the service wires it, and the platform to talk to."""

from collections.abc import AsyncIterator, Iterator
from itertools import count

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from redis.asyncio import Redis

from bot.wechat.client import Platform
from bot.wechat.tokens import TokenBroker
from bot.wechat.transport import StableToken, Transport
from tests.bot.wechat.platform import StandIn
from tests.bot.wechat.speaking import APP_ID

SECRET = "the-app-secret"


@pytest.fixture
def ids() -> Iterator[str]:
    return (f"id-{number}" for number in count())


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    stand_in = StandIn()
    async with TestServer(stand_in.application()) as server:
        stand_in.url = str(server.make_url("/platform"))
        yield stand_in


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def broker(
    session: aiohttp.ClientSession, stand_in: StandIn, redis: Redis, ids: Iterator[str]
) -> TokenBroker:
    fetch = StableToken(session, stand_in.url, APP_ID, SECRET)
    return TokenBroker(redis, f"token:{APP_ID}", fetch, lambda: next(ids))


@pytest.fixture
def transport(session: aiohttp.ClientSession, stand_in: StandIn, broker: TokenBroker) -> Transport:
    return Transport(session, stand_in.url, broker)


@pytest.fixture
def platform(session: aiohttp.ClientSession, stand_in: StandIn, transport: Transport) -> Platform:
    return Platform(session, stand_in.url, (APP_ID, SECRET), transport)
