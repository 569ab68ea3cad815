"""A small city for the tests of the edge: SQLite, five phones, a worker at work."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from sandbox.platform.config import PhoneSpec, openid_of
from tests.journeys.city import City, city

PHONES = tuple(PhoneSpec(openid_of(f"nr-{n}"), f"{n}号（虚构）", "退休人员") for n in range(5))


@pytest.fixture
async def henan(tmp_path: Path, redis_server: str, redis: Redis) -> AsyncIterator[City]:
    """The province's city with its neighbours; what the database is does not matter here."""
    database = f"sqlite://{tmp_path / 'records.sqlite3'}"
    async with city(
        tmp_path / "var", redis_server, database, platform={"phones": PHONES}
    ) as opened:
        yield opened
