"""Yes or no. The definition may word the two (`options` with the ids yes and no)."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from cases.values import JSON
from dialogs.form import Question
from dialogs.kinds.base import UNCLEAR, Accepted, Offer, Reading, Row, Scene
from dialogs.kinds.checking import check_option_ids, check_settings
from dialogs.kinds.picking import chosen, polarity
from dialogs.kinds.reading import heard
from dialogs.said import Spoken, Tap

_LABELS = {"yes": "是", "no": "不是"}


class YesNo:
    """是, 对, 嗯, 好的 … or 不是, 没有, 不要 …"""

    name: ClassVar[str] = "yes_no"
    texts: ClassVar[frozenset[str]] = frozenset({"reject.unclear"})

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question)
        check_option_ids(question, frozenset(_LABELS))

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        also = {option.id: option.also for option in question.options}
        meant = None if isinstance(said, Tap) else _exactly(heard(said), question)
        if meant is None:
            offer = chosen(said, self.offers(question, scene), also)
            meant = offer.id == "yes" if offer is not None else polarity(heard(said))
        return UNCLEAR if meant is None else Accepted(meant)

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        labels = _LABELS | {option.id: option.label for option in question.options}
        return tuple(Offer(id_, label) for id_, label in labels.items())

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        if not isinstance(value, bool):
            return ""
        return self.offers(question, scene)[0 if value else 1].label

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        return self.show(question, value, scene)


def _exactly(text: str, question: Question) -> bool | None:
    """不是 has 是 in it: where the two are not worded otherwise, yes and no come first."""
    return None if question.options else polarity(text)
