"""What the department edge needs from the rest: one value, made by the wiring."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias, TypeVar

from bot.clock import Clock
from bot.departments.connections import Connection, Connections
from bot.departments.following import Follow
from bot.signing import FirstUse
from cases.case import Case, Item
from cases.definition import ANY_OFFICE, Service
from cases.workdays import Calendar
from notifications.outbox import Row, RowKind
from storage.sql.records import Decided, Incoming, ReportConflict, Reported, Written

R = TypeVar("R")


class CaseRecords(Protocol):
    """`storage.sql.cases.Cases`, as far as departments are concerned."""

    async def load(self, case_no: str) -> Case | None:
        """The case as it is now."""

    async def change(self, case_no: str, work: Callable[[Case], Written | R]) -> Written | R:
        """Commit what `work` makes of the case, or nothing when it makes something else."""

    async def report(
        self, incoming: Incoming, work: Callable[[Case], Decided]
    ) -> Reported | ReportConflict:
        """Keep a report and decide it once."""


class TaskRows(Protocol):
    """`storage.sql.outbox.SqlOutbox`, as far as tasks and withdrawals are concerned."""

    async def claim(
        self, kinds: Collection[RowKind], limit: int, now: datetime, lease_for: timedelta
    ) -> list[Row]:
        """Lease what is due; counts the attempt."""

    async def give_back(self, kinds: Collection[RowKind], now: datetime) -> int:
        """Queue the rows of a dead worker again."""

    async def finish(self, row: Row, now: datetime, provider_id: str = "") -> bool:
        """It was sent."""

    async def retry_later(self, row: Row, due_at: datetime, error: str) -> bool:
        """Try again at `due_at`."""

    async def fail(self, row: Row, now: datetime, error: str) -> bool:
        """Definitely refused."""

    async def drop(self, row: Row, now: datetime, error: str) -> bool:
        """Nothing to send any more."""

    async def publish(self, row: Row, now: datetime) -> int:
        """Put it on its connection's pull list."""

    async def tasks_after(self, connection: str, cursor: int, limit: int) -> list[Row]:
        """The pull list behind a cursor, in order."""

    async def ack(self, connection: str, key: str, now: datetime) -> list[Row]:
        """The department has pulled the task of that key: the rows that were not known yet."""


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What a task says of a paper. `sha256` is that of its bytes, in hex."""

    kind: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper and its bytes."""

    case_no: str
    kind: str
    media_type: str
    content: bytes


class Papers(Protocol):
    """The store of documents, as far as departments are concerned."""

    async def produced(self, case_no: str) -> Mapping[str, tuple[str, ...]]:
        """What we made of the application, such as its PDF: document code → paper ids."""

    async def facts(self, paper_ids: Collection[str]) -> Mapping[str, PaperFacts]:
        """What is known of these papers; one that is gone is left out."""

    async def read(self, paper_id: str) -> Paper | None:
        """A paper with its bytes, opened."""

    async def keep(self, paper_id: str, paper: Paper, now: datetime) -> None:
        """Keep a department's result paper under that id; a known id is left as it is."""


class Plans(Protocol):
    """The provinces' plans and the calendar of working days, as they are now."""

    def service(self, province: str, release: int) -> Service:
        """The plan of a case's release. Raises KeyError for a province that is not served."""

    def calendar(self) -> Calendar:
        """The calendar with every imported year."""


Wake: TypeAlias = Callable[[], None]
"""Tell the senders that something may have fallen due; costs nothing when they are awake."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Everything that the department API and the sender of tasks work with."""

    connections: Connections
    cases: CaseRecords
    rows: TaskRows
    papers: Papers
    plans: Plans
    first_use: FirstUse
    follow: Follow
    clock: Clock
    public_url: str
    wake: Wake = lambda: None


def serves(connection: Connection, case: Case, item: Item) -> bool:
    """Whether the item is this connection's: its province, department and office."""
    return (
        connection.province == case.application.province
        and connection.department == item.department
        and connection.office in {ANY_OFFICE, item.office}
    )
