"""Changing one's mind: the whole application until it is sent, an item until it is accepted."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from cases.case import Case, Item, case_state, task_key
from cases.change import Change, Refusal, finished
from cases.clocks import Readings
from cases.definition import Service
from cases.events import CaseTakenBack, CaseWithdrawn, Dispatch, ItemWithdrawn
from cases.following import Word, follow
from cases.workdays import Calendar


def take_back(case: Case, now: datetime) -> Change | Refusal:
    """Take the application back while no task has left; doing so twice changes nothing."""
    if case.taken_back_at is not None:
        return Change(case)
    if any(item.state != "waiting" for item in case.items):
        return Refusal("already_sent")
    items = tuple(_withdrawn(item, now) for item in case.items)
    taken = replace(case, items=items, taken_back_at=now)
    return Change(taken, (CaseTakenBack(case.case_no),))


def withdraw(
    case: Case, service: Service, calendar: Calendar, codes: Iterable[str], now: datetime
) -> Change | Refusal:
    """Withdraw the named items (all, when none is named) as far as none is accepted yet.

    Departments that hold a task are told. Refused when there is nothing left to withdraw.
    """
    chosen = set(codes) or {item.code for item in case.items}
    if not chosen <= {item.code for item in case.items}:
        return Refusal("unknown_item")
    leaving = [item for item in case.items if item.code in chosen and may_withdraw(item)]
    if not leaving:
        return Refusal("already_accepted")
    change = Change(case)
    readings = Readings(service.switches, calendar)
    for item in leaving:
        change = change.then(_withdraw(change.case, item, now))
        word = Word(item.code, moved=True, facts_changed=False)
        change = change.then(follow(change.case, service, readings, word, now))
    if case_state(change.case) == "withdrawn":
        return change.then(Change(change.case, (CaseWithdrawn(case.case_no),)))
    return finished(case, change)


def may_withdraw(item: Item) -> bool:
    """Whether she may still withdraw the item: no department has accepted it."""
    return not item.is_final and item.state != "approved" and item.accepted_at is None


def _withdraw(case: Case, item: Item, now: datetime) -> Change:
    events = (ItemWithdrawn(case.case_no, item.code),)
    call_back = (_call_back(case, item, now),) if item.sent_at is not None else ()
    return Change(case.with_item(_withdrawn(item, now)), events, call_back)


def _withdrawn(item: Item, now: datetime) -> Item:
    return replace(item, state="withdrawn", waiting_for=None, ended_at=now)


def _call_back(case: Case, item: Item, now: datetime) -> Dispatch:
    return Dispatch(
        kind="withdrawal",
        key=task_key(case.case_no, item.code),
        item=item.code,
        department=item.department,
        office=item.office,
        revision=item.revision,
        not_before=now,
    )
