import asyncio
from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest
from redis.asyncio import Redis

from bot.wechat.tokens import Fresh, TokenBroker, TokenUnavailable, lifetime


class Source:
    """A platform that counts how often it is asked; the last value is given again and again."""

    def __init__(self, *values: str, fails: bool = False) -> None:
        self.values = list(values)
        self.forced: list[bool] = []
        self.fails = fails

    async def __call__(self, *, force: bool) -> Fresh:
        self.forced.append(force)
        await asyncio.sleep(0)  # let the others come and find the lock
        if self.fails:
            raise TokenUnavailable("40125")
        return Fresh(self.values.pop(0) if len(self.values) > 1 else self.values[0], 7200)


Process: TypeAlias = Callable[[Source], TokenBroker]


@pytest.fixture
def process(redis: Redis, ids: Iterator[str]) -> Process:
    """Make the broker of one process; all of them share the Redis."""
    return lambda source: TokenBroker(redis, "token:wx1", source, lambda: next(ids))


async def test_twenty_cold_tasks_of_two_processes_ask_once(process: Process) -> None:
    source = Source("A" * 600, "B" * 600)
    brokers = [process(source), process(source)] * 10
    tokens = await asyncio.gather(*(broker.current() for broker in brokers))
    assert set(tokens) == {"A" * 600}
    assert source.forced == [False]


async def test_twenty_tasks_with_the_same_bad_token_renew_once(process: Process) -> None:
    source = Source("A", "B", "C")
    broker = process(source)
    assert await broker.current() == "A"
    tokens = await asyncio.gather(*(broker.renew("A") for _ in range(20)))
    assert set(tokens) == {"B"}
    assert source.forced == [False, False]


async def test_a_token_that_is_no_longer_current_renews_nothing(process: Process) -> None:
    source = Source("A", "B", "C")
    broker = process(source)
    await broker.current()
    await broker.renew("A")
    assert await broker.renew("A") == "B"
    assert len(source.forced) == 2


async def test_the_platform_is_forced_only_if_it_insists_and_only_now_and_then(
    process: Process,
) -> None:
    source = Source("A", "A", "B")
    broker = process(source)
    assert await broker.current() == "A"
    assert await broker.renew("A") == "B"
    assert source.forced == [False, False, True]
    assert await broker.renew("B") == "B"  # the same again: and no second force within 30 s
    assert source.forced == [False, False, True, False]


async def test_a_failure_speaks_for_all_who_ask(process: Process) -> None:
    source = Source("A", fails=True)
    broker = process(source)
    results = await asyncio.gather(*(broker.current() for _ in range(5)), return_exceptions=True)
    assert [str(result) for result in results] == ["40125"] * 5
    assert len(source.forced) == 1


async def test_after_a_failure_the_next_one_asks_again(process: Process, redis: Redis) -> None:
    source = Source("A", fails=True)
    broker = process(source)
    with pytest.raises(TokenUnavailable):
        await broker.current()
    assert 0 < await redis.pttl("wechat:token:wx1:failed") <= 1000
    await redis.delete("wechat:token:wx1:failed")  # as if that second had passed
    source.fails = False
    assert await broker.current() == "A"


async def test_a_dead_process_holds_the_lock_for_a_while_only(
    process: Process, redis: Redis
) -> None:
    await redis.set("wechat:token:wx1:lock", "the dead one", px=80)
    assert await process(Source("A")).current() == "A"


async def test_nobody_releases_a_lock_of_somebody_else(process: Process, redis: Redis) -> None:
    class Slow(Source):
        async def __call__(self, *, force: bool) -> Fresh:
            await redis.set("wechat:token:wx1:lock", "another one")
            return await super().__call__(force=force)

    await process(Slow("A")).current()
    assert await redis.get("wechat:token:wx1:lock") == b"another one"


async def test_a_token_is_kept_until_shortly_before_its_end(process: Process, redis: Redis) -> None:
    await process(Source("A")).current()
    assert 6890 < await redis.ttl("wechat:token:wx1") <= 6900
    assert (lifetime(7200), lifetime(300), lifetime(4), lifetime(0)) == (6900, 225, 3, 1)


def test_a_token_is_never_shown() -> None:
    assert "secret-token" not in repr(Fresh("secret-token", 7200))
