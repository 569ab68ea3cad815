"""An item's way to its department: sent, received, and sent to another office."""

from dataclasses import replace
from datetime import datetime

from cases.case import Case, Item, task_key
from cases.change import Change, Refusal
from cases.clocks import Readings, limit_of, start_clock
from cases.definition import Service
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


def received(case: Case, code: str, now: datetime) -> Change:
    """The department's system has acknowledged the task's present revision."""
    item = case.item(code)
    if item is None or item.sent_at is None or item.received_at is not None:
        return Change(case)
    changed = case.with_item(replace(item, received_at=now))
    return Change(changed, (ItemReceived(case.case_no, code),))


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
    today = day_of(now)
    clock = item.clock or start_clock(
        limit_of(definition), today, readings.calendar.workday_from(today), readings
    )
    sent = replace(item, state="sent", waiting_for=None, clock=clock, sent_at=now)
    events: tuple[Event, ...] = (sent_event(case, sent),)
    if definition.acceptance == "automatic":
        sent = replace(sent, state="accepted", accepted_at=now)
        events += (accepted_event(case, sent),)
    return Change(case.with_item(sent), events)


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
