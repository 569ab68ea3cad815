"""What lies on a clerk's table: items by day, within a department, an office and an area.

The area is part of every question asked here, so that a case outside it cannot be seen by
mistake: it is not found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, TypeAlias

from storage.sql.session import Database, Row, as_day, as_time_or_none

Show: TypeAlias = Literal["open", "late", "soon", "returned", "ended"]
"""open: whatever waits for the department; late, soon: of those; returned: waits for her."""
ANY: Final = "*"

_OPEN: Final = ("sent", "accepted", "approved", "misrouted")
_ENDED: Final = ("done", "refused", "denied", "not_applicable", "withdrawn")


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose table it is. Empty department: every department's (the lead's).

    `area` is the beginning of an administrative code: 2 digits a province, 4 a city, 6 a county.
    """

    province: str
    area: str
    department: str = ""
    office: str = ANY


@dataclass(frozen=True, slots=True)
class Line:
    """One item in a list."""

    case_no: str
    item: str
    department: str
    office: str
    state: str
    city: str
    due_on: date | None
    warn_on: date | None
    provisional: bool
    sent_at: datetime | None
    release: int


class Queue:
    """Reads what waits."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lines(
        self, scope: Scope, show: Show, today: date, *, skip: int = 0, limit: int = 50
    ) -> list[Line]:
        """A part of the table, what is due first on top."""
        wanted, values = _shown(show, today)
        rows = await self._database.rows(
            _SELECT + _IN_SCOPE + wanted + " ORDER BY items.due_on, items.id LIMIT ? OFFSET ?",
            *(*_values(scope), *values, limit, skip),
        )
        return [_line(row) for row in rows]

    async def count(self, scope: Scope, show: Show, today: date) -> int:
        """How many lines there are."""
        wanted, values = _shown(show, today)
        row = await self._database.row(
            "SELECT COUNT(*) AS found" + _FROM + _IN_SCOPE + wanted, *_values(scope), *values
        )
        return int(row["found"]) if row else 0

    async def find(self, scope: Scope, case_no: str, item: str) -> Line | None:
        """One item, if it lies within the scope."""
        row = await self._database.row(
            _SELECT + _IN_SCOPE + " AND items.case_no = ? AND items.code = ?",
            *(*_values(scope), case_no, item),
        )
        return None if row is None else _line(row)

    async def of_cases(self, scope: Scope, case_nos: Sequence[str]) -> list[Line]:
        """The items of these cases that lie within the scope."""
        rows = await self._database.rows(
            _SELECT + _IN_SCOPE + " AND items.case_no IN ? ORDER BY items.case_no, items.position",
            *(*_values(scope), tuple(case_nos)),
        )
        return [_line(row) for row in rows]

    async def cases_found_by(self, digests: Sequence[str]) -> list[str]:
        """Numbers of the cases that were filed under one of these digests."""
        rows = await self._database.rows(
            "SELECT DISTINCT case_no FROM case_lookups WHERE digest IN ? ORDER BY case_no",
            tuple(digests),
        )
        return [str(row["case_no"]) for row in rows]


_FROM: Final = " FROM items JOIN cases ON cases.case_no = items.case_no"
_SELECT: Final = (
    "SELECT items.case_no, items.code, items.department, items.office, items.state,"
    " items.due_on, items.warn_on, items.provisional, items.sent_at, cases.city, cases.release"
    + _FROM
)
_IN_SCOPE: Final = (
    " WHERE cases.province = ? AND (CASE WHEN items.area = '' THEN cases.city ELSE items.area END)"
    " LIKE ? AND (items.department = ? OR ? = '') AND (items.office = ? OR ? = '*')"
    " AND items.state <> 'waiting'"
)


def _values(scope: Scope) -> tuple[str, ...]:
    department, office = scope.department, scope.office
    return (scope.province, f"{scope.area}%", department, department, office, office)


def _shown(show: Show, today: date) -> tuple[str, tuple[object, ...]]:
    match show:
        case "open":
            return " AND items.state IN ?", (_OPEN,)
        case "late":
            return " AND items.state IN ? AND items.due_on < ?", (_OPEN, today)
        case "soon":
            return (
                " AND items.state IN ? AND items.due_on >= ? AND items.warn_on <= ?",
                (_OPEN, today, today),
            )
        case "returned":
            return " AND items.state = ?", ("returned",)
        case "ended":
            return " AND items.state IN ?", (_ENDED,)


def _line(row: Row) -> Line:
    return Line(
        case_no=row["case_no"],
        item=row["code"],
        department=row["department"],
        office=row["office"],
        state=row["state"],
        city=row["city"],
        due_on=as_day(row["due_on"]) if row["due_on"] else None,
        warn_on=as_day(row["warn_on"]) if row["warn_on"] else None,
        provisional=bool(row["provisional"]),
        sent_at=as_time_or_none(row["sent_at"]),
        release=row["release"],
    )
