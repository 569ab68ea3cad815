"""Accounts and the audit: pages of the administrator and of the auditor."""

from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.clock import Clock
from bot.desk.door import Door, Visit
from bot.desk.pages import DeskPages
from bot.problems import NotFound
from bot.routes import Route
from storage.sql.staff import Audited, AuditEntry, Role, Staff

PAGE: Final = 100
_ADMINISTRATOR: Final[tuple[Role, ...]] = ("administrator",)
_AUDITOR: Final[tuple[Role, ...]] = ("auditor",)
_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


class AccountPages:
    """Closing and reopening accounts; reading the audit."""

    def __init__(self, staff: Staff, door: Door, pages: DeskPages, clock: Clock) -> None:
        self._staff = staff
        self._door = door
        self._pages = pages
        self._clock = clock

    def routes(self) -> tuple[Route, ...]:
        """Accounts are for administrators, the audit for auditors: nobody has both."""
        return (
            self._door.route("GET", "/desk/staff", self.everybody, _ADMINISTRATOR),
            self._door.route("POST", "/desk/staff/{id}", self.change, _ADMINISTRATOR),
            self._door.route("GET", "/desk/audit", self.audit, _AUDITOR),
        )

    async def everybody(self, visit: Visit) -> web.StreamResponse:
        """Every account."""
        everybody = await self._staff.everybody()
        return self._pages.page(visit.visitor, "staff.html", here="staff", everybody=everybody)

    async def change(self, visit: Visit) -> web.StreamResponse:
        """Close or reopen one; nobody closes their own."""
        found = await self._staff.load(visit.request.match_info["id"])
        if found is None or found.id == visit.member.id:
            raise NotFound
        active = visit.said("do") == "open"
        await self._staff.set_active(found.id, active=active)
        what = "account_opened" if active else "account_closed"
        entry = AuditEntry(self._clock(), visit.member.id, what, detail={"login": found.login})
        await self._staff.note(entry)
        raise web.HTTPSeeOther("/desk/staff")

    async def audit(self, visit: Visit) -> web.StreamResponse:
        """The audit, newest first."""
        before = visit.request.query.get("before", "0")[:15]
        entries = await self._staff.audit(int(before) if before.isdecimal() else 0, PAGE)
        older = entries[-1].number if len(entries) == PAGE else 0
        return self._pages.page(
            visit.visitor,
            "audit.html",
            here="audit",
            entries=[_shown(one) for one in entries],
            older=older,
        )


def _shown(audited: Audited) -> dict[str, object]:
    entry = audited.entry
    return {
        "number": audited.number,
        "at": entry.at.astimezone(_SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
        "login": audited.login,
        "what": entry.what,
        "case_no": entry.case_no,
        "item": entry.item,
        "detail": " ".join(f"{key}={value}" for key, value in (entry.detail or {}).items()),
    }
