"""What time alone does to a case: months come, limits warn and pass, calendars are imported."""

from dataclasses import replace
from datetime import date, datetime

from cases.case import Case, Clock, Item
from cases.change import Change
from cases.clocks import Readings, case_limit, limit_of, recounted, retirement_month, starting_day
from cases.definition import Service
from cases.events import CaseOverdue, DeskTaskNeeded, ItemDueChanged, ItemOverdue, ItemWarning
from cases.sending import dispatch_now
from cases.ways import opens_on
from cases.workdays import Calendar, day_of

_RUNNING = frozenset({"sent", "accepted", "approved", "misrouted"})
"""States in which the department holds the item: only then can it be late with it."""


def watch(case: Case, service: Service, calendar: Calendar, now: datetime) -> Change:
    """Everything that has become due by `now`. Each thing is said once per limit."""
    readings = Readings(service.switches, calendar)
    today = day_of(now)
    change = Change(case)
    for item in case.items:
        change = change.then(_open_in_month(change.case, item.code, now))
        change = change.then(_remind_acceptance(change.case, item.code, readings, today))
        change = change.then(_look_at_limit(change.case, item.code, today))
    return change.then(_look_at_case(change.case, today))


def recount(case: Case, service: Service, calendar: Calendar) -> Change:
    """The case under an imported calendar: clocks of open items are counted anew."""
    readings = Readings(service.switches, calendar)
    month = retirement_month(case.application.answers, service.switches)
    case_start = starting_day(case.clock.basis_on, month, readings)
    own = recounted(case.clock, case_limit(service, case.application), case_start, readings)
    change = Change(_months_anew(replace(case, clock=own), service, readings))
    for item in case.open_items():
        if item.clock is not None:
            change = change.then(_recount_item(change.case, service, item, case_start, readings))
    latest = max((one.clock.due_on for one in change.case.open_items() if one.clock), default=None)
    if latest is not None and latest > own.due_on:
        own = replace(own, due_on=latest, provisional=calendar.provisional(latest))
    overdue = case.overdue and own.due_on <= case.clock.due_on
    return replace(change, case=replace(change.case, clock=own, overdue=overdue))


def _months_anew(case: Case, service: Service, readings: Readings) -> Case:
    """Whoever waits for a month waits for its n-th working day by the imported calendar."""
    for item in case.items:
        if item.waiting_for in {"turn", "month"} and item.opens_on is not None:
            day = opens_on(case, service.item(item.code), readings)
            case = case.with_item(replace(item, opens_on=day))
    return case


def _recount_item(
    case: Case, service: Service, item: Item, case_start: date, readings: Readings
) -> Change:
    definition, clock = service.item(item.code), item.clock
    assert clock is not None
    starts_on = readings.calendar.workday_from(clock.basis_on)
    if definition.clock.starts == "with_case":
        month = retirement_month(case.application.answers, service.switches)
        starts_on = max(starting_day(clock.basis_on, month, readings), case_start)
    anew = recounted(clock, limit_of(definition), starts_on, readings)
    if anew.due_on == clock.due_on:
        return Change(case.with_item(replace(item, clock=anew)))
    changed = replace(item, clock=anew, warned=False, overdue=False)
    event = ItemDueChanged(case.case_no, item.code, clock.due_on, anew.due_on, anew.provisional)
    return Change(case.with_item(changed), (event,))


def _open_in_month(case: Case, code: str, now: datetime) -> Change:
    item = _item(case, code)
    if item.waiting_for != "month" or item.opens_on is None or item.opens_on > day_of(now):
        return Change(case)
    opened = replace(item, waiting_for="document")
    dispatch = replace(
        dispatch_now(case, opened, now), not_before=max(now, case.sendable_at), after_form=True
    )
    return Change(case.with_item(opened), (), (dispatch,))


def _remind_acceptance(case: Case, code: str, readings: Readings, today: date) -> Change:
    """A21: nobody is promised a day of acceptance, but the desk is told of one that is late."""
    item = _item(case, code)
    if item.state != "sent" or item.acceptance_reminded or item.sent_at is None:
        return Change(case)
    since = max(day_of(item.sent_at), item.clock.starts_on if item.clock else date.min)
    within = readings.switches.acceptance_within_workdays
    if today <= readings.calendar.add_workdays(since, within):
        return Change(case)
    reminded = replace(item, acceptance_reminded=True)
    task = DeskTaskNeeded(case.case_no, code, "acceptance_late")
    return Change(case.with_item(reminded), (task,))


def _look_at_limit(case: Case, code: str, today: date) -> Change:
    item = _item(case, code)
    clock = _running_clock(item)
    if clock is None:
        return Change(case)
    if today > clock.due_on and not item.overdue:
        late = replace(item, warned=True, overdue=True)
        return Change(case.with_item(late), (ItemOverdue(case.case_no, code, clock.due_on),))
    if today >= clock.warn_on and not item.warned:
        warned = replace(item, warned=True)
        return Change(case.with_item(warned), (ItemWarning(case.case_no, code, clock.due_on),))
    return Change(case)


def _look_at_case(case: Case, today: date) -> Change:
    running = any(item.state in _RUNNING for item in case.items)
    if not running or case.overdue or today <= case.clock.due_on:
        return Change(case)
    late = replace(case, overdue=True)
    return Change(late, (CaseOverdue(case.case_no, case.clock.due_on),))


def _running_clock(item: Item) -> Clock | None:
    return item.clock if item.state in _RUNNING else None


def _item(case: Case, code: str) -> Item:
    item = case.item(code)
    assert item is not None
    return item
