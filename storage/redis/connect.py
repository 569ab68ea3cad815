"""The way to Redis: one pool, scripts by their digest, and one word for “Redis is away”.

Every step of ours is one Lua script, so that it happens whole or not at all. The scripts name
their keys themselves (whose queue an address leads to is known only inside), so this is for one
Redis with replicas, not for Redis Cluster.
"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import (
    ConnectionError as NoConnection,
)
from redis.exceptions import (
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
)
from redis.exceptions import (
    TimeoutError as TookTooLong,
)

from storage.errors import StorageError

CONNECTIONS = 64
SECONDS_FOR_A_CONNECTION = 4.0
"""After this the citizen has to be told: the platform waits 5 s."""

_LUA = Path(__file__).parent / "lua"

Reply: TypeAlias = Any
"""What a script returned: bytes, integers, None and lists of them; read where it is asked for."""

Words: TypeAlias = tuple[str | bytes | int, ...]
"""Arguments of a script."""


class RedisAway(StorageError):
    """Redis does not answer or does not accept writes: nothing may be claimed to be saved."""


@asynccontextmanager
async def connected(url: str, connections: int = CONNECTIONS) -> AsyncIterator[Redis]:
    """A client of the Redis at `url` (`unix://…`, `redis://…`), for the length of the block.

    Connections are made when they are needed; when all are in use a caller waits for one.
    Nothing is repeated by itself: a repeated script might count twice.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=SECONDS_FOR_A_CONNECTION,
        socket_timeout=None,  # 60 µs a call; the turn has one time limit around it
        socket_connect_timeout=SECONDS_FOR_A_CONNECTION,
    )
    async with Redis.from_pool(pool) as client:
        yield client


def milliseconds(at: datetime) -> int:
    """A time as the scripts count it."""
    return round(at.timestamp() * 1000)


def moment(milliseconds_: float) -> datetime:
    """The time that `milliseconds` gave."""
    return datetime.fromtimestamp(milliseconds_ / 1000, UTC)


class Scripts(Protocol):
    """What runs scripts: redis-py's client, or a `Wire`."""

    def evalsha(self, sha: str, numkeys: int, *arguments: Any) -> Any:
        """Run the script with this digest; raises NoScriptError when the server has it not."""

    def eval(self, script: str, numkeys: int, *arguments: Any) -> Any:
        """Run this script."""


class Script:
    """A Lua script of ours: `Script("claim", "receive")` is both files, one after the other."""

    __slots__ = ("_sha", "_text")

    def __init__(self, *names: str) -> None:
        self._text = "\n".join((_LUA / f"{name}.lua").read_text("utf-8") for name in names)
        self._sha = hashlib.sha1(self._text.encode()).hexdigest()  # noqa: S324 - Redis' own name

    async def __call__(self, client: Scripts, *arguments: str | bytes | int) -> Reply:
        """Run it with these arguments; raises `RedisAway`."""
        try:
            try:
                return await client.evalsha(self._sha, 0, *arguments)
            except NoScriptError:
                return await client.eval(self._text, 0, *arguments)
        except (NoConnection, TookTooLong, OSError, OutOfMemoryError, ReadOnlyError) as error:
            raise RedisAway from error
        except ResponseError as error:
            if str(error).startswith(_CANNOT_WRITE):
                raise RedisAway from error
            raise


_CANNOT_WRITE = ("MISCONF", "NOREPLICAS", "MASTERDOWN", "CLUSTERDOWN", "OOM", "READONLY")
