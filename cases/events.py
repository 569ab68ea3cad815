"""What happened to a case, in the past tense: journal, notices and tasks follow from these."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

from cases.case import Missing


@dataclass(frozen=True, slots=True)
class CaseOpened:
    case_no: str
    items: tuple[str, ...]
    due_on: date
    provisional: bool
    follows: str = ""
    """The case that is filed anew with this one."""


@dataclass(frozen=True, slots=True)
class CaseTakenBack:
    case_no: str


@dataclass(frozen=True, slots=True)
class CaseWithdrawn:
    case_no: str


@dataclass(frozen=True, slots=True)
class CaseFinished:
    """Every item has reached its end."""

    case_no: str


@dataclass(frozen=True, slots=True)
class CaseOverdue:
    case_no: str
    due_on: date


@dataclass(frozen=True, slots=True)
class ItemSent:
    """The task is on its way to the department."""

    case_no: str
    item: str
    department: str
    office: str
    revision: int


@dataclass(frozen=True, slots=True)
class ItemReceived:
    """The department's system has acknowledged the task."""

    case_no: str
    item: str


@dataclass(frozen=True, slots=True)
class ItemAccepted:
    case_no: str
    item: str
    due_on: date | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class ItemReturned:
    """Something is missing; everything is named at once."""

    case_no: str
    item: str
    reason: str
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class ItemAwaitsResult:
    """The department wants another item's paper first; its clock starts when that is there."""

    case_no: str
    item: str
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class ItemSupplied:
    """She handed in what was missing; the clock now ends on `due_on`."""

    case_no: str
    item: str
    revision: int
    due_on: date | None


@dataclass(frozen=True, slots=True)
class ItemRefused:
    """Not accepted (不予受理)."""

    case_no: str
    item: str
    reason: str
    basis: str


@dataclass(frozen=True, slots=True)
class ItemProgressed:
    case_no: str
    item: str
    reason: str


@dataclass(frozen=True, slots=True)
class ItemApproved:
    case_no: str
    item: str


@dataclass(frozen=True, slots=True)
class ItemDenied:
    """Accepted, examined and decided against (不予办理)."""

    case_no: str
    item: str
    reason: str
    basis: str


@dataclass(frozen=True, slots=True)
class ItemDone:
    case_no: str
    item: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemNotApplicable:
    """Not her case: by a department's word, or because the item before it did not succeed."""

    case_no: str
    item: str
    reason: str


@dataclass(frozen=True, slots=True)
class ItemMisrouted:
    case_no: str
    item: str
    suggested_office: str
    reason: str


@dataclass(frozen=True, slots=True)
class ItemReassigned:
    case_no: str
    item: str
    office: str


@dataclass(frozen=True, slots=True)
class ItemWithdrawn:
    case_no: str
    item: str


@dataclass(frozen=True, slots=True)
class ItemWarning:
    """The strict count (the starting day counted) has come to its end."""

    case_no: str
    item: str
    due_on: date


@dataclass(frozen=True, slots=True)
class ItemOverdue:
    case_no: str
    item: str
    due_on: date


@dataclass(frozen=True, slots=True)
class ItemDueChanged:
    """An imported calendar moved the limit."""

    case_no: str
    item: str
    was_due_on: date
    due_on: date
    provisional: bool


DeskTask: TypeAlias = Literal[
    "fact_unknown", "fact_contradicts", "contradiction", "misrouted", "acceptance_late"
]


@dataclass(frozen=True, slots=True)
class DeskTaskNeeded:
    """Something that only a person at the desk can settle."""

    case_no: str
    item: str
    kind: DeskTask
    note: str = ""


Event: TypeAlias = (
    CaseOpened
    | CaseTakenBack
    | CaseWithdrawn
    | CaseFinished
    | CaseOverdue
    | ItemSent
    | ItemReceived
    | ItemAccepted
    | ItemReturned
    | ItemAwaitsResult
    | ItemSupplied
    | ItemRefused
    | ItemProgressed
    | ItemApproved
    | ItemDenied
    | ItemDone
    | ItemNotApplicable
    | ItemMisrouted
    | ItemReassigned
    | ItemWithdrawn
    | ItemWarning
    | ItemOverdue
    | ItemDueChanged
    | DeskTaskNeeded
)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A task to send or to call back: what an outbox row says.

    It falls due at `not_before` (UTC) and, when `after_form`, not before the application's PDF
    is there.
    """

    kind: Literal["task", "withdrawal"]
    key: str
    item: str
    department: str
    office: str
    revision: int
    not_before: datetime
    after_form: bool = False
