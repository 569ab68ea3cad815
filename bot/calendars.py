"""The calendar of working days: noticing an imported year, counting anew, asking for the next.

`python -m bot calendar import FILE` writes a year into the records (`bot/importing.py`); every
process notices within `LOOK_SECONDS`, a worker counts every open limit anew and tells whom another
day was promised (domain 3.1: 导入后自动重算未办结件并通知变化；每年11月提醒管理员导入).
"""

import asyncio
from datetime import date, datetime
from typing import Final

import structlog

from bot.departments.edge import Plans
from bot.departments.following import Follow, written
from cases.case import Case
from cases.watching import recount
from cases.workdays import Calendar, day_of
from storage.errors import StorageError
from storage.sql.calendars import Calendars
from storage.sql.cases import Cases
from storage.sql.desk import DeskTasks
from storage.sql.records import NewDeskTask, Written

LOOK_SECONDS: Final = 5.0
"""How often a process looks whether a year was imported."""
ASK_FROM_MONTH: Final = 11
"""The State Council announced 2025 on 12 November 2024 and 2026 on 4 November 2025."""
CALENDAR_MISSING: Final = "calendar_missing"

log = structlog.get_logger()


class Days:
    """The working days as this process knows them; `refresh` notices what was imported."""

    def __init__(self, years: Calendars) -> None:
        self._years = years
        self._known = Calendar()
        self._mark: tuple[tuple[int, str], ...] = ()

    def calendar(self) -> Calendar:
        """The calendar with every imported year."""
        return self._known

    async def refresh(self) -> bool:
        """Read the imported years again if there are others; whether there were."""
        mark = await self._years.mark()
        if mark == self._mark:
            return False
        self._known = await self._years.calendar()
        self._mark = mark
        return True

    async def keep_fresh(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if await self.refresh():
                    log.info("calendar_noticed", years=[year for year, _ in self._mark])
            except StorageError as error:
                log.warning("calendar_unread", error=type(error).__name__)


async def recount_all(cases: Cases, plans: Plans, follow: Follow, now: datetime) -> int:
    """Count every open limit anew; how many cases it changed. Done again it changes nothing."""

    def anew(case: Case) -> Written | None:
        service = plans.service(case.application.province, case.application.release)
        change = recount(case, service, plans.calendar())
        if change.case == case and not change.events:
            return None
        return written(change, follow, now)

    changed, last = 0, ""
    while numbers := await cases.unfinished(last):
        for case_no in numbers:
            changed += await cases.change(case_no, anew) is not None
        last = numbers[-1]
    return changed


async def ask_for_next_year(desk: DeskTasks, calendar: Calendar, now: datetime) -> bool:
    """In November and December, once a month: somebody must import the next year. Whether asked."""
    today = day_of(now)
    wanted = today.year + 1
    if today.month < ASK_FROM_MONTH or not calendar.provisional(date(wanted, 1, 1)):
        return False
    task_id = f"{CALENDAR_MISSING}:{wanted}:{today.month}"
    if await desk.load(task_id) is not None:
        return False
    await desk.add((NewDeskTask(task_id, "calendar_missing", now, note=str(wanted)),))
    return True
