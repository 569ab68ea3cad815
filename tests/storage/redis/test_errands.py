"""Errands: at least once, customer messages at most once."""

import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from storage.redis.errands import LEASE, Errands, errand_id, pause_after
from tests.storage.redis.given import NOW, SEALER, errand

DUE = NOW + timedelta(seconds=10)


@pytest.fixture
def errands(redis: Redis) -> Errands:
    return Errands(redis, SEALER)


def test_the_same_work_has_the_same_id() -> None:
    assert errand_id("d1", 3, "photo", "media") == "d1:3:photo:media"
    assert errand_id("d1", 3, "submit") == "d1:3:submit"


async def test_who_saved_an_errand_has_it_for_itself_at_first(errands: Errands) -> None:
    await errands.add([errand()])
    assert await errands.claim(NOW) == ()
    (mine,) = await errands.claim(DUE)
    assert (mine.id, mine.payload, mine.attempts) == (errand().id, errand().payload, 1)


async def test_a_lease_keeps_others_off_until_it_ends(errands: Errands) -> None:
    await errands.add([errand()])
    assert len(await errands.claim(DUE)) == 1
    assert await errands.claim(DUE + LEASE - timedelta(seconds=1)) == ()
    (again,) = await errands.claim(DUE + LEASE)
    assert again.attempts == 2
    await errands.finish(again.id)
    assert await errands.claim(DUE + 9 * LEASE) == ()


async def test_many_workers_share_the_errands(errands: Errands) -> None:
    await errands.add([errand(f"e{n:02}") for n in range(30)])
    batches = await asyncio.gather(*(errands.claim(DUE, most=7) for _ in range(6)))
    taken = [one.id for batch in batches for one in batch]
    assert sorted(taken) == [f"e{n:02}" for n in range(30)]


async def test_an_errand_that_is_there_is_not_added_again(errands: Errands) -> None:
    await errands.add([errand(), errand()])
    await errands.claim(DUE)
    await errands.add([errand()])
    assert await errands.claim(DUE) == ()


async def test_pauses_grow_to_an_hour() -> None:
    pauses = [pause_after(n).total_seconds() for n in range(1, 15)]
    assert pauses[:4] == [2, 4, 8, 16]
    assert pauses == sorted(pauses)
    assert pause_after(10**6) == timedelta(hours=1)


async def test_what_failed_is_tried_again_later(errands: Errands) -> None:
    await errands.add([errand()])
    (mine,) = await errands.claim(DUE)
    due = await errands.retry_later(mine, DUE)
    assert due == DUE + timedelta(seconds=2)
    assert await errands.claim(due - timedelta(seconds=1)) == ()
    assert len(await errands.claim(due)) == 1


async def test_what_is_finished_cannot_be_tried_again(errands: Errands) -> None:
    await errands.add([errand()])
    (mine,) = await errands.claim(DUE)
    await errands.finish(mine.id)
    await errands.retry_later(mine, DUE)
    assert await errands.claim(DUE + LEASE) == ()


async def test_one_sender_gets_a_customer_message(errands: Errands) -> None:
    await errands.add([errand("s1", "say")])
    allowed = await asyncio.gather(*(errands.begin_saying("s1") for _ in range(5)))
    assert sum(allowed) == 1
    assert await errands.claim(DUE + LEASE) == ()
