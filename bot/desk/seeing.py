"""What a member of staff may see, and how it is put into words for them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from cases.case import Case, Item
from cases.definition import ItemDefinition
from cases.tasks import RECORDED, Task
from cases.workdays import SHANGHAI, day_of
from dialogs.definition import Definition
from dialogs.form import Question
from dialogs.kinds.base import Scene
from storage.notices import names_of
from storage.sql.queue import Line, Scope
from storage.sql.staff import AreaLevel, Member

DIGITS: Final[Mapping[AreaLevel, int]] = {"province": 2, "city": 4, "county": 6}
"""How much of an administrative code an account's level covers (GB/T 2260)."""


def scope_of(member: Member) -> Scope:
    """Whose items the account sees: its department's, in its own area; a lead's has all."""
    area = member.area[: DIGITS[member.level]]
    office = member.office if member.role == "clerk" else "*"
    department = member.department if member.role == "clerk" else ""
    return Scope(member.province, area, department, office)


def light(line: Line, today: date) -> str:
    """red: late; amber: the warning day has come; green: time enough; grey: no clock runs."""
    if line.due_on is None or line.state in {"done", "refused", "denied", "withdrawn"}:
        return "grey"
    if line.due_on < today:
        return "red"
    return "amber" if line.warn_on is not None and line.warn_on <= today else "green"


@dataclass(frozen=True, slots=True)
class Shown:
    """One answer as a clerk reads it; `recorded` is what a registry says instead."""

    label: str
    value: str
    recorded: str = ""


@dataclass(frozen=True, slots=True)
class CanBeMissing:
    """Something that may be asked for again; `field` names it in the form."""

    field: str
    name: str


def answers_shown(definition: Definition, case: Case, task: Task) -> Iterator[Shown]:
    """The task's answers in the form's order, in words: only what the item needs."""
    scene = Scene(task.answers, day_of(case.application.submitted_at), definition.lists)
    for key, value in task.answers.items():
        if key.endswith(RECORDED):
            continue
        question = _question(definition, key)
        if question is None or value is None:
            continue
        kind = definition.kinds[question.kind]
        recorded = task.answers.get(key + RECORDED)
        yield Shown(
            question.label,
            kind.show(question, value, scene),
            kind.show(question, recorded, scene) if recorded is not None else "",
        )


def can_be_missing(definition: Definition, item: ItemDefinition) -> tuple[CanBeMissing, ...]:
    """What the plan lets the department ask for, by name."""
    names = names_of(definition)
    return tuple(
        CanBeMissing(f"{one.kind}:{one.code}", names.missing(one.kind, one.code))
        for one in item.can_be_missing
        if one.kind != "result"
    )


def when(item: Item) -> Mapping[str, str]:
    """The item's days, in words that need no more."""
    clock = item.clock
    return {
        "sent": item.sent_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        if item.sent_at
        else "",
        "starts": clock.starts_on.isoformat() if clock else "",
        "due": clock.due_on.isoformat() if clock else "",
        "warn": clock.warn_on.isoformat() if clock else "",
    }


def _question(definition: Definition, key: str) -> Question | None:
    try:
        return definition.form.question(key)
    except KeyError:
        return None  # the question of another release
