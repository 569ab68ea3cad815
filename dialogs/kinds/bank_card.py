"""The number of a bank card or passbook: at most 19 digits.

Length and Luhn only raise a doubt (old books and cards lack them). An identity number, which
stands on the social security card as 社会保障号, and that card's own number are noticed.
"""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from cases.bank_cards import luhn_holds
from cases.identity_numbers import IdentityNumber, read_identity_number
from cases.values import JSON
from dialogs.form import Question
from dialogs.kinds.base import UNCLEAR, Accepted, Doubtful, Offer, Reading, Rejected, Row, Scene
from dialogs.kinds.checking import check_no_options, check_settings
from dialogs.kinds.picking import suggestion, suggestion_taken
from dialogs.kinds.reading import as_text, heard, starred, with_digits
from dialogs.said import Spoken

_GAP = re.compile(r"(?<=[0-9])[\s\-—_.,、]+(?=[0-9])")
_RUN = re.compile(r"[A-Za-z]?[0-9]+[Xx]?")
_SOCIAL_CARD = re.compile(r"[A-Za-z][0-9]{8}|[A-Za-z]?[0-9]{8}[A-Za-z]")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SHORTEST = 10
"""Fewer digits could not even be masked: 6 + 4 stay readable."""


class BankCard:
    """6217 0000 1000 0000 128."""

    name: ClassVar[str] = "bank_card"
    texts: ClassVar[frozenset[str]] = frozenset(
        {"reject.unclear", "doubt.bank_card.length", "doubt.bank_card.luhn", "echo.bank_card"}
        | {
            f"reject.bank_card.{reason}"
            for reason in ("id_number", "social_card", "phone", "short", "long", "several")
        }
    )

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question)
        check_no_options(question)

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        if suggestion_taken(said, self.offers(question, scene)):
            return Accepted(as_text(scene.suggestion))
        runs = _RUN.findall(_GAP.sub("", with_digits(heard(said))))
        numbers = sorted({run for run in runs if len(run) >= 4})
        if not numbers:
            return UNCLEAR
        return Rejected("bank_card.several") if len(numbers) > 1 else _judged(numbers[0])

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        return suggestion(_masked(as_text(scene.suggestion)))

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        return as_text(value)

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        return _masked(as_text(value))


def _judged(number: str) -> Reading:
    mistaken = _mistaken(number)
    if mistaken:
        return Rejected(f"bank_card.{mistaken}", {"count": str(len(number))})
    params = {"card": " ".join(number[at : at + 4] for at in range(0, len(number), 4))}
    if not 16 <= len(number) <= 19:
        return Doubtful(number, "bank_card.length", params | {"count": str(len(number))})
    if not luhn_holds(number):
        return Doubtful(number, "bank_card.luhn", params)
    return Accepted(number, "echo.bank_card", params)


def _mistaken(number: str) -> str:
    """What the number is, when it is no card's; empty when it may be one."""
    if len(number) in {15, 18} and isinstance(read_identity_number(number), IdentityNumber):
        return "id_number"
    if _SOCIAL_CARD.fullmatch(number):
        return "social_card"
    if _MOBILE.fullmatch(number):
        return "phone"
    if not number.isdigit():
        return "id_number" if len(number) == 18 else "social_card"
    if len(number) < _SHORTEST:
        return "short"
    return "long" if len(number) > 19 else ""


def _masked(number: str) -> str:
    return starred(number, 6, 4)
