from datetime import UTC, date, datetime

import pytest

from cases.workdays import Calendar, announced_year, day_of, implausible, start_of


def test_a_year_has_248_working_days_in_2025_and_2026(calendar: Calendar) -> None:
    for year in (2025, 2026):
        assert calendar.workdays_between(date(year - 1, 12, 31), date(year, 12, 31)) == 248


@pytest.mark.parametrize(
    ("month", "first", "third"),
    [
        (1, 4, 6), (2, 2, 4), (3, 2, 4), (4, 1, 3), (5, 6, 8), (6, 1, 3),
        (7, 1, 3), (8, 3, 5), (9, 1, 3), (10, 8, 10), (11, 2, 4), (12, 1, 3),
    ],
)  # fmt: skip
def test_first_and_third_working_days_of_2026(
    calendar: Calendar, month: int, first: int, third: int
) -> None:
    assert calendar.nth_workday_of_month(2026, month, 1) == date(2026, month, first)
    assert calendar.nth_workday_of_month(2026, month, 3) == date(2026, month, third)


def test_exchanged_days_are_working_days(calendar: Calendar) -> None:
    assert calendar.is_workday(date(2026, 5, 9))  # a Saturday
    assert not calendar.is_workday(date(2026, 5, 5))  # a Tuesday
    assert calendar.workday_from(date(2026, 10, 1)) == date(2026, 10, 8)


def test_a_year_not_announced_is_provisional_and_has_the_statutory_days(
    calendar: Calendar,
) -> None:
    off = calendar.year(2027).off
    assert calendar.provisional(date(2027, 1, 4))
    assert not calendar.provisional(date(2026, 12, 31))
    assert {date(2027, 2, 5), date(2027, 2, 8), date(2027, 9, 15), date(2027, 10, 3)} <= off
    assert date(2027, 10, 4) not in off
    assert len(off) == 13


def test_an_imported_year_wins() -> None:
    year = announced_year(2027, [date(2027, 1, 4)], [date(2027, 1, 9)], "国办发明电")
    calendar = Calendar({2027: year})
    assert not calendar.provisional(date(2027, 1, 4))
    assert calendar.workday_from(date(2027, 1, 4)) == date(2027, 1, 5)
    assert calendar.is_workday(date(2027, 1, 9))


def test_a_calendar_with_mistakes_is_not_imported() -> None:
    day = date(2027, 1, 4)
    with pytest.raises(ValueError, match="both"):
        announced_year(2027, [day], [day], "")
    with pytest.raises(ValueError, match="not a day of 2028"):
        announced_year(2028, [day], [], "")


def test_days_are_counted_from_the_day_after(calendar: Calendar) -> None:
    assert calendar.add_workdays(date(2026, 3, 10), 3) == date(2026, 3, 13)
    assert calendar.add_workdays(date(2026, 3, 14), 0) == date(2026, 3, 16)
    assert calendar.add_workdays(date(2026, 3, 14), 1) == date(2026, 3, 16)


def test_a_day_begins_at_midnight_in_china() -> None:
    assert day_of(datetime(2026, 3, 9, 16, 0, tzinfo=UTC)) == date(2026, 3, 10)
    assert day_of(datetime(2026, 3, 9, 15, 59, tzinfo=UTC)) == date(2026, 3, 9)
    assert start_of(date(2026, 3, 10)) == datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
    with pytest.raises(ValueError, match="time zone"):
        day_of(datetime(2026, 3, 9))  # noqa: DTZ001 — the mistake under test


STATUTORY_2027 = (
    *((1, 1), (2, 5), (2, 6), (2, 7), (2, 8), (4, 5), (5, 1), (5, 2), (6, 9), (9, 15)),
    *((10, 1), (10, 2), (10, 3)),
)


def test_an_imported_year_is_a_whole_one() -> None:
    off = [date(2027, month, day) for month, day in STATUTORY_2027]
    assert implausible(announced_year(2027, off, [], "")) == ""
    without_october = announced_year(2027, off[:-3], [], "")
    assert "2027-10-01 is a statutory holiday" in implausible(without_october)
    weeks_off = [date(2027, 7, day) for day in range(1, 24)]
    assert "working days; expected 240 to 256" in implausible(
        announced_year(2027, [*off, *weeks_off], [], "")
    )


@pytest.mark.parametrize("year", range(2010, 2027))
def test_every_announced_year_would_have_been_taken(calendar: Calendar, year: int) -> None:
    known = calendar.year(year)
    days = calendar.workdays_between(date(year - 1, 12, 31), date(year, 12, 31))
    assert not known.provisional
    assert 240 <= days <= 256
