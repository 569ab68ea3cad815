"""The register of 提前预审 (`cases/pre_reviews.py`): one row for each person and retirement month.

Promises: who somebody is rests sealed; registered twice it is one row; a mark and the notice that
tells of it are committed together; a row outside a clerk's area is not found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from cases.pre_reviews import PreReview, State, settles
from notifications.outbox import NewRow
from storage.sealing import Lookups, Sealer
from storage.sql.outbox import insert_rows
from storage.sql.queue import Scope
from storage.sql.session import Database, Row, Session, as_time, as_time_or_none

_ID_NUMBER: Final = "id_number"  # the purpose of a digest, as in `persons`
_SEALED: Final = ("name", "id_number", "phone", "missing")


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of a registration.

    `created`: it is new. `hers`: whoever registered may read where it stands.
    """

    entry: PreReview
    created: bool
    hers: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the desk sees it."""

    entry: PreReview
    registered_at: datetime
    marked_at: datetime | None
    clerk: str


@dataclass(frozen=True, slots=True)
class Mark:
    """HR's word on a row: in order, or missing with what is missing. `clerk`: whose word."""

    state: State
    clerk: str
    missing: str = ""


class PreReviews:
    """The store of the register."""

    def __init__(self, database: Database, sealer: Sealer, lookups: Lookups) -> None:
        self._database = database
        self._sealer = sealer
        self._lookups = lookups

    async def register(self, entry: PreReview, now: datetime) -> Registered:
        """Take somebody in; who is in the register for that month stays as HR marked her.

        Whose phone is told of a known row: see `settles`.
        """
        async with self._database.transaction() as session:
            created = await self._insert(session, entry, now)
            if created:
                return Registered(entry, created=True, hers=bool(entry.person))
            known = await self._known(session, entry)
            hers = bool(entry.person) and settles(known, entry)
            if hers:
                known = await self._taken_over(session, known, entry)
            return Registered(known, created=False, hers=hers)

    async def of_subject(self, subject: str) -> list[PreReview]:
        """What is registered of somebody from her own phone, the latest month first."""
        rows = await self._database.rows(
            "SELECT * FROM pre_reviews WHERE subject = ? ORDER BY month DESC, id", subject
        )
        return [self._entry(row) for row in rows]

    async def of_id_number(self, province: str, id_number: str) -> list[PreReview]:
        """What is registered under an ID number, the latest month first."""
        rows = await self._database.rows(
            "SELECT * FROM pre_reviews WHERE province = ? AND id_lookup IN ?"
            " ORDER BY month DESC, id",
            *(province, self._lookups.digests(_ID_NUMBER, id_number)),
        )
        return [self._entry(row) for row in rows]

    async def lines(
        self, scope: Scope, states: Sequence[State], *, month: str = "", skip: int = 0, limit: int
    ) -> list[Line]:
        """A part of the register within the scope's area: who retires first stands on top.

        `month` (YYYY-MM): only that one.
        """
        rows = await self._database.rows(
            "SELECT *" + _SEEN + " ORDER BY month, registered_at, id LIMIT ? OFFSET ?",
            *(*_seen(scope, states, month), limit, skip),
        )
        return [self._line(row) for row in rows]

    async def count(self, scope: Scope, states: Sequence[State], *, month: str = "") -> int:
        """How many lines there are."""
        row = await self._database.row(
            "SELECT COUNT(*) AS found" + _SEEN, *_seen(scope, states, month)
        )
        return int(row["found"]) if row else 0

    async def seen(self, scope: Scope, entry_id: str) -> Line | None:
        """One row, if it lies within the scope's area."""
        row = await self._database.row(
            "SELECT * FROM pre_reviews WHERE province = ? AND city LIKE ? AND id = ?",
            *(scope.province, f"{scope.area}%", entry_id),
        )
        return None if row is None else self._line(row)

    async def mark(
        self, entry: PreReview, mark: Mark, now: datetime, said: NewRow | None = None
    ) -> bool:
        """Keep HR's word, with the notice that tells her; False: it said so already, or is gone.

        `entry` is the row as HR saw it: marked otherwise meanwhile, nothing is written.
        """
        if (entry.state, entry.missing) == (mark.state, mark.missing):
            return False
        async with self._database.transaction() as session:
            changed = await session.run(
                "UPDATE pre_reviews SET state = ?, missing_sealed = ?, clerk = ?, marked_at = ?,"
                " version = version + 1 WHERE id = ? AND version = ?",
                *(mark.state, self._seal(entry.id, "missing", mark.missing), mark.clerk, now),
                *(entry.id, entry.version),
            )
            if changed and said is not None:
                await insert_rows(session, self._sealer, (said,))
            return changed > 0

    async def forget(self, person: str) -> None:
        """She left: what only she registered goes; what HR worked on no longer knows her phone."""
        async with self._database.transaction() as session:
            await session.run(
                "DELETE FROM pre_reviews WHERE person = ? AND source = 'chat'"
                " AND state = 'registered'",
                person,
            )
            await session.run(
                "UPDATE pre_reviews SET person = '', subject = '' WHERE person = ?", person
            )

    # ---- rows

    async def _insert(self, session: Session, entry: PreReview, now: datetime) -> bool:
        if await self._row(session, entry) is not None:
            return False
        sealed = (self._seal(entry.id, one, getattr(entry, one)) for one in _SEALED)
        rows = await session.rows(
            "INSERT INTO pre_reviews (id, person, subject, province, city, month, state, source,"
            " verified, consent, version, clerk, registered_at, id_lookup,"
            " name_sealed, id_number_sealed, phone_sealed, missing_sealed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING RETURNING id",
            *(entry.id, entry.person, entry.subject, entry.province, entry.city, entry.month),
            *(entry.state, entry.source, entry.verified, entry.consent, now),
            *(self._lookups.digest(_ID_NUMBER, entry.id_number), *sealed),
        )
        return bool(rows)

    async def _known(self, session: Session, entry: PreReview) -> PreReview:
        row = await self._row(session, entry)
        assert row is not None
        return self._entry(row)

    async def _row(self, session: Session, entry: PreReview) -> Row | None:
        """Who has this ID number and this month; under an older key of the digest, too."""
        return await session.row(
            "SELECT * FROM pre_reviews WHERE province = ? AND id_lookup IN ? AND month = ?",
            *(entry.province, self._lookups.digests(_ID_NUMBER, entry.id_number), entry.month),
        )

    async def _taken_over(self, session: Session, known: PreReview, new: PreReview) -> PreReview:
        """Her phone is told from now on."""
        await session.run(
            "UPDATE pre_reviews SET person = ?, subject = ?, verified = ?, phone_sealed = ?"
            " WHERE id = ?",
            *(new.person, new.subject, known.verified or new.verified),
            *(self._seal(known.id, "phone", new.phone), known.id),
        )
        verified = known.verified or new.verified
        return replace(
            known, person=new.person, subject=new.subject, phone=new.phone, verified=verified
        )

    def _seal(self, entry_id: str, column: str, plain: str) -> bytes:
        return self._sealer.seal(plain, ("pre_reviews", column, entry_id))

    def _opened(self, row: Row) -> Iterator[tuple[str, str]]:
        for column in _SEALED:
            place = ("pre_reviews", column, str(row["id"]))
            yield column, self._sealer.open(row[f"{column}_sealed"], place).decode()

    def _entry(self, row: Row) -> PreReview:
        return PreReview(
            id=row["id"],
            province=row["province"],
            city=row["city"],
            month=row["month"],
            person=row["person"],
            subject=row["subject"],
            source=row["source"],
            verified=bool(row["verified"]),
            consent=row["consent"],
            state=row["state"],
            version=row["version"],
            **dict(self._opened(row)),
        )

    def _line(self, row: Row) -> Line:
        return Line(
            self._entry(row),
            as_time(row["registered_at"]),
            as_time_or_none(row["marked_at"]),
            row["clerk"],
        )


_SEEN: Final = (
    " FROM pre_reviews WHERE province = ? AND city LIKE ? AND state IN ? AND (month = ? OR ? = '')"
)


def _seen(scope: Scope, states: Sequence[State], month: str) -> tuple[object, ...]:
    return (scope.province, f"{scope.area}%", tuple(states), month, month)
