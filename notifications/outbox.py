"""What waits to be sent, as rows: the truth about every task, notice and customer message.

Promises: a row is claimed by one worker at a time (a lease with a token); rows of one `order_key`
go out one after the other, and `failed`, `uncertain` and `dropped` release the next; a late holder
of a lease changes nothing. `storage/sql/outbox.py` keeps them on SQLite and PostgreSQL.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeAlias

RowKind: TypeAlias = Literal["task", "withdrawal", "notice", "customer", "letter"]
"""letter: a formal notice to be made as a document (`bot/letters.py`); nothing leaves with it."""
RowState: TypeAlias = Literal[
    "queued", "leased", "waiting", "sent", "failed", "uncertain", "dropped"
]
"""waiting: until the application's PDF is there (`Outbox.release`)."""
UNFINISHED: frozenset[RowState] = frozenset({"queued", "leased", "waiting"})
"""States that hold back later rows of the same order key."""


@dataclass(frozen=True, slots=True)
class NewRow:
    """Something to send. `payload` is plain here and sealed at rest.

    `order_key`: a task's key; a notice's case and person. `recipient` is the id of a person or an
    address, never an openid; `connection` the department's. With `after_form` the row waits for
    the application's PDF. `id` is given once and stays, however often the row is sent.
    """

    id: str
    kind: RowKind
    order_key: str
    payload: bytes
    due_at: datetime
    created_at: datetime
    case_no: str = ""
    recipient: str = ""
    connection: str = ""
    client_msg_id: str = ""
    after_form: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it stands. `seq` grows in the order of writing within one order key.

    `pull_seq` is a pulled task's place in its connection's list, 0 for everything else.
    """

    seq: int
    id: str
    kind: RowKind
    order_key: str
    case_no: str
    recipient: str
    connection: str
    payload: bytes
    state: RowState
    attempts: int
    due_at: datetime
    created_at: datetime
    lease_until: datetime | None = None
    lease_token: str = ""
    client_msg_id: str = ""
    provider_id: str = ""
    error: str = ""
    sent_at: datetime | None = None
    acked_at: datetime | None = None
    pull_seq: int = 0


class Outbox(Protocol):
    """What the senders need. All verbs that take a leased row answer whether the lease held."""

    async def add(self, rows: Sequence[NewRow]) -> int:
        """Queue rows outside a case's change (campaigns, staff's answers); how many were new."""

    async def claim(
        self, kinds: Collection[RowKind], limit: int, now: datetime, lease_for: timedelta
    ) -> list[Row]:
        """Lease what is due, at most the first unfinished row of each order key."""

    async def finish(self, row: Row, now: datetime, provider_id: str = "") -> bool:
        """It was sent, or at least taken by the provider under that id."""

    async def retry_later(self, row: Row, due_at: datetime, error: str) -> bool:
        """It was not sent; try again at `due_at`."""

    async def fail(self, row: Row, now: datetime, error: str) -> bool:
        """Definitely refused."""

    async def uncertain(self, row: Row, now: datetime, error: str) -> bool:
        """Nobody knows whether it arrived; never repeated by itself."""

    async def drop(self, row: Row, now: datetime, error: str) -> bool:
        """Overtaken, or nobody to tell any more."""

    async def publish(self, row: Row, now: datetime) -> int:
        """Put a leased task on its connection's pull list; its place there, 0: lease lost."""

    async def give_back(self, kinds: Collection[RowKind], now: datetime) -> int:
        """Queue the rows whose lease has expired again; only for kinds that may go twice."""

    async def take_over(
        self, kinds: Collection[RowKind], limit: int, now: datetime, lease_for: timedelta
    ) -> list[Row]:
        """Lease rows whose holder has vanished, to decide what became of them."""

    async def settle(self, row_id: str, state: RowState, now: datetime, error: str = "") -> bool:
        """A receipt, or a clerk, says what became of a row that is *sent* or *uncertain*."""

    async def by_provider_id(self, provider_id: str) -> Row | None:
        """The row that a receipt speaks of."""

    async def queued_of(self, order_key: str) -> list[Row]:
        """What still waits under that key, in order: for merging and dropping what is overtaken."""
