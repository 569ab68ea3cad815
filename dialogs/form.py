"""The form of a province as data: sections, questions, repeat groups.

A question's kind (one file in `dialogs/kinds`) knows how to read, show and mask an answer;
its wording stands in the province's texts under `ask.<key>`. The order of questions is the
order of the file; which of them apply is said by their conditions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from cases.conditions import ALWAYS, Condition, Test, values_named
from cases.values import JSON


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Option(_Strict):
    """One of the things that can be chosen; `also` are other ways people say it."""

    id: str
    label: str
    also: Annotated[tuple[str, ...], Field(strict=False)] = ()
    detail: str = ""
    when: Condition = ALWAYS


class Ruling(_Strict):
    """One row of a table that answers a question: where it holds, this is the answer.

    The answer is `value`, or what the named derivation (`cases/derivations`) makes of the others.
    """

    when: Condition = ALWAYS
    value: bool | str | None = None
    derive: str | None = None

    @model_validator(mode="after")
    def _one_answer(self) -> "Ruling":
        if (self.value is None) == (self.derive is None):
            raise ValueError("say exactly one of: value, derive")
        return self


class Question(_Strict):
    """One thing that is asked.

    `key` names the answer, in the department's task too, and never changes its meaning.
    Inside a group it is relative (`name`); on the route it is absolute (`children.0.name`).
    """

    key: str
    kind: str
    label: str
    when: Condition = ALWAYS
    off_form: bool = False
    """Asked because clocks, routing or the counter need it; not printed on the issued form."""
    skippable: bool = False
    review: bool = True
    """Listed when everything is shown for checking."""
    commands: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """What else can be tapped with it, by the names of words.yaml (pre_review)."""
    login: bool = False
    """The province's login is offered with it: what is asked could be looked up instead."""
    options: Annotated[tuple[Option, ...], Field(strict=False)] = ()
    list: str | None = None
    """The name of a list of the province (offices, banks) that the kind searches."""
    settings: Mapping[str, JsonValue] = {}
    """What else the kind wants to know; checked by the kind when the definition is loaded."""
    registry: str | None = None
    """Where the household registry's answer has it: `person.name`."""
    identity: str | None = None
    """The claim of the province login that has it."""
    papers: str | None = None
    """The fact of the fetched retirement papers that has it."""
    suggest: str | None = None
    """The answer whose value is offered first here (a city, a name)."""
    derive: str | None = None
    """A named derivation that answers it unasked until she says otherwise: sex from the number."""
    decide: Annotated[tuple[Ruling, ...], Field(strict=False)] = ()
    """A table that answers it for good: it is never asked and never corrected, what it rests on is.
    Exactly one row holds, whatever was answered before (`dialogs/checker.py`)."""
    depends: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Answers that, when they change, make this one be asked again (the city of an office)."""
    masked: bool = False
    """Shown masked on every screen (ID numbers, cards)."""
    also: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Other words by which people call it when they want to change it (手机 for 联系电话)."""
    by: Literal["self", "agent", "either"] = "self"
    """Who answers it when somebody applies for her: she, the agent, whoever comes to it first."""
    agent_sees: bool = False
    """The agent reads it whatever she lets them see: it stands on a paper that they sign."""
    gate: bool = False
    """Nothing that stands behind it is asked of anybody before it is answered."""


class Group(_Strict):
    """Questions that repeat (children). After each round `more` asks whether there is another.

    `round` is how one round is called, with {n} for its number; it stands before the labels of
    the questions in it.
    """

    key: str
    label: str
    round: str = "{n}"
    more: Annotated[tuple[Option, ...], Field(strict=False)] = ()
    """How yes and no to another round are worded."""
    when: Condition = ALWAYS
    most: Annotated[int, Field(ge=1, le=20)] = 10
    questions: Annotated[tuple[Question, ...], Field(strict=False)]

    def members(self, index: int) -> tuple[Question, ...]:
        """The questions of round `index` (from 0), made once: every turn walks over them."""
        made = self.made.members
        if index not in made:
            made[index] = tuple(_member(self, index, one) for one in self.questions)
        return made[index]

    def steps(self, index: int) -> "tuple[Step, ...]":
        """Round `index`, ready for the walk, without the question whether there is another."""
        made = self.made.steps
        if index not in made:
            made[index] = tuple(map(step, self.members(index)))
        return made[index]

    def more_after(self, index: int) -> Question:
        """The question after round `index`, made once as well."""
        made = self.made.mores
        if index not in made:
            made[index] = more_question(self, index)
        return made[index]

    @cached_property
    def made(self) -> "Made":
        """What was made of this group; unlike private attributes it makes no difference to `==`."""
        return Made()


@dataclass(slots=True)
class Made:
    """Rounds of a group, by their number."""

    members: dict[int, tuple[Question, ...]] = field(default_factory=dict)
    steps: "dict[int, tuple[Step, ...]]" = field(default_factory=dict)
    mores: dict[int, Question] = field(default_factory=dict)


Entry: TypeAlias = Question | Group


@dataclass(frozen=True, slots=True)
class Step:
    """An entry made ready for the walk (`dialogs/route.py`), which every turn goes twice.

    `test` is None where the entry always applies; a group has no `question`.
    """

    test: Test | None
    key: str
    question: Question | None
    group: Group | None


def step(entry: Entry) -> Step:
    """The entry as the walk takes it."""
    test = None if entry.when == ALWAYS else entry.when.test
    if isinstance(entry, Group):
        return Step(test, entry.key, None, entry)
    return Step(test, entry.key, entry, None)


class Section(_Strict):
    key: str
    title: str
    questions: Annotated[tuple[Entry, ...], Field(strict=False)]


