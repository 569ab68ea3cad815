"""When a limit starts and ends (domain 3; readings A4, A5, A6, A14, A22–A24).

The plan's rule starts a clock, never a dispatch: who files before the month of retirement waits
for that month's third working day, everybody else starts on the day itself (豫人社办〔2024〕46号
四(四)). The starting day is not counted.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from cases.case import Application, Case, Clock, Item
from cases.conditions import holds
from cases.definition import ItemDefinition, Service, Switches
from cases.rules import RULES
from cases.values import Answers
from cases.workdays import Calendar, day_of

CASE_CLOCK = "case"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit in working days (0: on the starting day) under a clock's name."""

    name: str
    workdays: int
    warn_calendar_days: int | None = None


@dataclass(frozen=True, slots=True)
class Readings:
    """What every count looks at: the province's readings and the calendar."""

    switches: Switches
    calendar: Calendar


def limit_of(item: ItemDefinition) -> Limit:
    """The limit of an item, under its own name or that of the clock it shares."""
    clock = item.clock
    return Limit(clock.shared or item.code, clock.workdays, clock.warn_calendar_days)


def case_limit(service: Service, application: Application) -> Limit:
    """The limit of the case as a whole (HN-17), by the situation that was applied in."""
    today = day_of(application.submitted_at)
    days = (
        one.limit_workdays
        for one in service.case.by_situation
        if holds(one.when, application.answers, today, RULES)
    )
    return Limit(CASE_CLOCK, next(days, service.case.limit_workdays))


def retirement_month(answers: Answers, switches: Switches) -> tuple[int, int] | None:
    """Year and month of retirement, or None when the answer is not a `YYYY-MM`."""
    return month_of(answers.get(switches.retirement_month))


def month_of(said: object) -> tuple[int, int] | None:
    """`2026-12` → (2026, 12); None for anything else."""
    try:
        day = date.fromisoformat(f"{said}-01")
    except ValueError:
        return None
    return day.year, day.month


def starting_day(filed_on: date, month: tuple[int, int] | None, readings: Readings) -> date:
    """The day on which the clock of something filed (or completed) on `filed_on` starts."""
    at_once = readings.calendar.workday_from(filed_on)
    if month is None or (filed_on.year, filed_on.month) > month:
        return at_once
    day = readings.calendar.nth_workday_of_month(*month, readings.switches.acceptance_day)
    if (filed_on.year, filed_on.month) < month:
        return day
    return max(at_once, day) if readings.switches.same_month_floor else at_once


def start_clock(limit: Limit, basis_on: date, starts_on: date, readings: Readings) -> Clock:
    """A new clock."""
    fresh = Clock(
        name=limit.name,
        basis_on=basis_on,
        starts_on=starts_on,
        counted_from=starts_on,
        workdays=limit.workdays,
        due_on=starts_on,
        warn_on=starts_on,
        provisional=False,
        original_due_on=starts_on,
    )
    counted = _counted(fresh, limit, readings)
    return replace(counted, original_due_on=counted.due_on)


def resumed(
    clock: Clock, limit: Limit, returned_on: date, completed_on: date, readings: Readings
) -> Clock:
    """The clock after a return from *accepted*: what was left runs on from the completion.

    A limit already missed when the item was returned stays missed: a return gives no new time.
    """
    left = clock.workdays - readings.calendar.workdays_between(clock.counted_from, returned_on)
    if left < 0:
        return clock
    counted_from = max(readings.calendar.workday_from(completed_on), clock.counted_from)
    return _counted(replace(clock, counted_from=counted_from, workdays=left), limit, readings)


def restarted(
    clock: Clock, limit: Limit, completed_on: date, starts_on: date, readings: Readings
) -> Clock:
    """The clock after a return from *sent*: it starts anew, never before it would have."""
    fresh = start_clock(limit, completed_on, max(starts_on, clock.starts_on), readings)
    return replace(fresh, original_due_on=clock.original_due_on)


def recounted(clock: Clock, limit: Limit, starts_on: date, readings: Readings) -> Clock:
    """The clock under an imported calendar."""
    unmoved = clock.counted_from == clock.starts_on
    counted_from = starts_on if unmoved else readings.calendar.workday_from(clock.counted_from)
    return _counted(replace(clock, starts_on=starts_on, counted_from=counted_from), limit, readings)


def with_clock(case: Case, clock: Clock) -> Case:
    """The case with `clock` on every open item that runs on it; the case's own ends no earlier."""
    items = tuple(_wound(item, clock) for item in case.items)
    return ends_no_earlier(replace(case, items=items), clock)


def ends_no_earlier(case: Case, clock: Clock) -> Case:
    """The case with its own limit no earlier than that of one of its items."""
    own = case.clock
    if clock.due_on <= own.due_on:
        return case
    own = replace(own, due_on=clock.due_on, provisional=own.provisional or clock.provisional)
    return replace(case, clock=own, overdue=False)


def _wound(item: Item, clock: Clock) -> Item:
    if item.is_final or item.clock is None or item.clock.name != clock.name:
        return item
    return replace(item, clock=clock, warned=False, overdue=False)


def _counted(clock: Clock, limit: Limit, readings: Readings) -> Clock:
    calendar = readings.calendar
    due_on = calendar.add_workdays(clock.counted_from, clock.workdays)
    return replace(
        clock,
        due_on=due_on,
        warn_on=_warning_day(clock, due_on, limit, readings),
        provisional=calendar.provisional(due_on) or calendar.provisional(clock.counted_from),
    )


def _warning_day(clock: Clock, due_on: date, limit: Limit, readings: Readings) -> date:
    days = clock.workdays
    if readings.switches.warn_as_if_start_counted:
        days = max(days - 1, 0)
    warn_on = readings.calendar.add_workdays(clock.counted_from, days)
    if limit.warn_calendar_days is not None:  # A14: 条例 25 counts 3 days, not working days
        warn_on = min(warn_on, clock.counted_from + timedelta(days=limit.warn_calendar_days))
    return min(warn_on, due_on)
