"""Conditions as data: who is asked what, which item applies, which paper is needed.

    when: {answer: wants_fund, is: true}
    when: {all: [{answer: person_kind, in: [enterprise, flexible]}, {not: {rule: aged_60}}]}

There is no expression language: what needs computing is a named rule (`cases/rules`).
A condition sees the answers on the present route only; an answer that is not there is not
equal to anything, so a condition on it is false and its negation true.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cases.values import JSON, Answers

Rule: TypeAlias = Callable[[Answers, date], bool]
"""A computed condition: the answers and today (Asia/Shanghai) in, yes or no out."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class AnswerIs(_Strict):
    """True when the answer equals `is`, is one of `in`, or is there at all."""

    answer: str
    is_: Annotated[bool | str | int | None, Field(alias="is")] = None
    in_: Annotated[tuple[str, ...] | None, Field(alias="in", strict=False)] = None
    given: bool | None = None

    @model_validator(mode="after")
    def _one_test(self) -> "AnswerIs":
        if sum(test is not None for test in (self.is_, self.in_, self.given)) != 1:
            raise ValueError("say exactly one of: is, in, given")
        return self


class All(_Strict):
    all: Annotated[tuple["Condition", ...], Field(strict=False)]


class Any(_Strict):
    any: Annotated[tuple["Condition", ...], Field(strict=False)]


class Not(_Strict):
    not_: Annotated["Condition", Field(alias="not")]


class RuleHolds(_Strict):
    rule: str


Condition: TypeAlias = AnswerIs | All | Any | Not | RuleHolds
ALWAYS = All(all=())

for _model in (All, Any, Not):
    _model.model_rebuild()


def holds(condition: Condition, answers: Answers, today: date, rules: Mapping[str, Rule]) -> bool:
    """Whether `condition` is true of `answers` on `today`. Raises KeyError for an unknown rule."""
    match condition:
        case AnswerIs():
            return _answer_is(condition, answers)
        case All(all=parts):
            return all(holds(part, answers, today, rules) for part in parts)
        case Any(any=parts):
            return any(holds(part, answers, today, rules) for part in parts)
        case Not(not_=part):
            return not holds(part, answers, today, rules)
        case RuleHolds(rule=name):
            return rules[name](answers, today)


def answers_named(condition: Condition) -> frozenset[str]:
    """The question keys that a condition looks at by name (rules name their own)."""
    match condition:
        case AnswerIs(answer=key):
            return frozenset({key})
        case All(all=parts) | Any(any=parts):
            return frozenset().union(*(answers_named(part) for part in parts))
        case Not(not_=part):
            return answers_named(part)
        case RuleHolds():
            return frozenset()


def rules_named(condition: Condition) -> frozenset[str]:
    """The named rules that a condition asks."""
    match condition:
        case RuleHolds(rule=name):
            return frozenset({name})
        case All(all=parts) | Any(any=parts):
            return frozenset().union(*(rules_named(part) for part in parts))
        case Not(not_=part):
            return rules_named(part)
        case AnswerIs():
            return frozenset()


def _answer_is(test: AnswerIs, answers: Answers) -> bool:
    there = test.answer in answers
    if test.given is not None:
        return there == test.given
    if not there:
        return False
    value: JSON = answers[test.answer]
    if test.in_ is not None:
        return isinstance(value, str) and value in _names(test.in_)
    return value == test.is_ and type(value) is type(test.is_)


def _names(names: Sequence[str]) -> frozenset[str]:
    return frozenset(names)
