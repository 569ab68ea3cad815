"""A citizen's identity number (GB 11643): 18 characters, the last a digit or X.

15 digits (abolished 2013-01-01) are converted and shown for confirmation. Permits of residence
(81, 82, 83) and foreigners' cards (9) are for the counter. It may come in two messages.
"""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from cases.identity_numbers import BadNumber, Fault, read_identity_number
from cases.values import JSON
from dialogs.form import Question
from dialogs.kinds.base import (
    UNCLEAR,
    Accepted,
    Doubtful,
    Offer,
    Partial,
    Reading,
    Rejected,
    Row,
    Scene,
)
from dialogs.kinds.checking import check_no_options, check_settings, check_text_setting
from dialogs.kinds.picking import suggestion, suggestion_taken
from dialogs.kinds.reading import as_text, heard, starred, with_digits
from dialogs.said import Spoken

_REASONS: Mapping[Fault, str] = {
    "form": "id_number.length",
    "birth_date": "id_number.date",
    "check_digit": "id_number.check_digit",
    "residence_permit": "id_number.counter",
}
_RUN = re.compile(r"[0-9]+[Xx×*]?")
_GAP = re.compile(r"(?<=[0-9])[\s\-—_.,,、]+(?=[0-9Xx])")
_PERMIT = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{1,3}[0-9]{7,12}(?![0-9])")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


class IdNumber:
    """410105196606129011."""

    name: ClassVar[str] = "id_number"
    texts: ClassVar[frozenset[str]] = frozenset(
        {"reject.unclear", "doubt.id_number.fifteen", "echo.id_number.piece"}
        | {f"reject.{reason}" for reason in _REASONS.values()}
        | {f"reject.id_number.{reason}" for reason in ("several", "phone", "future", "same")}
    )

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question, "differs_from")
        check_text_setting(question, "differs_from")
        check_no_options(question)

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        if suggestion_taken(said, self.offers(question, scene)):
            return _judged(as_text(scene.suggestion), question, scene)
        text = with_digits(heard(said))
        found = _numbers(text)
        if _PERMIT.search(text):
            return Rejected("id_number.counter")
        if not found:
            return UNCLEAR
        if len(found) > 1:
            return Rejected("id_number.several")
        return _pieced(found[0], question, scene)

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        return suggestion(_masked(as_text(scene.suggestion)))

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        return as_text(value)

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        return _masked(as_text(value))


def _numbers(text: str) -> list[str]:
    """The numbers in the text: one whole one alone counts, else pieces belong together."""
    runs = [_plain(run) for run in _RUN.findall(text)]
    whole = sorted({run for run in runs if len(run) in {15, 18}})
    if whole:
        return whole
    joined = {_plain(run) for run in _RUN.findall(_GAP.sub("", text))}
    return sorted(run for run in joined if len(run) >= 4)


def _plain(run: str) -> str:
    return re.sub(r"[x×*]", "X", run)


def _pieced(number: str, question: Question, scene: Scene) -> Reading:
    """A whole number, or the first piece of one, or the piece that makes it whole."""
    before = as_text(scene.partial)
    if before and len(before + number) in {15, 18}:
        return _judged(before + number, question, scene)
    if _MOBILE.fullmatch(number):
        return Rejected("id_number.phone")
    if 6 <= len(number) <= 14 and not before:
        params = {"count": str(len(number)), "left": str(18 - len(number))}
        return Partial(number, "echo.id_number.piece", params)
    return _judged(number, question, scene)


def _judged(number: str, question: Question, scene: Scene) -> Reading:
    read = read_identity_number(number)
    if isinstance(read, BadNumber):
        params = {"count": str(len(number))} if read.fault == "form" else {}
        return Rejected(_REASONS[read.fault], params)
    if read.birth_date > scene.today:
        return Rejected("id_number.future")
    other = question.settings.get("differs_from")
    if isinstance(other, str) and scene.answers.get(other) == read.number:
        return Rejected("id_number.same")
    if read.converted:
        params = {"number": _masked(read.number), "last": read.number[-1]}
        return Doubtful(read.number, "id_number.fifteen", params)
    return Accepted(read.number)


def _masked(number: str) -> str:
    return starred(number, 4, 4)
