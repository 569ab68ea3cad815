"""What somebody asked to be reminded of is told once, on its day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cases.reminders import Reminder
from storage.sql.reminders import Reminders
from storage.sql.session import Database
from tests.contracts.samples import NOW

DAY = date(2031, 6, 15)
REMINDER = Reminder("p-1", "p-1", "henan", "only_child_60", "2031-06", DAY)


@pytest.fixture
def reminders(records: Database) -> Reminders:
    return Reminders(records)


async def test_a_reminder_is_due_on_its_day_and_told_once(reminders: Reminders) -> None:
    for _ in range(2):
        await reminders.keep(REMINDER, NOW)
    assert await reminders.due(DAY - timedelta(days=1)) == []
    assert await reminders.due(DAY) == [REMINDER]
    await reminders.told([REMINDER], NOW)
    assert await reminders.due(DAY) == []
    await reminders.keep(REMINDER, NOW)  # the errand was done twice
    assert await reminders.due(DAY) == []


async def test_another_day_moves_it_and_makes_it_due_anew(reminders: Reminders) -> None:
    await reminders.keep(REMINDER, NOW)
    await reminders.told([REMINDER], NOW)
    later = replace(REMINDER, due_on=DAY + timedelta(days=31), month="2031-07")
    await reminders.keep(later, NOW)
    assert await reminders.of_subject("p-1") == [later]
    await reminders.told([REMINDER], NOW)  # a worker that still had the old day
    assert await reminders.of_subject("p-1") == [later]


async def test_each_person_and_kind_has_one(reminders: Reminders) -> None:
    spouse = replace(REMINDER, subject="p-1.1")
    early = replace(REMINDER, kind="pre_review", due_on=DAY - timedelta(days=1))
    for one in (REMINDER, spouse, early):
        await reminders.keep(one, NOW)
    assert await reminders.due(DAY, 1) == [early]
    assert {one.subject for one in await reminders.due(DAY)} == {"p-1", "p-1.1"}
    await reminders.forget("p-1")
    assert await reminders.due(DAY) == []
