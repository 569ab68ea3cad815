"""What she hands in after a department asked for it, and what that does to the clock (A22)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

from cases.case import Asked, Case, Item, Missing, Supplement
from cases.change import Change, Refusal
from cases.clocks import (
    Readings,
    limit_of,
    restarted,
    resumed,
    retirement_month,
    starting_day,
    with_clock,
)
from cases.definition import ItemDefinition, Service
from cases.events import ItemSupplied
from cases.sending import dispatch_now, sent_event
from cases.workdays import Calendar, day_of


def supply(
    case: Case, service: Service, calendar: Calendar, supplement: Supplement
) -> Change | Refusal:
    """Hand in a supplement: every returned item that now lacks nothing goes back, revised.

    Items that lack more stay returned with the rest. Items that were returned for the same thing
    all go back. Refused when no returned item had asked for any of it; a supplement that the case
    already has changes nothing.
    """
    if any(one.draft == supplement.draft for one in case.supplements):
        return Change(case)
    asking = [item for item in case.items if item.state == "returned"]
    if not asking:
        return Refusal("not_returned")
    if not any(_supplied(item.missing, supplement) for item in asking):
        return Refusal("nothing_asked_for")
    kept = replace(supplement, asked=tuple(_asked(asking, supplement)))
    change = Change(replace(case, supplements=(*case.supplements, kept)))
    readings = Readings(service.switches, calendar)
    for item in asking:
        change = change.then(_complete(change.case, service, readings, item.code, supplement))
    return change


def wanted(case: Case, codes: Iterable[str] = ()) -> tuple[Missing, ...]:
    """Everything that departments wait for, each thing once; of all items or of those named."""
    chosen = set(codes)
    things: dict[tuple[str, str], Missing] = {}
    for item in case.items:
        if item.state == "returned" and (not chosen or item.code in chosen):
            for thing in item.missing:
                if thing.kind != "result":
                    things.setdefault((thing.kind, thing.code), thing)
    return tuple(things.values())


def asks_her(missing: Iterable[Missing]) -> bool:
    """Whether something is missing that she can give; another item's result is not."""
    return any(one.kind != "result" for one in missing)


def wind_after_return(
    case: Case, service: Service, readings: Readings, item: Item, now: datetime
) -> Case:
    """The case with the item's clock running again: anew before acceptance, else what was left."""
    if item.clock is None or item.returned_at is None:
        return case
    definition, switches = service.item(item.code), readings.switches
    limit, today = limit_of(definition), day_of(now)
    was_accepted = item.accepted_at is not None and item.accepted_at <= item.returned_at
    if not was_accepted and switches.return_resets_clock_before_acceptance:
        starts_on = clock_start(case, definition, readings, now)
        return with_clock(case, restarted(item.clock, limit, today, starts_on, readings))
    if not switches.return_pauses_clock_after_acceptance:
        return case
    returned_on = day_of(item.returned_at)
    return with_clock(case, resumed(item.clock, limit, returned_on, today, readings))


def clock_start(case: Case, definition: ItemDefinition, readings: Readings, at: datetime) -> date:
    """The day on which the plan's rule starts the clock of something complete at that instant."""
    month = None
    if definition.clock.starts == "with_case":
        month = retirement_month(case.application.answers, readings.switches)
    return starting_day(day_of(at), month, readings)


def _complete(
    case: Case, service: Service, readings: Readings, code: str, supplement: Supplement
) -> Change:
    item, now = case.item(code), supplement.supplied_at
    assert item is not None
    supplied = _supplied(item.missing, supplement)
    rest = tuple(thing for thing in item.missing if thing not in supplied)
    if asks_her(rest):
        return Change(case.with_item(replace(item, missing=rest)))
    if rest:  # hers is there, another item's paper is not yet
        waiting = replace(item, state="waiting", waiting_for="result", missing=rest)
        return Change(case.with_item(waiting))
    case = wind_after_return(case, service, readings, item, now)
    wound = case.item(code)
    assert wound is not None
    sent = replace(
        wound,
        state="sent",
        revision=item.revision + 1,
        reason="",
        missing=(),
        sent_at=now,
        received_at=None,
        accepted_at=None,
        returned_at=None,
        acceptance_reminded=False,
    )
    if service.item(code).acceptance == "automatic":  # HB-27: receipt is acceptance, again too
        sent = replace(sent, state="accepted", accepted_at=now)
    due_on = sent.clock.due_on if sent.clock else None
    events = (ItemSupplied(case.case_no, code, sent.revision, due_on), sent_event(case, sent))
    dispatch = replace(dispatch_now(case, sent, now), after_form=True)  # with its 补正页
    return Change(case.with_item(sent), events, (dispatch,))


def _asked(asking: Iterable[Item], supplement: Supplement) -> Iterator[Asked]:
    """At whose request it was supplied, before that is forgotten."""
    for item in asking:
        if _supplied(item.missing, supplement):
            yield Asked(item.code, item.reason, item.missing, item.returned_at)


def _supplied(missing: Iterable[Missing], supplement: Supplement) -> list[Missing]:
    return [thing for thing in missing if _holds(supplement, thing)]


def _holds(supplement: Supplement, thing: Missing) -> bool:
    if thing.kind == "result":
        return False
    if thing.kind == "document":
        return bool(supplement.documents.get(thing.code))
    return any(key == thing.code or key.startswith(thing.code + ".") for key in supplement.answers)
