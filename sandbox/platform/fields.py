"""Which values a template field takes, by its type (the platform's table of 2023)."""

import re
from collections.abc import Mapping

from sandbox.platform.config import TemplateField

_DATE = r"\d{4}年\d{1,2}月\d{1,2}日"
_DAY = rf"(?:{_DATE}|\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}})"
_TIME = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
_MOMENT = rf"(?:{_DAY}(?: {_TIME})?|{_TIME})"
_HAN = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff·"
_SYMBOL = r"[^\w\s\u3400-\u9fff]"

_SHAPES: Mapping[str, str] = {
    "thing": r".{1,20}",
    "character_string": rf"[^{_HAN}\uff00-\uffef\u3000-\u303f]{{1,32}}",
    "phrase": rf"[{_HAN}]{{1,5}}",
    "name": rf"(?:(?=.*[{_HAN}]).{{1,10}}|[^{_HAN}\d]{{1,20}})",
    "number": r"(?=.{1,32}$)[+-]?\d+(?:\.\d+)?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": rf"{_SYMBOL}{{1,5}}",
    "phone_number": r"[\d+\-()（） ]{1,17}",
    "car_number": r".{1,8}",
    "amount": r"[¥￥$€£]?\d{1,10}(?:\.\d+)?元?",
    "time": rf"{_MOMENT}(?:~{_MOMENT})?",
    "date": rf"{_DAY}(?: {_TIME})?(?:~{_DAY}(?: {_TIME})?)?",
}

EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff\ufe0f\u200d]")


def field_type(key: str) -> str:
    """The type a field's key names: `thing12` → thing."""
    return key.rstrip("0123456789")


def fits(key: str, value: str, field: TemplateField) -> bool:
    """Whether the platform takes this value for this field."""
    if "\n" in value or "\r" in value or not value.strip():
        return False
    if field_type(key) == "const":
        return value in field.allowed
    shape = _SHAPES.get(field_type(key))
    return shape is not None and re.fullmatch(shape, value) is not None
