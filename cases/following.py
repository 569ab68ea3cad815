"""What an item's word or end means for the items after it (workflow, HN-25).

True opens the next item, false closes it, and an unknown fact asks the desk and closes nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from cases.case import Case, Item
from cases.change import Change
from cases.clocks import Readings
from cases.definition import ItemDefinition, Service
from cases.events import DeskTask, DeskTaskNeeded, ItemNotApplicable
from cases.sending import send_now
from cases.values import JSON
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
    for definition in service.items:
        after = definition.after
        if after is not None and after.item == word.item:
            step = _next(change.case, service, readings, definition, word, now)
            change = change.then(step)
    return change


def predecessor(case: Case, definition: ItemDefinition) -> Item | None:
    """The item of this case that `definition` comes after."""
    return None if definition.after is None else case.item(definition.after.item)


def _next(
    case: Case,
    service: Service,
    readings: Readings,
    definition: ItemDefinition,
    word: Word,
    now: datetime,
) -> Change:
    item, before = case.item(definition.code), predecessor(case, definition)
    if item is None or before is None:
        return Change(case)
    yes = _answer(before, definition)
    if item.state != "waiting" or item.waiting_for != "turn":
        return _contradiction(case, item, yes) if word.facts_changed else Change(case)
    if before.is_final and before.state != "done":
        return close(case, item, before.reason or before.state, now)
    if not _reached(before, definition):
        return Change(case)
    if yes is None and word.moved:
        return _ask_desk(case, item, "fact_unknown")
    return _settle(case, service, readings, item, yes, now)


def close(case: Case, item: Item, reason: str, now: datetime) -> Change:
    """End an item that is not hers to have, with the reason."""
    closed = replace(item, state="not_applicable", waiting_for=None, reason=reason, ended_at=now)
    return Change(case.with_item(closed), (ItemNotApplicable(case.case_no, item.code, reason),))


def _reached(item: Item, definition: ItemDefinition) -> bool:
    on = definition.after.on if definition.after else "done"
    return item.state == "done" or (on == "approved" and item.state == "approved")


def _answer(before: Item, definition: ItemDefinition) -> JSON:
    """The fact that decides, True when the workflow needs none."""
    fact = definition.after.fact if definition.after else None
    return True if fact is None else before.facts.get(fact)


def _settle(
    case: Case, service: Service, readings: Readings, item: Item, yes: JSON, now: datetime
) -> Change:
    if yes is None:
        return Change(case)
    if not yes:
        return close(case, item, "not_concerned", now)
    if item.opens_on is not None and item.opens_on > day_of(now):
        return Change(case.with_item(replace(item, waiting_for="month")))
    return send_now(case, service, readings, item, now)


def _contradiction(case: Case, item: Item, yes: JSON) -> Change:
    """The next item is open and the fact says no, or closed and the fact says yes."""
    closed = item.state == "not_applicable"
    if yes is None or item.state == "withdrawn" or closed != bool(yes):
        return Change(case)
    return _ask_desk(case, item, "fact_contradicts")


def _ask_desk(case: Case, item: Item, kind: DeskTask) -> Change:
    return Change(case, (DeskTaskNeeded(case.case_no, item.code, kind),))
