"""A case after submission: the application as it was submitted, its items, their clocks.

    waiting(turn | month | document | result) → sent → accepted → approved → done
    returned (from sent or accepted), refused, denied, not_applicable, withdrawn, misrouted

Items are stored; the case's own state is derived from them (`case_state`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal, TypeAlias

from cases.values import JSON, Answers

ItemState: TypeAlias = Literal[
    "waiting",
    "sent",
    "accepted",
    "returned",
    "misrouted",
    "approved",
    "done",
    "refused",
    "denied",
    "not_applicable",
    "withdrawn",
]
WaitingFor: TypeAlias = Literal["turn", "month", "document", "result"]
"""turn: another item's end; month: the month of retirement; document: the application's PDF and
the time for taking back; result: sent, but the department waits for another item's paper (B4)."""
CaseState: TypeAlias = Literal[
    "submitted", "in_progress", "needs_applicant", "finished", "taken_back", "withdrawn"
]
Applicant: TypeAlias = Literal["person", "employer", "agency", "archive_office"]
"""Who applies: she herself, or for her her employer, an agency, the keeper of her file (HN-06,
HB-02)."""
FINAL: frozenset[ItemState] = frozenset(
    {"done", "refused", "denied", "not_applicable", "withdrawn"}
)
"""States that no item ever leaves."""
ENDED: frozenset[CaseState] = frozenset({"finished", "taken_back", "withdrawn"})
"""States of a case after which she may apply anew."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A statement that she agreed to: which wording, when, and what proves it."""

    statement: str
    version: str
    given_at: datetime
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """Whence an answer that she has not said herself: `registry`, `papers`, `identity`."""

    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Application:
    """What was submitted. It is never changed; what comes later is a `Supplement`.

    `documents` maps a document code to the ids of its files. `recorded` keeps what a registry
    says where it differs from what the citizen says: both go to whoever owns the fact.
    """

    draft: str
    person: str
    province: str
    release: int
    answers: Answers
    documents: Mapping[str, tuple[str, ...]]
    consents: tuple[Consent, ...]
    submitted_at: datetime
    digest: str
    applicant: Applicant = "person"
    agent: str = ""
    """Who applied for her (a person's id, as their phone calls her); empty: she herself."""
    recorded: Answers = field(default_factory=dict)
    fetched: Mapping[str, Fetched] = field(default_factory=dict)
    """What was fetched for her and left as it was: the receipt that is archived (HN-47)."""
    unclear: tuple[str, ...] = ()
    """Document codes of photos that are hard to read: she was asked, and could send none better."""
    follows: str = ""
    """The number of the case that was not granted and is filed anew with this one (B8)."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that a department asks for: of her, or (a result) of another item."""

    kind: Literal["document", "answer", "result"]
    code: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """At whose request something was supplied: what an item lacked, why, and since when."""

    item: str
    reason: str
    missing: tuple[Missing, ...]
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Supplement:
    """What was handed in after a department had asked for it."""

    draft: str
    answers: Answers
    documents: Mapping[str, tuple[str, ...]]
    supplied_at: datetime
    asked: tuple[Asked, ...] = ()
    unclear: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Issued:
    """A document that we made of the case and keep; its digest stands in the journal."""

    id: str
    code: str
    item: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """A limit in Chinese working days; all days are days in Asia/Shanghai.

    `basis_on` is the day that the plan's rule looks at (submission, sending or completion),
    `starts_on` what the rule makes of it; `workdays` are counted from `counted_from`, which is
    later than `starts_on` after a pause. `provisional`: counted over a year whose holidays are
    not announced. `original_due_on` is kept for comparison (domain A22).
    """

    name: str
    basis_on: date
    starts_on: date
    counted_from: date
    workdays: int
    due_on: date
    warn_on: date
    provisional: bool
    original_due_on: date


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a case. Times are UTC; each department's receipt is kept by itself."""

    code: str
    department: str
    office: str
    state: ItemState
    waiting_for: WaitingFor | None = None
    opens_on: date | None = None
    revision: int = 1
    clock: Clock | None = None
    reason: str = ""
    basis: str = ""
    missing: tuple[Missing, ...] = ()
    suggested_office: str = ""
    result: Mapping[str, JSON] = field(default_factory=dict)
    documents: tuple[str, ...] = ()
    facts: Mapping[str, JSON] = field(default_factory=dict)
    sent_at: datetime | None = None
    received_at: datetime | None = None
    accepted_at: datetime | None = None
    returned_at: datetime | None = None
    ended_at: datetime | None = None
    warned: bool = False
    overdue: bool = False
    acceptance_reminded: bool = False
    area: str = ""
    """Six digits of the division whose clerks see it; empty: the case's own city."""

    @property
    def is_final(self) -> bool:
        """Whether nothing can happen to this item any more."""
        return self.state in FINAL


@dataclass(frozen=True, slots=True)
class Case:
    """An application on its way. `sendable_at` ends the time for taking back."""

    case_no: str
    application: Application
    items: tuple[Item, ...]
    clock: Clock
    sendable_at: datetime
    supplements: tuple[Supplement, ...] = ()
    issued: tuple[Issued, ...] = ()
    taken_back_at: datetime | None = None
    overdue: bool = False
    version: int = 1

    def item(self, code: str) -> Item | None:
        """The item of that code, if the case has one."""
        return next((one for one in self.items if one.code == code), None)

    def with_item(self, changed: Item) -> "Case":
        """A case with one of its items replaced."""
        items = tuple(changed if one.code == changed.code else one for one in self.items)
        return replace(self, items=items)

    def open_items(self) -> Iterator[Item]:
        """The items that something can still happen to."""
        return (one for one in self.items if not one.is_final)


def task_key(case_no: str, item: str) -> str:
    """The key that names an item's task to its department, the same in every revision."""
    return f"{case_no}-{item}"


def case_state(case: Case) -> CaseState:
    """The case's own state, derived from its items."""
    states = {one.state for one in case.items}
    if case.taken_back_at is not None:
        return "taken_back"
    if states <= {"withdrawn", "not_applicable"} and "withdrawn" in states:
        return "withdrawn"
    if states <= FINAL:
        return "finished"
    if "returned" in states:
        return "needs_applicant"
    return "submitted" if states <= {"waiting"} else "in_progress"


def current_answers(case: Case) -> dict[str, JSON]:
    """The answers as submitted, with what was supplied later on top."""
    answers = dict(case.application.answers)
    for supplement in case.supplements:
        told_anew = {key.partition(".")[0] for key in supplement.answers if _is_row(key)}
        answers = {
            key: value
            for key, value in answers.items()
            if not (_is_row(key) and key.partition(".")[0] in told_anew)
        }
        answers |= supplement.answers
    return answers


def _is_row(key: str) -> bool:
    """`children.0.name`: a table is told whole, never mended row by row."""
    return key.count(".") == 2


def current_documents(case: Case) -> dict[str, tuple[str, ...]]:
    """Document code → file ids; a later supplement of a document replaces the earlier files."""
    documents = dict(case.application.documents)
    for supplement in case.supplements:
        documents |= supplement.documents
    return documents
