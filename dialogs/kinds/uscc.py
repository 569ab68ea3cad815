"""An organisation's unified social credit code (GB 32100-2015): 17 characters and a check.

The alphabet has no I, O, S, V and Z; I and O for 1 and 0 are put right without a word. What else
is wrong is found by the check character: weights 3^i mod 31.
"""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from cases.values import JSON
from dialogs.form import Question
from dialogs.kinds.base import UNCLEAR, Accepted, Offer, Reading, Rejected, Row, Scene
from dialogs.kinds.checking import check_no_options, check_settings
from dialogs.kinds.picking import suggestion, suggestion_taken
from dialogs.kinds.reading import as_text, heard
from dialogs.said import Spoken

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH: Final = 18
_CODE = re.compile(r"[0-9A-Z]{8,}")
_GAPS = re.compile(r"(?<=[0-9A-Z])[\s\-—.]+(?=[0-9A-Z])")
_SLIPS = str.maketrans({"I": "1", "O": "0"})
_PERSON = re.compile(r"[1-8][0-9]{5}(?:19|20)[0-9]{9}[0-9X]")


class Uscc:
    """91410105731234567D."""

    name: ClassVar[str] = "uscc"
    texts: ClassVar[frozenset[str]] = frozenset(
        {"reject.unclear"}
        | {
            f"reject.uscc.{reason}"
            for reason in ("length", "letters", "check", "several", "person")
        }
    )

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question)
        check_no_options(question)

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        if suggestion_taken(said, self.offers(question, scene)):
            return Accepted(as_text(scene.suggestion))
        found = {code.translate(_SLIPS) for code in _CODE.findall(_joined(heard(said)))}
        if len(found) > 1:
            return Rejected("uscc.several")
        return _judged(found.pop()) if found else UNCLEAR

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        return suggestion(as_text(scene.suggestion))

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        return as_text(value)

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        return as_text(value)


def _joined(text: str) -> str:
    return _GAPS.sub("", text.upper())


def _judged(code: str) -> Reading:
    if _PERSON.fullmatch(code) and not is_code(code):
        return Rejected("uscc.person")
    if len(code) != LENGTH:
        return Rejected("uscc.length", {"count": str(len(code))})
    if not set(code) <= set(ALPHABET):
        return Rejected("uscc.letters")
    return Accepted(code) if is_code(code) else Rejected("uscc.check")


def is_code(code: str) -> bool:
    """Whether these are 18 characters of the alphabet and the last is right (GB 32100, 4.4)."""
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return False
    total = sum(
        ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(code[: LENGTH - 1])
    )
    return ALPHABET[-total % 31] == code[-1]
