"""The outbox's rows: `notifications.outbox.Outbox` on SQLite and PostgreSQL.

A claim is one statement on both: PostgreSQL skips what another worker has just locked, SQLite has
one writer at a time. A row may be claimed when no earlier row of its order key is unfinished.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from notifications.outbox import NewRow, Row, RowKind, RowState
from storage.sealing import Sealer
from storage.sql.numbers import next_number
from storage.sql.records import Drop
from storage.sql.session import Database, Session, as_time, as_time_or_none
from storage.sql.session import Row as SqlRow

_BATCH: Final = 1000  # rows written in one transaction: a campaign must not block a status


class SqlOutbox:
    """The store of outbox rows. `tokens` makes a lease's token, new every time."""

    def __init__(self, database: Database, sealer: Sealer, tokens: Callable[[], str]) -> None:
        self._database = database
        self._sealer = sealer
        self._tokens = tokens

    async def add(self, rows: Sequence[NewRow]) -> int:
        """Queue rows that belong to no change of a case; a known id is left as it is."""
        added = 0
        for start in range(0, len(rows), _BATCH):
            batch = rows[start : start + _BATCH]
            async with self._database.transaction() as session:
                ids = tuple(row.id for row in batch)
                known = await session.rows("SELECT id FROM outbox WHERE id IN ?", ids)
                await insert_rows(session, self._sealer, batch)
            added += len(set(ids)) - len(known)
        return added

    # ---- claiming

    async def claim(
        self, kinds: Collection[RowKind], limit: int, now: datetime, lease_for: timedelta
    ) -> list[Row]:
        """Lease what is due, at most the first unfinished row of each order key."""
        skip = _SKIP if self._database.dialect == "postgres" else ""
        statement = _LEASE.replace("{which}", _DUE + skip)
        values = (now + lease_for, self._tokens(), now, tuple(kinds), limit)
        return self._read(await self._database.rows(statement, *values))

    async def take_over(
        self, kinds: Collection[RowKind], limit: int, now: datetime, lease_for: timedelta
    ) -> list[Row]:
        """Lease rows whose holder has vanished, to decide what became of them."""
        skip = _SKIP if self._database.dialect == "postgres" else ""
        statement = _LEASE.replace("{which}", _LAPSED + skip)
        values = (now + lease_for, self._tokens(), now, tuple(kinds), limit)
        return self._read(await self._database.rows(statement, *values))

    async def give_back(self, kinds: Collection[RowKind], now: datetime) -> int:
        """Queue the rows whose lease has expired again; only for kinds that may go twice."""
        return await self._database.run(
            "UPDATE outbox SET state = 'queued', lease_until = NULL, lease_token = ''"
            " WHERE state = 'leased' AND lease_until <= ? AND kind IN ?",
            *(now, tuple(kinds)),
        )

    async def release(self, case_no: str) -> int:
        """The application's PDF is there: let what waited for it fall due."""
        return await self._database.run(
            "UPDATE outbox SET state = 'queued' WHERE case_no = ? AND state = 'waiting'", case_no
        )

    # ---- what became of a leased row

    async def finish(self, row: Row, now: datetime, provider_id: str = "") -> bool:
        """It was sent, or at least taken by the provider under that id."""
        return await self._end(row, "sent", now, provider_id=provider_id)

    async def fail(self, row: Row, now: datetime, error: str) -> bool:
        """Definitely refused."""
        return await self._end(row, "failed", now, error)

    async def uncertain(self, row: Row, now: datetime, error: str) -> bool:
        """Nobody knows whether it arrived; never repeated by itself."""
        return await self._end(row, "uncertain", now, error)

    async def drop(self, row: Row, now: datetime, error: str) -> bool:
        """Overtaken, or nobody to tell any more."""
        return await self._end(row, "dropped", now, error)

    async def retry_later(self, row: Row, due_at: datetime, error: str) -> bool:
        """It was not sent; try again at `due_at`."""
        changed = await self._database.run(
            "UPDATE outbox SET state = 'queued', due_at = ?, error = ?, lease_until = NULL,"
            " lease_token = '' WHERE id = ? AND state = 'leased' AND lease_token = ?",
            *(due_at, error, row.id, row.lease_token),
        )
        return changed > 0

    async def remember(self, row: Row, client_msg_id: str) -> bool:
        """Keep under which id it is about to be sent: before the first byte leaves."""
        changed = await self._database.run(
            "UPDATE outbox SET client_msg_id = ?"
            " WHERE id = ? AND state = 'leased' AND lease_token = ?",
            *(client_msg_id, row.id, row.lease_token),
        )
        return changed > 0

    async def _end(
        self,
        row: Row,
        state: RowState,
        now: datetime,
        error: str = "",
        provider_id: str = "",
    ) -> bool:
        changed = await self._database.run(
            "UPDATE outbox SET state = ?, sent_at = ?, error = ?, provider_id = ?,"
            " lease_until = NULL, lease_token = ''"
            " WHERE id = ? AND state = 'leased' AND lease_token = ?",
            *(state, now, error, provider_id or row.provider_id, row.id, row.lease_token),
        )
        return changed > 0

    async def settle(self, row_id: str, state: RowState, now: datetime, error: str = "") -> bool:
        """A receipt, or a clerk, says what became of a row that is *sent* or *uncertain*."""
        changed = await self._database.run(
            "UPDATE outbox SET state = ?, error = ?, acked_at = ?"
            " WHERE id = ? AND state IN ('sent', 'uncertain')",
            *(state, error, now, row_id),
        )
        return changed > 0

    # ---- pulling

    async def publish(self, row: Row, now: datetime) -> int:
        """Put a leased task on its connection's pull list; its place there, 0: lease lost.

        The list's counter is counted up in the same transaction, so a place never appears
        behind a cursor that has passed it.
        """
        async with self._database.transaction() as session:
            place = await next_number(session, f"pull {row.connection}")
            changed = await session.run(
                "UPDATE outbox SET state = 'sent', sent_at = ?, pull_seq = ?, error = '',"
                " lease_until = NULL, lease_token = ''"
                " WHERE id = ? AND state = 'leased' AND lease_token = ?",
                *(now, place, row.id, row.lease_token),
            )
        return place if changed else 0

    async def tasks_after(self, connection: str, cursor: int, limit: int) -> list[Row]:
        """What a department pulls: the published rows after its cursor, in order."""
        rows = await self._database.rows(
            "SELECT * FROM outbox WHERE connection = ? AND pull_seq > ? ORDER BY pull_seq LIMIT ?",
            *(connection, cursor, limit),
        )
        return [self._row(row) for row in rows]

    async def ack(self, connection: str, key: str, now: datetime) -> list[Row]:
        """The department has the task of that key: the rows that it did not have before."""
        rows = await self._database.rows(
            "UPDATE outbox SET acked_at = ? WHERE connection = ? AND order_key = ?"
            " AND pull_seq > 0 AND acked_at IS NULL RETURNING *",
            *(now, connection, key),
        )
        return self._read(rows)

    # ---- asking

    async def by_id(self, row_id: str) -> Row | None:
        """A row by the id that it was given."""
        return self._one(await self._database.row("SELECT * FROM outbox WHERE id = ?", row_id))

    async def by_provider_id(self, provider_id: str) -> Row | None:
        """The row that a receipt speaks of."""
        found = await self._database.rows(
            "SELECT * FROM outbox WHERE provider_id = ? LIMIT 2", provider_id
        )
        return self._row(found[0]) if provider_id and len(found) == 1 else None

    async def queued_of(self, order_key: str) -> list[Row]:
        """What still waits under that key, in order: for merging and dropping what is overtaken."""
        rows = await self._database.rows(
            "SELECT * FROM outbox WHERE order_key = ? AND state IN ('queued', 'waiting')"
            " ORDER BY seq",
            order_key,
        )
        return [self._row(row) for row in rows]

    async def of_case(self, case_no: str) -> list[Row]:
        """Everything that was or will be sent about a case, in order."""
        rows = await self._database.rows(
            "SELECT * FROM outbox WHERE case_no = ? ORDER BY seq", case_no
        )
        return [self._row(row) for row in rows]

    async def drop_queued(self, ids: Sequence[str], now: datetime, error: str) -> int:
        """Drop rows that nobody has taken up yet."""
        return await self._database.run(
            "UPDATE outbox SET state = 'dropped', sent_at = ?, error = ?"
            " WHERE id IN ? AND state IN ('queued', 'waiting')",
            *(now, error, tuple(ids)),
        )

    async def stuck(self, before: datetime, limit: int = 100) -> list[Row]:
        """For a person to look at: *uncertain*, *failed* tasks, and what was due long ago."""
        rows = await self._database.rows(
            "SELECT * FROM outbox WHERE state = 'uncertain'"
            " OR (state = 'failed' AND kind IN ('task', 'withdrawal'))"
            " OR (state IN ('queued', 'leased', 'waiting') AND due_at <= ?)"
            " ORDER BY seq LIMIT ?",
            *(before, limit),
        )
        return [self._row(row) for row in rows]

    async def next_due(self, kinds: Collection[RowKind]) -> datetime | None:
        """When the next row falls due: how long a worker may sleep."""
        row = await self._database.row(
            "SELECT MIN(due_at) AS due_at FROM outbox WHERE state = 'queued' AND kind IN ?",
            tuple(kinds),
        )
        return as_time(row["due_at"]) if row and row["due_at"] else None

    def _one(self, row: SqlRow | None) -> Row | None:
        return None if row is None else self._row(row)

    def _read(self, rows: Sequence[SqlRow]) -> list[Row]:
        """Rows of a RETURNING, which keeps no order."""
        return sorted(map(self._row, rows), key=lambda row: row.seq)

    def _row(self, row: SqlRow) -> Row:
        return Row(
            seq=row["seq"],
            id=row["id"],
            kind=row["kind"],
            order_key=row["order_key"],
            case_no=row["case_no"],
            recipient=row["recipient"],
            connection=row["connection"],
            payload=self._sealer.open(row["payload_sealed"], ("outbox", "payload", row["id"])),
            state=row["state"],
            attempts=row["attempts"],
            due_at=as_time(row["due_at"]),
            created_at=as_time(row["created_at"]),
            lease_until=as_time_or_none(row["lease_until"]),
            lease_token=row["lease_token"],
            client_msg_id=row["client_msg_id"],
            provider_id=row["provider_id"],
            error=row["error"],
            sent_at=as_time_or_none(row["sent_at"]),
            acked_at=as_time_or_none(row["acked_at"]),
            pull_seq=row["pull_seq"],
        )


