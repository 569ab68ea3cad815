"""What a department's report does to a case.

Reports come twice, late, out of order, and from the wrong sender. None is lost: each is applied,
recorded (already true, or overtaken), or refused with a reason. `VERDICTS` is the one table of
what a stage means in a state; a state in `FINAL` is never left.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from cases.case import Case, Item, ItemState, Missing
from cases.change import Change, finished
from cases.clocks import Readings
from cases.definition import ANY_OFFICE, Service, Stage
from cases.events import (
    DeskTaskNeeded,
    Dispatch,
    Event,
    ItemApproved,
    ItemAwaitsResult,
    ItemDenied,
    ItemDone,
    ItemMisrouted,
    ItemProgressed,
    ItemRefused,
    ItemReturned,
)
from cases.facts import facts_are_valid, new_facts
from cases.following import Word, follow
from cases.reports import Report, Sender
from cases.sending import accepted_event, resend, send_now
from cases.supplements import asks_her, wind_after_return
from cases.ways import predecessors
from cases.workdays import Calendar

RefusedCode: TypeAlias = Literal[
    "wrong_case",
    "unknown_item",
    "foreign",
    "not_sent",
    "unknown_missing",
    "unknown_fact",
    "too_late",
    "contradiction",
    "closed",
]
Verdict: TypeAlias = Literal[
    "move", "note", "repeat", "late", "too_late", "contradiction", "closed"
]
"""move: apply. note: journal only. repeat, late: true already or overtaken, recorded.
too_late, contradiction, closed: refused; a contradiction also asks the desk."""
STAGES: tuple[Stage, ...] = (
    "accepted",
    "returned",
    "refused",
    "progress",
    "approved",
    "denied",
    "done",
    "misrouted",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a report; `code` says why when it was not applied."""

    kind: Literal["applied", "recorded", "refused"]
    code: RefusedCode | Verdict


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to a report, and everything that follows from it."""

    case: Case
    outcome: Outcome
    events: tuple[Event, ...] = ()
    dispatches: tuple[Dispatch, ...] = ()


def _row(verdicts: str) -> Mapping[Stage, Verdict]:
    words: Mapping[str, Verdict] = {
        ">": "move",
        "n": "note",
        "=": "repeat",
        "l": "late",
        "t": "too_late",
        "!": "contradiction",
        "x": "closed",
    }
    return dict(zip(STAGES, (words[one] for one in verdicts.split()), strict=True))


VERDICTS: Mapping[ItemState, Mapping[Stage, Verdict]] = {
    # acc ret ref pro app den don mis
    "waiting": _row("> > > n > > > >"),
    "sent": _row("> > > n > > > >"),
    "accepted": _row("= > > n > > > >"),
    "returned": _row("> > > n > > > >"),
    "misrouted": _row("> > > n > > > ="),
    "approved": _row("l t t n = ! > t"),
    "done": _row("l l ! l l ! = l"),
    "refused": _row("l l = l ! ! ! l"),
    "denied": _row("l l ! l l = ! l"),
    "not_applicable": _row("x x x x x x x x"),
    "withdrawn": _row("x x x x x x x x"),
}


def decide(
    case: Case,
    service: Service,
    calendar: Calendar,
    sender: Sender,
    report: Report,
    now: datetime,
) -> Decision:
    """Apply, record or refuse a report. The same report once more leaves the case as it is."""
    refused = _refused(case, service, sender, report)
    item = case.item(report.item)
    if refused is not None or item is None:
        return Decision(case, Outcome("refused", refused or "unknown_item"))
    verdict = _verdict(item, report)
    if verdict in {"too_late", "contradiction", "closed"}:
        return _contradicted(case, report, verdict)
    news = new_facts(item, report)
    change = Change(case.with_item(_recorded(item, report, now)))
    if verdict == "move":
        step = _Step(service, Readings(service.switches, calendar), report, now)
        change = change.then(_move(change.case, step))
    elif verdict == "note":
        change = change.then(_noted(change.case, report))
    word = Word(item.code, moved=verdict == "move", facts_changed=bool(news))
    readings = Readings(service.switches, calendar)
    change = change.then(follow(change.case, service, readings, word, now))
    change = finished(case, change)
    kind: Literal["applied", "recorded"] = "applied" if verdict == "move" else "recorded"
    return Decision(change.case, Outcome(kind, verdict), change.events, change.dispatches)


def _refused(case: Case, service: Service, sender: Sender, report: Report) -> RefusedCode | None:
    """Why nothing of this report may be believed."""
    item = case.item(report.item)
    if report.case_no != case.case_no:
        return "wrong_case"
    if item is None:
        return "unknown_item"
    if item.department != sender.department or sender.office not in {ANY_OFFICE, item.office}:
        return "foreign"
    if item.state == "waiting" and not (item.sent_at or _may_open(case, service, item)):
        return "not_sent"
    definition = service.item(item.code)
    if not all(definition.may_ask_for(one.kind, one.code) for one in report.missing):
        return "unknown_missing"
    return None if facts_are_valid(service, report.facts) else "unknown_fact"


def _may_open(case: Case, service: Service, item: Item) -> bool:
    """Its own department, already at work on the item before, knows first whose turn it is."""
    befores = [before for _, before in predecessors(case, service.item(item.code))]
    return (
        item.waiting_for == "turn"
        and bool(befores)
        and all(one.state != "waiting" for one in befores)
        and all(one.department == item.department for one in befores)
    )


def _verdict(item: Item, report: Report) -> Verdict:
    verdict = VERDICTS[item.state][report.stage]
    if verdict != "move":
        return verdict
    if report.stage in {"returned", "misrouted"} and _before_resending(item, report):
        return "late"
    if report.stage == "returned" and (item.state == "returned" or item.waiting_for == "result"):
        return "move" if _more_missing(item, report) else "repeat"
    if item.state == "returned" and report.stage == "accepted":
        overtaken = item.returned_at is not None and report.occurred_at <= item.returned_at
        return "late" if overtaken else "move"
    return verdict


def _before_resending(item: Item, report: Report) -> bool:
    """It speaks of a revision that has been overtaken by her supplement or by another office."""
    resent = item.revision > 1 and item.sent_at is not None and item.state != "returned"
    return resent and item.sent_at is not None and report.occurred_at < item.sent_at


def _contradicted(case: Case, report: Report, verdict: Verdict) -> Decision:
    outcome = Outcome("refused", verdict)
    if verdict != "contradiction":
        return Decision(case, outcome)
    note = f"{report.stage} ({report.report_id})"
    task = DeskTaskNeeded(case.case_no, report.item, "contradiction", note)
    return Decision(case, outcome, (task,))


def _recorded(item: Item, report: Report, now: datetime) -> Item:
    """The item with what every report may add: facts, result papers, an acceptance told late."""
    item = replace(item, facts={**item.facts, **new_facts(item, report)})
    if report.stage == "done":
        papers = tuple(one for one in report.documents if one not in item.documents)
        result = {**report.result, **item.result}
        item = replace(item, documents=item.documents + papers, result=result)
    told_late = report.stage == "accepted" and item.state == "returned"
    if told_late and item.accepted_at is None and item.returned_at is not None:
        at = _when(item, report, now)
        return replace(item, accepted_at=at) if at <= item.returned_at else item
    return item


def _noted(case: Case, report: Report) -> Change:
    return Change(case, (ItemProgressed(case.case_no, report.item, report.reason),))


@dataclass(frozen=True, slots=True)
class _Step:
    service: Service
    readings: Readings
    report: Report
    now: datetime


def _move(case: Case, step: _Step) -> Change:
    """The item in its new state, whatever it had to pass through on the way."""
    change = _made_ready(case, step)
    item = change.case.item(step.report.item)
    assert item is not None
    at = _when(item, step.report, step.now)
    return change.then(_MOVES[step.report.stage](change.case, item, step.report, at))


def _made_ready(case: Case, step: _Step) -> Change:
    """A report that skips stages implies them: the turn has come, the missing is there."""
    item = case.item(step.report.item)
    assert item is not None
    if item.waiting_for == "result":
        if step.report.stage == "returned":
            return Change(case)
        without = replace(item, missing=())
        return resend(case, step.service, step.readings, without, step.now)
    if item.state == "waiting":
        return send_now(case, step.service, step.readings, item, step.now)
    if item.state == "misrouted":
        return Change(case.with_item(replace(item, reason="", suggested_office="")))
    if item.state != "returned" or step.report.stage == "returned":
        return Change(case)
    case = wind_after_return(case, step.service, step.readings, item, step.now)
    wound = case.item(item.code)
    assert wound is not None
    return Change(case.with_item(replace(wound, missing=(), reason="", returned_at=None)))


def _accepted(case: Case, item: Item, _report: Report, at: datetime) -> Change:
    item = replace(item, state="accepted", accepted_at=item.accepted_at or at)
    return Change(case.with_item(item), (accepted_event(case, item),))


def _returned(case: Case, item: Item, report: Report, at: datetime) -> Change:
    more = _more_missing(item, report)
    item = replace(
        item,
        state="returned",
        reason=report.reason,
        missing=item.missing + more,
        returned_at=item.returned_at or at,
    )
    if item.missing and not asks_her(item.missing):
        return _waits_for_result(case, item)
    item = replace(item, waiting_for=None)
    event = ItemReturned(case.case_no, item.code, report.reason, item.missing)
    return Change(case.with_item(item), (event,))


def _waits_for_result(case: Case, item: Item) -> Change:
    """Only another item's paper is missing: nothing that she could do (domain B4)."""
    waiting = replace(item, state="waiting", waiting_for="result")
    event = ItemAwaitsResult(case.case_no, item.code, item.missing)
    return Change(case.with_item(waiting), (event,))


