"""Values for the typed fields of WeChat's template messages: made to fit, and checked.

Since 2023 a field has a type in its name (`thing1`, `phrase3`), and a value against its type
is refused with 47003, the whole message with it. `fit` cuts what may be cut, visibly where the
type allows a mark; `check` is asked before every sending. Source: the platform's table of
parameter values (参数值内容限制说明), the same for template and subscribed messages.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "thing",
    "character_string",
    "phrase",
    "name",
    "number",
    "letter",
    "symbol",
    "phone_number",
    "car_number",
    "amount",
    "time",
    "date",
    "const",
]
"""What a field may hold; `const` takes one of the values named in the template."""

Problem: TypeAlias = Literal["empty", "control_character", "too_long", "shape", "not_allowed"]

LIMITS: Mapping[Kind, int] = {
    "thing": 20,
    "character_string": 32,
    "phrase": 5,
    "number": 32,
    "letter": 32,
    "symbol": 5,
    "phone_number": 17,
    "car_number": 8,
}
"""Characters. A character beyond U+FFFF (𠮷) counts as two: nobody says how WeChat counts."""

NAME_LIMIT_CHINESE, NAME_LIMIT_LATIN = 10, 20

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN_CHAR = re.compile(f"[{_HAN}]")
_EMOJI = re.compile("[\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff]")

_CLOCK = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?"
_YEAR, _MONTH, _MDAY = r"[0-9]{4}", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12][0-9]|3[01])"
_DAY = (
    rf"(?:{_YEAR}年{_MONTH}月(?:{_MDAY}日)?|{_MONTH}月{_MDAY}日"
    rf"|{_YEAR}(?:-{_MONTH}(?:-{_MDAY})?|/{_MONTH}(?:/{_MDAY})?|\.{_MONTH}(?:\.{_MDAY})?))"
)
_DATE = rf"{_DAY}(?: {_CLOCK})?"
_TIME = rf"(?:{_DAY} )?{_CLOCK}"

_SHAPES: Mapping[Kind, re.Pattern[str]] = {
    "thing": re.compile(r".+"),
    "character_string": re.compile(r"[!-~ ]+"),
    "phrase": re.compile(f"[{_HAN}]+"),
    "name": re.compile(r"[^0-9]+"),
    "number": re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?"),
    "letter": re.compile(r"[A-Za-z]+"),
    "symbol": re.compile(rf"[^A-Za-z0-9\s{_HAN}]+"),
    "phone_number": re.compile(r"[0-9+() -]+"),
    "car_number": re.compile(rf"[{_HAN}]?[A-Za-z0-9]+[{_HAN}]?"),
    "amount": re.compile(r"[¥￥$€£]?[0-9]{1,10}(?:\.[0-9]+)?元?"),
    "time": re.compile(rf"{_TIME}(?:~{_TIME})?"),
    "date": re.compile(rf"{_DATE}(?:~{_DATE})?"),
    "const": re.compile(r".+"),
}


_UNSEEN = {"Cc", "Cs", "Co", "Cn"}


def kind_of(field: str) -> Kind:
    """Read the type out of a field's name: `thing12` → `thing`. ValueError for an unknown one."""
    kind = _KINDS.get(field.rstrip("0123456789"))
    if kind is None:
        raise ValueError(f"no such kind of template field: {field!r}")
    return kind


def check(kind: Kind, value: str, allowed: Collection[str] = ()) -> Problem | None:
    """Say why the platform would refuse `value`; None if it would not. `allowed`: for const."""
    if not value.strip():
        return "empty"
    if any(unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs"} for char in value):
        return "control_character"
    if _length(value) > _limit(kind, value):
        return "too_long"
    if not _SHAPES[kind].fullmatch(value):
        return "shape"
    return "not_allowed" if kind == "const" and value not in allowed else None


def fit(kind: Kind, value: str) -> str:
    """Make a value fit its field, as far as that can be done without telling something untrue.

    Long words are cut with a mark. Numbers, dates, amounts and constants are only spelled as
    the platform wants them, never cut: `check` the result.
    """
    clean = " ".join(_EMOJI.sub("", _printable(value)).split())
    return _FITTERS[kind](clean)


def _printable(value: str) -> str:
    blank_or_char = (" " if char.isspace() else char for char in value)
    return "".join(char for char in blank_or_char if unicodedata.category(char) not in _UNSEEN)


def _fit_thing(value: str) -> str:
    return _cut(value, LIMITS["thing"], "…")


def _fit_character_string(value: str) -> str:
    plain = " ".join(re.sub(r"[^!-~ ]", "", _half_width(value)).split())
    return _cut(plain, LIMITS["character_string"], "...")


def _fit_phrase(value: str) -> str:
    # No mark: a phrase takes Chinese characters and nothing else.
    return _cut("".join(_HAN_CHAR.findall(value)), LIMITS["phrase"], "")


def _fit_name(value: str) -> str:
    # No mark either; the point of a minority name (·) is a symbol and may stay.
    name = re.sub(r"[0-9]", "", value).strip()
    return _cut(name, _limit("name", name), "").strip()


def _fit_letter(value: str) -> str:
    return _cut(re.sub(r"[^A-Za-z]", "", _half_width(value)), LIMITS["letter"], "")


def _fit_symbol(value: str) -> str:
    return _cut(re.sub(rf"[A-Za-z0-9\s{_HAN}]", "", value), LIMITS["symbol"], "")


def _fit_phone(value: str) -> str:
    return " ".join(re.sub(r"[^0-9+() -]", "", _half_width(value)).split())


def _fit_number(value: str) -> str:
    return re.sub(r"[,\s]", "", _half_width(value))


def _fit_car(value: str) -> str:
    return re.sub(r"[\s·.-]", "", _half_width(value))


def _half_width(value: str) -> str:
    """Spell full-width letters, digits, colons and tildes the plain way."""
    return " ".join(unicodedata.normalize("NFKC", value).split())


def _as_it_is(value: str) -> str:
    return value


def _cut(value: str, limit: int, mark: str) -> str:
    if _length(value) <= limit:
        return value
    kept = value
    while _length(kept) > limit - len(mark):
        kept = kept[:-1]
    return kept.rstrip() + mark


def _limit(kind: Kind, value: str) -> int:
    if kind == "name":
        return NAME_LIMIT_CHINESE if _HAN_CHAR.search(value) else NAME_LIMIT_LATIN
    return LIMITS.get(kind, 64)  # the shapes without a length of their own end long before


def _length(value: str) -> int:
    return sum(2 if ord(char) > 0xFFFF else 1 for char in value)


_KINDS: Mapping[str, Kind] = {kind: kind for kind in _SHAPES}

_FITTERS: Mapping[Kind, Callable[[str], str]] = {
    "thing": _fit_thing,
    "character_string": _fit_character_string,
    "phrase": _fit_phrase,
    "name": _fit_name,
    "number": _fit_number,
    "letter": _fit_letter,
    "symbol": _fit_symbol,
    "phone_number": _fit_phone,
    "car_number": _fit_car,
    "amount": _fit_number,
    "time": _half_width,
    "date": _half_width,
    "const": _as_it_is,
}
