"""What an item's word or end means for the items after it (workflow, HN-25).

True opens the next item, false closes it, and an unknown fact asks the desk and closes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from cases.case import Case, Item
from cases.change import Change
from cases.clocks import Readings
from cases.definition import AfterItem, ItemDefinition, Service
from cases.events import DeskTask, DeskTaskNeeded, ItemNotApplicable
from cases.sending import resend, send_now
from cases.values import JSON
from cases.ways import opens_on, predecessors, way_in
from cases.workdays import day_of


@dataclass(frozen=True, slots=True)
class Word:
    """What has just become known of an item: a new end or state, a new fact, or both."""

    item: str
    moved: bool
    facts_changed: bool


def follow(case: Case, service: Service, readings: Readings, word: Word, now: datetime) -> Change:
    """Open, close or leave every item that comes after the one that has spoken."""
    change = Change(case)
    if not (word.moved or word.facts_changed):
        return change
    step = _Step(service, readings, word, now)
    for definition in service.items:
        if word.item in {before.code for _, before in predecessors(case, definition)}:
            change = change.then(_next(change.case, definition, step))
        if word.moved:
            change = change.then(_paper_came(change.case, definition, step))
    return change


@dataclass(frozen=True, slots=True)
class _Step:
    service: Service
    readings: Readings
    word: Word
    now: datetime


def _next(case: Case, definition: ItemDefinition, step: _Step) -> Change:
    item, befores, word = case.item(definition.code), predecessors(case, definition), step.word
    if item is None:
        return Change(case)
    yes = _answer(befores)
    if item.state != "waiting" or item.waiting_for != "turn":
        moved_month = _another_month(case, definition, item, step)
        return moved_month or (
            _contradiction(case, item, yes) if word.facts_changed else Change(case)
        )
    for _, before in befores:
        if before.is_final and before.state != "done":
            return close(case, item, before.reason or before.state, step.now)
    if not all(_reached(after, before) for after, before in befores):
        return Change(case)
    if yes is None and word.moved:
        return _ask_desk(case, item, "fact_unknown")
    return _settle(case, definition, item, yes, step)


def close(case: Case, item: Item, reason: str, now: datetime) -> Change:
    """End an item that is not hers to have, with the reason."""
    closed = replace(
        item, state="not_applicable", waiting_for=None, reason=reason, missing=(), ended_at=now
    )
    return Change(case.with_item(closed), (ItemNotApplicable(case.case_no, item.code, reason),))


def _reached(after: AfterItem, item: Item) -> bool:
    return item.state == "done" or (after.on == "approved" and item.state == "approved")


def _answer(befores: Sequence[tuple[AfterItem, Item]]) -> JSON:
    """The facts that decide: false when one is, None when one is not known."""
    told = [item.facts.get(after.fact) for after, item in befores if after.fact is not None]
    if any(one is not None and not one for one in told):
        return False
    return None if None in told else True


def _settle(case: Case, definition: ItemDefinition, item: Item, yes: JSON, step: _Step) -> Change:
    if yes is None:
        return Change(case)
    if not yes:
        return close(case, item, "not_concerned", step.now)
    day = pushed_on(case, definition, step.readings, step.now)
    if day is not None and day > day_of(step.now):
        waiting = replace(item, waiting_for="month", opens_on=day)
        return Change(case.with_item(waiting))
    item = replace(item, opens_on=day)
    return send_now(case.with_item(item), step.service, step.readings, item, step.now)


def pushed_on(
    case: Case, definition: ItemDefinition, readings: Readings, now: datetime
) -> date | None:
    """The day on which an item whose turn has come is sent; None: it waits for no month.

    On the month's n-th working day; when that is past, at once or on the next working day (B6).
    """
    day, month = opens_on(case, definition, readings), way_in(case, definition).month
    today = day_of(now)
    if day is None or month is None or day >= today or month.late == "at_once":
        return day
    return readings.calendar.add_workdays(today, 1)


def _another_month(
    case: Case, definition: ItemDefinition, item: Item, step: _Step
) -> Change | None:
    """It waits for a month, and a department has just said that it is another one (B11)."""
    if not step.word.facts_changed or item.waiting_for != "month":
        return None
    day = pushed_on(case, definition, step.readings, step.now)
    return Change(case.with_item(replace(item, opens_on=day)))


def _paper_came(case: Case, definition: ItemDefinition, step: _Step) -> Change:
    """The item waits for a paper of the one that has spoken: it is there, or will never be (B4)."""
    item, giver = case.item(definition.code), case.item(step.word.item)
    if item is None or giver is None or not giver.is_final or item.is_final:
        return Change(case)
    rest = tuple(one for one in item.missing if (one.kind, one.code) != ("result", giver.code))
    if rest == item.missing:
        return Change(case)
    if giver.state != "done":
        return close(case, item, giver.reason or giver.state, step.now)
    item = replace(item, missing=rest)
    if rest:
        return Change(case.with_item(item))
    return resend(case, step.service, step.readings, item, step.now)


def _contradiction(case: Case, item: Item, yes: JSON) -> Change:
    """The next item is open and the fact says no, or closed and the fact says yes."""
    closed = item.state == "not_applicable"
    if yes is None or item.state == "withdrawn" or closed != bool(yes):
        return Change(case)
    return _ask_desk(case, item, "fact_contradicts")


def _ask_desk(case: Case, item: Item, kind: DeskTask) -> Change:
    return Change(case, (DeskTaskNeeded(case.case_no, item.code, kind),))
