"""From an application to a case: which items it has, where they go, when their clocks start."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cases.case import Application, Case, Clock, Item, WaitingFor, task_key
from cases.clocks import (
    Readings,
    case_limit,
    limit_of,
    retirement_month,
    start_clock,
    starting_day,
)
from cases.conditions import holds
from cases.definition import ItemDefinition, Service
from cases.events import CaseOpened, Dispatch, Event
from cases.routing import route
from cases.rules import RULES
from cases.values import Answers
from cases.ways import month_opens_on, way_of
from cases.workdays import Calendar, day_of


@dataclass(frozen=True, slots=True)
class Opening:
    """A new case and what follows from its being there."""

    case: Case
    events: tuple[Event, ...]
    dispatches: tuple[Dispatch, ...]


def open_case(
    application: Application,
    service: Service,
    calendar: Calendar,
    now: datetime,
    case_no: str,
    take_back: timedelta,
) -> Opening:
    """Open the case of an application.

    The clocks look at `application.submitted_at`. `take_back` runs from `now`, when she is told
    the case number: until it has passed and the form's PDF exists, no task leaves.
    Raises ValueError when nothing was applied for.
    """
    readings = Readings(service.switches, calendar)
    start = _Start.of(application, readings)
    applied_for = items_applied_for(service, application.answers, start.filed_on)
    filing = _Filing(application, frozenset(one.code for one in applied_for), start)
    items = tuple(_open_item(definition, filing, readings) for definition in applied_for)
    if not items:
        raise ValueError("the application applies for nothing")
    limit = case_limit(service, application)
    clock = start_clock(limit, start.filed_on, start.starts_on, readings)
    case = Case(case_no, application, items, clock, sendable_at=now + take_back)
    opened = CaseOpened(
        case_no,
        tuple(item.code for item in items),
        clock.due_on,
        clock.provisional,
        application.follows,
    )
    return Opening(case, (opened,), tuple(_dispatch(case, item) for item in items if _sends(item)))


def items_applied_for(
    service: Service, answers: Answers, today: date
) -> tuple[ItemDefinition, ...]:
    """The items whose condition the answers meet on that day, in the plan's order."""
    return tuple(item for item in service.items if holds(item.when, answers, today, RULES))


@dataclass(frozen=True, slots=True)
class _Start:
    filed_on: date
    starts_on: date

    @classmethod
    def of(cls, application: Application, readings: Readings) -> "_Start":
        filed_on = day_of(application.submitted_at)
        month = retirement_month(application.answers, readings.switches)
        return cls(filed_on, starting_day(filed_on, month, readings))


@dataclass(frozen=True, slots=True)
class _Filing:
    application: Application
    items: frozenset[str]
    start: _Start


def _open_item(definition: ItemDefinition, filing: _Filing, readings: Readings) -> Item:
    answers, start = filing.application.answers, filing.start
    where, way = route(definition, answers), way_of(filing.application, definition)
    opens_on = None if way.month is None else month_opens_on(way.month, answers, readings)
    waiting_for: WaitingFor = "document"
    if any(one.item in filing.items for one in way.after):
        waiting_for = "turn"
    elif opens_on is not None and opens_on > start.filed_on:
        waiting_for = "month"
    return Item(
        code=definition.code,
        department=where.department,
        office=where.office,
        area=where.area,
        state="waiting",
        waiting_for=waiting_for,
        opens_on=opens_on,
        clock=_clock(definition, start, readings),
    )


def _clock(definition: ItemDefinition, start: _Start, readings: Readings) -> Clock | None:
    if definition.clock.starts != "with_case":
        return None
    return start_clock(limit_of(definition), start.filed_on, start.starts_on, readings)


def _sends(item: Item) -> bool:
    return item.waiting_for == "document"


def _dispatch(case: Case, item: Item) -> Dispatch:
    return Dispatch(
        kind="task",
        key=task_key(case.case_no, item.code),
        item=item.code,
        department=item.department,
        office=item.office,
        revision=item.revision,
        not_before=case.sendable_at,
        after_form=True,
    )
