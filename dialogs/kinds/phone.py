"""A telephone number: a mobile, or a landline with area code and perhaps an extension."""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from cases.values import JSON
from dialogs.form import Question
from dialogs.kinds.base import UNCLEAR, Accepted, Offer, Reading, Rejected, Row, Scene
from dialogs.kinds.checking import check_no_options, check_settings
from dialogs.kinds.picking import suggestion, suggestion_taken
from dialogs.kinds.reading import as_text, heard, starred, with_digits
from dialogs.said import Spoken

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})([2-8][0-9]{6,7})(?:-([0-9]{1,6}))?")
_LOCAL = re.compile(r"[2-8][0-9]{6,7}(?:-[0-9]{1,6})?")
_EXTENSION = re.compile(r"(?<=[0-9])\s*(?:转|分机号?|#|\*|-{2,})\s*:?\s*(?=[0-9])")
_COUNTRY = re.compile(r"(?:\+|\b00)\s*86[\s-]*(?=[0-9])")


class Phone:
    """13900000000, 0371-66112233, 0371-66112233-8012."""

    name: ClassVar[str] = "phone"
    texts: ClassVar[frozenset[str]] = frozenset(
        {"reject.unclear"}
        | {
            f"reject.phone.{reason}"
            for reason in ("length", "start", "area_code", "several", "id_number")
        }
    )

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question)
        check_no_options(question)

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        if suggestion_taken(said, self.offers(question, scene)):
            return Accepted(as_text(scene.suggestion))
        numbers = _numbers(with_digits(heard(said)))
        good = sorted({one for one in map(_normal, numbers) if one})
        if len(good) > 1:
            return Rejected("phone.several")
        if good:
            return Accepted(good[0])
        return _refusal(max(numbers, key=len)) if numbers else UNCLEAR

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        return suggestion(_masked(as_text(scene.suggestion)))

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        return as_text(value)

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        return _masked(as_text(value))


def _numbers(text: str) -> list[str]:
    """The runs of digits in the text, extensions after a `-`, other separators gone."""
    text = _EXTENSION.sub("~", _COUNTRY.sub("", text))
    text = re.sub(r"[+]", " ", text)
    found = []
    for run in re.findall(r"[0-9(][0-9 \-—()~]*", text):
        number, mark, extension = run.partition("~")
        digits = re.sub(r"[^0-9]", "", number)
        more = re.sub(r"[^0-9]", "", extension) if mark else ""
        found += _split(number, digits, more)
    return [number for number in found if len(number) >= 5]


def _split(number: str, digits: str, extension: str) -> list[str]:
    """One number, one with its extension after a dash, or two numbers side by side."""
    if extension and not _MOBILE.fullmatch(digits):
        return [f"{digits}-{extension}"]
    parts = [re.sub(r"[^0-9]", "", part) for part in re.split(r"\s+", number.strip())]
    if len(parts) > 1 and all(_normal(part) for part in parts):
        return parts
    dashed = re.fullmatch(r"(.*[0-9)][\s\-—]+[0-9]{7,8}|[2-8][0-9]{6,7})[\-—]([0-9]{1,6})", number)
    if dashed is not None and not _MOBILE.fullmatch(digits):
        return [f"{re.sub(r'[^0-9]', '', dashed[1])}-{dashed[2]}"]
    return [digits]


def _normal(number: str) -> str:
    """The number as it is kept; empty when it is none."""
    if _MOBILE.fullmatch(number):
        return number
    landline = _LANDLINE.fullmatch(number)
    return "-".join(part for part in landline.groups() if part) if landline else ""


def _refusal(number: str) -> Rejected:
    digits = number.partition("-")[0]
    if len(digits) in {15, 18}:
        return Rejected("phone.id_number")
    if _LOCAL.fullmatch(number):
        return Rejected("phone.area_code")
    if len(digits) == 11 and digits.startswith("1"):
        return Rejected("phone.start")
    return Rejected("phone.length", {"count": str(len(digits))})


def _masked(number: str) -> str:
    area, dash, rest = number.partition("-")
    if not dash:
        return starred(number, 3, 4)
    local, _, _ = rest.partition("-")
    return f"{area}-{starred(local, 0, 4)}"
