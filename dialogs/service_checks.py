"""Whether a province's plan (`service.yaml`) names only what its form asks and it has itself.

Each mistake is one sentence that begins with what it is about: an item's code, `switches` …
"""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from cases.conditions import Condition, answers_named, rules_named, values_named
from cases.definition import ItemDefinition, OfficeByAnswer, Service
from dialogs.definition import Definition
from dialogs.form import Question
from dialogs.text_keys import CONTACTS

APPLICANT: Final = "applicant"
"""The question who applies, where more than the person herself may."""
PHOTOS: Final = "photos"


def service_mistakes(definition: Definition) -> Iterator[str]:
    """Everything that the plan names and nobody asks for, or that stands there for nothing."""
    checks = (_conditions, _items, _papers, _switches, _departments, _applicants, _contacts)
    yield from chain.from_iterable(check(definition) for check in checks)


def service_conditions(service: Service) -> Iterator[tuple[str, Condition]]:
    """Every condition of the plan, with what it belongs to."""
    for item in service.items:
        yield item.code, item.when
        yield item.code, item.apply_anew
        yield from ((item.code, way.when) for way in item.ways)
    yield from ((material.code, material.when) for material in service.materials)
    yield from ((document.code, document.when) for document in service.documents)
    for check in service.checks:
        yield from (
            (f"check {check.code}", one) for one in (check.when, check.fails, check.unknown)
        )
    for limit in service.case.by_situation:
        yield "case", limit.when


def _asked(definition: Definition) -> dict[str, Question | None]:
    """What is asked, by key; a group's key stands for the whole table."""
    entries = definition.form.entries()
    return {one.key: one if isinstance(one, Question) else None for one in entries}


def _conditions(definition: Definition) -> Iterator[str]:
    asked = _asked(definition)
    for where, condition in service_conditions(definition.service):
        for rule in sorted(rules_named(condition) - set(definition.rules)):
            yield f"{where}: no rule is called {rule}"
        for key in sorted(answers_named(condition)):
            question = asked.get(key)
            if key == APPLICANT and question is None and len(definition.service.applicants) == 1:
                continue  # nobody has to ask
            if key.partition(".")[0] not in asked:  # a condition may look at one row of a table
                yield f"{where}: its condition looks at {key}, which nobody asks for"
            elif question is not None and question.kind == "choice":
                ids = {option.id for option in question.options}
                named = {value for name, value in values_named(condition) if name == key}
                for value in sorted(named - ids):
                    yield f"{where}: {key} can never be {value}"


def _items(definition: Definition) -> Iterator[str]:
    asked = _asked(definition)
    for item in definition.service.items:
        for key in sorted({*item.needs.answers, *_months(item)} - set(asked)):
            yield f"{item.code}: it needs the answer {key}, which nobody asks for"
        for missing in item.can_be_missing:
            if missing.kind != "result" and missing.code not in asked:
                yield f"{item.code}: {missing.code} can be missing, but nothing asks for it again"
        if isinstance(item.office, OfficeByAnswer):
            question = asked.get(item.office.by_answer)
            if question is None or question.list is None:
                what = f"its office is the answer {item.office.by_answer}"
                yield f"{item.code}: {what}, which no question takes from a list"


def _months(item: ItemDefinition) -> Iterator[str]:
    return (way.month.answer for way in item.ways if way.month is not None)


def _papers(definition: Definition) -> Iterator[str]:
    """What goes along is a document we print or a photo she sends; so is what is required."""
    service = definition.service
    asked = _asked(definition)
    photos = {key for key, one in asked.items() if one and one.kind == PHOTOS}
    printed = {document.code for document in service.documents}
    for item in service.items:
        for code in sorted(set(item.needs.documents) - photos - printed):
            yield f"{item.code}: it needs the document {code}, which nobody prints or photographs"
    for material in service.materials:
        if "photo" in material.sources and material.code not in photos:
            yield f"{material.code}: it may be photographed, but no question of kind photos asks"


def _switches(definition: Definition) -> Iterator[str]:
    key = definition.service.switches.retirement_month
    if key not in _asked(definition):
        yield f"switches: the month of retirement is the answer {key}, which nobody asks for"


def _departments(definition: Definition) -> Iterator[str]:
    decide = {item.department for item in definition.service.items}
    for department in definition.service.departments:
        if department.code not in decide:
            yield f"{department.code}: this department decides no item"


def _applicants(definition: Definition) -> Iterator[str]:
    question, may = _asked(definition).get(APPLICANT), set(definition.service.applicants)
    if question is None:
        if len(may) > 1:
            yield f"applicants: {len(may)} kinds may apply, but no question {APPLICANT} asks who"
        return
    offered = {option.id for option in question.options}
    for code in sorted(offered ^ may):
        yield f"{APPLICANT}: {code} stands either in the question or in service.yaml, not in both"


def _contacts(definition: Definition) -> Iterator[str]:
    for name in sorted(CONTACTS - set(definition.contacts)):
        yield f"contacts: {name} is missing"
