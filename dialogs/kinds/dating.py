"""Days and months as people write them: 1965年3月5日, 65.3.5, 19650305, 一九六五年三月, 下个月."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

from cases.values import JSON
from dialogs.form import Question
from dialogs.kinds.base import Scene
from dialogs.kinds.reading import as_digits, small_number

Reach: TypeAlias = Literal["past", "future", "near"]
"""Where the day lies: decides the century of 65, the year of 3月, and what is refused."""
Trouble: TypeAlias = Literal["unclear", "lunar", "impossible", "incomplete"]
REACHES: frozenset[str] = frozenset({"past", "future", "near"})


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, or a month where `day` is None; `guessed` when the year was worked out."""

    year: int
    month: int
    day: int | None
    guessed: bool

    @property
    def iso(self) -> str:
        """1965-03-05, or 1965-03 without a day."""
        month = f"{self.year:04}-{self.month:02}"
        return month if self.day is None else f"{month}-{self.day:02}"


_LUNAR = re.compile(r"农历|阴历|旧历|正月|腊月|冬月|闰|初[一二三四五六七八九十]")
_NUMERALS = re.compile(r"[〇零○一二两三四五六七八九十廿卅]+")
_SEP = r"\s*[-—./、,\s]\s*"
_YEAR = r"(?<!\d)(?P<year>\d{4}|\d{2})"
_END = r"(?!\d)"
_YEAR_MONTH_DAY = (
    rf"{_YEAR}\s*年\s*(?P<month>\d{{1,2}})(?:\s*月\s*份?|{_SEP}|{_END})"
    rf"\s*(?:(?P<day>\d{{1,2}}){_END})?"
)
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        _YEAR_MONTH_DAY,
        r"(?<!\d)(?P<month>\d{1,2})[-./](?P<year>\d{4})(?![\d./-])",
        rf"{_YEAR}{_SEP}(?P<month>\d{{1,2}})(?:{_SEP}(?P<day>\d{{1,2}}))?(?![\d./-])",
        rf"(?<!\d)(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}}){_END}",
        rf"(?<!\d)(?P<year>(?:19|20)\d{{2}})(?P<month>0[1-9]|1[0-2]){_END}",
        rf"(?<!\d)(?P<year>\d{{2}})(?P<month>\d{{2}})(?P<day>\d{{2}}){_END}",
        rf"(?<!\d)(?P<month>\d{{1,2}})\s*月\s*份?\s*(?:(?P<day>\d{{1,2}}){_END})?",
    )
)
_ONLY_YEAR = re.compile(rf"(?<!\d)(?:(?:19|20)\d{{2}}{_END}|\d{{2}}\s*年)")
_YEARS = {"今年": 0, "本年": 0, "明年": 1, "后年": 2, "去年": -1, "前年": -2}
_MONTHS = {
    "这个月": 0,
    "本月": 0,
    "当月": 0,
    "这月": 0,
    "下个月": 1,
    "下月": 1,
    "上个月": -1,
    "上月": -1,
}
_DAYS = {"今天": 0, "今日": 0, "明天": 1, "后天": 2, "昨天": -1, "前天": -2}


def understood(text: str, today: date, reach: Reach) -> Moment | Trouble:
    """The one day or month that `text` names, or what is the matter with it."""
    if _LUNAR.search(text):
        return "lunar"
    plain = _NUMERALS.sub(lambda run: _number(run[0]), text.replace("。", "."))
    counted = _counted(plain, today)
    for pattern in _PATTERNS:
        found = {one.group(0): one for one in pattern.finditer(counted)}
        if len(found) > 1:
            return "unclear"
        if found:
            (one,) = found.values()
            return _moment(one.groupdict(), today, reach, guessed=counted != plain)
    return "incomplete" if _ONLY_YEAR.search(counted) else "unclear"


def reach_of(question: Question, default: Reach) -> Reach:
    """The question's `range` setting."""
    match question.settings.get("range", default):
        case "past":
            return "past"
        case "future":
            return "future"
        case "near":
            return "near"
        case _:
            return default


