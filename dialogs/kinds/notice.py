"""Something to be read. There is nothing to answer but that one goes on."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from cases.values import JSON
from dialogs.form import Question
from dialogs.kinds.base import UNCLEAR, Accepted, Offer, Reading, Row, Scene
from dialogs.kinds.checking import check_settings
from dialogs.kinds.picking import bare, chosen, polarity
from dialogs.kinds.reading import heard, words
from dialogs.said import Spoken

KNOWN = "known"
_WORDS = frozenset(
    words("知道 知道了 继续 明白 明白了 收到 懂了 下一步 看到了 看完了 了解 晓得了 清楚了 谢谢 哦")
)


class Notice:
    """知道了, 继续, 好的. The definition may word it (one option)."""

    name: ClassVar[str] = "notice"
    texts: ClassVar[frozenset[str]] = frozenset({"reject.unclear"})

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question)
        if len(question.options) > 1:
            raise ValueError("a notice has one option at most: going on")

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        text = heard(said)
        also = {option.id: option.also for option in question.options}
        if chosen(said, self.offers(question, scene), also) is not None:
            return Accepted(True)
        seen = text in _WORDS or bare(text) in _WORDS or polarity(text) is True
        return Accepted(True) if seen else UNCLEAR

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        worded = tuple(Offer(option.id, option.label) for option in question.options)
        return worded or (Offer(KNOWN, "知道了"),)

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        return self.offers(question, scene)[0].label if value is True else ""

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        return self.show(question, value, scene)
