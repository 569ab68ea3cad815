"""An imported year: in force once, the same again is nothing, another one must replace it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cases.workdays import announced_year
from storage.sql.calendars import (
    NOTICED_AFTER,
    RECOUNT,
    CalendarContradicts,
    Calendars,
    Imported,
)
from storage.sql.session import Database
from storage.sql.timers import Timers
from tests.contracts.samples import NOW

YEAR = announced_year(2027, [date(2027, 1, 1), date(2027, 1, 4)], [date(2027, 1, 9)], "样例文号")
IMPORTED = Imported(YEAR, "样例管理员", NOW)


@pytest.fixture
def calendars(records: Database) -> Calendars:
    return Calendars(records)


async def test_a_year_comes_back_as_it_was_imported(calendars: Calendars) -> None:
    assert await calendars.keep(IMPORTED) == "new"
    assert await calendars.imported() == [IMPORTED]
    calendar = await calendars.calendar()
    assert calendar.year(2027) == YEAR
    assert not calendar.provisional(date(2027, 1, 4))


async def test_the_same_again_changes_nothing(calendars: Calendars, records: Database) -> None:
    await calendars.keep(IMPORTED)
    mark = await calendars.mark()
    later = replace(IMPORTED, by="另一位", at=NOW + timedelta(days=1))
    assert await calendars.keep(later) == "same"
    assert await calendars.imported() == [IMPORTED]
    assert await calendars.mark() == mark


async def test_another_one_is_refused_until_it_is_to_replace(calendars: Calendars) -> None:
    await calendars.keep(IMPORTED)
    mark = await calendars.mark()
    other_year = announced_year(2027, [date(2027, 1, 1), date(2027, 1, 5)], YEAR.on, "样例文号二")
    other = Imported(other_year, "另一位", NOW + timedelta(days=1))
    with pytest.raises(CalendarContradicts, match=r"样例管理员.*2027-01-04, 2027-01-05.*--replace"):
        await calendars.keep(other)
    assert await calendars.imported() == [IMPORTED]
    assert await calendars.keep(other, replace=True) == "replaced"
    assert await calendars.imported() == [other]
    assert await calendars.mark() != mark


async def test_an_import_has_every_open_limit_counted_anew(
    calendars: Calendars, records: Database
) -> None:
    """Once now, and once when every process must have noticed."""
    timers = Timers(records, lambda: "token")
    await calendars.keep(IMPORTED)
    (now,) = await timers.claim(9, NOW, timedelta(minutes=5))
    assert (now.kind, now.due_at) == (RECOUNT, NOW)
    await timers.done(now)
    (again,) = await timers.claim(9, NOW + NOTICED_AFTER, timedelta(minutes=5))
    assert (again.kind, again.due_at) == (RECOUNT, NOW + NOTICED_AFTER)
