"""The way to Redis."""

import asyncio
from pathlib import Path

import pytest
from redis.asyncio import Redis

from storage.redis import connect
from storage.redis.connect import RedisAway, Script, connected, milliseconds, moment
from storage.redis.turns import Turns
from tests.storage.redis.given import SEALER, arrival

LUA = Path(connect.__file__).parent / "lua"


def test_a_time_comes_back() -> None:
    for n in range(1000):
        assert milliseconds(moment(1_795_000_000_000 + n)) == 1_795_000_000_000 + n


async def test_without_redis_there_is_one_word_for_it(tmp_path: Path) -> None:
    async with connected(f"unix://{tmp_path / 'nobody.sock'}") as client:
        with pytest.raises(RedisAway):
            await Turns(client, SEALER).receive(arrival())


async def test_a_redis_that_may_not_write_is_away(redis: Redis, redis_server: str) -> None:
    await redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(RedisAway):
            await Turns(redis, SEALER).receive(arrival())
    finally:
        await redis.config_set("maxmemory", 0)
    assert not await redis.exists("message:m1")


async def test_scripts_that_redis_forgot_are_told_again(redis: Redis) -> None:
    turns = Turns(redis, SEALER)
    await turns.receive(arrival("m1"))
    await redis.script_flush()
    await turns.receive(arrival("m2"))
    assert await redis.exists("message:m2")


async def test_more_callers_than_connections_wait(redis: Redis, redis_server: str) -> None:
    async with connected(redis_server, connections=2) as client:
        script = Script("facts")
        assert await asyncio.gather(*(script(client, 1) for _ in range(50))) == [[]] * 50


def test_every_script_is_used() -> None:
    code = "".join(path.read_text("utf-8") for path in LUA.parent.glob("*.py"))
    assert [path.stem for path in LUA.glob("*.lua") if f'"{path.stem}"' not in code] == []
