"""Imported years of working days: what the State Council announced, who brought it and when.

A year is imported whole. The same again changes nothing; another one needs to be told to replace.
What counts on the days is counted anew afterwards: the timers for that are set in the same
transaction, one for now and one for when every process must have noticed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, TypeAlias

import orjson

from cases.workdays import Calendar, Year
from storage.errors import StorageError
from storage.sql.records import NewTimer
from storage.sql.session import Database, Row, Session, as_time
from storage.sql.timers import set_timers

RECOUNT: Final = "recount"
"""The timer that counts open limits anew."""
NOTICED_AFTER: Final = timedelta(minutes=1)
"""By then every process works with the new year; what was opened before is counted once more."""

Outcome: TypeAlias = Literal["new", "same", "replaced"]


class CalendarContradicts(StorageError):
    """Another calendar of that year is in force."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A year as it was imported. `by` is who did it."""

    year: Year
    by: str
    at: datetime


class Calendars:
    """The store of imported years."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, imported: Imported, *, replace: bool = False) -> Outcome:
        """Put a year in force. Raises CalendarContradicts unless told to replace another one."""
        async with self._database.transaction() as session:
            known = await _of(session, imported.year.year)
            if known is not None and known.year == imported.year:
                return "same"
            if known is not None and not replace:
                raise CalendarContradicts(_difference(known, imported))
            await _write(session, imported)
            await set_timers(session, _recounts(imported))
        return "new" if known is None else "replaced"

    async def imported(self) -> list[Imported]:
        """Every imported year, the first first."""
        rows = await self._database.rows("SELECT * FROM calendars ORDER BY year")
        return [_imported(row) for row in rows]

    async def calendar(self) -> Calendar:
        """The working days with every imported year."""
        return Calendar({one.year.year: one.year for one in await self.imported()})

    async def mark(self) -> tuple[tuple[int, str], ...]:
        """Something that is another whenever a year was imported."""
        rows = await self._database.rows("SELECT year, imported_at FROM calendars ORDER BY year")
        return tuple((row["year"], str(row["imported_at"])) for row in rows)


async def _of(session: Session, year: int) -> Imported | None:
    row = await session.row("SELECT * FROM calendars WHERE year = ?", year)
    return None if row is None else _imported(row)


async def _write(session: Session, imported: Imported) -> None:
    year = imported.year
    data = {
        "off": sorted(day.isoformat() for day in year.off),
        "on": sorted(day.isoformat() for day in year.on),
        "source": year.source,
        "by": imported.by,
    }
    await session.run(
        "INSERT INTO calendars (year, data, imported_at) VALUES (?, ?, ?)"
        " ON CONFLICT (year) DO UPDATE SET data = excluded.data,"
        " imported_at = excluded.imported_at",
        *(year.year, orjson.dumps(data).decode(), imported.at),
    )


def _recounts(imported: Imported) -> Sequence[NewTimer]:
    year = imported.year.year
    return (
        NewTimer(f"{RECOUNT}:{year}", RECOUNT, imported.at),
        NewTimer(f"{RECOUNT}:{year}:again", RECOUNT, imported.at + NOTICED_AFTER),
    )


def _imported(row: Row) -> Imported:
    data = orjson.loads(row["data"])
    off, on = (frozenset(map(date.fromisoformat, data[name])) for name in ("off", "on"))
    year = Year(row["year"], off, on, data["source"])
    return Imported(year, data["by"], as_time(row["imported_at"]))


def _difference(known: Imported, imported: Imported) -> str:
    """Which days are others, in one sentence."""
    changed = sorted((known.year.off ^ imported.year.off) | (known.year.on ^ imported.year.on))
    days = ", ".join(day.isoformat() for day in changed[:5]) + (" …" if len(changed) > 5 else "")
    what = f"differs in {days}" if days else f"names another source ({known.year.source})"
    return (
        f"calendar: {imported.year.year} was imported by {known.by} from {known.year.source}, and"
        f" this file {what}; import it with --replace if it is the right one."
    )
