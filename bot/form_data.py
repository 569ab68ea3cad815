"""What a form may print of a case, as JSON, by question key and item code.

It knows no province: it says everything that a form could want, and the template of the province
(`services/<province>/documents`) takes from it what its issued form has a place for. It is what
was submitted; what came later stands on a page of its own (`bot/supplement_pages.py`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.printing import Data, Said
from cases.case import Case
from cases.values import JSON, Answers
from cases.workdays import SHANGHAI, day_of
from dialogs.definition import Definition
from dialogs.form import MORE, Group, Question
from dialogs.kinds.base import Scene
from dialogs.kinds.dating import shown as date_shown

CLAIMED_NAME: Final = "name"
"""The login's claim; the question that takes it is the applicant's name, whatever its key."""


def form_data(definition: Definition, case: Case) -> Data:
    """Everything a template may print of a case as it was submitted.

    case_no       str
    submitted_on  {year, month, day}, in Asia/Shanghai, digits as strings
    submitted_at  the same in words, with the time: 2026年11月21日 09:30
    applicant     person, or whoever applies for her
    answers       {question key: the answer in words}
    values        {question key: the answer as it is kept}: levels of an address, true and false
    groups        {group key: [{question's own key: {shown, raw}}]}, one object a round
    items         [{code, applies}], in the plan's order
    statements    [{key, text, applies}], in the form's order
    consents      {statement: {on: {year, month, day}, at: in words}}
    signature     {text}
    extra         [[label, shown]]: what was asked and shown to her, but is not on the issued form
    differences   [[label, said, recorded]]: where a registry says something else
    """
    lines = tuple(lines_of(definition, case, case.application.answers))
    submitted = case.application.submitted_at
    return {
        "case_no": case.case_no,
        "submitted_on": day_parts(submitted),
        "submitted_at": moment(submitted),
        "applicant": case.application.applicant,
        "answers": {line.question.key: line.shown for line in lines},
        "values": {line.question.key: line.raw for line in lines},
        "groups": _groups(definition, lines),
        "items": _items(definition, case),
        "statements": _statements(definition, case),
        "consents": {
            one.statement: {"on": day_parts(one.given_at), "at": moment(one.given_at)}
            for one in case.application.consents
        },
        "signature": {"text": _signature(definition, lines, submitted)},
        "extra": [[one.question.label, one.shown] for one in lines if _is_extra(one.question)],
        "differences": [list(one) for one in _differences(definition, case, lines)],
    }


def said_by(definition: Definition, case: Case) -> Said:
    """Everything on it that people or registries wrote, with its label."""
    lines = tuple(lines_of(definition, case, case.application.answers))
    said = [(line.question.label, line.shown) for line in lines]
    return said + [(label, known) for label, _, known in _differences(definition, case, lines)]


def name_of(definition: Definition, case: Case) -> str:
    """The applicant's name as she gave it."""
    return _name(lines_of(definition, case, case.application.answers))


def day_parts(at: datetime) -> dict[str, JSON]:
    """The day in Asia/Shanghai, as a form has it: three blanks."""
    local = at.astimezone(SHANGHAI)
    return {part: str(getattr(local, part)) for part in ("year", "month", "day")}


def moment(at: datetime) -> str:
    """Day and time in Asia/Shanghai, in words."""
    local = at.astimezone(SHANGHAI)
    return f"{date_shown(local.date().isoformat())} {local:%H:%M}"


@dataclass(frozen=True, slots=True)
class Line:
    """An answer on its way to the page."""

    question: Question
    raw: JSON
    shown: str


def lines_of(definition: Definition, case: Case, answers: Answers) -> Iterator[Line]:
    """Every one of these answers, in the form's order."""
    scene = Scene(answers, day_of(case.application.submitted_at), definition.lists)
    for question in _questions(definition, answers):
        raw = answers.get(question.key)
        if raw is not None and question.kind in definition.kinds:
            shown = definition.kinds[question.kind].show(question, raw, scene)
            yield Line(question, raw, shown)


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


def _groups(definition: Definition, lines: Sequence[Line]) -> Data:
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
    answers, today = case.application.answers, day_of(case.application.submitted_at)
    made = {one.key for one in definition.statements(answers, today)}
    return [
        {"key": one.key, "text": one.text, "applies": one.key in made}
        for one in definition.form.statements
    ]


def _signature(definition: Definition, lines: Sequence[Line], at: datetime) -> str:
    return definition.texts.render("form.signature", {"name": _name(lines), "date": moment(at)})


def _name(lines: Iterable[Line]) -> str:
    names = (line.shown for line in lines if line.question.identity == CLAIMED_NAME)
    return next(names, "")


def _is_extra(question: Question) -> bool:
    return question.off_form and question.review


def _differences(
    definition: Definition, case: Case, lines: Sequence[Line]
) -> Iterator[tuple[str, str, str]]:
    """Only where the words differ: the levels of an address may be cut otherwise."""
    recorded = case.application.recorded
    answers = {**case.application.answers, **recorded}
    scene = Scene(answers, day_of(case.application.submitted_at), definition.lists)
    for line in lines:
        raw = recorded.get(line.question.key)
        if raw is None:
            continue
        known = definition.kinds[line.question.kind].show(line.question, raw, scene)
        if known and known != line.shown:
            yield line.question.label, line.shown, known
