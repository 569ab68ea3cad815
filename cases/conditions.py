"""Conditions as data: who is asked what, which item applies, which paper is needed.

    when: {answer: wants_fund, is: true}
    when: {all: [{answer: person_kind, in: [enterprise, flexible]}, {not: {rule: aged_60}}]}

There is no expression language: what needs computing is a named rule (`cases/rules`).
A condition sees the answers on the present route only; an answer that is not there is not
equal to anything, so a condition on it is false and its negation true.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, TypeAlias
from typing import Any as _Some

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
NEVER = Any(any=())

for _model in (All, Any, Not):
    _model.model_rebuild()


def holds(condition: Condition, answers: Answers, today: date, rules: Mapping[str, Rule]) -> bool:
    """Whether `condition` is true of `answers` on `today`. Raises KeyError for an unknown rule."""
    return _HOLDS[type(condition)](condition, answers, today, rules)


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


# ---- one function a kind of condition -------------------------------------------------------
# A table and no `match`: every turn asks a hundred conditions, and pydantic's classes take 1 µs to
# say of an object that it is none of theirs.


def _answer_is(test: AnswerIs, answers: Answers, _: date, __: Mapping[str, Rule]) -> bool:
    there = test.answer in answers
    if test.given is not None:
        return there == test.given
    if not there:
        return False
    value: JSON = answers[test.answer]
    if test.in_ is not None:
        return isinstance(value, str) and value in test.in_
    return value == test.is_ and type(value) is type(test.is_)


def _all(test: All, answers: Answers, today: date, rules: Mapping[str, Rule]) -> bool:
    for part in test.all:  # noqa: SIM110 — all() over a generator takes twice as long
        if not _HOLDS[type(part)](part, answers, today, rules):
            return False
    return True


def _any(test: Any, answers: Answers, today: date, rules: Mapping[str, Rule]) -> bool:
    return any(holds(part, answers, today, rules) for part in test.any)


def _not(test: Not, answers: Answers, today: date, rules: Mapping[str, Rule]) -> bool:
    return not holds(test.not_, answers, today, rules)


def _rule_holds(test: RuleHolds, answers: Answers, today: date, rules: Mapping[str, Rule]) -> bool:
    return rules[test.rule](answers, today)


_Test: TypeAlias = Callable[[_Some, Answers, date, Mapping[str, Rule]], bool]
_HOLDS: Mapping[type, _Test] = {
    AnswerIs: _answer_is,
    All: _all,
    Any: _any,
    Not: _not,
    RuleHolds: _rule_holds,
}
"""Who tests what; a test holds it complete."""
