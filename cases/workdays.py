"""Chinese working days: which day is one, and counting them. Days are days in Asia/Shanghai.

A year comes from the State Council's announcement: imported by the desk, or from
`chinesecalendar` where that already has it. A year without one is provisional (暂定): the
statutory holidays of 全国年节及纪念日放假办法 (2024) and weekends, without exchanged days.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""A fixed offset: no summer time since 1991, and no time zone files needed on the machine."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Year:
    """One year's days off on weekdays and working days on weekends, and who says so."""

    year: int
    off: frozenset[date]
    on: frozenset[date]
    source: str
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days of every year; `imported` wins over what is known without it."""

    imported: Mapping[int, Year] = field(default_factory=dict)

    def year(self, year: int) -> Year:
        """What is known of a year."""
        return self.imported.get(year) or _known_year(year)

    def provisional(self, day: date) -> bool:
        """Whether the day lies in a year whose holidays are not announced yet."""
        return self.year(day.year).provisional

    def is_workday(self, day: date) -> bool:
        """Whether offices work on that day."""
        year = self.year(day.year)
        if day in year.on:
            return True
        return day not in year.off and day.weekday() < 5

    def workday_from(self, day: date) -> date:
        """The day itself when it is a working day, or the next one that is."""
        while not self.is_workday(day):
            day += _DAY
        return day

    def add_workdays(self, start: date, count: int) -> date:
        """The `count`-th working day after `start`, which is not counted (民法典 201; A5).

        0 is the day itself, or the next working day.
        """
        day = start if count else self.workday_from(start)
        while count > 0:
            day = self.workday_from(day + _DAY)
            count -= 1
        return day

    def workdays_between(self, after: date, until: date) -> int:
        """How many working days lie after `after` up to and including `until`."""
        days = (until - after).days
        return sum(self.is_workday(after + n * _DAY) for n in range(1, days + 1))

    def nth_workday_of_month(self, year: int, month: int, nth: int) -> date:
        """The n-th (from 1) working day of a month."""
        first = self.workday_from(date(year, month, 1))
        return self.add_workdays(first, nth - 1)


def day_of(instant: datetime) -> date:
    """The day in Asia/Shanghai of an instant. Raises ValueError for a time without a zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """The instant at which a day begins in Asia/Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def announced_year(year: int, off: Iterable[date], on: Iterable[date], source: str) -> Year:
    """An imported year. Raises ValueError for a day of another year or one both on and off."""
    off_days, on_days = frozenset(off), frozenset(on)
    if off_days & on_days:
        raise ValueError(f"{min(off_days & on_days)} is both a day off and a working day")
    strangers = [day for day in off_days | on_days if day.year != year]
    if strangers:
        raise ValueError(f"{min(strangers)} is not a day of {year}")
    return Year(year, off_days, on_days, source)


FEWEST, MOST = 240, 256
"""Working days that a year may have: 2010–2026 had 247 to 251."""


def implausible(year: Year) -> str:
    """What is wrong with an imported year as a whole, in one sentence; empty when nothing is.

    A whole year leaves out no statutory holiday (全国年节及纪念日放假办法, 2024) and has about as
    many working days as every year.
    """
    calendar = Calendar({year.year: year})
    worked = [day for day in sorted(_statutory_year(year.year).off) if calendar.is_workday(day)]
    if worked:
        return f"{worked[0]} is a statutory holiday, and the file makes it a working day"
    days = calendar.workdays_between(date(year.year - 1, 12, 31), date(year.year, 12, 31))
    if not FEWEST <= days <= MOST:
        return f"{year.year} would have {days} working days; expected {FEWEST} to {MOST}"
    return ""


@lru_cache(maxsize=64)
def _known_year(year: int) -> Year:
    # Read when first asked: `holidays` alone takes longer to import than everything of ours.
    from chinese_calendar import constants  # noqa: PLC0415 — see above

    off = frozenset(day for day in constants.holidays if day.year == year)
    if off:
        on = frozenset(day for day in constants.workdays if day.year == year)
        return Year(year, off, on, "chinesecalendar")
    return _statutory_year(year)


def _statutory_year(year: int) -> Year:
    from holidays import country_holidays  # noqa: PLC0415 — see _known_year

    # Not the "observed" days: how a holiday on a weekend is moved is what gets announced.
    off = frozenset(country_holidays("CN", years=year, observed=False))
    return Year(year, off, frozenset(), "statutory", provisional=True)
