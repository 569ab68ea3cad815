"""From what a register says to answers of the form.

Every value goes through the same kind of question that reads a citizen's words; what it does not
accept is left out. A register can therefore fill in nothing that she could not have said.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from cases.values import JSON
from dialogs.definition import Definition
from dialogs.form import Question
from dialogs.kinds.base import Accepted, Scene
from dialogs.kinds.places import missing
from dialogs.said import Text

LEVELS = ("province", "city", "county", "town", "community", "compound")


def household_facts(
    definition: Definition, answer: Mapping[str, Any], today: date
) -> dict[str, JSON]:
    """Answers by question key, from the registry's answer (`person.address` and so on)."""
    return {
        question.key: value
        for question in _questions(definition)
        if question.registry is not None
        and (value := _value(definition, question, _at(answer, question.registry), today))
        is not None
    }


def paper_facts(definition: Definition, facts: Mapping[str, Any], today: date) -> dict[str, JSON]:
    """Answers by question key, from the facts of the retirement papers."""
    return {
        question.key: value
        for question in _questions(definition)
        if question.papers is not None
        and (value := _value(definition, question, facts.get(question.papers), today)) is not None
    }


def paper_question(definition: Definition, kind: str) -> str | None:
    """The question that a paper of this kind answers."""
    return next((one.key for one in _questions(definition) if one.papers == kind), None)


def _questions(definition: Definition) -> list[Question]:
    return [entry for entry in definition.form.entries() if isinstance(entry, Question)]


def _at(answer: Mapping[str, Any], path: str) -> Any:
    found: Any = answer
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _value(definition: Definition, question: Question, raw: Any, today: date) -> JSON:
    if raw is None:
        return None
    if isinstance(raw, Mapping):
        return _place(definition, question, raw, today)
    word = str(raw)[:200]
    if word in {option.id for option in question.options}:
        return word
    if question.list:  # a code of the list is read as what it stands for
        rows = definition.lists[question.list]
        word = next((row.name for row in rows if row.id == word), word)
    if question.options and word.isdecimal():
        return None  # a code of the register's own, not the number of one of our choices
    return _read(definition, question, word, today)


def _read(definition: Definition, question: Question, word: str, today: date) -> JSON:
    scene = Scene({}, today, definition.lists, question.options)
    reading = definition.kinds[question.kind].read(question, Text(word), scene)
    return reading.value if isinstance(reading, Accepted) else None


def _place(definition: Definition, question: Question, raw: Mapping[str, Any], today: date) -> JSON:
    """An address: by its levels, or as one line where the form has one line for it."""
    if question.kind == "address":
        return _address(definition, question, raw, today)
    if question.kind != "text" or missing(parts := _parts(raw)):
        return None
    if parts.get("province") == definition.service.name:
        del parts["province"]
    return _read(definition, question, "".join(parts.values()), today)


def _parts(raw: Mapping[str, Any]) -> dict[str, str]:
    return {
        level: "".join(raw[level].split())[:50]
        for level in LEVELS
        if isinstance(raw.get(level), str) and raw[level].strip()
    }


def _address(
    definition: Definition, question: Question, raw: Mapping[str, Any], today: date
) -> JSON:
    """Read as one line, so that codes are found and the home province goes unsaid (附件1).

    What the line leaves open is taken level by level, as the registry has it.
    """
    parts = _parts(raw)
    if missing(parts) or not "".join(parts.values()).isprintable():
        return None
    read = _read(definition, question, "".join(parts.values()), today)
    if isinstance(read, Mapping) and all(read.get(level) for level in parts if level != "province"):
        return read
    if parts.get("province") == definition.service.name:
        del parts["province"]
    return parts
