"""The account's menu: its limits, checked before the platform counts a call against us."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

Menu: TypeAlias = Mapping[str, Any]
"""`{"button": [{"name", "type": "click", "key"} | {"name", "type": "view", "url"} |
{"name", "sub_button": […]}]}`, as `menu/create` takes it."""

MAX_BUTTONS, MAX_SUB_BUTTONS = 3, 5
NAME_WIDTH, SUB_NAME_WIDTH = 8, 14
"""4 and 7 Chinese characters; what is longer is shown as `…` (DOC)."""
MAX_KEY_BYTES, MAX_URL_BYTES = 128, 1024

_NEEDS = {"click": ("key", MAX_KEY_BYTES), "view": ("url", MAX_URL_BYTES)}


def menu_problems(menu: Menu) -> tuple[str, ...]:
    """Say everything that is wrong with a menu, for whoever wrote the definition."""
    buttons = _entries(menu, "button")
    if not 1 <= len(buttons) <= MAX_BUTTONS:
        return (f"a menu has 1 to {MAX_BUTTONS} buttons",)
    return tuple(problem for button in buttons for problem in _button_problems(button))


def _button_problems(button: Menu) -> Iterator[str]:
    name = str(button.get("name", ""))
    yield from _name_problems(name, NAME_WIDTH)
    below = _entries(button, "sub_button")
    if not below:
        yield from _leaf_problems(button)
    elif len(below) > MAX_SUB_BUTTONS:
        yield f"{name}: at most {MAX_SUB_BUTTONS} entries below"
    else:
        for entry in below:
            yield from _name_problems(str(entry.get("name", "")), SUB_NAME_WIDTH)
            yield from _leaf_problems(entry)


def _name_problems(name: str, limit: int) -> Iterator[str]:
    if not name or _width(name) > limit:
        yield f"{name or '?'}: a name of at most {limit // 2} Chinese characters"


def _leaf_problems(entry: Menu) -> Iterator[str]:
    need = _NEEDS.get(str(entry.get("type", "")))
    if need is None:
        yield f"{entry.get('name')}: type is click or view"
        return
    field, limit = need
    if not 1 <= len(str(entry.get(field, "")).encode()) <= limit:
        yield f"{entry.get('name')}: {field} of 1 to {limit} bytes"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1 for char in text)


def _entries(menu: Menu, name: str) -> list[Menu]:
    entries = menu.get(name)
    if not isinstance(entries, Sequence):
        return []
    return [entry for entry in entries if isinstance(entry, Mapping)]
