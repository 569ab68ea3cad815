"""One city is enough to look at the routes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.journeys.city import City, city


@pytest.fixture
async def henan(tmp_path: Path, redis_server: str, redis: Redis) -> AsyncIterator[City]:
    """The whole city on SQLite."""
    url = f"sqlite://{tmp_path / 'records.sqlite3'}"
    async with city(tmp_path / "var", redis_server, url) as opened:
        yield opened
