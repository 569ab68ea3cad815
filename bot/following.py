"""What a change of a case leads to: journal, notices, tasks to send, timers, work for the desk.

One function, used by whoever changes a case; the store commits all of it in one transaction.
The journal says what happened and never to whom: texts that people wrote stand in it as digests.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import orjson

from bot.departments.connections import Connections
from cases.case import Case, case_state
from cases.definition import Service
from cases.events import DeskTaskNeeded, Dispatch, Event, ItemWithdrawn
from cases.values import JSON
from cases.workdays import SHANGHAI, Calendar, day_of
from notifications.catalog import notices_for
from notifications.outbox import NewRow
from storage.sql.records import Drop, Entry, NewDeskTask, NewTimer, Written

WORDS: Final = frozenset({"reason", "basis", "missing", "result", "note", "documents"})
"""Fields that may hold what a person wrote: kept in the journal as a digest only."""

WATCH: Final = "watch"
MAKE_FORM: Final = "make_form"
WATCH_AT: Final = time(0, 10)
"""When a case's limits are looked at, every day in Asia/Shanghai."""

MakeId = Callable[[], str]


class Follow:
    """Makes of a change everything that is written with it."""

    def __init__(
        self,
        services: Mapping[str, Service],
        connections: Connections,
        calendar: Calendar,
        make_id: MakeId,
    ) -> None:
        self._services = services
        self._connections = connections
        self.calendar = calendar
        self._make_id = make_id

    def service(self, case: Case) -> Service:
        """The service that the case was opened under."""
        return self._services[case.application.province]

    def written(
        self,
        case: Case,
        events: Sequence[Event],
        dispatches: Sequence[Dispatch],
        parties: Sequence[tuple[str, str]],
        now: datetime,
    ) -> Written:
        """Everything that goes with the case as it is now."""
        service = self.service(case)
        notices = notices_for(case, events, service, parties, now, self._make_id)
        return Written(
            case=case,
            journal=tuple(_entry(event, now) for event in events),
            outbox=(*(self._row(case, one, now) for one in dispatches), *notices),
            drops=tuple(_drops(case, events)),
            timers=(_watch(case, now),) if _is_open(case) else (),
            cancelled_timers=() if _is_open(case) else (f"{WATCH}:{case.case_no}",),
            desk_tasks=tuple(self._desk_task(case, one, now) for one in _needed(events)),
        )

    def _row(self, case: Case, dispatch: Dispatch, now: datetime) -> NewRow:
        found = self._connections.find(
            case.application.province, dispatch.department, dispatch.office
        )
        payload = {"item": dispatch.item, "revision": dispatch.revision, "key": dispatch.key}
        return NewRow(
            id=self._make_id(),
            kind=dispatch.kind,
            order_key=dispatch.key,
            payload=orjson.dumps(payload),
            due_at=dispatch.not_before,
            created_at=now,
            case_no=case.case_no,
            connection=found.id if found is not None else "",
            after_form=dispatch.after_form,
        )

    def _desk_task(self, case: Case, needed: DeskTaskNeeded, now: datetime) -> NewDeskTask:
        return NewDeskTask(
            id=f"{needed.kind}:{case.case_no}:{needed.item}",
            kind=needed.kind,
            created_at=now,
            person=case.application.person,
            case_no=case.case_no,
            item=needed.item,
            note=needed.note,
        )


def _needed(events: Iterable[Event]) -> Iterable[DeskTaskNeeded]:
    return (event for event in events if isinstance(event, DeskTaskNeeded))


def _drops(case: Case, events: Iterable[Event]) -> Iterable[Drop]:
    """Tasks of withdrawn items that have not left are never sent."""
    return (
        Drop("task", f"{case.case_no}-{event.item}")
        for event in events
        if isinstance(event, ItemWithdrawn)
    )


def _is_open(case: Case) -> bool:
    return case_state(case) not in {"finished", "taken_back", "withdrawn"}


def _watch(case: Case, now: datetime) -> NewTimer:
    tomorrow = day_of(now) + timedelta(days=1)
    due_at = datetime.combine(tomorrow, WATCH_AT, SHANGHAI)
    return NewTimer(f"{WATCH}:{case.case_no}", WATCH, due_at, case.case_no)


def _entry(event: Event, now: datetime) -> Entry:
    data = {
        field.name: _digest(value) if field.name in WORDS else _plain(value)
        for field in fields(event)
        if field.name != "case_no" and (value := getattr(event, field.name)) is not None
    }
    return Entry(now, _snake(type(event).__name__), data)


def _plain(value: Any) -> JSON:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    return value if isinstance(value, (str, int, bool)) else str(value)


def _digest(value: Any) -> JSON:
    if not value:
        return ""
    plain = orjson.dumps(value, default=repr, option=orjson.OPT_SORT_KEYS)
    return "sha256:" + hashlib.sha256(plain).hexdigest()


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
