"""The wire: replies in order, trouble as an exception, and a new connection after the old one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import NoScriptError, ResponseError

from storage.redis.connect import RedisAway, Script
from storage.redis.wire import Wire, wired


@pytest.fixture
async def wire(redis_server: str, redis: Redis) -> AsyncIterator[Wire]:
    async with wired(redis_server) as opened:
        yield opened


async def test_everybody_gets_the_reply_to_their_own_command(wire: Wire) -> None:
    said = await asyncio.gather(*(wire.eval("return ARGV[1]", 0, str(n)) for n in range(200)))
    assert said == [str(n).encode() for n in range(200)]


async def test_a_cancelled_caller_leaves_the_others_their_replies(wire: Wire) -> None:
    async with asyncio.TaskGroup() as group:
        gone = group.create_task(wire.eval("return 'gone'", 0))
        kept = group.create_task(wire.eval("return 'kept'", 0))
        await asyncio.sleep(0)
        gone.cancel()
    assert await kept == b"kept"


async def test_an_unknown_script_and_a_broken_one_are_told_apart(wire: Wire) -> None:
    with pytest.raises(NoScriptError):
        await wire.evalsha("0" * 40, 0)
    with pytest.raises(ResponseError, match="wrong"):
        await wire.eval("return redis.error_reply('wrong')", 0)


async def test_a_script_of_ours_finds_its_way(wire: Wire, redis: Redis) -> None:
    await redis.script_flush()
    assert await Script("release")(wire, "nobody", "token") == 0


async def test_what_is_under_way_fails_with_the_connection_and_the_next_call_works(
    wire: Wire,
) -> None:
    assert await wire.eval("return 1", 0) == 1
    under_way = asyncio.ensure_future(wire.eval("return 1", 0))  # noqa: TID251 — awaited below
    await asyncio.sleep(0)
    wire.close()
    with pytest.raises(NoConnection):
        await under_way
    assert await wire.eval("return 2", 0) == 2


async def test_a_server_that_hangs_up_is_called_again(wire: Wire, redis: Redis) -> None:
    assert await wire.eval("return 1", 0) == 1
    await redis.client_kill_filter(_type="normal", skipme=True)
    with suppress(NoConnection):  # unless the end was seen already
        await wire.eval("return 2", 0)
    assert await wire.eval("return 3", 0) == 3


async def test_a_redis_that_is_not_there_is_away() -> None:
    async with wired("unix:///nowhere/redis.sock") as wire:
        with pytest.raises(RedisAway):
            await Script("release")(wire, "nobody", "token")


async def test_the_database_of_the_address_is_chosen(redis_server: str, redis: Redis) -> None:
    async with wired(f"{redis_server}?db=3") as wire:
        await wire.eval("return redis.call('SET', 'here', '1')", 0)
    assert await redis.get("here") is None
