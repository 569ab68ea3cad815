"""An item's way to its department: sent, received, and sent to another office."""

from dataclasses import replace
from datetime import date, datetime

from cases.case import Case, Clock, Item, task_key
from cases.change import Change, Refusal
from cases.clocks import Readings, ends_no_earlier, limit_of, start_clock
from cases.definition import ItemDefinition, Service
from cases.events import Dispatch, Event, ItemAccepted, ItemReassigned, ItemReceived, ItemSent
from cases.workdays import Calendar, day_of


def dispatched(
    case: Case, service: Service, calendar: Calendar, code: str, now: datetime
) -> Change:
    """The outbox is sending the task of an item that waited for its papers.

    Nothing happens for an item that is already sent or was taken back meanwhile: the caller then
    sees no `ItemSent` among the events, and must not send it.
    """
    item = case.item(code)
    if item is None or item.state != "waiting" or item.waiting_for != "document":
        return Change(case)
    return mark_sent(case, service, Readings(service.switches, calendar), item, now)


def received(case: Case, service: Service, calendar: Calendar, code: str, now: datetime) -> Change:
    """The department's system has acknowledged the task's present revision.

    Where the limit runs from the receipt (冀人社字〔2024〕108号 七: 收到申报材料后), a receipt on a
    later day than the sending starts the clock anew; nobody is told of that one day more.
    """
    item = case.item(code)
    if item is None or item.sent_at is None or item.received_at is not None:
        return Change(case)
    item = replace(item, received_at=now)
    definition, today = service.item(code), day_of(now)
    late = item.clock is not None and item.clock.basis_on < today
    if definition.clock.starts == "when_received" and item.revision == 1 and late:
        clock = _clock_from(definition, Readings(service.switches, calendar), today)
        item = replace(item, clock=clock)
        case = ends_no_earlier(case, clock)
    return Change(case.with_item(item), (ItemReceived(case.case_no, code),))


def reassign(case: Case, code: str, office: str, now: datetime) -> Change | Refusal:
    """Give a misrouted item to another office of its department. Its clock has never stopped."""
    item = case.item(code)
    if item is None:
        return Refusal("unknown_item")
    if item.state != "misrouted":
        return Refusal("not_misrouted")
    moved = replace(
        item,
        state="sent",
        office=office,
        revision=item.revision + 1,
        reason="",
        suggested_office="",
        sent_at=now,
        received_at=None,
        accepted_at=None,
        acceptance_reminded=False,
    )
    events = (ItemReassigned(case.case_no, code, office), sent_event(case, moved))
    return Change(case.with_item(moved), events, (dispatch_now(case, moved, now),))


def send_now(case: Case, service: Service, readings: Readings, item: Item, now: datetime) -> Change:
    """Open an item whose turn or month has come: its task falls due at once."""
    change = mark_sent(case, service, readings, item, now)
    opened = change.case.item(item.code)
    assert opened is not None
    return change.then(Change(change.case, (), (dispatch_now(case, opened, now),)))


def mark_sent(
    case: Case, service: Service, readings: Readings, item: Item, now: datetime
) -> Change:
    """The item as sent; where receipt is acceptance (HB-27), as accepted too."""
    definition = service.item(item.code)
    clock = item.clock or _clock_from(definition, readings, day_of(now))
    sent = replace(item, state="sent", waiting_for=None, clock=clock, sent_at=now)
    events: tuple[Event, ...] = (sent_event(case, sent),)
    if definition.acceptance == "automatic":
        sent = replace(sent, state="accepted", accepted_at=now)
        events += (accepted_event(case, sent),)
    return Change(ends_no_earlier(case, clock).with_item(sent), events)


def resend(case: Case, service: Service, readings: Readings, item: Item, now: datetime) -> Change:
    """The paper of another item that the department waited for is there: its clock starts (B4)."""
    anew = replace(
        item,
        revision=item.revision + 1,
        clock=None,
        reason="",
        received_at=None,
        accepted_at=None,
        returned_at=None,
        acceptance_reminded=False,
        warned=False,
        overdue=False,
    )
    return send_now(case, service, readings, anew, now)


def _clock_from(definition: ItemDefinition, readings: Readings, day: date) -> Clock:
    starts_on = readings.calendar.workday_from(day)
    return start_clock(limit_of(definition), day, starts_on, readings)


def sent_event(case: Case, item: Item) -> ItemSent:
    """The event of an item being sent."""
    return ItemSent(case.case_no, item.code, item.department, item.office, item.revision)


def accepted_event(case: Case, item: Item) -> ItemAccepted:
    """The event of an item being accepted, with the day that is promised."""
    due_on = item.clock.due_on if item.clock else None
    provisional = item.clock.provisional if item.clock else False
    return ItemAccepted(case.case_no, item.code, due_on, provisional)


def dispatch_now(case: Case, item: Item, now: datetime) -> Dispatch:
    """The outbox row of a task that waits for nothing."""
    return Dispatch(
        kind="task",
        key=task_key(case.case_no, item.code),
        item=item.code,
        department=item.department,
        office=item.office,
        revision=item.revision,
        not_before=now,
    )
