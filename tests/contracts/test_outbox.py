"""A row is one worker's at a time, order holds per key, and a late holder changes nothing."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from notifications.outbox import Outbox, Row, RowKind, RowState
from storage.sealing import Sealer
from storage.sql.connect import connect
from storage.sql.outbox import SqlOutbox
from storage.sql.session import Database
from tests.contracts.samples import NOW, row

LATER = NOW + timedelta(hours=1)
LEASE = timedelta(seconds=30)
NOTICES: tuple[RowKind, ...] = ("notice",)
TASKS: tuple[RowKind, ...] = ("task",)
ALL: tuple[RowKind, ...] = ("task", "withdrawal", "notice", "customer")


@pytest.fixture
async def workers(database: str, sealer: Sealer) -> AsyncIterator[list[SqlOutbox]]:
    """Four workers, each with a connection of its own, as four processes would have."""
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(connect(database, 1)) for _ in range(4)]
        yield [
            SqlOutbox(one, sealer, iter(f"w{n}-{t}" for t in range(10_000)).__next__)
            for n, one in enumerate(opened)
        ]


async def test_the_store_is_an_outbox(outbox: SqlOutbox) -> None:
    port: Outbox = outbox
    assert await port.add([row(1)]) == 1


async def test_a_row_comes_back_as_it_was_queued(outbox: SqlOutbox) -> None:
    await outbox.add([row(1)])
    (claimed,) = await outbox.claim(ALL, 10, LATER, LEASE)
    assert claimed.payload == row(1).payload
    assert (claimed.state, claimed.attempts, claimed.lease_until) == ("leased", 1, LATER + LEASE)
    assert await outbox.claim(ALL, 10, LATER, LEASE) == []


async def test_four_workers_never_share_a_row_and_keep_the_order(workers: list[SqlOutbox]) -> None:
    rows = [row(n, key=f"person-{n % 30}") for n in range(240)]
    await workers[0].add(rows)
    sent = list[Row]()

    async def work(worker: SqlOutbox) -> None:
        while claimed := await worker.claim(ALL, 7, LATER, LEASE):
            assert len({one.order_key for one in claimed}) == len(claimed)
            for one in claimed:
                sent.append(one)
                assert await worker.finish(one, LATER)

    while len(sent) < len(rows):  # a worker ends while others hold the heads of all keys
        await asyncio.gather(*map(work, workers))
    assert max(Counter(one.id for one in sent).values()) == 1
    for key in {one.order_key for one in sent}:
        seqs = [one.seq for one in sent if one.order_key == key]
        assert seqs == sorted(seqs)


async def test_the_next_of_a_key_waits_until_the_first_has_ended(outbox: SqlOutbox) -> None:
    await outbox.add([row(1, key="k"), row(2, key="k")])
    (first,) = await outbox.claim(ALL, 10, LATER, LEASE)
    assert await outbox.claim(ALL, 10, LATER, LEASE) == []
    assert await outbox.retry_later(first, LATER + LEASE, "busy")
    assert await outbox.claim(ALL, 10, LATER, LEASE) == []
    (again,) = await outbox.claim(ALL, 10, LATER + LEASE, LEASE)
    assert (again.id, again.attempts, again.error) == ("row-1", 2, "busy")
    assert await outbox.finish(again, LATER, "msg-1")
    (second,) = await outbox.claim(ALL, 10, LATER, LEASE)
    assert second.id == "row-2"


@pytest.mark.parametrize("end", ["failed", "uncertain", "dropped"])
async def test_a_definite_end_releases_the_next(outbox: SqlOutbox, end: RowState) -> None:
    await outbox.add([row(1, key="k"), row(2, key="k")])
    (first,) = await outbox.claim(ALL, 10, LATER, LEASE)
    verb = {"failed": outbox.fail, "uncertain": outbox.uncertain, "dropped": outbox.drop}[end]
    assert await verb(first, LATER, "why")
    (second,) = await outbox.claim(ALL, 10, LATER, LEASE)
    assert second.id == "row-2"
    ended = await outbox.by_id("row-1")
    assert ended is not None
    assert (ended.state, ended.error) == (end, "why")


async def test_only_what_is_due_and_of_the_kind_is_claimed(outbox: SqlOutbox) -> None:
    await outbox.add([row(1), row(2, "task"), row(500)])
    claimed = await outbox.claim(NOTICES, 10, NOW + timedelta(seconds=60), LEASE)
    assert [one.id for one in claimed] == ["row-1"]
    assert await outbox.next_due(NOTICES) == NOW + timedelta(seconds=500)


async def test_a_late_holder_changes_nothing(outbox: SqlOutbox) -> None:
    await outbox.add([row(1, "task")])
    (late,) = await outbox.claim(ALL, 1, LATER, LEASE)
    assert await outbox.give_back(TASKS, LATER) == 0
    assert await outbox.give_back(TASKS, LATER + LEASE) == 1
    (other,) = await outbox.claim(ALL, 1, LATER + LEASE, LEASE)
    assert not await outbox.finish(late, LATER)
    assert not await outbox.retry_later(late, LATER, "late")
    assert not await outbox.remember(late, "c-1")
    assert await outbox.finish(other, LATER)


async def test_a_vanished_holders_notice_is_decided_by_one(workers: list[SqlOutbox]) -> None:
    await workers[0].add([row(1)])
    (held,) = await workers[0].claim(NOTICES, 1, LATER, LEASE)
    assert await workers[0].remember(held, "c-1")
    taken = await asyncio.gather(
        *(one.take_over(NOTICES, 5, LATER + LEASE, LEASE) for one in workers)
    )
    (only,) = [one for batch in taken for one in batch]
    assert (only.id, only.client_msg_id) == ("row-1", "c-1")


async def test_a_task_waits_for_the_applications_pdf(outbox: SqlOutbox) -> None:
    await outbox.add([replace(row(1, "task"), case_no="c", after_form=True)])
    assert await outbox.claim(ALL, 1, LATER, LEASE) == []
    assert await outbox.release("c") == 1
    assert len(await outbox.claim(ALL, 1, LATER, LEASE)) == 1


async def test_pulled_tasks_have_places_that_no_cursor_misses(outbox: SqlOutbox) -> None:
    await outbox.add([replace(row(n, "task"), connection="hn-health") for n in range(6)])
    claimed = await outbox.claim(ALL, 6, LATER, LEASE)
    places = await asyncio.gather(*(outbox.publish(one, LATER) for one in claimed))
    assert sorted(places) == [1, 2, 3, 4, 5, 6]
    assert await outbox.publish(claimed[0], LATER) == 0
    first = await outbox.tasks_after("hn-health", 0, 4)
    rest = await outbox.tasks_after("hn-health", first[-1].pull_seq, 4)
    assert [one.pull_seq for one in (*first, *rest)] == [1, 2, 3, 4, 5, 6]
    assert await outbox.tasks_after("hn-hrss", 0, 4) == []
    (acked,) = await outbox.ack("hn-health", first[0].order_key, LATER)
    assert (acked.id, acked.acked_at) == (first[0].id, LATER)
    assert await outbox.ack("hn-health", first[0].order_key, LATER) == []


async def test_a_receipt_finds_its_row_and_settles_it(outbox: SqlOutbox) -> None:
    await outbox.add([row(1), row(2)])
    first, second = await outbox.claim(ALL, 2, LATER, LEASE)
    await outbox.finish(first, LATER, "msg-77")
    found = await outbox.by_provider_id("msg-77")
    assert found is not None
    assert found.id == first.id
    assert await outbox.settle(first.id, "failed", LATER, "blocked")
    assert not await outbox.settle(second.id, "sent", LATER)
    assert await outbox.by_provider_id("") is None


async def test_what_is_stuck_is_listed(outbox: SqlOutbox) -> None:
    await outbox.add([row(n, "task") for n in range(1, 5)])
    first, second, third = await outbox.claim(ALL, 3, LATER, LEASE)
    await outbox.uncertain(first, LATER, "timeout")
    await outbox.fail(second, LATER, "rejected")
    await outbox.finish(third, LATER)
    assert [one.id for one in await outbox.stuck(LATER)] == ["row-1", "row-2", "row-4"]
    assert [one.id for one in await outbox.stuck(NOW)] == ["row-1", "row-2"]


async def test_what_is_overtaken_is_dropped_unless_on_its_way(outbox: SqlOutbox) -> None:
    await outbox.add([row(1, key="k"), row(2, key="k"), row(3, key="k")])
    await outbox.claim(ALL, 1, LATER, LEASE)
    assert [one.id for one in await outbox.queued_of("k")] == ["row-2", "row-3"]
    assert await outbox.drop_queued(["row-1", "row-2"], LATER, "merged") == 1
    assert [one.id for one in await outbox.queued_of("k")] == ["row-3"]


async def test_a_campaign_is_queued_once_in_batches(outbox: SqlOutbox, records: Database) -> None:
    audience = [row(n) for n in range(2500)]
    assert await outbox.add(audience) == 2500
    assert await outbox.add([*audience[:10], row(9000)]) == 1
    (count,) = await records.rows("SELECT COUNT(*) AS queued FROM outbox")
    assert count["queued"] == 2501
