"""What goes into the records and what comes out, besides the case itself.

`Written` is everything that one decision leads to. It is committed in one transaction or not at
all, and nothing is sent inside it: what must be sent is an outbox row.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias

from cases.case import Case
from cases.values import JSON
from notifications.outbox import NewRow, RowKind

Relation: TypeAlias = Literal[
    "person", "relative", "employer", "agency", "archive_office", "follower"
]
DeskTaskKind: TypeAlias = Literal[
    "human",
    "complaint",
    "referral",
    "fact_unknown",
    "fact_contradicts",
    "contradiction",
    "misrouted",
    "acceptance_late",
    "platform",
    "uncertain",
    "form_broken",
    "calendar_missing",
]


@dataclass(frozen=True, slots=True)
class Entry:
    """A journal entry: references and digests only, nothing personal."""

    at: datetime
    kind: str
    data: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewTimer:
    """Something to look at later. The same id again moves it."""

    id: str
    kind: str
    due_at: datetime
    case_no: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class NewDeskTask:
    """Something for a clerk. `note` is sealed at rest; a known id is not added twice."""

    id: str
    kind: DeskTaskKind
    created_at: datetime
    person: str = ""
    case_no: str = ""
    item: str = ""
    draft: str = ""
    question: str = ""
    note: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """Outbox rows of the case that have become pointless, if they are not on their way yet.

    With an `order_key` only the rows under it.
    """

    kind: RowKind
    order_key: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """The case as it is now and everything that goes with it."""

    case: Case
    journal: tuple[Entry, ...] = ()
    outbox: tuple[NewRow, ...] = ()
    drops: tuple[Drop, ...] = ()
    timers: tuple[NewTimer, ...] = ()
    cancelled_timers: tuple[str, ...] = ()
    desk_tasks: tuple[NewDeskTask, ...] = ()


@dataclass(frozen=True, slots=True)
class Filing:
    """How an application is filed: what its number is made of, and what is kept in clear.

    `area` is the six digits of the administrative division, `channel` two digits (01: official
    account, 02: mini-program, 03: desk); `day` in Asia/Shanghai; `retirement_month` YYYY-MM.
    """

    draft: str
    digest: str
    area: str
    channel: str
    day: date
    city: str
    retirement_month: str = ""
    parties: tuple[tuple[str, Relation], ...] = ()
    lookups: tuple[str, ...] = ()
    """Digests under which a clerk finds the case."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The case of a draft; `created` is false when it had been opened before."""

    case_no: str
    created: bool


@dataclass(frozen=True, slots=True)
class DraftAlreadySubmitted:
    """The draft has become a case, with other answers than these."""

    case_no: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """A report as it came in. `digest` is that of its body; the body itself is sealed at rest."""

    connection: str
    report_id: str
    case_no: str
    digest: str
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """What a report comes to: what is written, and the answer that its sender gets every time."""

    written: Written
    outcome: Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class Reported:
    """The answer to a report; `repeated` when the same report had been answered before."""

    outcome: Mapping[str, JSON]
    repeated: bool


@dataclass(frozen=True, slots=True)
class ReportConflict:
    """The report id is known, with another body."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A case that has come to its end, and on which day in Asia/Shanghai."""

    case_no: str
    province: str
    release: int
    ended_on: date


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """A case as lists show it."""

    case_no: str
    person: str
    province: str
    city: str
    state: str
    due_on: date
    submitted_at: datetime
    relation: str = ""
