"""`python -m bot calendar …`: an administrator imports a year of working days."""

import sys
from pathlib import Path

import uvloop

from bot.clock import system_clock
from bot.process import prepare
from bot.settings import Settings
from cases.workdays import day_of
from storage.calendars import CalendarFile, read_calendar
from storage.sql.calendars import Calendars, Imported
from storage.sql.connect import check_schema, connect


def import_calendar(settings: Settings, file: Path, *, replace: bool) -> None:
    """Put the year in the file in force. Raises CalendarBroken, CalendarContradicts."""
    prepare(settings)
    read = read_calendar(file)
    outcome = uvloop.run(put_in_force(settings, read, replace=replace))
    print(f"calendar {read.year.year}: {outcome}", file=sys.stdout)  # noqa: T201 — the command's answer


async def put_in_force(settings: Settings, read: CalendarFile, *, replace: bool = False) -> str:
    """Write the year into the records; what became of it."""
    now = system_clock(settings.clock_shift)()
    async with connect(settings.database) as database:
        await check_schema(database)
        return await Calendars(database).keep(Imported(read.year, read.by, now), replace=replace)


def list_calendars(settings: Settings) -> None:
    """Print every imported year."""
    prepare(settings)
    for one in uvloop.run(_imported(settings)):
        line = f"{one.year.year}  {one.year.source}  {one.by}  {day_of(one.at)}"
        print(line, file=sys.stdout)  # noqa: T201 — the command's answer


async def _imported(settings: Settings) -> list[Imported]:
    async with connect(settings.database) as database:
        await check_schema(database)
        return await Calendars(database).imported()
