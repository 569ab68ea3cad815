"""What a strict model found wrong, as an official can read it.

A question may be one of several shapes (a question or a group, one of five conditions), and
pydantic says of each why it is not that one. Here only the shape that fits best is spoken of.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Where = tuple[str | int, ...]


def plainly(data: Any, errors: Sequence[Any]) -> list[tuple[Where, str]]:
    """Each mistake once: where in the file, and what was expected there."""
    shapes: dict[Where, dict[str, list[tuple[Where, str]]]] = {}
    for error in errors:
        where, shape = _in_file(data, error["loc"], missing=error["type"] == "missing")
        begin = where[: _shaped_at(data, error["loc"])]
        message = error["msg"].removeprefix("Value error, ")
        shapes.setdefault(begin, {}).setdefault(shape, []).append((where, message))
    found = [one for alternatives in shapes.values() for one in min(alternatives.values(), key=len)]
    return list(dict.fromkeys(found))


def _in_file(data: Any, loc: Sequence[str | int], *, missing: bool) -> tuple[Where, str]:
    """The parts of a location that stand in the file, and the first shape's name."""
    where: list[str | int] = []
    shape = ""
    for place, part in enumerate(loc):
        absent = missing and place == len(loc) - 1
        if absent or _has(data, part):
            where.append(part)
            data = None if absent else data[part]
        elif not shape:
            shape = str(part)
    return tuple(where), shape


def _shaped_at(data: Any, loc: Sequence[str | int]) -> int:
    """How many parts of a location stand before the first shape's name."""
    for place, part in enumerate(loc):
        if not _has(data, part):
            return place
        data = data[part]
    return len(loc)


def _has(data: Any, part: str | int) -> bool:
    if isinstance(part, int):
        return isinstance(data, Sequence) and not isinstance(data, str) and part < len(data)
    return isinstance(data, Mapping) and part in data
