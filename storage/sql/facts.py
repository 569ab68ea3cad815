"""How far drafts have come (for reminders, audiences, drop-off), and imported calendars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from storage.sql.models import CalendarYear
from storage.sql.session import Database, Row, as_day


@dataclass(frozen=True, slots=True)
class DraftFact:
    """Where a draft stands: the open question at that version, on that day. Nothing personal."""

    draft: str
    person: str
    province: str
    version: int
    question: str
    day: date


class DraftFacts:
    """The projection of Redis's stream; the stream may be read twice and out of order."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, facts: Sequence[DraftFact]) -> None:
        """Keep the newest version of each draft."""
        async with self._database.transaction() as session:
            await session.run_many(
                "INSERT INTO draft_facts (draft, person, province, version, question, day)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (draft) DO UPDATE SET"
                " person = excluded.person, version = excluded.version,"
                " question = excluded.question, day = excluded.day"
                " WHERE draft_facts.version < excluded.version",
                [
                    (one.draft, one.person, one.province, one.version, one.question, one.day)
                    for one in facts
                ],
            )

    async def forget(self, draft: str) -> None:
        """The draft was submitted, or has ended."""
        await self._database.run("DELETE FROM draft_facts WHERE draft = ?", draft)

    async def idle_since(self, day: date, limit: int = 1000) -> list[DraftFact]:
        """Drafts without a word since that day or longer, the longest first."""
        rows = await self._database.rows(
            "SELECT * FROM draft_facts WHERE day <= ? ORDER BY day, draft LIMIT ?", day, limit
        )
        return [_fact(row) for row in rows]

    async def drop_off(self, province: str) -> dict[str, int]:
        """Question → how many drafts rest there."""
        rows = await self._database.rows(
            "SELECT question, COUNT(*) AS drafts FROM draft_facts WHERE province = ?"
            " GROUP BY question ORDER BY question",
            province,
        )
        return {row["question"]: row["drafts"] for row in rows}


class Calendars:
    """Official calendars of working days, as imported: year → the importer's JSON."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, year: int, data: str, now: datetime) -> None:
        """Keep a year; a year imported before is replaced."""
        await self._database.rows(
            "INSERT INTO calendars (year, data, imported_at) VALUES (?, ?, ?)"
            " ON CONFLICT (year) DO UPDATE SET data = excluded.data,"
            " imported_at = excluded.imported_at RETURNING year",
            *(year, data, now),
        )

    async def all(self) -> dict[int, str]:
        """Every imported year."""
        with self._database.orm():
            rows = await CalendarYear.all().order_by("year").values("year", "data")
        return {row["year"]: row["data"] for row in rows}


def _fact(row: Row) -> DraftFact:
    return DraftFact(
        row["draft"],
        row["person"],
        row["province"],
        row["version"],
        row["question"],
        as_day(row["day"]),
    )
