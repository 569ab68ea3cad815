"""Timers: rows that fall due, leased like outbox rows, so that none is lost with its worker.

A timer is done when its holder says so, inside or after the change that it led to; what it leads
to must bear being done twice (the case says what is still to do).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.sql.records import NewTimer
from storage.sql.session import Database, Session, as_time


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer that its holder has until `lease_until`."""

    id: str
    kind: str
    case_no: str
    item: str
    due_at: datetime
    attempts: int
    lease_token: str


class Timers:
    """The store of timers. `tokens` makes a lease's token, new every time."""

    def __init__(self, database: Database, tokens: Callable[[], str]) -> None:
        self._database = database
        self._tokens = tokens

    async def set(self, timers: Sequence[NewTimer]) -> None:
        """Set timers outside a case's change; a known id is moved."""
        async with self._database.transaction() as session:
            await set_timers(session, timers)

    async def claim(self, limit: int, now: datetime, lease_for: timedelta) -> list[DueTimer]:
        """Lease what is due, oldest first; also what another worker had and let lapse."""
        token = self._tokens()
        postgres = self._database.dialect == "postgres"
        rows = await self._database.rows(
            _CLAIM + (_SKIPPING if postgres else _PLAIN), now + lease_for, token, now, now, limit
        )
        timers = [
            DueTimer(
                row["id"],
                row["kind"],
                row["case_no"],
                row["item"],
                as_time(row["due_at"]),
                row["attempts"],
                token,
            )
            for row in rows
        ]
        return sorted(timers, key=lambda timer: (timer.due_at, timer.id))

    async def done(self, timer: DueTimer) -> bool:
        """It has done its work; False when the lease was lost or the timer set anew meanwhile."""
        return bool(
            await self._database.run(
                "DELETE FROM timers WHERE id = ? AND lease_token = ?", timer.id, timer.lease_token
            )
        )

    async def again(self, timer: DueTimer, due_at: datetime) -> bool:
        """Let it fall due again."""
        return bool(
            await self._database.run(
                "UPDATE timers SET due_at = ?, lease_until = NULL, lease_token = ''"
                " WHERE id = ? AND lease_token = ?",
                *(due_at, timer.id, timer.lease_token),
            )
        )

    async def next_due(self) -> datetime | None:
        """When the next one falls due: how long a worker may sleep."""
        row = await self._database.row("SELECT MIN(due_at) AS due_at FROM timers")
        return as_time(row["due_at"]) if row and row["due_at"] else None


async def set_timers(session: Session, timers: Sequence[NewTimer]) -> None:
    """Set timers inside a transaction; a known id is moved and whoever held it has lost it."""
    await session.run_many(
        "INSERT INTO timers (id, kind, case_no, item, due_at, attempts, lease_token)"
        " VALUES (?, ?, ?, ?, ?, 0, '') ON CONFLICT (id) DO UPDATE SET kind = excluded.kind,"
        " case_no = excluded.case_no, item = excluded.item, due_at = excluded.due_at,"
        " attempts = 0, lease_until = NULL, lease_token = ''",
        [(one.id, one.kind, one.case_no, one.item, one.due_at) for one in timers],
    )


async def cancel_timers(session: Session, ids: Sequence[str]) -> None:
    """Take timers away inside a transaction."""
    if ids:
        await session.run("DELETE FROM timers WHERE id IN ?", tuple(ids))


_CLAIM = (
    "UPDATE timers SET lease_until = ?, lease_token = ?, attempts = attempts + 1"
    " WHERE id IN (SELECT id FROM timers WHERE due_at <= ?"
    " AND (lease_until IS NULL OR lease_until <= ?) ORDER BY due_at, id LIMIT ?"
)
_SKIPPING = " FOR UPDATE SKIP LOCKED) RETURNING *"
_PLAIN = ") RETURNING *"
