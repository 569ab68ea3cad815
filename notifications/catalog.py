"""Who is told what when something happens to a case: one table over all events.

Promise: every event has a rule (a test pins it), and a rule that tells nobody says why not.
`notices_for` makes the outbox rows, which are committed with what happened.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from cases import events
from cases.anew import anew_by
from cases.case import Case, Clock, Item, Missing
from cases.clocks import retirement_month
from cases.definition import ANY_OFFICE, Service
from cases.events import Event
from cases.pre_reviews import PreReview, State
from cases.reminders import KINDS, Reminder
from cases.routing import counter_of
from cases.tellings import paid_from
from cases.values import JSON
from cases.workdays import day_of
from notifications.notice import Notice, Relation, notice_to_bytes
from notifications.outbox import NewRow

Urgency: TypeAlias = Literal["needs_you", "refusal", "result", "news"]
"""needs_you: she must do something; it stands first. refusal: it was not granted, and must not
hide behind a good end. result: an end. news: good to know."""
URGENCIES: Final[tuple[Urgency, ...]] = ("needs_you", "refusal", "result", "news")


@dataclass(frozen=True, slots=True)
class Told:
    """`notices`: by relation the wording's key; a relation that is not there hears nothing.

    `overtakes`: wordings about the same item that say nothing any more once this one is known.
    """

    notices: Mapping[Relation, str]
    urgency: Urgency
    overtakes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Untold:
    """Nobody is told, because…"""

    reason: str


Rule: TypeAlias = Told | Untold


def _applicant(notice: str, urgency: Urgency, *overtakes: str) -> Told:
    return Told(MappingProxyType({"person": notice}), urgency, frozenset(overtakes))


MARKED: Final[tuple[State, ...]] = ("in_order", "missing")
"""The marks in the register of 提前预审 that she is told of."""

_SAID_AT_ONCE = Untold("she did it herself, and the conversation answers with what came of it")
_FOR_THE_DESK = Untold("it asks something of the desk, not of her")
_ON_THE_WAY: Final = ("accepted", "approved", "returned", "misrouted", "due_changed")

CATALOG: Final[Mapping[type[Event], Rule]] = MappingProxyType(
    {
        events.CaseOpened: _SAID_AT_ONCE,
        events.CaseTakenBack: _SAID_AT_ONCE,
        events.CaseWithdrawn: _SAID_AT_ONCE,
        events.CaseFinished: _applicant("finished", "result"),
        events.CaseOverdue: _FOR_THE_DESK,
        events.ItemSent: Untold("it is not accepted yet; five such notices would say nothing"),
        events.ItemReceived: Untold("one computer has heard another"),
        events.ItemAccepted: _applicant(
            "accepted", "news", "accepted", "returned", "misrouted", "due_changed"
        ),
        events.ItemReturned: _applicant(
            "returned", "needs_you", "returned", "accepted", "misrouted", "due_changed"
        ),
        events.ItemAwaitsResult: Untold(
            "nothing for her to do; 进度 shows it, and the acceptance with its day follows"
        ),
        events.ItemSupplied: _SAID_AT_ONCE,
        events.ItemRefused: _applicant("refused", "refusal", *_ON_THE_WAY),
        events.ItemProgressed: Untold("design: progress only journals; 进度 shows it"),
        events.ItemApproved: _applicant(
            "approved", "news", "accepted", "approved", "returned", "misrouted"
        ),
        events.ItemDenied: _applicant("denied", "refusal", *_ON_THE_WAY),
        events.ItemDone: _applicant("done", "result", *_ON_THE_WAY),
        events.ItemNotApplicable: Untold(
            "she never asked for it by itself; the last notice and 进度 say that it is not hers"
        ),
        events.ItemMisrouted: _applicant("misrouted", "news", "misrouted"),
        events.ItemReassigned: Untold("she knows 转办中; the new office's acceptance follows"),
        events.ItemWithdrawn: _SAID_AT_ONCE,
        events.ItemWarning: _FOR_THE_DESK,
        events.ItemOverdue: _FOR_THE_DESK,
        events.ItemDueChanged: _applicant("due_changed", "news", "due_changed"),
        events.DeskTaskNeeded: _FOR_THE_DESK,
    }
)

PERSONAL: Final[Mapping[str, Told]] = MappingProxyType(
    {
        "draft_ends": _applicant("draft_ends", "needs_you"),
        "new_phone": _applicant("new_phone", "needs_you"),
        **{kind: _applicant(kind, "needs_you") for kind in KINDS},
        # HR has looked at her papers beforehand (`pre_review_notice`)
        **{
            f"pre_review_{state}": _applicant(f"pre_review_{state}", "needs_you")
            for state in MARKED
        },
        # two people at one draft: each is told of the other's step, and of nothing that is in it
        "proxy_joined": _applicant("proxy_joined", "news"),
        "proxy_declined": _applicant("proxy_declined", "needs_you"),
        "proxy_ready": _applicant("proxy_ready", "needs_you"),
        "proxy_your_turn": _applicant("proxy_your_turn", "needs_you"),
        "proxy_other_name": _applicant("proxy_other_name", "needs_you"),
        "proxy_left_self": _applicant("proxy_left_self", "needs_you"),
        "proxy_left_agent": _applicant("proxy_left_agent", "needs_you"),
        "proxy_submitted": _applicant("proxy_submitted", "result"),
    }
)
"""What somebody is told about herself, without any case: her window may long be closed."""

AGENTS: Final[tuple[Relation, ...]] = ("employer", "agency", "archive_office")
PROXY_PROGRESS: Final = "proxy_progress"
PROXY: Final = Told(
    MappingProxyType(dict.fromkeys(AGENTS, PROXY_PROGRESS)), "news", frozenset({PROXY_PROGRESS})
)
"""Who applied for her hears how far it is, whenever she hears something: never why, never what is
missing. More they see only where she lets them (`agent_sees`)."""

NOTICES: Final[Mapping[str, Told]] = MappingProxyType(
    {
        notice: rule
        for rule in CATALOG.values()
        if isinstance(rule, Told)
        for notice in rule.notices.values()
    }
    | dict(PERSONAL)
    | {PROXY_PROGRESS: PROXY}
)
"""Wording key → the rule it comes from: every province words exactly these."""


def notices_for(
    case: Case,
    happened: Sequence[Event],
    service: Service,
    parties: Sequence[tuple[str, str]],
    now: datetime,
    make_id: Callable[[], str],
) -> tuple[NewRow, ...]:
    """The outbox rows for what happened, in its order; `case` is the case afterwards.

    `parties` are (person id, relation); she, and who applied for her, are told whether or not they
    are among them.
    """
    applied = case.application
    agent = [(applied.agent, applied.applicant)] if applied.agent else []
    told = dict.fromkeys(chain([(applied.person, _APPLICANT)], agent, parties))
    return tuple(
        _row(_notice(case, event, service, who, now), person, make_id())
        for event in happened
        for person, relation in told
        for who in _told(event)
        if who.relation == relation
    )


def personal_notice(
    key: str, province: str, person: str, row_id: str, at: datetime, until: date
) -> NewRow:
    """The outbox row of a notice that belongs to no case (`PERSONAL`); the id makes it one."""
    notice = Notice(key, "", province, "", at, {"due_on": until.isoformat()}, _APPLICANT)
    return _alone(notice, person, row_id)


def reminder_notice(reminder: Reminder, row_id: str, at: datetime) -> NewRow:
    """The outbox row of what somebody asked to be reminded of."""
    params: dict[str, JSON] = {"due_on": day_of(at).isoformat(), "month": reminder.month}
    notice = Notice(reminder.kind, "", reminder.province, "", at, params, _APPLICANT)
    return _alone(notice, reminder.person, row_id)


def pre_review_notice(entry: PreReview, row_id: str, at: datetime) -> NewRow | None:
    """The outbox row that tells her how HR has marked her papers; `entry` as it is now.

    None where nobody's phone is known, or the mark is none that is told (`MARKED`).
    """
    if not entry.person or entry.state not in MARKED:
        return None
    params: dict[str, JSON] = {
        "due_on": day_of(at).isoformat(),
        "month": entry.month,
        "reason": entry.missing,
    }
    key = f"pre_review_{entry.state}"
    notice = Notice(key, "", entry.province, "", at, params, _APPLICANT)
    return _alone(notice, entry.person, row_id)


def _alone(notice: Notice, person: str, row_id: str) -> NewRow:
    return replace(_row(notice, person, row_id), order_key=f"notice {notice.key} {row_id}")


def order_key(case_no: str, person: str) -> str:
    """What one person hears of one case stays in order."""
    return f"notice {case_no} {person}"


_APPLICANT: Final[Relation] = "person"


@dataclass(frozen=True, slots=True)
class _Who:
    relation: Relation
    key: str


def _told(event: Event) -> Iterator[_Who]:
    rule = CATALOG[type(event)]
    if isinstance(rule, Told):
        yield from (_Who(relation, key) for relation, key in rule.notices.items())
        yield from (_Who(relation, key) for relation, key in PROXY.notices.items())


def _row(notice: Notice, person: str, row_id: str) -> NewRow:
    return NewRow(
        id=row_id,
        kind="notice",
        order_key=order_key(notice.case_no, person),
        payload=notice_to_bytes(notice),
        due_at=notice.at,
        created_at=notice.at,
        case_no=notice.case_no,
        recipient=person,
        client_msg_id=row_id,
    )


def _notice(case: Case, event: Event, service: Service, who: _Who, now: datetime) -> Notice:
    code, params = getattr(event, "item", ""), facts_of(case, event, service, now)
    return Notice(who.key, case.case_no, service.province, code, now, params, who.relation)


def facts_of(case: Case, event: Event, service: Service, now: datetime) -> dict[str, JSON]:
    """What can be said of an event, as facts; `case` is the case afterwards."""
    code = getattr(event, "item", "")
    item = case.item(code) if code else None
    params = _about_case(case, service, now)
    params |= _about_all(case, service) if item is None else _about_item(case, item, service)
    return params | _about_event(event)


def known_of(case: Case, item: Item, service: Service, now: datetime) -> Notice:
    """What is known of an item by now, as a notice about its state would say it (进度)."""
    params = _about_case(case, service, now) | _about_item(case, item, service)
    return Notice(item.state, case.case_no, service.province, item.code, now, params, _APPLICANT)


def _about_case(case: Case, service: Service, now: datetime) -> dict[str, JSON]:
    """What every notice may say.

    `benefit_month` is the month that the form works out (HB-29), else the one after retirement
    (A17).
    """
    answers = case.application.answers
    month = retirement_month(answers, service.switches)
    paid = paid_from(answers, day_of(case.application.submitted_at))
    return {
        "paid_year": paid.get("year", ""),
        "paid": paid.get("paid", ""),
        "applicant": answers.get("name") or "",
        "plan": service.plan,
        "on": day_of(now).isoformat(),
        "submitted_on": day_of(case.application.submitted_at).isoformat(),
        "benefit_month": answers.get("payment_from")
        or ("" if month is None else _next_month(*month)),
        "apply_anew": anew_by(case, service),
        "basis": "",
        "reason": "",
        "missing": [],
        "items": [],
    }


def _about_item(case: Case, item: Item, service: Service) -> dict[str, JSON]:
    definition = service.item(item.code)
    department = service.department(item.department)
    return {
        "item_name": definition.name,
        "item_short": definition.short,
        "state": item.state,
        "department": department.name,
        "phone": department.phone,
        "office": "" if item.office == ANY_OFFICE else item.office,
        "original_channel": definition.original_channel,
        "counter": counter_of(definition, item.office, case.application.answers),
        "reason": item.reason,
        "basis": item.basis,
        "facts": dict(item.facts),
        **_promise(item.clock),
    }


def _about_all(case: Case, service: Service) -> dict[str, JSON]:
    """The case as a whole: every item with its end."""
    return {
        **_promise(case.clock),
        "items": [
            {"name": service.item(item.code).short, "state": item.state} for item in case.items
        ],
    }


def _promise(clock: Clock | None) -> dict[str, JSON]:
    if clock is None:
        return {"due_on": "", "provisional": False}
    return {"due_on": clock.due_on.isoformat(), "provisional": clock.provisional}


def _about_event(event: Event) -> dict[str, JSON]:
    """What the event itself says counts more than what the item says by now."""
    match event:
        case events.ItemReturned():
            asked = [_missing(one) for one in event.missing if one.kind != "result"]
            return {"reason": event.reason, "missing": asked}
        case events.ItemRefused() | events.ItemDenied():
            return {"reason": event.reason, "basis": event.basis}
        case events.ItemDueChanged():
            return {
                "was_due_on": event.was_due_on.isoformat(),
                "due_on": event.due_on.isoformat(),
                "provisional": event.provisional,
            }
        case _:
            return {}


def _missing(one: Missing) -> dict[str, JSON]:
    return {"kind": one.kind, "code": one.code, "note": one.note}


def _next_month(year: int, month: int) -> str:
    return f"{year + month // 12}-{month % 12 + 1:02d}"
