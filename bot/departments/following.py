"""What follows from a change of a case, as rows of the same transaction.

The wiring gives a `Follow` that also makes notices and timers. What departments need of it, the
rows that tell them, is made here.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from bot.departments.connections import Connections
from cases.case import Case
from cases.change import Change
from cases.events import CaseTakenBack, DeskTaskNeeded, Dispatch
from notifications.outbox import NewRow
from storage.sql.journal import entry_of
from storage.sql.records import Drop, Entry, NewDeskTask, NewTimer, Written


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Everything that is committed beside the case itself."""

    journal: tuple[Entry, ...] = ()
    outbox: tuple[NewRow, ...] = ()
    drops: tuple[Drop, ...] = ()
    timers: tuple[NewTimer, ...] = ()
    cancelled_timers: tuple[str, ...] = ()
    desk_tasks: tuple[NewDeskTask, ...] = ()


class Follow(Protocol):
    """What follows from a change. Pure: it may run several times for one change."""

    def __call__(self, change: Change, now: datetime) -> FollowUp:
        """The rows; ids are made of the case's, so that a second run gives the same."""


@dataclass(frozen=True, slots=True)
class OnlyDispatch:
    """The simplest `Follow`: a journal, tasks and withdrawals for departments, desk tasks."""

    connections: Connections

    def __call__(self, change: Change, now: datetime) -> FollowUp:
        """What happened, and who must be told among the departments and at the desk."""
        return FollowUp(
            journal=tuple(entry_of(event, now) for event in change.events),
            outbox=dispatch_rows(change.case, change.dispatches, self.connections, now),
            drops=overtaken_by(change),
            desk_tasks=desk_tasks_of(change, now),
        )


class TaskOrder(BaseModel):
    """What a row of kind task or withdrawal says; the task itself is built when it is sent."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    item: str
    revision: int
    department: str
    office: str


def written(change: Change, follow: Follow, now: datetime, *first: Entry) -> Written:
    """A change with everything that follows from it; `first` stand first in the journal."""
    then = follow(change, now)
    return Written(
        case=change.case,
        journal=(*first, *then.journal),
        outbox=then.outbox,
        drops=then.drops,
        timers=then.timers,
        cancelled_timers=then.cancelled_timers,
        desk_tasks=then.desk_tasks,
    )


def dispatch_rows(
    case: Case, dispatches: Sequence[Dispatch], connections: Connections, now: datetime
) -> tuple[NewRow, ...]:
    """One outbox row for each task or withdrawal; the id is the same however often it is made.

    A department without a connection gets its row all the same: it is sent when there is one.
    """
    return tuple(_row(case, dispatch, connections, now) for dispatch in dispatches)


def overtaken_by(change: Change) -> tuple[Drop, ...]:
    """Rows not on their way yet that a newer revision, a withdrawal or taking back replaces."""
    if any(isinstance(event, CaseTakenBack) for event in change.events):
        return (Drop("task"),)
    return tuple(Drop("task", dispatch.key) for dispatch in change.dispatches)


def desk_tasks_of(change: Change, now: datetime) -> tuple[NewDeskTask, ...]:
    """What only a person at the desk can settle; the same question is asked once a revision."""
    return tuple(
        NewDeskTask(
            id=_question(change.case, event),
            kind=event.kind,
            created_at=now,
            case_no=event.case_no,
            item=event.item,
            note=event.note,
        )
        for event in change.events
        if isinstance(event, DeskTaskNeeded)
    )


def _question(case: Case, event: DeskTaskNeeded) -> str:
    item = case.item(event.item)
    about = hashlib.sha256(event.note.encode()).hexdigest()[:8]
    revision = item.revision if item else 0
    return f"{event.kind}/{case.case_no}-{event.item}/{revision}/{about}"


def _row(case: Case, dispatch: Dispatch, connections: Connections, now: datetime) -> NewRow:
    found = connections.find(case.application.province, dispatch.department, dispatch.office)
    order = TaskOrder(
        item=dispatch.item,
        revision=dispatch.revision,
        department=dispatch.department,
        office=dispatch.office,
    )
    return NewRow(
        id=f"{dispatch.kind}/{dispatch.key}/{dispatch.revision}",
        kind=dispatch.kind,
        order_key=dispatch.key,
        payload=order.model_dump_json().encode(),
        due_at=dispatch.not_before,
        created_at=now,
        case_no=case.case_no,
        connection=found.id if found else "",
        after_form=dispatch.after_form,
    )
