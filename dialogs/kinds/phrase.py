"""A sentence to be repeated: so a paper is signed in the chat (电子签名, plan 附件1 备注(四)).

What she signs is shown to her word for word before; that she typed or said just this sentence is
kept with the time and the version of the paper's words. Signs, spaces and what a voice adds at
its ends do not matter; a “no” in it does.
"""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from cases.values import JSON
from dialogs.form import Question
from dialogs.kinds.base import UNCLEAR, Accepted, Offer, Reading, Rejected, Row, Scene
from dialogs.kinds.checking import check_no_options, check_settings, check_text_setting
from dialogs.kinds.picking import polarity
from dialogs.kinds.reading import asks, heard
from dialogs.said import Spoken

SETTING: Final = "phrase"
_SIGNS = re.compile(r"[\W_]+")
_LITTLE: Final = 4
"""So many characters may stand around the sentence: 好的, 嗯."""
_REFUSES = re.compile(r"[不没别未]")


class Phrase:
    """`settings.phrase` is the sentence, `settings.statement` the statement that it signs."""

    name: ClassVar[str] = "phrase"
    texts: ClassVar[frozenset[str]] = frozenset(
        {"reject.unclear", "reject.phrase.differs", "reject.phrase.declined", "echo.phrase.signed"}
    )

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question, SETTING, "statement")
        check_text_setting(question, "statement")
        check_text_setting(question, SETTING)
        check_no_options(question)
        if len(_plain(sentence(question))) < _LITTLE:
            raise ValueError(f"a phrase question needs settings.{SETTING}, a sentence to repeat")

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        text, wanted = _plain(heard(said)), _plain(sentence(question))
        before, found, after = text.partition(wanted or "\n")
        around = before + after
        if found and len(around) <= _LITTLE and not _REFUSES.search(around):
            return Accepted(True, "echo.phrase.signed")
        if asks(heard(said)) or not text:
            return UNCLEAR
        if polarity(heard(said)) is False:
            return Rejected("phrase.declined", {"phrase": sentence(question)})
        return Rejected("phrase.differs", {"phrase": sentence(question)})

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        return ()

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        return sentence(question) if value is True else ""

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        return self.show(question, value, scene)


def sentence(question: Question) -> str:
    """What is to be repeated."""
    phrase = question.settings.get(SETTING)
    return phrase if isinstance(phrase, str) else ""


def _plain(text: str) -> str:
    return _SIGNS.sub("", text)
