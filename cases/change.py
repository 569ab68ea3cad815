"""What a decision comes to: the case as it is now, what happened, and what must be sent."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from cases.case import Case
from cases.events import CaseFinished, Dispatch, Event


@dataclass(frozen=True, slots=True)
class Change:
    """A case and everything that led to it; all three are committed in one transaction."""

    case: Case
    events: tuple[Event, ...] = ()
    dispatches: tuple[Dispatch, ...] = ()

    def then(self, later: "Change") -> "Change":
        """`later`, with what had happened before it."""
        return Change(later.case, self.events + later.events, self.dispatches + later.dispatches)


RefusalCode: TypeAlias = Literal[
    "already_sent",
    "already_accepted",
    "unknown_item",
    "not_returned",
    "not_misrouted",
    "nothing_asked_for",
]


@dataclass(frozen=True, slots=True)
class Refusal:
    """It cannot be done any more, or not for this item."""

    code: RefusalCode


def finished(before: Case, change: Change) -> Change:
    """`change`, with `CaseFinished` when it brought the last item to its end."""
    was_open = any(True for _ in before.open_items())
    if not was_open or any(True for _ in change.case.open_items()):
        return change
    return change.then(Change(change.case, (CaseFinished(change.case.case_no),)))
