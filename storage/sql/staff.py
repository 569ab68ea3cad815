"""Accounts of staff, their sessions, and the audit of what they looked at and did.

Promises: passwords are kept as argon2 hashes and one-time secrets sealed; a session is found by
the digest of its token only; a one-time code works once; the audit is only ever added to and says
who did what to which case, never what was read there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

import orjson

from storage.sealing import Sealer
from storage.sql.session import Database, Row, as_time, as_time_or_none

Role: TypeAlias = Literal["clerk", "window", "lead", "administrator", "auditor"]
"""clerk: one department's items; window: persons and paper applications; lead: what is late in
every department (牵头部门); administrator: accounts and connections; auditor: the audit only."""
AreaLevel: TypeAlias = Literal["province", "city", "county"]
ROLES: Final[tuple[Role, ...]] = ("clerk", "window", "lead", "administrator", "auditor")
LEVELS: Final[tuple[AreaLevel, ...]] = ("province", "city", "county")

SESSION_IDLE: Final = timedelta(minutes=30)
"""A session that is not used for so long has ended."""
SESSION_LENGTH: Final = timedelta(hours=10)
"""No session is longer than a working day."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of staff.

    `area` is the six digits of the division that the account is for; `department` and `office`
    are the plan's codes (`*`: every office of the department), empty where the role has none.
    """

    id: str
    login: str
    name: str
    role: Role
    province: str
    level: AreaLevel
    area: str
    department: str = ""
    office: str = "*"
    active: bool = True


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against, and how often it failed in a row."""

    member: Member
    password_hash: str
    totp_secret: str
    last_step: int
    failures: int
    paused_until: datetime | None


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """When a session began and was last used."""

    began_at: datetime
    used_at: datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, when, to which case. `what` is a code; `detail` holds nothing personal."""

    at: datetime
    member: str
    what: str
    case_no: str = ""
    item: str = ""
    detail: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Audited:
    """An entry of the audit with its number and the login of who did it."""

    number: int
    login: str
    entry: AuditEntry


class LoginTaken(Exception):
    """An account of that login exists."""


class Staff:
    """The store of accounts and sessions."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    # ---- accounts

    async def add(
        self, member: Member, password_hash: str, totp_secret: str, now: datetime
    ) -> None:
        """Open an account. Raises LoginTaken."""
        added = await self._database.rows(
            "INSERT INTO staff (id, login, name_sealed, role, province, level, area, department,"
            " office, active, password_hash, totp_sealed, last_step, failures, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?)"
            " ON CONFLICT (login) DO NOTHING RETURNING id",
            *(member.id, member.login, self._seal("name", member.id, member.name)),
            *(member.role, member.province, member.level, member.area),
            *(member.department, member.office, member.active, password_hash),
            *(self._seal("totp", member.id, totp_secret), now),
        )
        if not added:
            raise LoginTaken(member.login)

    async def load(self, member_id: str) -> Member | None:
        """An account by id."""
        row = await self._database.row("SELECT * FROM staff WHERE id = ?", member_id)
        return None if row is None else self._member(row)

    async def everybody(self) -> list[Member]:
        """Every account, by login."""
        rows = await self._database.rows("SELECT * FROM staff ORDER BY login")
        return [self._member(row) for row in rows]

    async def credentials(self, login: str) -> Credentials | None:
        """What a sign-in under that login is checked against; None: no such active account."""
        row = await self._database.row(
            "SELECT * FROM staff WHERE login = ? AND active = ?", login, True
        )
        if row is None:
            return None
        return Credentials(
            member=self._member(row),
            password_hash=row["password_hash"],
            totp_secret=self._open("totp", row["id"], row["totp_sealed"]),
            last_step=row["last_step"],
            failures=row["failures"],
            paused_until=as_time_or_none(row["paused_until"]),
        )

    async def failed(self, member_id: str, paused_until: datetime | None) -> None:
        """One more failure in a row; until then no sign-in is looked at."""
        await self._database.run(
            "UPDATE staff SET failures = failures + 1, paused_until = ? WHERE id = ?",
            *(paused_until, member_id),
        )

    async def use_step(self, member_id: str, step: int) -> bool:
        """A one-time code of that step was right; False: it or a later one was used before."""
        used = await self._database.run(
            "UPDATE staff SET last_step = ?, failures = 0, paused_until = NULL"
            " WHERE id = ? AND last_step < ?",
            *(step, member_id, step),
        )
        return used > 0

    async def set_active(self, member_id: str, *, active: bool) -> None:
        """Close or reopen an account; closing ends its sessions."""
        async with self._database.transaction() as session:
            await session.run("UPDATE staff SET active = ? WHERE id = ?", active, member_id)
            await session.run("DELETE FROM staff_sessions WHERE member = ?", member_id)

    async def set_secrets(self, member_id: str, password_hash: str, totp_secret: str) -> None:
        """New password and one-time secret, after they were lost; ends the sessions."""
        async with self._database.transaction() as session:
            await session.run(
                "UPDATE staff SET password_hash = ?, totp_sealed = ?, last_step = 0, failures = 0,"
                " paused_until = NULL WHERE id = ?",
                *(password_hash, self._seal("totp", member_id, totp_secret), member_id),
            )
            await session.run("DELETE FROM staff_sessions WHERE member = ?", member_id)

    # ---- sessions

    async def begin(self, token_digest: str, member_id: str, now: datetime) -> None:
        """Begin a session."""
        await self._database.rows(
            "INSERT INTO staff_sessions (token, member, began_at, used_at) VALUES (?, ?, ?, ?)"
            " RETURNING token",
            *(token_digest, member_id, now, now),
        )

    async def of_session(self, token_digest: str) -> tuple[Member, SessionTimes] | None:
        """Whose session it is; None for no session and for a closed account."""
        row = await self._database.row(
            "SELECT staff.*, staff_sessions.began_at, staff_sessions.used_at FROM staff_sessions"
            " JOIN staff ON staff.id = staff_sessions.member"
            " WHERE staff_sessions.token = ? AND staff.active = ?",
            *(token_digest, True),
        )
        if row is None:
            return None
        return self._member(row), SessionTimes(as_time(row["began_at"]), as_time(row["used_at"]))

    async def used(self, token_digest: str, now: datetime) -> None:
        """The session was used."""
        await self._database.run(
            "UPDATE staff_sessions SET used_at = ? WHERE token = ?", now, token_digest
        )

    async def end(self, token_digest: str) -> None:
        """End a session."""
        await self._database.run("DELETE FROM staff_sessions WHERE token = ?", token_digest)

    async def end_before(self, began_before: datetime, used_before: datetime) -> int:
        """Clear away what has ended by itself; how many."""
        return await self._database.run(
            "DELETE FROM staff_sessions WHERE began_at < ? OR used_at < ?",
            *(began_before, used_before),
        )

    # ---- audit

    async def note(self, entry: AuditEntry) -> None:
        """Add to the audit."""
        await self._database.rows(
            "INSERT INTO audit (at, member, what, case_no, item, detail)"
            " VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
            *(entry.at, entry.member, entry.what, entry.case_no, entry.item),
            orjson.dumps(dict(entry.detail or {})).decode(),
        )

    async def audit(self, before: int = 0, limit: int = 100, case_no: str = "") -> list[Audited]:
        """The audit, newest first, from before that number on (0: from the end)."""
        rows = await self._database.rows(
            "SELECT audit.*, staff.login FROM audit LEFT JOIN staff ON staff.id = audit.member"
            " WHERE (audit.id < ? OR ? = 0) AND (audit.case_no = ? OR ? = '')"
            " ORDER BY audit.id DESC LIMIT ?",
            *(before, before, case_no, case_no, limit),
        )
        return [_audited(row) for row in rows]

    # ----

    def _member(self, row: Row) -> Member:
        return Member(
            id=row["id"],
            login=row["login"],
            name=self._open("name", row["id"], row["name_sealed"]),
            role=row["role"],
            province=row["province"],
            level=row["level"],
            area=row["area"],
            department=row["department"],
            office=row["office"],
            active=bool(row["active"]),
        )

    def _seal(self, column: str, member_id: str, value: str) -> bytes:
        return self._sealer.seal(value, ("staff", column, member_id))

    def _open(self, column: str, member_id: str, value: bytes) -> str:
        return self._sealer.open(value, ("staff", column, member_id)).decode()


def _audited(row: Row) -> Audited:
    return Audited(
        number=row["id"],
        login=row["login"] or "",
        entry=AuditEntry(
            at=as_time(row["at"]),
            member=row["member"],
            what=row["what"],
            case_no=row["case_no"],
            item=row["item"],
            detail=orjson.loads(row["detail"]),
        ),
    )
