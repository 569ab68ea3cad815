"""Walks every way through a form at once: what can be reached, and where nothing could be answered.

A question that only takes text is answered by one stand-in; where conditions and rules tell
values apart, each is tried. Ways that the rest of the form cannot tell apart are one way, so
even a form of eighty questions is walked in well under a second.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias

from cases.conditions import Condition, answers_named, rules_named
from cases.identity_numbers import check_digit
from cases.rules import READS
from cases.values import JSON, Answers
from dialogs.definition import Definition
from dialogs.form import Entry, Group, Question, conditions_of, general_key, more_question
from dialogs.steps import (
    CARD,
    CONFIRMED,
    IDENTITY,
    INVITATION,
    JOINED,
    LATER,
    NOTE,
    PAPERS,
    REGISTRY,
    SKIPPED,
    TOLD,
    VERIFIED,
)

ANY_DAY: Final = date(2026, 1, 1)
"""Rules that look at today are tried on people far from every line they draw."""

GIVEN: Final = "…"
"""Something was typed; what, no condition asks."""

Way: TypeAlias = tuple[tuple[str, JSON], ...]
"""The answers so far, as far as anything later looks at them."""


@dataclass
class Explored:
    """What some way through the form comes to."""

    questions: set[str] = field(default_factory=set)
    options: set[tuple[str, str]] = field(default_factory=set)
    """(question, option) where the option can be chosen."""
    dead_ends: dict[str, Way] = field(default_factory=dict)
    """Questions that some way leads to and that nothing can answer there."""
    statements: set[str] = field(default_factory=set)
    undecided: dict[str, tuple[int, Way]] = field(default_factory=dict)
    """Questions whose table has no row, or several, for some way: how many, and that way."""


def explore(definition: Definition) -> Explored:
    """Everything that can be reached, whatever is answered."""
    walk = _Walk(definition)
    walk.through()
    return walk.found


def values_for(definition: Definition, question: Question, answers: Answers) -> tuple[JSON, ...]:
    """Stand-ins for everything that may be answered to a question, given these answers."""
    way = tuple(answers.items())
    return tuple(value for _, value in _values(definition, question, way))


def decide(definition: Definition) -> Mapping[str, tuple[int, Way]]:
    """Tables with no row, or several, for something that can be answered; milliseconds.

    Goes only through the questions that the tables rest on, and what those rest on.
    """
    entries = _rested_on(definition)
    walk = _Walk(definition, entries)
    walk.through()
    return walk.found.undecided


def _rested_on(definition: Definition) -> tuple[Entry, ...]:
    steps = tuple(_steps(definition.form.entries()))
    wanted = {one.key for one in definition.form.decided}
    entries = tuple(definition.form.entries())
    for entry in reversed(entries):  # conditions only look back
        if entry.key in wanted:
            wanted |= _looks_at(definition, conditions_of(entry), steps)
    return tuple(entry for entry in entries if entry.key in wanted)


class _Walk:
    def __init__(self, definition: Definition, entries: Iterable[Entry] = ()) -> None:
        self.definition = definition
        self.found = Explored()
        self.steps = tuple(_steps(entries or definition.form.entries()))
        self.wanted = _wanted_after(definition, self.steps)

    def through(self) -> None:
        ways: set[Way] = {()}
        for at, (gate, question) in enumerate(self.steps):
            onward = {way for before in ways for way in self._step(before, gate, question)}
            ways = {_kept(way, self.wanted[at]) for way in onward}
        for statement in self.definition.form.statements:
            if any(self._holds(statement.when, way) for way in ways):
                self.found.statements.add(statement.key)

    def _step(self, way: Way, gate: Condition, question: Question) -> Iterator[Way]:
        if not (self._holds(gate, way) and self._holds(question.when, way)):
            yield way
            return
        key = general_key(question.key)
        self.found.questions.add(key)
        values = tuple(_values(self.definition, question, way))
        if question.decide and len(values) != 1:
            self.found.undecided.setdefault(key, (len(values), way))
        elif not values:
            self.found.dead_ends.setdefault(key, way)
        for option, value in values:
            self.found.options.add((key, option))
            yield (*way, (question.key, value))

    def _holds(self, condition: Condition, way: Way) -> bool:
        return self.definition.holds(condition, dict(way), ANY_DAY)


def _values(definition: Definition, question: Question, way: Way) -> Iterator[tuple[str, JSON]]:
    """What may be answered here: (option, value)."""
    if question.skippable:
        yield "", None
    if question.decide:
        yield from _decided(definition, question, way)
    else:
        yield from _said(definition, question, way)


def _said(definition: Definition, question: Question, way: Way) -> Iterator[tuple[str, JSON]]:
    match question.kind:
        case "choice":
            for option in question.options:
                if definition.holds(option.when, dict(way), ANY_DAY):
                    yield option.id, option.id
        case "yes_no" | "reminder":
            yield from (("yes", True), ("no", False))
        case "consent":
            yield from (("agree", True), ("decline", False))
        case kind:
            for value in _samples(definition, kind, question.key):
                yield str(value), value


def _decided(definition: Definition, question: Question, way: Way) -> Iterator[tuple[str, JSON]]:
    """What the rows of its table say that hold here."""
    for row in question.decide:
        if definition.holds(row.when, dict(way), ANY_DAY):
            value: JSON = GIVEN if row.derive is not None else row.value
            yield str(value), value


def _samples(definition: Definition, kind: str, key: str) -> Sequence[JSON]:
    if kind == "month" and any(key in READS.get(rule, ()) for rule in definition.rules):
        return _MONTHS
    return _SAMPLES.get(kind, (GIVEN, *definition.form.named_values.get(key, ())))


def _id_number(birth: str, order: str) -> str:
    first17 = f"410105{birth}{order}"
    return first17 + check_digit(first17)


_SAMPLES: Final[Mapping[str, Sequence[JSON]]] = {
    IDENTITY: (VERIFIED, LATER),
    REGISTRY: ("found", "nothing", "referral", SKIPPED),
    PAPERS: ("found", "nothing", SKIPPED),
    CARD: (CONFIRMED,),
    INVITATION: (JOINED,),
    "phrase": (True,),
    NOTE: (TOLD,),
    "notice": (True,),
    "id_number": tuple(
        _id_number(birth, order) for birth in ("19400101", "20100101") for order in ("001", "002")
    ),
}
"""Kinds whose answers lead different ways: who is old or young, a man or a woman."""

_MONTHS: Final[Sequence[JSON]] = ("2020-01", "2026-01", "2026-03", "2026-10", "2036-01")
"""Months that a rule looks at: past, present, soon, in a while, far away, seen from `ANY_DAY`."""


def _steps(entries: Iterable[Entry]) -> Iterator[tuple[Condition, Question]]:
    """Every question with the condition of the group it stands in; groups are gone through once."""
    for entry in entries:
        if isinstance(entry, Group):
            inside = (*entry.members(0), more_question(entry, 0))
            yield from ((entry.when, question) for question in inside)
        else:
            yield entry.when, entry


def _wanted_after(
    definition: Definition, steps: Sequence[tuple[Condition, Question]]
) -> tuple[frozenset[str], ...]:
    """For each step, the answers that something after it still looks at."""
    wanted: list[frozenset[str]] = []
    later = _looks_at(definition, [one.when for one in definition.form.statements], steps)
    for gate, question in reversed(steps):
        wanted.append(later)
        later |= _looks_at(definition, [gate, *conditions_of(question)], steps)
    return tuple(reversed(wanted))


def _looks_at(
    definition: Definition,
    conditions: Iterable[Condition],
    steps: Sequence[tuple[Condition, Question]],
) -> frozenset[str]:
    """The answers that conditions name, and those that their rules read."""
    names: frozenset[str] = frozenset()
    for condition in conditions:
        names |= answers_named(condition)
        asked = rules_named(condition) & set(definition.rules)
        names |= frozenset[str]().union(*(READS.get(rule, ()) for rule in asked))
    return names & {question.key for _, question in steps}


def _kept(way: Way, wanted: frozenset[str]) -> Way:
    return tuple((key, value) for key, value in way if key in wanted)
