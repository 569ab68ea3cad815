"""An office from a list of the province: tapped, or found by a part of its name or address.

The value is the row's id. `settings.under` names an answer (a city): then only the offices of
that place are offered, unless it has none.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from cases.values import JSON
from dialogs.form import Question
from dialogs.kinds.base import UNCLEAR, Accepted, Offer, Partial, Reading, Rejected, Row, Scene
from dialogs.kinds.checking import check_list, check_no_options, check_settings, check_text_setting
from dialogs.kinds.picking import bare, by_name, by_number, chosen, small_talk
from dialogs.kinds.reading import as_text, asks, heard
from dialogs.said import Spoken, Tap

_MOST_OFFERED = 6
"""More lines than this are hard to look through; the others are found by typing."""
_MOST_FOUND = 10


class Office:
    """郑州市政务服务中心, by number or by searching 郑州."""

    name: ClassVar[str] = "office"
    texts: ClassVar[frozenset[str]] = frozenset(
        {"reject.unclear", "reject.office.none", "reject.office.many", "echo.office.found"}
    )

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question, "under")
        check_text_setting(question, "under")
        check_no_options(question)
        check_list(question, lists)

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        offers = self.offers(question, scene)
        text = heard(said)
        offer = chosen(said, offers) if isinstance(said, Tap) else by_number(text, offers)
        if offer is not None:
            return Accepted(offer.id)
        if isinstance(said, Tap) or len(bare(text)) < 2 or asks(text) or small_talk(text):
            return UNCLEAR
        near = _searched(text, _here(question, scene))
        everywhere = isinstance(near, Rejected) and near.reason == "office.none"
        return _searched(text, _rows(question, scene)) if everywhere else near

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        found = _found(scene.partial)
        rows = _here(question, scene)
        searched = [row for row in rows if row.id in found]
        listed = searched or _suggested_first(rows, scene)[:_MOST_OFFERED]
        return tuple(Offer(row.id, row.name) for row in listed)

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        return next((row.name for row in _rows(question, scene) if row.id == value), "")

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        return self.show(question, value, scene)


def _rows(question: Question, scene: Scene) -> Sequence[Row]:
    return scene.lists.get(question.list or "", ())


def _here(question: Question, scene: Scene) -> Sequence[Row]:
    """The offices of the place that was answered before; all of them when it has none."""
    rows = _rows(question, scene)
    key = question.settings.get("under")
    place = scene.answers.get(key) if isinstance(key, str) else None
    return [row for row in rows if row.under == place] or rows


def _suggested_first(rows: Sequence[Row], scene: Scene) -> list[Row]:
    suggested = as_text(scene.suggestion)
    near = [row for row in rows if suggested and suggested in (row.id, row.under)]
    return [*near, *(row for row in rows if row not in near)]


def _found(partial: JSON) -> frozenset[str]:
    ids = partial.get("found") if isinstance(partial, Mapping) else None
    if isinstance(ids, str) or not isinstance(ids, Sequence):
        return frozenset()
    return frozenset(id_ for id_ in ids if isinstance(id_, str))


def _searched(text: str, rows: Sequence[Row]) -> Reading:
    part = bare(text)
    exact = [row for row in rows if part in {bare(word) for word in (row.name, *row.also)}]
    found = exact or [row for row in rows if _fits(part, row)] or _mentioned(text, rows)
    if not found:
        return Rejected("office.none")
    if len(found) == 1:
        return Accepted(found[0].id)
    if len(found) > _MOST_FOUND:
        return Rejected("office.many", {"count": str(len(found))})
    params = {"count": str(len(found))}
    return Partial({"found": [row.id for row in found]}, "echo.office.found", params)


def _fits(part: str, row: Row) -> bool:
    words = (row.name, *row.also, as_text(row.data.get("address")))
    return any(part in bare(word) for word in words)


def _mentioned(text: str, rows: Sequence[Row]) -> list[Row]:
    """The one office whose name stands in a sentence of hers."""
    offers = [Offer(row.id, row.name) for row in rows]
    meant = by_name(text, offers, {row.id: row.also for row in rows})
    return [row for row in rows if meant is not None and row.id == meant.id]
