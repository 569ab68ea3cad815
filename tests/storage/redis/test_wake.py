import asyncio

import pytest
from redis.asyncio import Redis

from storage.redis.wake import Wake

LONG = 30.0


async def test_a_wake_reaches_every_loop_of_the_process(redis: Redis) -> None:
    wake = Wake(redis)
    async with asyncio.TaskGroup() as group:
        loops = [group.create_task(wake.wait(LONG)) for _ in range(3)]
        group.create_task(_soon(wake))
    assert all(loop.result() for loop in loops)


async def _soon(wake: Wake) -> None:
    wake.wake_soon()


async def test_a_wake_while_at_work_is_not_lost(redis: Redis) -> None:
    wake = Wake(redis)
    assert not await wake.wait(0)
    wake.wake_soon()
    assert await wake.wait(LONG)
    assert not await wake.wait(0)


@pytest.mark.parametrize("soon", [True, False])
async def test_a_wake_reaches_other_processes(redis: Redis, soon: bool) -> None:
    ours, theirs = Wake(redis), Wake(redis)
    async with asyncio.TaskGroup() as group:
        relays = [group.create_task(one.relay()) for one in (ours, theirs)]
        waiting = group.create_task(theirs.wait(LONG))
        while not waiting.done():
            if soon:
                ours.wake_soon()
            else:
                await ours.wake()
            await asyncio.wait([waiting], timeout=0.05)  # until the other one listens
        for relay in relays:
            relay.cancel()
    assert waiting.result()


async def test_without_redis_a_wake_still_works_at_home() -> None:
    wake = Wake(Redis(unix_socket_path="/nowhere"))
    assert not await wake.wait(0)
    await wake.wake()
    assert await wake.wait(LONG)
