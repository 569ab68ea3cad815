"""What people type, made plain before a kind looks at it.

Nothing here decides anything: full-width becomes half-width, the invisible goes away, numerals
become numbers. Characters of names are never folded (NFKC would replace rare ones).
"""

import re
import unicodedata

from cases.values import JSON
from dialogs.said import Spoken, Text, Voice

_LONGEST = 1000
"""No answer is longer; what comes after is not looked at, so that no pattern runs long."""
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})
_WRITTEN = ("〇零○", "一壹幺", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
_DIGITS = {char: str(digit) for digit, chars in enumerate(_WRITTEN) for char in chars}
_ASKING = re.compile(
    r"[?？]|吗|什么|怎么|怎样|如何|为啥|咋|哪|多[少久大长]|谁|啥|几[时点天个年月号趟次张岁]"
)
_SPOKEN_RUN = re.compile(rf"[{''.join(_DIGITS)}]{{5,}}")
_LOOKALIKE = re.compile(r"(?<=[0-9]{2})[oOlI](?=[0-9oOlIXx\s]|$)")
_NUMERAL = re.compile(r"([一二两三四五六七八九])?([十廿卅])?([一二三四五六七八九])?")
_TENS = {"十": 10, "廿": 20, "卅": 30}


def words(text: str) -> tuple[str, ...]:
    """The words of a vocabulary, written with spaces between them."""
    return tuple(text.split())


def heard(said: Spoken) -> str:
    """What was typed or written down from a voice, on one line; empty for anything else."""
    match said:
        case Text(text=text) | Voice(transcript=text):
            return line(text)
        case _:
            return ""


def line(text: str) -> str:
    """`text` half-width, on one line, without invisible characters."""
    narrow = text[:_LONGEST].translate(_WIDE)
    seen = (
        " " if char.isspace() else char
        for char in narrow
        if char.isspace() or unicodedata.category(char) not in _INVISIBLE
    )
    return " ".join("".join(seen).split())


def with_digits(text: str) -> str:
    """`text` with spoken numbers (幺三九…) as digits, and o and l among digits as 0 and 1."""
    written = _SPOKEN_RUN.sub(lambda run: as_digits(run[0]), text)
    return _LOOKALIKE.sub(lambda slip: "0" if slip[0] in "oO" else "1", written)


def as_digits(run: str) -> str:
    """一九六五 → 1965. Other characters stay."""
    return "".join(_DIGITS.get(char, char) for char in run)


def small_number(text: str) -> int | None:
    """二, 十二, 廿一, 2, 12 → a number up to 99; None for anything else."""
    if re.fullmatch(r"[0-9]{1,2}", text):
        return int(text)
    if len(text) == 1 and unicodedata.category(text) == "No":
        circled = unicodedata.numeric(text)
        return int(circled) if circled == int(circled) and circled < 100 else None
    found = _NUMERAL.fullmatch(text)
    if not text or found is None:
        return None
    many, ten, one = found.groups()
    if ten is None:
        return int(as_digits(text)) if len(text) == 1 else None
    if many is not None and ten != "十":
        return None
    tens = int(as_digits(many)) * 10 if many else _TENS[ten]
    return tens + (int(as_digits(one)) if one else 0)


def asks(text: str) -> bool:
    """Whether this rather asks something than answers."""
    return _ASKING.search(text) is not None


def as_text(value: JSON) -> str:
    """The value if it is a text, else nothing: a draft of an older release shows as empty."""
    return value if isinstance(value, str) else ""


def starred(text: str, head: int, tail: int) -> str:
    """`text` with all but its first `head` and last `tail` characters starred."""
    hidden = max(len(text) - head - tail, 0)
    if not hidden:
        return "*" * len(text)
    return text[:head] + "*" * hidden + text[len(text) - tail :]
