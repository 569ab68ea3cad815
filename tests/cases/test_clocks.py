"""The table of domain.md 3.3, row by row."""

from dataclasses import replace
from datetime import date

import pytest

from cases.clocks import (
    Limit,
    Readings,
    limit_of,
    recounted,
    restarted,
    resumed,
    start_clock,
    starting_day,
)
from cases.definition import Service
from cases.workdays import Calendar, announced_year


@pytest.fixture
def readings(henan: Service, calendar: Calendar) -> Readings:
    return Readings(henan.switches, calendar)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _month(text: str) -> tuple[int, int]:
    year, month = text.split("-")
    return int(year), int(month)


# item, filed, month of retirement: starts, due, due when the starting day counts
HENAN = [
    "HN03 2025-12-10 2026-01 2026-01-06 2026-02-03 2026-02-02",  # row 1
    "HN04 2025-12-10 2026-01 2026-01-06 2026-02-03 2026-02-02",  # row 1
    "HN05 2025-12-10 2026-01 2026-01-06 2026-01-06 2026-01-06",  # row 2
    "HN06 2025-12-10 2026-01 2026-01-06 2026-01-06 2026-01-06",
    "HN07 2025-12-10 2026-01 2026-01-06 2026-01-13 2026-01-12",  # row 4
    "HN08 2025-12-10 2026-01 2026-01-06 2026-01-09 2026-01-08",  # row 5
    "HN03 2026-01-20 2026-02 2026-02-04 2026-03-10 2026-03-09",  # row 7
    "HN08 2026-04-15 2026-05 2026-05-08 2026-05-12 2026-05-11",  # row 12
    "HN07 2026-09-28 2026-10 2026-10-10 2026-10-16 2026-10-15",  # row 14
    "HN03 2026-12-25 2026-12 2026-12-25 2027-01-25 2027-01-22",  # row 21, provisional
    "HN08 2026-03-10 2026-03 2026-03-10 2026-03-13 2026-03-12",  # row 24
]


@pytest.mark.parametrize("row", HENAN)
def test_henan(henan: Service, readings: Readings, row: str) -> None:
    item, filed, month, *days = row.split()
    starts_on = starting_day(_day(filed), _month(month), readings)
    clock = start_clock(limit_of(henan.item(item)), _day(filed), starts_on, readings)
    assert [clock.starts_on, clock.due_on, clock.warn_on] == [_day(day) for day in days]
    assert clock.provisional == (clock.due_on.year == 2027)


def test_row_21_moves_when_2027_is_imported(henan: Service, readings: Readings) -> None:
    """Two more days off in January 2027: the promise of row 21 ends two working days later."""
    year = announced_year(
        2027, [_day("2027-01-01"), _day("2027-01-04"), _day("2027-01-05")], [], ""
    )
    imported = replace(readings, calendar=Calendar({2027: year}))
    limit = limit_of(henan.item("HN03"))
    filed = _day("2026-12-25")
    clock = start_clock(limit, filed, starting_day(filed, (2026, 12), readings), readings)
    anew = recounted(clock, limit, clock.starts_on, imported)
    assert (clock.due_on, clock.provisional) == (_day("2027-01-25"), True)
    assert (anew.due_on, anew.warn_on, anew.provisional) == (
        _day("2027-01-27"),
        _day("2027-01-26"),
        False,
    )


def test_row_10_filed_on_an_exchanged_saturday(henan: Service, readings: Readings) -> None:
    filed = date(2026, 2, 14)
    clock = start_clock(
        limit_of(henan.item("HN08")), filed, starting_day(filed, (2026, 2), readings), readings
    )
    assert (clock.starts_on, clock.due_on) == (filed, date(2026, 2, 26))
    # Three days of 条例 25 end in the holiday, before the strict count's 25 February.
    assert clock.warn_on == date(2026, 2, 17)
    plain = start_clock(Limit("HN08", 3), filed, filed, readings)
    assert plain.warn_on == date(2026, 2, 25)


@pytest.mark.parametrize(
    ("received", "limit", "due", "strict"),
    [
        ("2026-05-20", 5, "2026-05-27", "2026-05-26"),  # row 25
        ("2026-12-01", 5, "2026-12-08", "2026-12-07"),  # row 27
        ("2026-12-01", 3, "2026-12-04", "2026-12-03"),  # row 28
        ("2026-04-29", 5, "2026-05-09", "2026-05-08"),  # row 33
    ],
)
def test_hebei_counts_from_receipt(
    readings: Readings, received: str, limit: int, due: str, strict: str
) -> None:
    starts_on = starting_day(_day(received), None, readings)
    clock = start_clock(Limit("HB", limit), _day(received), starts_on, readings)
    assert (clock.starts_on, clock.due_on, clock.warn_on) == (
        _day(received),
        _day(due),
        _day(strict),
    )


def test_the_month_is_pushed_on_its_first_working_day(readings: Readings) -> None:
    assert readings.calendar.nth_workday_of_month(2026, 12, 1) == date(2026, 12, 1)


def test_who_files_in_the_month_itself_does_not_wait(henan: Service, readings: Readings) -> None:
    assert starting_day(date(2026, 5, 6), (2026, 5), readings) == date(2026, 5, 6)
    floor = henan.switches.model_copy(update={"same_month_floor": True})
    floored = replace(readings, switches=floor)
    assert starting_day(date(2026, 5, 6), (2026, 5), floored) == date(2026, 5, 8)


def test_filing_on_a_day_off_or_after_the_month(readings: Readings) -> None:
    assert starting_day(date(2026, 5, 1), (2026, 5), readings) == date(2026, 5, 6)
    assert starting_day(date(2026, 8, 19), (2026, 5), readings) == date(2026, 8, 19)


def test_a_return_after_acceptance_leaves_the_rest_only(readings: Readings) -> None:
    limit = Limit("HN07", 5)
    clock = start_clock(limit, date(2026, 3, 2), date(2026, 3, 2), readings)  # due 9 March
    back = resumed(clock, limit, date(2026, 3, 4), date(2026, 3, 10), readings)
    assert back.due_on == date(2026, 3, 13)  # three of five days were left
    assert back.original_due_on == date(2026, 3, 9)
    same_day = resumed(clock, limit, date(2026, 3, 4), date(2026, 3, 4), readings)
    assert same_day.due_on == clock.due_on


def test_a_return_does_not_save_a_limit_already_missed(readings: Readings) -> None:
    limit = Limit("HN07", 5)
    clock = start_clock(limit, date(2026, 3, 2), date(2026, 3, 2), readings)
    assert resumed(clock, limit, date(2026, 3, 10), date(2026, 4, 10), readings) == clock


def test_an_early_return_is_answered_before_the_clock_starts(readings: Readings) -> None:
    limit = Limit("HN07", 5)
    clock = start_clock(limit, date(2025, 12, 10), date(2026, 1, 6), readings)
    back = resumed(clock, limit, date(2025, 12, 12), date(2025, 12, 20), readings)
    assert (back.counted_from, back.due_on) == (date(2026, 1, 6), clock.due_on)


def test_a_restarted_clock_never_starts_before_it_would_have(readings: Readings) -> None:
    limit = Limit("HN07", 5)
    clock = start_clock(limit, date(2025, 12, 10), date(2026, 1, 6), readings)
    done = date(2026, 1, 4)
    back = restarted(clock, limit, done, starting_day(done, (2026, 1), readings), readings)
    assert back.starts_on == date(2026, 1, 6)
