"""The application as a document: what stands on it, and its PDF, made once a case.

`form_data` knows no province: it says everything that a form could want, by question key and item
code, and the template of the province (`services/<province>/documents`) takes from it what its
issued form has a place for. Tasks wait until the document is there, so a character that no font
can print must not hold a case up: it is printed as 〓, its code point goes on the 附页 and to the
desk.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from cases.case import Case, current_answers
from cases.definition import Document
from cases.values import JSON, Answers
from cases.workdays import SHANGHAI, day_of
from dialogs.definition import Definition
from dialogs.form import MORE, Group, Question
from dialogs.kinds.base import Scene
from dialogs.kinds.dating import shown as date_shown
from storage.documents.pdf import MissingGlyph, RenderingFailed, render
from storage.documents.store import Documents, Use
from storage.sql.cases import Cases
from storage.sql.desk import DeskTasks
from storage.sql.outbox import SqlOutbox
from storage.sql.records import NewDeskTask

FORM_BROKEN: Final = "form_broken"
PDF: Final = "application/pdf"
GETA: Final = "〓"
"""What Chinese printers set for a character that they do not have."""
ROUNDS: Final = 5
"""Attempts to print without the missing characters; a second is rare, a third was never seen."""
TURNING: Final = tuple("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Invisible marks that turn the direction of writing: typed into a name, they would turn round the
date of the signature behind it. They are printed as 〓, too."""
CLAIMED_NAME: Final = "name"
"""The login's claim; the question that takes it is the applicant's name, whatever its key."""

Data: TypeAlias = dict[str, JSON]


@dataclass(frozen=True, slots=True)
class FormMaker:
    """What making the documents of a case works with; definitions by province."""

    definitions: Mapping[str, Definition]
    cases: Cases
    documents: Documents
    outbox: SqlOutbox
    desk_tasks: DeskTasks
    services_dir: Path

    async def make_form(self, case_no: str, now: datetime) -> bool:
        """Make the documents of a case that are not there yet, then let its tasks go.

        Returns whether something was made; doing it again makes nothing and lets go what has come
        to wait meanwhile. A case taken back gets nothing. Raises RenderingFailed, with a task at
        the desk, when a template is broken: then the tasks wait for somebody to mend it.
        """
        case = await self.cases.load(case_no)
        if case is None or case.taken_back_at is not None:
            return False
        there = {one.use.kind for one in await self.documents.of_case(case_no)}
        due = [one for one in self._due(case) if one.code not in there]
        for document in due:
            await self._make(case, document, now)
        await self.outbox.release(case_no)
        return bool(due)

    def _due(self, case: Case) -> Iterator[Document]:
        definition = self.definitions[case.application.province]
        answers, today = current_answers(case), day_of(case.application.submitted_at)
        for document in definition.service.documents:
            if definition.holds(document.when, answers, today):
                yield document

    async def _make(self, case: Case, document: Document, now: datetime) -> None:
        definition = self.definitions[case.application.province]
        template = self.services_dir / definition.province / document.template
        try:
            printed = await asyncio.to_thread(print_form, definition, case, template)
        except RenderingFailed as error:
            await self._tell_desk(case, document, str(error), now)
            raise
        if printed.missing:
            points = " ".join(map(code_points, printed.missing))
            await self._tell_desk(case, document, points, now)
        # an id of its own: made by two workers at once it is still one document
        use, known_as = Use(document.code, case.case_no), f"{document.code}-{case.case_no}"
        await self.documents.put(printed.pdf, PDF, use, now, known_as)

    async def _tell_desk(self, case: Case, document: Document, note: str, now: datetime) -> None:
        task = NewDeskTask(
            id=f"{FORM_BROKEN}:{case.case_no}:{document.code}",
            kind=FORM_BROKEN,
            created_at=now,
            person=case.application.person,
            case_no=case.case_no,
            note=note,
        )
        await self.desk_tasks.add((task,))


# ---- printing ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Printed:
    """A PDF, and the characters that stand in it as 〓."""

    pdf: bytes
    missing: tuple[str, ...] = ()


def print_form(definition: Definition, case: Case, template: Path) -> Printed:
    """The document of a case: the same bytes every time. Blocks; raises RenderingFailed."""
    made_at = case.application.submitted_at
    everything = json.dumps(form_data(definition, case), ensure_ascii=False)
    missing = tuple(mark for mark in TURNING if mark in everything)
    for _ in range(ROUNDS):
        try:
            data = form_data(definition, case, missing)
            return Printed(render(template, {"form": data}, made_at), missing)
        except MissingGlyph as error:
            # typst names all at once, but 〓 may join with a mark behind what it stands for
            missing += tuple(filter(None, (text.replace(GETA, "") for text in error.characters)))
    raise RenderingFailed(f"{template.name}: characters without a glyph after {ROUNDS} attempts")


def code_points(text: str) -> str:
    """`U+323AF`, which every font can print."""
    return "+".join(f"U+{ord(point):04X}" for point in text)


# ---- what stands on it ---------------------------------------------------------------------


