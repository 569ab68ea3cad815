"""One of the 56 ethnic groups (GB/T 3304-1991), or other. The value is the name in full."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from cases.values import JSON
from dialogs.form import Question
from dialogs.kinds.base import UNCLEAR, Accepted, Offer, Reading, Row, Scene
from dialogs.kinds.checking import check_list, check_no_options, check_settings
from dialogs.kinds.picking import by_name, by_number, chosen
from dialogs.kinds.reading import as_text, heard
from dialogs.said import Spoken, Tap

_COMMON = ("汉族", "回族", "满族", "蒙古族", "其他")
"""What is offered to tap; the others are typed."""


class Ethnicity:
    """汉族, 回, 我是满族."""

    name: ClassVar[str] = "ethnicity"
    texts: ClassVar[frozenset[str]] = frozenset({"reject.unclear"})

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question)
        check_no_options(question)
        check_list(question, lists)

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        offers = self.offers(question, scene)
        if isinstance(said, Tap):
            meant = chosen(said, offers)
        else:
            text = heard(said)
            meant = by_number(text, offers) or _named(text, _rows(question, scene))
        return UNCLEAR if meant is None else Accepted(meant.id)

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        names = [row.name for row in _rows(question, scene)]
        first = (as_text(scene.suggestion), *_COMMON)
        return tuple(Offer(name, name) for name in dict.fromkeys(first) if name in names)

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        return as_text(value)

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        return as_text(value)


def _rows(question: Question, scene: Scene) -> Sequence[Row]:
    return scene.lists.get(question.list or "", ())


def _named(text: str, rows: Sequence[Row]) -> Offer | None:
    every = tuple(Offer(row.name, row.name) for row in rows)
    return by_name(text, every, {row.name: row.also for row in rows}) if text else None
