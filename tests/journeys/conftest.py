"""Cities to travel in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.journeys.city import City, city


@pytest.fixture
async def henan(
    tmp_path: Path, redis_server: str, redis: Redis, database: str
) -> AsyncIterator[City]:
    """The province's whole city, on SQLite and on PostgreSQL."""
    async with city(tmp_path / "var", redis_server, database) as opened:
        yield opened
