"""Taking an address apart: city, county, town, community, compound (附件1, five levels).

The province's list `regions` helps where it knows a name; where it does not (abolished, new,
elsewhere) the endings 市 区 街道 社区 do. No name is ever refused.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from dialogs.kinds.base import Row
from dialogs.kinds.picking import says_nothing

Parts: TypeAlias = dict[str, str]
"""city, county, town, community, compound, province and city_code, county_code, town_code."""
LEVELS: Final = ("city", "county", "town", "community", "compound")
CODED: Final = LEVELS[:3]

_PROVINCE_END = re.compile(r"省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区")
_LED = re.compile(
    r"^[我俺他她]?们?家?的?(?:户籍|户口|家庭|现)?(?:住址|地址|所在地)?(?:住在|住|在|是)?[\s:]*"
)
_COMMUNITY_END = (
    r"社区居民委员会|社区居委会|村民委员会|居民委员会|居委会|村委会|社区|行政村"
    r"|村(?!社区|委会|民委员会|居委会|民小组)"
)
_ENDS: Mapping[str, re.Pattern[str]] = {
    "city": re.compile(r"\S{2,10}?(?:市|地区|自治州|盟|示范区)"),
    "county": re.compile(r"\S{1,10}?(?:自治县|自治旗|县|(?<![社小园院校厂])区|市|旗)"),
    "town": re.compile(r"\S{1,12}?(?:街道办事处|地区办事处|办事处|街道办|街道|镇|乡(?!村)|苏木)"),
    "community": re.compile(rf"\S{{1,14}}?(?:{_COMMUNITY_END})"),
}
_STEM_END: Mapping[str, re.Pattern[str]] = {
    "city": re.compile(r"(?:市|地区|示范区)$"),
    "county": re.compile(r"(?<=..)(?:回族区|自治县|区|县|市)$"),
    "town": re.compile(r"(?<=..)(?:街道办事处|地区办事处|办事处|街道办|街道|回族镇|回族乡|镇|乡)$"),
}
_AFTER_STEM: Mapping[str, re.Pattern[str]] = {
    "city": re.compile(r"市|地区|(?=[^路街道巷大村镇乡河湖里桥社小花站东西南北])|(?=$)"),
    "county": re.compile(r"区|县|市|(?=[^路街道巷大村镇乡河湖里桥社小花站东西南北])|(?=$)"),
    "town": re.compile(r"街道办事处|办事处|街道办|街道|镇|乡|(?=\s)|(?=$)"),
}
_HOUSE = re.compile(r"[0-9][0-9\s-]*(?:号|院|楼|组|栋|单元|室|户)|小区|家属[院楼]|号院")
_OFFICE_AFTER = re.compile(r"办事处|办(?=\s|$)")
"""金水区花园路街道 is written 花园路街道办事处 as often."""


@dataclass(frozen=True, slots=True)
class Regions:
    """The places of a list, by the place that each lies in."""

    below: Mapping[str, Sequence[Row]]
    provinces: tuple[str, ...]
    """The names of all provinces (GB/T 2260)."""
    home: str
    """The province's own name, which an address need not say."""

    def choices(self, level: str, parts: Mapping[str, str]) -> list[Row]:
        """The places of `level` that are known where the address lies so far."""
        if "province" in parts or level not in CODED:
            return []
        above = "" if level == "city" else parts.get(f"{LEVELS[LEVELS.index(level) - 1]}_code")
        rows = self.below.get(above, ()) if above is not None else ()
        return [row for row in rows if _is_town(row) == (level == "town")]

    def undivided(self, city_code: str) -> bool:
        """Whether towns lie directly in the city (济源)."""
        below = self.below.get(city_code, ())
        return bool(below) and all(map(_is_town, below))

    def counties(self) -> Iterator[tuple[Row, Row]]:
        """Every county with its city."""
        for city in self.below.get("", ()):
            for row in self.below.get(city.id, ()):
                if not _is_town(row):
                    yield row, city


def regions_of(rows: Sequence[Row], provinces: Sequence[Row]) -> Regions:
    """The places of a province's list; the same list is looked through once."""
    known = _KNOWN.get(id(rows))
    if known is None or known[0] is not rows:
        known = _KNOWN[id(rows)] = (rows, _sorted(rows, provinces))
    return known[1]


_KNOWN: dict[int, tuple[Sequence[Row], Regions]] = {}
"""Thousands of rows would be hashed or sorted at every message; lists live as long as we do."""


def _sorted(rows: Sequence[Row], provinces: Sequence[Row]) -> Regions:
    """Cities lie in nothing, or in the province itself."""
    below: dict[str, list[Row]] = {}
    for row in rows:
        if not row.id.endswith("0000"):
            below.setdefault("" if row.under.endswith("0000") else row.under, []).append(row)
    names = {row.id[:2]: row.name for row in provinces}
    home = names.get(rows[0].id[:2], "") if rows else ""
    return Regions(below, tuple(names.values()), home)


