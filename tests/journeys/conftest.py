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
    """The province's whole city, on SQLite and on PostgreSQL; tasks leave at once."""
    async with city(tmp_path / "var", redis_server, database) as opened:
        yield opened


@pytest.fixture
async def henan_in_no_hurry(
    tmp_path: Path, redis_server: str, redis: Redis, database: str
) -> AsyncIterator[City]:
    """The same with ten minutes for taking back."""
    async with city(tmp_path / "var", redis_server, database, take_back_seconds=600) as opened:
        yield opened