class Statement(_Strict):
    """What she declares by submitting, word for word as the plan has it."""

    key: str
    text: str
    when: Condition = ALWAYS
    signed: bool = False
    """Declared by itself, in answer to a question (`settings.statement`), not by submitting."""


class Form(_Strict):
    """The whole form: what is asked, and what is declared at the end."""

    sections: Annotated[tuple[Section, ...], Field(strict=False)]
    statements: Annotated[tuple[Statement, ...], Field(strict=False)] = ()

    def entries(self) -> Iterator[Entry]:
        """Questions and groups in the order they are asked."""
        yield from self.in_order

    @cached_property
    def in_order(self) -> tuple[Entry, ...]:
        """The same, made once: every turn walks over them."""
        return tuple(entry for section in self.sections for entry in section.questions)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The same, ready for the walk."""
        return tuple(map(step, self.in_order))

    def question(self, key: str) -> Question:
        """The question with this absolute key. Raises KeyError when there is none."""
        found = _find(self.by_key[key.partition(".")[0]], key)
        if found is None:
            raise KeyError(key)
        return found

    @cached_property
    def decided(self) -> tuple[Question, ...]:
        """The questions that a table answers."""
        return tuple(one for one in self.in_order if isinstance(one, Question) and one.decide)

    @cached_property
    def by_key(self) -> Mapping[str, Entry]:
        """Questions and groups by their keys; of two with the same key the first."""
        return {entry.key: entry for entry in reversed(tuple(self.entries()))}

    @cached_property
    def named_values(self) -> Mapping[str, tuple[str, ...]]:
        """For each answer the texts that some condition of the form looks for in it."""
        found: dict[str, list[str]] = {}
        for entry in self.entries():
            for condition in (entry.when, *conditions_of(entry)):
                for key, value in values_named(condition):
                    found.setdefault(key, []).append(value)
        return {key: tuple(values) for key, values in found.items()}

    def section(self, key: str) -> Section:
        """The part of the form with this key. Raises KeyError when there is none."""
        for section in self.sections:
            if section.key == key:
                return section
        raise KeyError(key)

    def section_of(self, key: str) -> Section:
        """The part in which the question with this absolute key stands. Raises KeyError."""
        first = key.partition(".")[0]
        for section in self.sections:
            if any(entry.key == first for entry in section.questions):
                return section
        raise KeyError(key)

    def statement(self, key: str) -> str:
        """The words of the statement with this key; empty when there is none."""
        return next((one.text for one in self.statements if one.key == key), "")

    def round_label(self, key: str) -> str:
        """How the round `children.1` is called; empty for what is no round."""
        first, _, index = key.partition(".")
        for entry in self.entries():
            if isinstance(entry, Group) and entry.key == first and index.isdigit():
                return _round_label(entry, int(index))
        return ""


def conditions_of(entry: Entry) -> Iterator[Condition]:
    """The conditions of a question, or of a group's in its first round."""
    for question in entry.members(0) if isinstance(entry, Group) else (entry,):
        yield question.when
        yield from (option.when for option in question.options)
        yield from (row.when for row in question.decide)


MORE = "more"
"""The key, in every group, of the question whether there is another."""


def _member(group: Group, index: int, question: Question) -> Question:
    """A question of round `index`, with its absolute key, label and conditions."""
    prefix = f"{group.key}.{index}."
    return question.model_copy(
        update={
            "key": prefix + question.key,
            "label": _round_label(group, index) + question.label,
            "when": _absolute(question.when, prefix),
            "settings": {
                name: prefix + value[1:]
                if isinstance(value, str) and value.startswith(".")
                else value
                for name, value in question.settings.items()
            },
        }
    )


def more_question(group: Group, index: int) -> Question:
    """The question after round `index`: is there another?"""
    return Question(
        key=f"{group.key}.{index}.{MORE}",
        kind="yes_no",
        label=group.label,
        options=group.more,
        review=False,
        off_form=True,
    )


def _round_label(group: Group, index: int) -> str:
    return group.round.replace("{n}", str(index + 1))


def round_key(key: str) -> str:
    """`children.1.name` → `children.1`; empty for a question that stands in no group."""
    parts = key.split(".")
    return ".".join(parts[:2]) if len(parts) == 3 else ""


def general_key(key: str) -> str:
    """`children.2.name` → `children.name`: the key under which texts are kept."""
    return ".".join(part for part in key.split(".") if not part.isdigit())


def _find(entry: Entry, key: str) -> Question | None:
    if isinstance(entry, Question):
        return entry if entry.key == key else None
    parts = key.split(".")
    if len(parts) != 3 or parts[0] != entry.key or not parts[1].isdigit():
        return None
    index = int(parts[1])
    if parts[2] == MORE:
        return entry.more_after(index)
    return next((one for one in entry.members(index) if one.key == key), None)


def _absolute(condition: Condition, prefix: str) -> Condition:
    """Answers named with a leading dot are those of the same round."""
    if condition == ALWAYS:
        return ALWAYS  # itself: the walk asks nothing of it
    data = condition.model_dump(by_alias=True, exclude_none=True)
    return _REPLACED.model_validate({"when": _replace(data, prefix)}).when


def _replace(data: JSON, prefix: str) -> JSON:
    if isinstance(data, Mapping):
        return {
            key: prefix + value[1:]
            if key == "answer" and isinstance(value, str) and value.startswith(".")
            else _replace(value, prefix)
            for key, value in data.items()
        }
    if isinstance(data, (list, tuple)):
        return [_replace(part, prefix) for part in data]
    return data


class _Replaced(_Strict):
    when: Condition


_REPLACED = _Replaced
