"""Leave that is given or not given to a statement. Not giving it is an answer too.

The value is a plain bool, so that conditions can look at it (`{answer: …, is: true}`); the
engine keeps beside it when it was given, and to which words.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from cases.values import JSON
from dialogs.form import Question
from dialogs.kinds.base import UNCLEAR, Accepted, Offer, Reading, Row, Scene
from dialogs.kinds.checking import check_option_ids, check_settings, check_text_setting
from dialogs.kinds.picking import by_number, chosen, polarity
from dialogs.kinds.reading import heard
from dialogs.said import Spoken, Tap

_LABELS = {"agree": "同意", "decline": "不同意"}


class Consent:
    """同意, 好的 … or 不同意, 不要 … The definition may word the two."""

    name: ClassVar[str] = "consent"
    texts: ClassVar[frozenset[str]] = frozenset({"reject.unclear", "echo.consent.declined"})

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question, "statement")
        check_text_setting(question, "statement")
        check_option_ids(question, frozenset(_LABELS))

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        given = self._given(question, said, scene)
        if given is None:
            return UNCLEAR
        return Accepted(True) if given else Accepted(False, "echo.consent.declined")

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        labels = _LABELS | {option.id: option.label for option in question.options}
        return tuple(Offer(id_, label) for id_, label in labels.items())

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        if not isinstance(value, bool):
            return ""
        return self.offers(question, scene)[0 if value else 1].label

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        return self.show(question, value, scene)

    def _given(self, question: Question, said: Spoken, scene: Scene) -> bool | None:
        offers = self.offers(question, scene)
        also = {option.id: option.also for option in question.options}
        text = heard(said)
        exact = chosen(said, offers) if isinstance(said, Tap) else by_number(text, offers)
        if exact is None and (plain := polarity(text)) is not None:
            return plain
        meant = exact or chosen(said, offers, also)
        return meant.id == "agree" if meant is not None else None
