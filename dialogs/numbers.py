"""Which of several things a person means by a number: 2, ２, 二, 第二个, 选2, “2.”."""

import re
import unicodedata

_CHINESE = {letter: number for number, letter in enumerate("零一二三四五六七八九")} | {"两": 2}
_SHAPE = re.compile(
    r"^(?:我?选|第)?(\d{1,3}|[一二三四五六七八九十两]{1,3})(?:个|项|行|条|号)?[.。、!！]?$"
)


def chosen_number(typed: str) -> int | None:
    """The number that was typed, from 1; None where it is not just a number."""
    match = _SHAPE.match(unicodedata.normalize("NFKC", typed).replace(" ", ""))
    if match is None:
        return None
    digits = match.group(1)
    return int(digits) if digits.isdecimal() else _from_chinese(digits)


def _from_chinese(letters: str) -> int | None:
    """一 … 九十九."""
    if "十" not in letters:
        return _CHINESE[letters] if len(letters) == 1 else None
    tens, _, ones = letters.partition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return None
    return (_CHINESE[tens] if tens else 1) * 10 + (_CHINESE[ones] if ones else 0)
