"""The servers a test may ask for: real ones, started once a session, emptied before each test."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from redis.asyncio import BlockingConnectionPool, Redis

from storage.embedded import embedded_redis
from storage.errors import ServerUnavailable
from storage.launch import runtime_folder
from tests.servers import embedded_postgres, empty_tables


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-transcripts",
        action="store_true",
        help="write down what is answered now (tests/transcripts); read the difference",
    )


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The `unix://` URL of a Redis of this session's own."""
    with ExitStack() as stack:
        yield _started("Redis", embedded_redis(tmp_path_factory.mktemp("redis")), stack)


@pytest.fixture
async def redis(redis_server: str) -> AsyncIterator[Redis]:
    """A client of an empty Redis, set up as the service sets it up."""
    pool = BlockingConnectionPool.from_url(redis_server, max_connections=16, socket_timeout=None)
    async with Redis.from_pool(pool) as client:
        await client.flushall()
        yield client


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL of this session's own; one database for all tests."""
    with ExitStack() as stack:
        # not under pytest's folder, which a server running as `nobody` cannot reach
        folder = stack.enter_context(runtime_folder())
        yield _started("PostgreSQL", embedded_postgres(folder, fsync=False), stack)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind in turn, as DATABASE_URL names it. SQLite: a fresh file."""
    if request.param == "sqlite":
        return f"sqlite://{tmp_path / 'records.sqlite3'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
async def database(database_url: str) -> str:
    """`database_url` with nothing in its tables."""
    await empty_tables(database_url)
    return database_url


def _started(name: str, server: AbstractContextManager[str], stack: ExitStack) -> str:
    """The server's URL; where it cannot run, the tests that need it are skipped and say why."""
    try:
        return stack.enter_context(server)
    except ServerUnavailable as reason:
        pytest.skip(f"{name}: {reason}")