def read_line(text: str, known: Mapping[str, str], regions: Regions) -> Parts:
    """What `text` adds to the levels that are `known`; the rest that fits nowhere is compound."""
    parts = dict(known)
    rest = re.sub(r"[,，、;；。.]+", " ", _LED.sub("", text)).strip()
    if "city" not in parts:
        rest = _province(rest, parts, regions)
    for level in LEVELS[:-1]:
        rest = rest.strip()
        if rest and level not in parts:
            rest = _level(level, rest, parts, regions)
        _fill_county(parts, regions)
    _keep_rest(rest.strip(), parts)
    return parts


def looks_like_compound(text: str) -> bool:
    """Whether it says a house rather than a place: 3号院, 2组."""
    return _HOUSE.search(text) is not None


def put(level: str, row: Row, parts: Parts) -> None:
    """Set a level to a place that the list knows."""
    parts[level] = row.name
    parts[f"{level}_code"] = row.id


def missing(parts: Mapping[str, str]) -> str:
    """The first level that is not there yet; empty when all are."""
    return next((level for level in LEVELS if level not in parts), "")


def joined(parts: Mapping[str, str], upto: str = LEVELS[-1]) -> str:
    """The levels in a row, each name once, with spaces so that it reads (and is read) safely."""
    shown = LEVELS[: LEVELS.index(upto) + 1]
    names = [parts.get(level, "") for level in ("province", *shown)]
    return " ".join(name for name in dict.fromkeys(names) if name)


def _keep_rest(rest: str, parts: Parts) -> None:
    """What stands last is the compound; where levels before it lack, only if it reads like one."""
    if not rest or "compound" in parts:
        return
    if missing(parts) == "compound" or looks_like_compound(rest):
        parts["compound"] = "" if says_nothing(rest) else "".join(rest.split())


def _is_town(row: Row) -> bool:
    return len(row.id) > 6


def _province(text: str, parts: Parts, regions: Regions) -> str:
    """Take a province off the front; ours is not kept, a municipality is its own city."""
    home = regions.home
    for name in regions.provinces:
        short = _PROVINCE_END.sub("", name)
        found = re.match(rf"{name}|{short}(?![市路街区县])", text)
        if found is None:
            continue
        rest = text[found.end() :].strip()
        if name != home:
            parts["province"] = name
        if name != home and name.endswith("市"):
            parts["city"] = name
            rest = rest.removeprefix(name).removeprefix("市辖区").strip()
        return rest
    return text


def _level(level: str, text: str, parts: Parts, regions: Regions) -> str:
    """Take `level` off the front of `text`, where it stands there."""
    listed = _listed(level, text, regions.choices(level, parts))
    if listed is not None:
        row, rest = listed
        put(level, row, parts)
        return rest
    if level == "city" and "province" not in parts:
        return _county_alone(text, parts, regions)
    return _unlisted(level, text, parts)


def _county_alone(text: str, parts: Parts, regions: Regions) -> str:
    """A county that there is only once says its city too."""
    both = list(regions.counties())
    found = _listed("county", text, [county for county, _ in both])
    if found is None:
        return _unlisted("city", text, parts)
    county, rest = found
    cities = [city for other, city in both if other.name == county.name]
    if len(cities) != 1:
        return text
    put("city", cities[0], parts)
    put("county", county, parts)
    return rest


def _unlisted(level: str, text: str, parts: Parts) -> str:
    """A name by its ending, or by its place where every level stands apart."""
    words = text.split(" ")
    left = sum(other not in parts for other in LEVELS)
    found = _ENDS[level].match(text)
    if len(words) == left > 1 and (found is None or found.end() <= len(words[0])):
        parts[level] = words[0]
        return " ".join(words[1:])
    if found is None:
        return text
    parts[level] = found[0]
    return text[found.end() :]


def _listed(level: str, text: str, rows: Sequence[Row]) -> tuple[Row, str] | None:
    """The place of the list that stands at the front of `text`, and what follows."""
    said = [
        (length, row)
        for row in rows
        for name in (row.name, *row.also)
        if (length := _length(level, text, name))
    ]
    if not said:
        return None
    length, row = max(said, key=lambda one: one[0])
    return row, text[length:]


def _length(level: str, text: str, name: str) -> int:
    """How much of `text` says `name`, perhaps without its ending or with another; 0: nothing."""
    stem = _STEM_END[level].sub("", name)
    if stem != name and text.startswith(name):
        office = _OFFICE_AFTER.match(text, len(name)) if level == "town" else None
        return office.end() if office is not None else len(name)
    if len(stem) < 2 or not text.startswith(stem):
        return 0
    after = _AFTER_STEM[level].match(text, len(stem))
    return after.end() if after is not None else 0


def _fill_county(parts: Parts, regions: Regions) -> None:
    code = parts.get("city_code")
    if code and "county" not in parts and regions.undivided(code):
        parts |= {"county": parts["city"], "county_code": code}
