"""Where in a province's files stands what a sentence of the checker is about.

The checker sees a definition, no files: its sentences begin with a question's key, an item's code,
`text …` or `knowledge …`. Here the file and the line come before them.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

_LOCATED: Final = re.compile(r"[\w.]+\.(yaml|csv|typ|json)[: ]")
_TEXT: Final = re.compile(r"text ([\w.]+)")
_KNOWLEDGE: Final = re.compile(r"knowledge (\S+):")
_ABOUT: Final = re.compile(r"(?:check )?([\w.-]+)(?: \(its table\))?:")
_NAMED: Final = r"""\b(?:key|id|code): *["']?{}\b"""
_AT_THE_MARGIN: Final = r"""^["']?{}["']?:"""


def located(folder: Path, shared: Path, sentence: str) -> str:
    """The sentence with `form.yaml:31: ` before it, as far as that can be found."""
    if _LOCATED.match(sentence):
        return sentence
    place = next(_places(folder, shared, sentence), "")
    return f"{place}: {sentence}" if place else sentence


def _places(folder: Path, shared: Path, sentence: str) -> Iterator[str]:
    if found := _TEXT.match(sentence):
        files = (folder / "texts.yaml", *sorted((shared / "texts").glob("*.yaml")))
        yield from _lines(files, [_AT_THE_MARGIN.format(re.escape(found[1]))])
        yield "texts.yaml"
    elif found := _KNOWLEDGE.match(sentence):
        yield from _lines([folder / "knowledge.yaml"], [_NAMED.format(re.escape(found[1]))])
    elif found := _ABOUT.match(sentence):
        parts = [re.escape(part) for part in found[1].split(".")]
        named = [folder / name for name in ("form.yaml", "service.yaml", "contacts.yaml")]
        yield from _lines(named, [_NAMED.format(part) for part in parts])
        yield from _lines(named, [_AT_THE_MARGIN.format(parts[0])])
        yield from (f"{file.name}:1" for file in named if file.stem == found[1])


def _lines(files: Sequence[Path], patterns: Sequence[str]) -> Iterator[str]:
    """Where the patterns stand one after the other: the last one's line."""
    for file in files:
        line = _line(file, patterns)
        if line:
            yield f"{file.name}:{line}"


def _line(file: Path, patterns: Sequence[str]) -> int:
    wanted, found = list(patterns), 0
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    for number, text in enumerate(lines, start=1):
        while wanted and re.search(wanted[0], text):  # a group may stand on one line
            wanted.pop(0)
            found = number
        if not wanted:
            return found
    return found if found and len(wanted) < len(patterns) else 0
