"""Boxes with text in them, lines between them: enough for a form and a workflow.

Sizes are in SVG units, one per pixel. A Chinese character is twice as wide as a Latin letter.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

LINE: Final = 19
PADDING: Final = 9
WIDE: Final = 13.5
"""The width of a Chinese character in the drawings' type size."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box at its place; `kind` is its colour's name, `title` its first lines."""

    key: str
    x: float
    y: float
    width: float
    kind: str
    title: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        """As high as what stands in it."""
        return 2 * PADDING + LINE * (len(self.title) + len(self.lines))

    def rows(self) -> list[tuple[float, str, bool]]:
        """(y of the baseline, text, whether it is the title)."""
        texts = [(text, True) for text in self.title] + [(text, False) for text in self.lines]
        first = self.y + PADDING + LINE - 5
        return [(first + LINE * row, text, title) for row, (text, title) in enumerate(texts)]


@dataclass(frozen=True, slots=True)
class Line:
    """A line with an arrow at its end."""

    points: tuple[tuple[float, float], ...]

    @property
    def path(self) -> str:
        """As SVG draws it."""
        first, *others = self.points
        return f"M{first[0]:g} {first[1]:g}" + "".join(f" L{x:g} {y:g}" for x, y in others)


def width_of(text: str) -> float:
    """How wide a text is drawn."""
    return sum(WIDE if unicodedata.east_asian_width(one) in "WF" else WIDE * 0.58 for one in text)


def wrapped(text: str, width: float) -> tuple[str, ...]:
    """The text in lines that fit into a box of this width."""
    lines, line = [], ""
    for one in text:
        if line and width_of(line + one) > width - 2 * PADDING:
            lines.append(line)
            line = ""
        line += one
    return (*lines, line) if line else tuple(lines)


def layers(nodes: Sequence[str], before: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """For each node how many stand before it on the longest way; `nodes` in an order that fits."""
    found: dict[str, int] = {}
    for node in nodes:
        found[node] = 1 + max(
            (found[one] for one in before.get(node, ()) if one in found), default=-1
        )
    return found


def elbow(start: tuple[float, float], end: tuple[float, float], at: float) -> Line:
    """To the right, then up or down at `at`, then to the right again."""
    points = (start, (at, start[1]), (at, end[1]), end)
    kept = [point for point, after in pairwise(points) if point != after]
    return Line((*kept, end))
