"""A household address by its five levels, in one line or level by level.

The value is a mapping with city, county, town, community, compound, codes where the list
`regions` knows them, and province where it is another than ours (附件1 begins with 市).
"""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from cases.values import JSON
from dialogs.form import Question
from dialogs.kinds.base import UNCLEAR, Accepted, Offer, Partial, Reading, Rejected, Row, Scene
from dialogs.kinds.checking import check_list, check_no_options, check_settings
from dialogs.kinds.picking import (
    SUGGESTED,
    by_number,
    says_nothing,
    small_talk,
    suggestion,
    suggestion_taken,
)
from dialogs.kinds.places import (
    CODED,
    LEVELS,
    Parts,
    Regions,
    joined,
    missing,
    put,
    read_line,
    regions_of,
)
from dialogs.kinds.reading import asks, heard
from dialogs.said import Spoken, Tap

_LIST = "regions"
_PROVINCES = "provinces"
_MOST_OFFERED = 12
_LONGEST = 100
_NONE = "none"
_LETTERS = re.compile(r"[^\W\d_]\w")
"""A number alone, or one character, is no place."""
_KEYS = frozenset({*LEVELS, "province", *(f"{level}_code" for level in CODED)})


class Address:
    """郑州市 金水区 花园路街道 省委社区 3号院."""

    name: ClassVar[str] = "address"
    texts: ClassVar[frozenset[str]] = frozenset(
        {"reject.unclear", "reject.address.long", "echo.address"}
        | {f"echo.address.{level}" for level in LEVELS}
    )

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question)
        check_no_options(question)
        if question.list is not None:
            check_list(question, lists)

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        known, offers = parts_of(scene.partial), self.offers(question, scene)
        if suggestion_taken(said, offers):
            return _told(parts_of(scene.suggestion))
        text = heard(said)
        offer = _offered(said, text, offers)
        if offer is not None:
            return _told(_with_offer(offer, known, _regions(question, scene)))
        if isinstance(said, Tap) or asks(text) or not _LETTERS.search(text):
            return UNCLEAR
        if len(text) > _LONGEST:
            return Rejected("address.long")
        return _written(text, known, _regions(question, scene))

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        known = parts_of(scene.partial)
        level = missing(known)
        if not known and missing(parts_of(scene.suggestion)) == "":
            return suggestion(joined(parts_of(scene.suggestion), "town"))
        if level == "compound":
            return (Offer(_NONE, "没有"),)
        rows = _regions(question, scene).choices(level, known) if known else []
        if len(rows) > _MOST_OFFERED:
            return ()
        return tuple(Offer(row.id, row.name) for row in rows)

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        return joined(parts_of(value))

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        return joined(parts_of(value), "town")


def parts_of(value: JSON) -> Parts:
    """The value's levels; what is no text is left out."""
    if not isinstance(value, Mapping):
        return {}
    return {key: part for key, part in value.items() if key in _KEYS and isinstance(part, str)}


def _regions(question: Question, scene: Scene) -> Regions:
    rows = scene.lists.get(question.list or _LIST, ())
    return regions_of(rows, scene.lists.get(_PROVINCES, ()))


def _offered(said: Spoken, text: str, offers: Sequence[Offer]) -> Offer | None:
    if isinstance(said, Tap):
        return next((offer for offer in offers if offer.id == said.id), None)
    if len(offers) == 1 and offers[0].id == _NONE and says_nothing(text):
        return offers[0]
    return by_number(text, offers) if offers and offers[0].id != SUGGESTED else None


def _with_offer(offer: Offer, known: Parts, regions: Regions) -> Parts:
    if offer.id == _NONE:
        return known | {"compound": ""}
    level, parts = missing(known), dict(known)
    for row in regions.choices(level, known):
        if row.id == offer.id:
            put(level, row, parts)
    return read_line("", parts, regions)


def _written(text: str, known: Parts, regions: Regions) -> Reading:
    """Begun anew when she writes city and county again; else joined to what is known."""
    anew = read_line(text, {}, regions)
    if not known:
        return _told(anew) if set(anew) - {"compound"} else UNCLEAR
    if {"city_code", "county_code"} <= set(anew):
        return _told(anew)
    if small_talk(text):
        return UNCLEAR
    return _told(_joined(text, known, read_line(text, known, regions)))


def _joined(text: str, known: Parts, read: Parts) -> Parts:
    """What she wrote for the level she was asked for is that level, whatever its ending."""
    level = missing(known)
    if level in read or any(other in read for other in LEVELS[LEVELS.index(level) : -1]):
        return read
    if "compound" in read and "compound" not in known:
        return read
    return known | {level: "".join(text.split())}


def _told(parts: Parts) -> Reading:
    level = missing(parts)
    if not level:
        return Accepted(parts, "echo.address", {"address": joined(parts)})
    return Partial(parts, f"echo.address.{level}", {"so_far": joined(parts)})
