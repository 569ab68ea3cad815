"""One way to speak SQL to both, and transactions that hold."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from storage.sql.connect import connect
from storage.sql.session import Database, _numbered, _prepared, as_day, as_time

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=timezone(timedelta(hours=8)))


@pytest.fixture
async def records(database: str) -> AsyncIterator[Database]:
    async with connect(database) as opened:
        yield opened


def test_values_are_numbered_for_postgres() -> None:
    assert _numbered("a = ? AND b = ?") == "a = $1 AND b = $2"
    assert _prepared("postgres", "a IN ? AND b = ?", (("x", "y"), 1)) == (
        "a IN ($1, $2) AND b = $3",
        ["x", "y", 1],
    )
    assert _prepared("sqlite", "a IN ?", ((),)) == ("a IN (NULL)", [])


async def test_times_and_days_come_back_and_compare(records: Database) -> None:
    for number in range(3):
        await records.rows(
            "INSERT INTO timers (id, kind, case_no, item, due_at, attempts, lease_token)"
            " VALUES (?, '', '', '', ?, 0, '') RETURNING id",
            *(str(number), NOW + timedelta(milliseconds=500 * number)),
        )
    rows = await records.rows(
        "SELECT due_at FROM timers WHERE due_at <= ? ORDER BY due_at",
        (NOW + timedelta(milliseconds=500)).astimezone(UTC),
    )
    assert [as_time(row["due_at"]) for row in rows] == [NOW, NOW + timedelta(milliseconds=500)]
    assert as_day("2026-11-23") == as_day(date(2026, 11, 23))


async def _count(records: Database) -> int:
    (row,) = await records.rows("SELECT COUNT(*) AS count FROM counters")
    return int(row["count"])


async def test_a_block_that_raises_commits_nothing(records: Database) -> None:
    async def broken() -> None:
        async with records.transaction() as session:
            await session.run_many(
                "INSERT INTO counters (name, number) VALUES (?, ?)", [("a", 1), ("b", 2)]
            )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken()
    assert await _count(records) == 0


async def test_what_happens_outside_is_not_in_the_transaction(records: Database) -> None:
    """A task started inside a transaction speaks to the database, not to the transaction."""
    insert = "INSERT INTO counters (name, number) VALUES (?, 1) RETURNING name"

    async def broken(group: asyncio.TaskGroup) -> None:
        async with records.transaction() as session:
            await session.rows(insert, "inside")
            group.create_task(records.rows(insert, "outside"))
            raise ZeroDivisionError

    async with asyncio.TaskGroup() as group:
        with pytest.raises(ZeroDivisionError):
            await broken(group)
    assert await records.rows("SELECT name FROM counters") == [{"name": "outside"}]


async def test_a_transaction_cancelled_anywhere_lets_the_next_one_in(records: Database) -> None:
    insert = "INSERT INTO counters (name, number) VALUES (?, 1) RETURNING name"

    async def write(name: str) -> None:
        async with records.transaction() as session:
            await session.rows(insert, name)
            await session.rows(insert, name + "'")

    for number in range(60):
        task = asyncio.ensure_future(write(str(number)))  # noqa: TID251 - owned: awaited below
        for _ in range(number % 20):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await write("last")
    assert await _count(records) % 2 == 0
