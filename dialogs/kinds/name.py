"""A person's name as the ID card has it.

· may be typed in many ways and becomes U+00B7 (民委发〔2016〕33号); any script and any rare
character is a name, also those that our Unicode tables do not know yet. At most 50 characters.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import ClassVar

from cases.values import JSON
from dialogs.form import Question
from dialogs.kinds.base import UNCLEAR, Accepted, Doubtful, Offer, Reading, Rejected, Row, Scene
from dialogs.kinds.checking import check_no_options, check_settings
from dialogs.kinds.picking import small_talk, suggestion, suggestion_taken
from dialogs.kinds.reading import as_text, asks, heard, words
from dialogs.said import Spoken

_LONGEST = 50
_LONG_WITHOUT_DOT = 6
"""More Han characters than this in one piece are rarely a name and often a sentence."""
_DOTS = re.compile(r"\s*[・•·‧∙⋅･●]\s*|(?<=[^\x00-\x7f\s])\s*\.\s*(?=[^\x00-\x7f\s])")
_WHO = "我|他|她|本人|孩子|小孩|老伴|爱人|配偶|丈夫|妻子|老公|老婆|儿子|女儿"
_LED = re.compile(
    rf"(?:(?:{_WHO}){{0,2}}的?(?:名字|姓名|大名)\s*(?:是|叫做|叫|为)?"
    rf"|(?:{_WHO}){{1,2}}(?:是|叫做|叫)|叫做?|本人(?=..))\s*[:,]?\s*(?=.)"
)
_SPLIT = re.compile(r"姓(.{1,2})[,\s]*名(?:叫|字)?(.{1,3})")
_AFTER = re.compile(r"(?<=..)(?:\s*\(.*\)|女士|先生|同志)$")
_ENDS = " 。.,,!!;;::、\"'“”‘’"
_SENTENCE = frozenset("，,。；;：:！!、")
_TALK = frozenset(
    words("你好 您好 谢谢 收到 知道 知道了 不知道 下一步 继续 什么 再见 在吗 哦 啊 喂 本人")
)


class Name:
    """王秀英, 买买提·艾力, 㛃."""

    name: ClassVar[str] = "name"
    texts: ClassVar[frozenset[str]] = frozenset(
        {"reject.unclear", "doubt.name.unusual"}
        | {f"reject.name.{reason}" for reason in ("digits", "long", "sentence", "signs")}
    )

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question)
        check_no_options(question)

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        if suggestion_taken(said, self.offers(question, scene)):
            return Accepted(as_text(scene.suggestion))
        text = heard(said)
        if not text or _is_talk(text):
            return UNCLEAR
        if len(text) > 2 * _LONGEST:
            return Rejected("name.long")
        name = _tidied(text)
        return UNCLEAR if _is_talk(name) else _judged(name)  # ·没有 is no name either

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        return suggestion(as_text(scene.suggestion))

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        return as_text(value)

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        return as_text(value)


def _is_talk(text: str) -> bool:
    return text in _TALK or small_talk(text)


def _tidied(text: str) -> str:
    """The name alone: without 我叫, with · and spaces as they should be."""
    before = ""
    while text != before:
        before = text
        text = _LED.sub("", text.strip(_ENDS), count=1) if _LED.match(text) else text.strip(_ENDS)
        text = _AFTER.sub("", _SPLIT.sub(r"\1\2", text))
        text = _without_gaps(_DOTS.sub("·", text).strip("·"))
    return text


def _without_gaps(text: str) -> str:
    """王 秀英 is one name; a longer one may well be written in two parts."""
    joined = text.replace(" ", "")
    return joined if len(joined) <= 4 and not any(char.isascii() for char in joined) else text


def _judged(name: str) -> Reading:
    if not name or asks(name):
        return UNCLEAR
    fault = _fault(name)
    if fault:
        return Rejected(f"name.{fault}")
    if len(name) == 1 or _long_in_one_piece(name):
        return Doubtful(name, "name.unusual", {"name": name})
    return Accepted(name)


def _fault(name: str) -> str:
    if any(_is_digit(char) for char in name):
        return "digits"
    if any(char in _SENTENCE for char in name):
        return "sentence"
    if not all(_may_stand(char) for char in name) or not any(map(_is_letter, name)):
        return "signs"
    return "long" if len(name) > _LONGEST else ""


def _long_in_one_piece(name: str) -> bool:
    return len(name) > _LONG_WITHOUT_DOT and not any(
        char in "· '-" or char < "\u0370" for char in name
    )


def _is_digit(char: str) -> bool:
    return char != "〇" and unicodedata.category(char).startswith("N")


def _is_letter(char: str) -> bool:
    # Unassigned and private-use code points are how new or locally made rare characters arrive.
    return char == "〇" or unicodedata.category(char)[0] == "L" or _is_rare(char)


def _may_stand(char: str) -> bool:
    return char in "· '’-." or unicodedata.category(char)[0] == "M" or _is_letter(char)


def _is_rare(char: str) -> bool:
    described = "\u2ff0" <= char <= "\u2fff"
    return described or unicodedata.category(char) in {"Cn", "Co"}
