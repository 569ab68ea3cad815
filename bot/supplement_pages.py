"""What a 补正页 prints: what was supplied later, when, and at whose request.

Only what the item that had asked may see anyway: a page goes with that item's task.
"""

from collections.abc import Iterator
from dataclasses import replace

from bot.form_data import Line, day_parts, lines_of, moment, name_of
from bot.printing import Data, Said
from cases.case import Case, Item, Supplement, current_answers
from cases.definition import Needs
from cases.supplement_pages import Page
from cases.tasks import is_needed
from cases.values import JSON
from dialogs.definition import Definition
from dialogs.steps import STEPS
from storage.notices import names_of


def supplement_data(definition: Definition, case: Case, page: Page) -> tuple[Data, Said]:
    """The page as JSON, and everything on it that people wrote.

    case_no, plan, province, applicant   str
    number        which supplement of the case it was, from 1
    item, office  names
    reason        why the department returned it
    asked_at, supplied_at                day and time in words
    supplied_on   {year, month, day}
    missing       [[what was asked for, the department's note]]
    answers       [[label, as submitted, as supplied]]
    papers        [[name, number of files]]
    """
    supplement = case.supplements[page.number - 1]
    item, service = case.item(page.asked.item), definition.service
    needs = service.item(page.asked.item).needs
    names = names_of(definition)
    answers = list(_answers(definition, case, page.number, needs))
    asked = [(names.missing(one.kind, one.code), one.note) for one in page.asked.missing]
    applicant, at = name_of(definition, case), page.asked.asked_at
    data: Data = {
        "case_no": case.case_no,
        "plan": service.plan,
        "province": service.name,
        "applicant": applicant,
        "number": str(page.number),
        "item": service.item(page.asked.item).name,
        "office": _office(definition, item),
        "reason": page.asked.reason,
        "asked_at": "" if at is None else moment(at),
        "supplied_at": moment(supplement.supplied_at),
        "supplied_on": day_parts(supplement.supplied_at),
        "missing": [list(one) for one in asked],
        "answers": [list(one) for one in answers],
        "papers": [list(one) for one in _papers(definition, supplement, needs)],
    }
    said = [("", page.asked.reason), *asked, *((label, new) for label, _, new in answers)]
    return data, [("", applicant), *said]


def _answers(
    definition: Definition, case: Case, number: int, needs: Needs
) -> Iterator[tuple[str, str, str]]:
    """Label, what stood there before, what was supplied."""
    supplied = case.supplements[number - 1].answers
    before = {one.question.key: one.shown for one in _lines(definition, case, number - 1)}
    for line in _lines(definition, case, number):
        key = line.question.key
        if key in supplied and is_needed(key, needs) and line.question.kind not in STEPS:
            yield line.question.label, before.get(key, ""), line.shown


def _lines(definition: Definition, case: Case, supplements: int) -> Iterator[Line]:
    """The answers as they were after so many supplements."""
    then = replace(case, supplements=case.supplements[:supplements])
    return lines_of(definition, case, current_answers(then))


def _papers(
    definition: Definition, supplement: Supplement, needs: Needs
) -> Iterator[tuple[JSON, JSON]]:
    names = names_of(definition)
    for code, files in supplement.documents.items():
        if code in needs.documents and files:
            yield names.missing("document", code) or code, str(len(files))


def _office(definition: Definition, item: Item | None) -> str:
    if item is None:
        return ""
    department = definition.service.department(item.department).name
    return names_of(definition).office(item.office) or department
