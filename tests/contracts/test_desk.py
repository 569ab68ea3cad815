"""Desk tasks, draft facts and calendars."""

import asyncio
from dataclasses import replace
from datetime import date

from storage.sealing import Sealer
from storage.sql.desk import DeskTasks
from storage.sql.facts import Calendars, DraftFact, DraftFacts
from storage.sql.records import NewDeskTask
from storage.sql.session import Database
from tests.contracts.samples import NOW

TASK = NewDeskTask("t-1", "human", NOW, "person-1", question="name", note="请回电", due_at=NOW)
FACT = DraftFact("d-1", "person-1", "henan", 3, "bank_card", date(2026, 11, 20))


async def test_a_desk_task_is_taken_by_one_clerk(records: Database, sealer: Sealer) -> None:
    desk = DeskTasks(records, sealer)
    await desk.add([TASK, TASK])
    (task,) = await desk.unfinished()
    assert (task.note, task.state, task.due_at) == ("请回电", "open", NOW)
    taken = await asyncio.gather(*(desk.take("t-1", f"clerk-{n}") for n in range(5)))
    assert sum(taken) == 1
    assert await desk.done("t-1", "clerk-1", NOW)
    assert not await desk.done("t-1", "clerk-1", NOW)
    assert await desk.unfinished() == []
    done = await desk.load("t-1")
    assert done is not None
    assert (done.state, done.done_at) == ("done", NOW)
    assert await desk.of_case("nothing") == []


async def test_only_a_newer_fact_replaces_an_older(records: Database) -> None:
    facts = DraftFacts(records)
    newer = replace(FACT, version=4, question="phone", day=date(2026, 11, 21))
    await facts.keep([FACT, newer])
    await facts.keep([FACT])
    assert await facts.idle_since(date(2026, 11, 21)) == [newer]
    assert await facts.idle_since(date(2026, 11, 20)) == []
    assert await facts.drop_off("henan") == {"phone": 1}
    await facts.forget("d-1")
    assert await facts.drop_off("henan") == {}


async def test_a_calendar_is_replaced_by_a_later_import(records: Database) -> None:
    calendars = Calendars(records)
    for data in ("[]", '["2027-01-01"]'):
        await calendars.save(2027, data, NOW)
    await calendars.save(2026, "[]", NOW)
    assert await calendars.all() == {2026: "[]", 2027: '["2027-01-01"]'}
