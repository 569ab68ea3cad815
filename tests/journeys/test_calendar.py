"""The holidays of next year are announced while an application is on its way."""

from datetime import date, timedelta
from pathlib import Path

from bot.importing import put_in_force
from cases.workdays import Calendar
from storage.calendars import read_calendar
from tests.journeys.city import City
from tests.journeys.steps import applied

PROVISIONAL = "以国家公布放假安排为准"


async def test_an_imported_year_moves_the_promise_and_she_is_told(
    henan: City, tmp_path: Path
) -> None:
    """Twenty working days from late December reach into a year that nobody has announced."""
    now = henan.time()
    henan.time.pass_by(days=(now.replace(month=12, day=23) - now).days)
    year = henan.time().year + 1
    phone = await applied(henan)
    await henan.task("hn-hrss", "HN03")
    await phone.say("进度")
    await phone.sees(PROVISIONAL)

    read = read_calendar(announced(tmp_path, year))
    assert await put_in_force(henan.world.settings, read) == "new"
    await phone.is_noticed("日期调整")
    said = await phone.screen()
    await phone.say("进度")
    await phone.sees("最晚")
    assert PROVISIONAL not in (await phone.screen()).removeprefix(said)
    assert await henan.world.journal.verify_all() == []


def announced(folder: Path, year: int) -> Path:
    """The statutory days, and three working days of the first fortnight off besides."""
    calendar = Calendar()
    more = [calendar.add_workdays(date(year, 1, 3), count) for count in (1, 2, 3)]
    off = sorted({*calendar.year(year).off, *more})
    assert all(day - date(year, 1, 1) < timedelta(days=14) for day in more)
    path = folder / "announced.yaml"
    days = ", ".join(day.isoformat() for day in off)
    path.write_text(f"year: {year}\nsource: 样例文号\nby: 样例管理员\noff: [{days}]\n", "utf-8")
    return path