def check_reach(question: Question) -> None:
    """Raises ValueError for a `range` that is none."""
    reach = question.settings.get("range", "past")
    if reach not in REACHES:
        raise ValueError(f"settings.range must be one of {', '.join(sorted(REACHES))}")


def outside(question: Question, moment: Moment, reach: Reach, scene: Scene) -> str:
    """Why the day cannot be (`future`, `past`, `before`), why it is odd (`far`), or nothing."""
    iso, now = moment.iso, scene.today.isoformat()
    if reach == "past" and iso > now[: len(iso)]:
        return "future"
    if reach == "future" and iso < now[: len(iso)]:
        return "past"
    earliest = not_before(question, scene)
    shared = min(len(iso), len(earliest))
    if iso[:shared] < earliest[:shared]:
        return "before"
    return "far" if abs(moment.year - scene.today.year) > (20 if reach != "past" else 110) else ""


def not_before(question: Question, scene: Scene) -> str:
    """The answer that the day may not precede, ISO."""
    key = question.settings.get("not_before")
    if not isinstance(key, str):
        return ""
    value = scene.answers.get(key)
    return value if isinstance(value, str) else ""


def too_young(question: Question, moment: Moment, scene: Scene) -> bool:
    """Whether it lies before `settings.age` years after the answer `settings.reached` names."""
    key, years = question.settings.get("reached"), question.settings.get("age")
    born = scene.answers.get(key) if isinstance(key, str) else None
    if not isinstance(born, str) or not isinstance(years, int) or not born[:4].isdigit():
        return False
    reached, iso = f"{int(born[:4]) + years:04}{born[4:]}", moment.iso
    shared = min(len(iso), len(reached))
    return iso[:shared] < reached[:shared]


def shown(value: JSON) -> str:
    """1965-03-05 → 1965年3月5日; 1965-03 → 1965年3月; nothing for anything else."""
    found = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", value) if isinstance(value, str) else None
    if found is None:
        return ""
    year, month, day = found.groups()
    text = f"{year}年{int(month)}月"
    return text if day is None else f"{text}{int(day)}日"


def _number(run: str) -> str:
    if len(run) > 1 and not set(run) & set("十廿卅"):
        return as_digits(run)
    number = small_number(run)
    return run if number is None else str(number)


def _counted(text: str, today: date) -> str:
    """去年, 下个月, 昨天 written out."""
    for word, days in _DAYS.items():
        day = today + timedelta(days=days)
        text = text.replace(word, f"{day.year}年{day.month}月{day.day}日")
    for word, months in _MONTHS.items():
        total = today.year * 12 + today.month - 1 + months
        text = text.replace(word, f"{total // 12}年{total % 12 + 1}月")
    for word, years in _YEARS.items():
        text = text.replace(word, f"{today.year + years}年")
    return text


def _moment(
    parts: dict[str, str | None], today: date, reach: Reach, *, guessed: bool
) -> Moment | Trouble:
    written = parts.get("year")
    month, day = int(parts["month"] or 0), parts.get("day")
    if not 1 <= month <= 12:
        return "impossible"
    year = int(written) if written and len(written) == 4 else _year(written, month, today, reach)
    guessed = guessed or written is None or len(written) != 4
    try:
        date(year, month, int(day) if day else 1)
    except ValueError:
        return "impossible"
    if not 1880 <= year <= 2150:
        return "impossible"
    return Moment(year, month, int(day) if day else None, guessed)


def _year(written: str | None, month: int, today: date, reach: Reach) -> int:
    """The year that 65, or nothing, most likely stands for."""
    short = int(written) if written else None
    years = (
        [1900 + short, 2000 + short]
        if short is not None
        else [today.year - 1, today.year, today.year + 1]
    )
    now = today.year * 12 + today.month
    if reach == "past":
        return max((year for year in years if year * 12 + month <= now), default=years[0])
    if reach == "future":
        return min((year for year in years if year * 12 + month >= now), default=years[-1])
    return min(years, key=lambda year: abs(year * 12 + month - now))
