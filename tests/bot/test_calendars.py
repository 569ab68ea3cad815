"""A year is imported: every process notices it, and from November on the next one is asked for."""

from datetime import UTC, date, datetime

import pytest

from bot.calendars import Days, ask_for_next_year
from cases.workdays import Calendar, announced_year
from storage.keys import Key
from storage.sealing import Sealer
from storage.sql.calendars import Calendars, Imported
from storage.sql.connect import connect
from storage.sql.desk import DeskTasks

IN_NOVEMBER = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
YEAR = announced_year(2027, [date(2027, 1, 1), date(2027, 1, 4)], [], "样例文号")


async def test_a_process_notices_an_imported_year(database: str) -> None:
    async with connect(database) as records:
        years = Calendars(records)
        days = Days(years)
        assert not await days.refresh()
        assert days.calendar().provisional(date(2027, 1, 4))
        await years.keep(Imported(YEAR, "样例管理员", IN_NOVEMBER))
        assert await days.refresh()
        assert not days.calendar().provisional(date(2027, 1, 4))
        assert not days.calendar().is_workday(date(2027, 1, 4))
        assert not await days.refresh()


@pytest.mark.parametrize(
    ("now", "known", "asked"),
    [
        (datetime(2026, 10, 31, 15, 0, tzinfo=UTC), False, False),
        (IN_NOVEMBER, False, True),
        (IN_NOVEMBER, True, False),
        (datetime(2026, 12, 31, 1, 0, tzinfo=UTC), False, True),
    ],
)
async def test_the_desk_is_asked_for_the_next_year_from_november_on(
    database: str, now: datetime, known: bool, asked: bool
) -> None:
    calendar = Calendar({2027: YEAR} if known else {})
    async with connect(database) as records:
        desk = DeskTasks(records, Sealer((Key("test", b"d" * 32),)))
        assert await ask_for_next_year(desk, calendar, now) is asked
        assert not await ask_for_next_year(desk, calendar, now)
        tasks = await desk.unfinished()
    assert [(task.kind, task.note) for task in tasks] == [("calendar_missing", "2027")] * asked
