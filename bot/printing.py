"""A template and what stands on it become a PDF, whatever characters people are written with.

A character that no font can print must not hold anything up: it is printed as 〓, and the template
is told which it was, with its code point. Blocks: call it in a thread.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from cases.values import JSON
from storage.documents.pdf import MissingGlyph, RenderingFailed, render

PDF: Final = "application/pdf"
GETA: Final = "〓"
"""What Chinese printers set for a character that they do not have."""
ROUNDS: Final = 5
"""Attempts to print without the missing characters; a second is rare, a third was never seen."""
TURNING: Final = tuple("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Invisible marks that turn the direction of writing: typed into a name, they would turn round the
date of the signature behind it. They are printed as 〓, too."""

Data: TypeAlias = dict[str, JSON]
Said: TypeAlias = Sequence[tuple[str, str]]
"""(label, value) of everything that may hold a rare character: where on the page to look for it."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A PDF, and the characters that stand in it as 〓."""

    pdf: bytes
    missing: tuple[str, ...] = ()


def print_document(template: Path, data: Data, said: Said, made_at: datetime) -> Printed:
    """The document: the same bytes every time. Blocks; raises RenderingFailed.

    The template finds `data` as `form`, and in it `unprintable`: [[label, value with 〓, code
    points]], empty when every character can be printed.
    """
    missing = tuple(mark for mark in TURNING if _holds(data, mark))
    for _ in range(ROUNDS):
        try:
            return Printed(
                render(template, {"form": _without(data, said, missing)}, made_at), missing
            )
        except MissingGlyph as error:
            # typst names all at once, but 〓 may join with a mark behind what it stands for
            missing += tuple(filter(None, (text.replace(GETA, "") for text in error.characters)))
    raise RenderingFailed(f"{template.name}: characters without a glyph after {ROUNDS} attempts")


def template_of(services: Path, province: str, name: str) -> Path:
    """The province's own template of a shared document, else the shared one."""
    own = services / province / "documents" / f"{name}.typ"
    return own if own.is_file() else services / "shared" / "documents" / f"{name}.typ"


def code_points(text: str) -> str:
    """`U+323AF`, which every font can print."""
    return "+".join(f"U+{ord(point):04X}" for point in text)


def _holds(value: JSON, text: str) -> bool:
    if isinstance(value, str):
        return text in value
    if isinstance(value, Mapping):
        return any(_holds(part, text) for part in value.values())
    return isinstance(value, Sequence) and any(_holds(part, text) for part in value)


def _without(data: Data, said: Said, missing: Sequence[str]) -> Data:
    replaced: Data = {key: _replaced(value, missing) for key, value in data.items()}
    return replaced | {"unprintable": list(_unprintable(said, missing))}


def _replaced(value: JSON, missing: Sequence[str]) -> JSON:
    if isinstance(value, str):
        for text in sorted(missing, key=len, reverse=True):
            value = value.replace(text, GETA)
        return value
    if isinstance(value, Mapping):
        return {key: _replaced(part, missing) for key, part in value.items()}
    if isinstance(value, Sequence):
        return [_replaced(part, missing) for part in value]
    return value


def _unprintable(said: Said, missing: Sequence[str]) -> Iterator[JSON]:
    for label, shown in said:
        points = [code_points(text) for text in missing if text in shown]
        if points:
            yield [label, _replaced(shown, missing), " ".join(points)]
