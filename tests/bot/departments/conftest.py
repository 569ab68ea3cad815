from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pytest_aiohttp.plugin import AiohttpClient
from redis.asyncio import Redis

from storage.keys import Key
from storage.redis.limits import Limits
from storage.sealing import Sealer
from storage.sql.connect import connect
from tests.bot.departments.world import World, henan_plan


@pytest.fixture
async def world(
    database: str, redis: Redis, tmp_path: Path, aiohttp_client: AiohttpClient
) -> AsyncIterator[World]:
    """The department edge on a real database and a real Redis, answering over HTTP."""
    sealer = Sealer((Key("k1", bytes(range(32))),))
    async with connect(database) as opened:
        world = World.made(opened, sealer, Limits(redis, sealer), tmp_path, henan_plan())
        world.client = await aiohttp_client(world.app())
        world.write_connections()
        yield world