def form_data(definition: Definition, case: Case, missing: Sequence[str] = ()) -> Data:
    """Everything a template may print of a case, as JSON; `missing` characters are set as 〓.

    case_no       str
    submitted_on  {year, month, day}, in Asia/Shanghai, digits as strings
    answers       {question key: the answer in words}
    values        {question key: the answer as it is kept}: levels of an address, true and false
    groups        {group key: [{question's own key: {shown, raw}}]}, one object a round
    items         [{code, applies}], in the plan's order
    statements    [{key, text, applies}], in the form's order
    signature     {text}
    extra         [[label, shown]]: what was asked and shown to her, but is not on the issued form
    differences   [[label, said, recorded]]: where a registry says something else
    unprintable   [[label, the answer with 〓, code points]]
    """
    lines = tuple(_lines(definition, case))
    differences = tuple(_differences(definition, case, lines))
    submitted = case.application.submitted_at.astimezone(SHANGHAI)
    data: Data = {
        "case_no": case.case_no,
        "submitted_on": {part: str(getattr(submitted, part)) for part in ("year", "month", "day")},
        "answers": {line.question.key: line.shown for line in lines},
        "values": {line.question.key: line.raw for line in lines},
        "groups": _groups(definition, lines),
        "items": _items(definition, case),
        "statements": _statements(definition, case),
        "signature": {"text": _signature(definition, lines, submitted)},
        "extra": [[one.question.label, one.shown] for one in lines if _is_extra(one.question)],
        "differences": [list(one) for one in differences],
        "unprintable": [],
    }
    if not missing:
        return data
    said = [(line.question.label, line.shown) for line in lines]
    said += [(label, recorded) for label, _, recorded in differences]
    return _without(data, missing) | {"unprintable": list(_unprintable(said, missing))}


@dataclass(frozen=True, slots=True)
class _Line:
    """An answer on its way to the page."""

    question: Question
    raw: JSON
    shown: str


def _lines(definition: Definition, case: Case) -> Iterator[_Line]:
    """Every answer, in the form's order."""
    answers = current_answers(case)
    scene = Scene(answers, day_of(case.application.submitted_at), definition.lists)
    for question in _questions(definition, answers):
        raw = answers.get(question.key)
        if raw is not None and question.kind in definition.kinds:
            shown = definition.kinds[question.kind].show(question, raw, scene)
            yield _Line(question, raw, shown)


def _questions(definition: Definition, answers: Answers) -> Iterator[Question]:
    for entry in definition.form.entries():
        if isinstance(entry, Question):
            yield entry
            continue
        for index in _rounds(entry, answers):
            yield from entry.members(index)


def _rounds(group: Group, answers: Answers) -> Iterator[int]:
    """The rounds in which something is answered; a supplement may have ended them earlier."""
    for index in range(group.most):
        if not any(key.startswith(f"{group.key}.{index}.") for key in answers):
            return
        yield index
        if answers.get(f"{group.key}.{index}.{MORE}") is not True:
            return


def _groups(definition: Definition, lines: Sequence[_Line]) -> Data:
    found: dict[str, dict[str, dict[str, JSON]]] = {
        entry.key: {} for entry in definition.form.entries() if isinstance(entry, Group)
    }
    for line in lines:
        group, *place = line.question.key.split(".")
        if group in found:
            number, name = place
            found[group].setdefault(number, {})[name] = {"shown": line.shown, "raw": line.raw}
    return {key: list(rounds.values()) for key, rounds in found.items()}


def _items(definition: Definition, case: Case) -> JSON:
    return [
        {"code": item.code, "applies": case.item(item.code) is not None}
        for item in definition.service.items
    ]


def _statements(definition: Definition, case: Case) -> JSON:
    answers, today = current_answers(case), day_of(case.application.submitted_at)
    made = {one.key for one in definition.statements(answers, today)}
    return [
        {"key": one.key, "text": one.text, "applies": one.key in made}
        for one in definition.form.statements
    ]


def _signature(definition: Definition, lines: Sequence[_Line], at: datetime) -> str:
    names = (line.shown for line in lines if line.question.identity == CLAIMED_NAME)
    date = f"{date_shown(at.date().isoformat())} {at:%H:%M}"
    return definition.texts.render("form.signature", {"name": next(names, ""), "date": date})


def _is_extra(question: Question) -> bool:
    return question.off_form and question.review


def _differences(
    definition: Definition, case: Case, lines: Sequence[_Line]
) -> Iterator[tuple[str, str, str]]:
    """Only where the words differ: the levels of an address may be cut otherwise."""
    recorded = case.application.recorded
    answers = {**current_answers(case), **recorded}
    scene = Scene(answers, day_of(case.application.submitted_at), definition.lists)
    for line in lines:
        raw = recorded.get(line.question.key)
        if raw is None:
            continue
        known = definition.kinds[line.question.kind].show(line.question, raw, scene)
        if known and known != line.shown:
            yield line.question.label, line.shown, known


# ---- characters that no font has -----------------------------------------------------------


def _without(data: Data, missing: Sequence[str]) -> Data:
    return {key: _replaced(value, missing) for key, value in data.items()}


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


def _unprintable(said: Sequence[tuple[str, str]], missing: Sequence[str]) -> Iterator[JSON]:
    for label, shown in said:
        points = [code_points(text) for text in missing if text in shown]
        if points:
            yield [label, _replaced(shown, missing), " ".join(points)]
