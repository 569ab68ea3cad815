"""A short free text: a mailing address, a remark."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from cases.values import JSON
from dialogs.form import Question
from dialogs.kinds.base import UNCLEAR, Accepted, Offer, Reading, Rejected, Row, Scene
from dialogs.kinds.checking import (
    check_no_options,
    check_number_setting,
    check_settings,
    number_setting,
)
from dialogs.kinds.picking import says_nothing, suggestion, suggestion_taken
from dialogs.kinds.reading import as_text, heard
from dialogs.said import Spoken

_MOST = 100
_LEFT = 6
"""So many characters stay readable of a masked text: the city, of an address."""


class FreeText:
    """`settings.most`: characters at most (default 100); `settings.least` likewise (1).

    Where the question may be skipped, 没有 is an empty text.
    """

    name: ClassVar[str] = "text"
    texts: ClassVar[frozenset[str]] = frozenset(
        {"reject.unclear", "reject.text.long", "reject.text.short"}
    )

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question, "most", "least")
        check_number_setting(question, "most", 1, 500)
        check_number_setting(question, "least", 1, 100)
        check_no_options(question)

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        if suggestion_taken(said, self.offers(question, scene)):
            return Accepted(as_text(scene.suggestion))
        text = heard(said)
        if not text or text.endswith(("?", "吗")):
            return UNCLEAR
        if question.skippable and says_nothing(text):
            return Accepted("")
        most, least = number_setting(question, "most", _MOST), number_setting(question, "least", 1)
        if len(text) > most:
            return Rejected("text.long", {"most": str(most), "count": str(len(text))})
        return Accepted(text) if len(text) >= least else Rejected("text.short")

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        return suggestion(as_text(scene.suggestion))

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        return as_text(value)

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        text = as_text(value)
        if not question.masked or len(text) <= _LEFT:
            return text
        return f"{text[:_LEFT]}…"
