"""A timer that is due is looked at by one worker, and by another when that one has vanished."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from storage.sql.records import NewTimer
from storage.sql.session import Database
from storage.sql.timers import Timers
from tests.contracts.samples import NOW

LEASE = timedelta(seconds=30)


@pytest.fixture
def timers(records: Database, ids: Iterator[str]) -> Timers:
    return Timers(records, ids.__next__)


def _timer(number: int) -> NewTimer:
    return NewTimer(f"t-{number}", "overdue", NOW + timedelta(seconds=number), "case", "HN03")


async def test_what_is_due_is_claimed_once_oldest_first(timers: Timers) -> None:
    await timers.set([_timer(n) for n in (3, 1, 2, 99)])
    claims = await asyncio.gather(
        *(timers.claim(2, NOW + timedelta(seconds=10), LEASE) for _ in range(4))
    )
    assert sorted(one.id for claim in claims for one in claim) == ["t-1", "t-2", "t-3"]
    assert await timers.next_due() == NOW + timedelta(seconds=1)


async def test_a_vanished_workers_timer_is_claimed_again(timers: Timers) -> None:
    await timers.set([_timer(0)])
    (held,) = await timers.claim(1, NOW, LEASE)
    (taken,) = await timers.claim(1, NOW + LEASE, LEASE)
    assert taken.attempts == 2
    assert not await timers.done(held)
    assert await timers.done(taken)
    assert await timers.next_due() is None


async def test_a_timer_set_anew_while_held_stays(timers: Timers) -> None:
    await timers.set([_timer(0)])
    (held,) = await timers.claim(1, NOW, LEASE)
    await timers.set([NewTimer("t-0", "overdue", NOW + LEASE)])
    assert not await timers.done(held)
    assert await timers.next_due() == NOW + LEASE


async def test_a_timer_may_fall_due_again(timers: Timers) -> None:
    await timers.set([_timer(0)])
    (held,) = await timers.claim(1, NOW, LEASE)
    assert await timers.again(held, NOW + timedelta(days=1))
    assert await timers.claim(1, NOW + LEASE, LEASE) == []