_LEASE = (
    "UPDATE outbox SET state = 'leased', lease_until = ?, lease_token = ?, attempts = attempts + 1"
    " WHERE seq IN ({which}) RETURNING *"
)
_DUE = (
    "SELECT seq FROM outbox AS due WHERE state = 'queued' AND due_at <= ? AND kind IN ?"
    " AND NOT EXISTS (SELECT 1 FROM outbox AS earlier WHERE earlier.order_key = due.order_key"
    " AND earlier.seq < due.seq AND earlier.state IN ('queued', 'leased', 'waiting'))"
    " ORDER BY due_at, seq LIMIT ?"
)
_LAPSED = (
    "SELECT seq FROM outbox WHERE state = 'leased' AND lease_until <= ? AND kind IN ?"
    " ORDER BY seq LIMIT ?"
)
_SKIP = " FOR UPDATE SKIP LOCKED"


async def insert_rows(session: Session, sealer: Sealer, rows: Sequence[NewRow]) -> None:
    """Queue rows inside the transaction of what leads to them; a known id is left as it is."""
    values = [
        (
            *(row.id, row.kind, row.order_key, row.case_no, row.recipient, row.connection),
            sealer.seal(row.payload, ("outbox", "payload", row.id)),
            "waiting" if row.after_form else "queued",
            *(row.due_at, row.created_at, row.client_msg_id),
        )
        for row in rows
    ]
    await session.run_many(
        "INSERT INTO outbox (id, kind, order_key, case_no, recipient, connection, payload_sealed,"
        " state, due_at, created_at, client_msg_id, attempts, lease_token, provider_id, error,"
        " pull_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', '', '', 0)"
        " ON CONFLICT DO NOTHING",
        values,
    )


async def drop_rows(session: Session, case_no: str, drops: Sequence[Drop]) -> None:
    """Drop what nobody has taken up yet, inside the transaction that makes it pointless."""
    await session.run_many(
        "UPDATE outbox SET state = 'dropped', error = 'overtaken' WHERE case_no = ? AND kind = ?"
        " AND (order_key = ? OR ? = '') AND state IN ('queued', 'waiting')",
        [(case_no, drop.kind, drop.order_key, drop.order_key) for drop in drops],
    )