def _refused_by_department(case: Case, item: Item, report: Report, at: datetime) -> Change:
    ended = replace(item, state="refused", reason=report.reason, basis=report.basis, ended_at=at)
    event = ItemRefused(case.case_no, item.code, report.reason, report.basis)
    return Change(case.with_item(ended), (event,))


def _approved(case: Case, item: Item, _report: Report, at: datetime) -> Change:
    item = replace(item, state="approved", accepted_at=item.accepted_at or at)
    return Change(case.with_item(item), (ItemApproved(case.case_no, item.code),))


def _denied(case: Case, item: Item, report: Report, at: datetime) -> Change:
    ended = replace(
        item,
        state="denied",
        reason=report.reason,
        basis=report.basis,
        accepted_at=item.accepted_at or at,
        ended_at=at,
    )
    event = ItemDenied(case.case_no, item.code, report.reason, report.basis)
    return Change(case.with_item(ended), (event,))


def _done(case: Case, item: Item, _report: Report, at: datetime) -> Change:
    ended = replace(item, state="done", accepted_at=item.accepted_at or at, ended_at=at)
    return Change(case.with_item(ended), (ItemDone(case.case_no, item.code, item.documents),))


def _misrouted(case: Case, item: Item, report: Report, _at: datetime) -> Change:
    office = report.suggested_office
    item = replace(item, state="misrouted", reason=report.reason, suggested_office=office)
    events = (
        ItemMisrouted(case.case_no, item.code, office, report.reason),
        DeskTaskNeeded(case.case_no, item.code, "misrouted", office),
    )
    return Change(case.with_item(item), events)


_MOVES: Mapping[Stage, Callable[[Case, Item, Report, datetime], Change]] = {
    "accepted": _accepted,
    "returned": _returned,
    "refused": _refused_by_department,
    "approved": _approved,
    "denied": _denied,
    "done": _done,
    "misrouted": _misrouted,
}


def _more_missing(item: Item, report: Report) -> tuple[Missing, ...]:
    known = {(one.kind, one.code) for one in item.missing}
    return tuple(one for one in report.missing if (one.kind, one.code) not in known)


def _when(item: Item, report: Report, now: datetime) -> datetime:
    """When it happened there, as far as that can be: after the task was sent, and not yet to come.

    Clocks are paused by this: nobody gains time by dating a return before the task was there.
    """
    earliest = item.sent_at or now
    return min(max(report.occurred_at, earliest), now)
