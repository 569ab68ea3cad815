"""A province's form and workflow as boxes and lines; the words are the template's."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from bot.mapping.layout import Box, Line, elbow, layers, wrapped
from cases.conditions import ALWAYS, Condition, answers_named
from cases.definition import AT_SUBMISSION, ItemDefinition, Service
from dialogs.form import Entry, Form, Group

Words: TypeAlias = Callable[..., str]
"""The template's macro of that name: `words("clock", clock)` is one line of plain words."""

BOX: Final = 320
GAP: Final = 14
INDENT: Final = 46
COLUMN: Final = 400
TURN: Final = 26
TOP: Final = 20


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that is drawn, and how large it is."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]

    @property
    def width(self) -> float:
        """To the right of the last box."""
        return max(box.x + box.width for box in self.boxes) + 20

    @property
    def height(self) -> float:
        """Below the last box."""
        return max(box.y + box.height for box in self.boxes) + 20


# ---- the form -----------------------------------------------------------------------------


def form_drawing(form: Form, words: Words) -> Drawing:
    """One box a question, downwards; what depends on an answer stands to the right of it."""
    boxes: list[Box] = []
    lines: list[Line] = []
    depth: dict[str, int] = {}
    y: float = TOP
    for section in form.sections:
        boxes.append(_box(f"section {section.key}", TOP, y, "section", section.title, ()))
        y = boxes[-1].y + boxes[-1].height + GAP
        for entry, group in _asked(section.questions):
            above = _above(entry, group, depth)
            depth[entry.key] = depth[above] + 1 if above else 0
            x = TOP + INDENT * depth[entry.key]
            box = _box(entry.key, x, y, _colour(entry), entry.label, _about(entry, words))
            lines += [_branch(one, box) for one in boxes if one.key == above]
            boxes.append(box)
            y = box.y + box.height + GAP
    return Drawing(tuple(boxes), tuple(lines))


def _asked(entries: Sequence[Entry]) -> Iterator[tuple[Entry, str]]:
    """Questions and groups in order, each with the group it stands in."""
    for entry in entries:
        yield entry, ""
        if isinstance(entry, Group):
            for one in entry.questions:
                yield one.model_copy(update={"key": f"{entry.key}.{one.key}"}), entry.key


def _above(entry: Entry, group: str, depth: Mapping[str, int]) -> str:
    """What decides last whether it is asked: another question, else the group it stands in."""
    named = {
        f"{group}{name}" if name.startswith(".") else name for name in answers_named(entry.when)
    }
    known = sorted(named & set(depth), key=lambda key: depth[key])
    return known[-1] if known else group


def _colour(entry: Entry) -> str:
    if isinstance(entry, Group):
        return "group"
    return "off" if entry.off_form else "on"


def _about(entry: Entry, words: Words) -> Iterator[str]:
    if isinstance(entry, Group):
        yield words("group", entry)
    else:
        yield words("question", entry)
        if entry.options:
            yield words("choices", [one.label for one in entry.options])
    if entry.when != ALWAYS:
        yield words("when", _plain(entry.when))


def _branch(above: Box, below: Box) -> Line:
    """From the question that decides down and to the right to what it decides about."""
    x = above.x + INDENT / 2
    start, turn = (x, above.y + above.height), (x, below.y + 20)
    return Line((start, turn, (below.x, below.y + 20)))


# ---- the workflow ---------------------------------------------------------------------------

SUBMITTED: Final = "submitted"


def workflow_drawing(service: Service, words: Words) -> Drawing:
    """What opens what, from left to right; each item with its department and limit."""
    before = {item.code: _before(item) for item in service.items}
    at = layers((SUBMITTED, *before), {code: [*ones] for code, ones in before.items()})
    boxes = {SUBMITTED: _box(SUBMITTED, TOP, TOP, "section", words("submitted"), ())}
    columns: dict[int, float] = {0: boxes[SUBMITTED].height + TOP + GAP}
    for item in service.items:
        layer = at[item.code]
        y = columns.get(layer, TOP)
        about = words_of(item, service, words)
        box = _box(item.code, TOP + COLUMN * layer, y, item.flow, item.name, about)
        boxes[item.code] = box
        columns[layer] = y + box.height + 3 * GAP
    lines = [line for item in service.items for line in _arrows(item, before[item.code], boxes)]
    return Drawing(tuple(boxes.values()), tuple(lines))


def words_of(item: ItemDefinition, service: Service, words: Words) -> Iterator[str]:
    """What stands in an item's box."""
    yield words("item", item, service.department(item.department))
    yield words("clock", item.clock)
    if item.when != ALWAYS:
        yield words("when", _plain(item.when))
    if item.ways != (AT_SUBMISSION,):
        for number, way in enumerate(item.ways, start=1):
            situation = None if way.when == ALWAYS else _plain(way.when)
            yield words("opens", number if len(item.ways) > 1 else 0, way, situation)


def _before(item: ItemDefinition) -> dict[str, None]:
    """What its ways lead from."""
    found: dict[str, None] = {}
    for way in item.ways:
        found |= dict.fromkeys(one.item for one in way.after) or {SUBMITTED: None}
    return found


def _arrows(item: ItemDefinition, before: Iterable[str], boxes: dict[str, Box]) -> Iterator[Line]:
    end = boxes[item.code]
    for code in before:
        start = boxes[code]
        points = (start.x + start.width, start.y + 20), (end.x, end.y + 20)
        yield elbow(*points, end.x - TURN)


# ---- shared -----------------------------------------------------------------------------------


def _box(
    key: str, x: float, y: float, kind: str, title: str, about: Iterator[str] | Sequence[str]
) -> Box:
    lines = tuple(line for text in about for line in wrapped(text, BOX) if text)
    return Box(key, x, y, BOX, kind, wrapped(title, BOX), lines)


def _plain(condition: Condition) -> Any:
    return condition.model_dump(mode="json", by_alias=True, exclude_none=True)
