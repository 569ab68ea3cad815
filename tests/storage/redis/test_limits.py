"""What may be done only so often."""

import asyncio
from datetime import date, timedelta

import pytest
from redis.asyncio import Redis

from storage.redis.limits import Limits, Purse
from storage.redis.turns import Turns
from tests.storage.redis.given import NOW, SEALER, arrival

DAY = date(2026, 11, 21)
PHONE = "her-phone"


@pytest.fixture
def limits(redis: Redis) -> Limits:
    return Limits(redis, SEALER)


async def test_a_person_looks_up_three_times_a_day(limits: Limits) -> None:
    asked = [await limits.may_look_up("p1", f"number {n}", f"e{n}", DAY) for n in range(4)]
    assert asked == [True, True, True, False]
    assert await limits.may_look_up("p1", "number 9", "e9", DAY + timedelta(days=1))


async def test_an_id_number_is_looked_up_three_times_a_day(limits: Limits) -> None:
    asked = [await limits.may_look_up(f"p{n}", "number", f"e{n}", DAY) for n in range(4)]
    assert asked == [True, True, True, False]


async def test_an_errand_that_is_repeated_counts_once(limits: Limits) -> None:
    assert all([await limits.may_look_up("p1", "number", "e1", DAY) for _ in range(9)])


async def test_a_ticket_works_once(redis: Redis, limits: Limits) -> None:
    await limits.issue("secret", b"whose login")
    (key,) = [key async for key in redis.scan_iter()]
    assert b"secret" not in bytes(key)
    assert 1790 < await redis.ttl(key) <= 1800
    brought = await asyncio.gather(*(limits.redeem("secret") for _ in range(5)))
    assert sorted(brought, key=str) == [None] * 4 + [b"whose login"]
    assert await limits.redeem("unknown") is None


async def test_nothing_is_sent_to_who_never_wrote(limits: Limits) -> None:
    assert not await limits.may_send(PHONE, NOW)


async def test_a_message_opens_five_sends_in_two_days(redis: Redis, limits: Limits) -> None:
    await Turns(redis, SEALER).receive(arrival("m1", opens="message"))
    assert [await limits.may_send(PHONE, NOW) for _ in range(6)] == [True] * 5 + [False]
    await limits.open_window(PHONE, "message", NOW)
    assert await limits.may_send(PHONE, NOW + timedelta(hours=47, minutes=59))
    assert not await limits.may_send(PHONE, NOW + timedelta(hours=48))


async def test_a_tap_opens_three_sends_in_a_minute(redis: Redis, limits: Limits) -> None:
    await Turns(redis, SEALER).receive(arrival("m1", opens="tap"))
    assert [await limits.may_send(PHONE, NOW) for _ in range(4)] == [True] * 3 + [False]
    await limits.open_window(PHONE, "tap", NOW)
    assert not await limits.may_send(PHONE, NOW + timedelta(seconds=60))


async def test_a_tap_takes_nothing_from_a_message(limits: Limits) -> None:
    await limits.open_window(PHONE, "message", NOW)
    await limits.open_window(PHONE, "tap", NOW)
    assert sum([await limits.may_send(PHONE, NOW) for _ in range(10)]) == 8


async def test_a_redelivery_opens_nothing(redis: Redis, limits: Limits) -> None:
    turns = Turns(redis, SEALER)
    await turns.receive(arrival("m1", opens="tap"))
    assert all([await limits.may_send(PHONE, NOW) for _ in range(3)])
    await turns.receive(arrival("m1", opens="tap"))
    assert not await limits.may_send(PHONE, NOW)


async def test_at_once_no_more_are_sent_than_may_be(limits: Limits) -> None:
    await limits.open_window(PHONE, "message", NOW)
    allowed = await asyncio.gather(*(limits.may_send(PHONE, NOW) for _ in range(20)))
    assert sum(allowed) == 5


async def test_a_nonce_works_once_per_sender(limits: Limits) -> None:
    assert await limits.first_use("hn-hrss", "n1")
    assert not await limits.first_use("hn-hrss", "n1")
    assert await limits.first_use("hn-medical", "n1")


async def test_a_purse_fills_at_its_rate(limits: Limits) -> None:
    purse = Purse("templates", rate=10, most=20)
    assert await limits.take(purse, 20, NOW) is None
    assert await limits.take(purse, 5, NOW) == timedelta(milliseconds=500)
    assert await limits.take(purse, 5, NOW + timedelta(milliseconds=500)) is None
    assert await limits.take(purse, 1, NOW) is not None  # a clock that is behind


async def test_campaigns_leave_the_reserve_to_status_messages(limits: Limits) -> None:
    status = Purse("templates", rate=1, most=10)
    campaign = Purse("templates", rate=1, most=10, reserve=4)
    assert await limits.take(campaign, 6, NOW) is None
    assert await limits.take(campaign, 1, NOW) == timedelta(seconds=1)
    assert await limits.take(status, 4, NOW) is None


async def test_what_never_fits_is_a_mistake(limits: Limits) -> None:
    with pytest.raises(ValueError, match="never fit"):
        await limits.take(Purse("templates", rate=1, most=10, reserve=4), 7, NOW)
