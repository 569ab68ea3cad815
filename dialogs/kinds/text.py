"""A short free text: a mailing address, a remark."""

import re
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
from dialogs.kinds.reading import as_text, heard, with_digits
from dialogs.said import Spoken

_RUN = re.compile(r"[0-9]+")
_GAP = re.compile(r"(?<=[0-9])[\s-]+(?=[0-9])")
_MOST = 100
_LEFT = 6
"""So many characters stay readable of a masked text: the city, of an address."""


class FreeText:
    """`settings.most`: characters at most (default 100); `settings.least` likewise (1).

    `settings.digits`: exactly so many digits, however they are spaced (a postcode).

    Where the question may be skipped, 没有 is an empty text.
    """

    name: ClassVar[str] = "text"
    texts: ClassVar[frozenset[str]] = frozenset(
        {"reject.unclear"} | {f"reject.text.{reason}" for reason in ("long", "short", "digits")}
    )

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question, "most", "least", "digits")
        check_number_setting(question, "digits", 1, 30)
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
        if "digits" in question.settings:
            return _digits(text, number_setting(question, "digits", 0))
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


def _digits(text: str, count: int) -> Reading:
    """The one number of so many digits that stands in what she wrote."""
    runs = [run for run in _RUN.findall(_GAP.sub("", with_digits(text))) if len(run) == count]
    if len(set(runs)) == 1:
        return Accepted(runs[0])
    return Rejected("text.digits", {"count": str(count)}) if _RUN.search(text) else UNCLEAR
