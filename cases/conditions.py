"""Conditions as data: who is asked what, which item applies, which paper is needed.

    when: {answer: wants_fund, is: true}
    when: {all: [{answer: person_kind, in: [enterprise, flexible]}, {not: {rule: aged_60}}]}

There is no expression language: what needs computing is a named rule (`cases/rules`).
A condition sees the answers on the present route only; an answer that is not there is not
equal to anything, so a condition on it is false and its negation true.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cases.values import JSON, Answers

Rule: TypeAlias = Callable[[Answers, date], bool]
"""A computed condition: the answers and today (Asia/Shanghai) in, yes or no out."""
Test: TypeAlias = Callable[[Answers, date, Mapping[str, Rule]], bool]
"""A condition made ready to be asked: answers, today and the rules in, yes or no out."""


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

    @cached_property
    def test(self) -> Test:
        """What is asked of the answers."""
        if self.given is not None:
            return _is_given(self.answer, wanted=self.given)
        if self.in_ is not None:
            return _is_one_of(self.answer, self.in_)
        return _is(self.answer, self.is_)


class All(_Strict):
    all: Annotated[tuple["Condition", ...], Field(strict=False)]

    @cached_property
    def test(self) -> Test:
        """What is asked of the answers."""
        return _all_of([one.test for one in self.all])


class Any(_Strict):
    any: Annotated[tuple["Condition", ...], Field(strict=False)]

    @cached_property
    def test(self) -> Test:
        """What is asked of the answers."""
        return _any_of([one.test for one in self.any])


class Not(_Strict):
    not_: Annotated["Condition", Field(alias="not")]

    @cached_property
    def test(self) -> Test:
        """What is asked of the answers."""
        return _none_of(self.not_.test)


class RuleHolds(_Strict):
    rule: str

    @cached_property
    def test(self) -> Test:
        """What is asked of the answers."""
        return _by_rule(self.rule)


Condition: TypeAlias = AnswerIs | All | Any | Not | RuleHolds
ALWAYS = All(all=())
NEVER = Any(any=())

for _model in (All, Any, Not):
    _model.model_rebuild()


def holds(condition: Condition, answers: Answers, today: date, rules: Mapping[str, Rule]) -> bool:
    """Whether `condition` is true of `answers` on `today`. Raises KeyError for an unknown rule."""
    return condition.test(answers, today, rules)


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


def values_named(condition: Condition) -> Iterator[tuple[str, str]]:
    """The question keys that a condition looks at by name, each with a text that it looks for."""
    match condition:
        case AnswerIs(answer=key):
            texts = (condition.is_, *(condition.in_ or ()))
            yield from ((key, one) for one in texts if isinstance(one, str))
        case All(all=parts) | Any(any=parts):
            for part in parts:
                yield from values_named(part)
        case Not(not_=part):
            yield from values_named(part)
        case RuleHolds():
            return


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


# ---- one test a kind of condition -----------------------------------------------------------
# Made of each condition once, and no `match`: every turn asks a hundred, and pydantic's classes
# take 1 µs to say of an object that it is none of theirs.


def _is(key: str, wanted: JSON) -> Test:
    kind = type(wanted)

    def test(answers: Answers, _: date, __: Mapping[str, Rule]) -> bool:
        value = answers.get(key)
        return value == wanted and type(value) is kind

    return test


def _is_one_of(key: str, wanted: Sequence[str]) -> Test:
    def test(answers: Answers, _: date, __: Mapping[str, Rule]) -> bool:
        value = answers.get(key)
        return isinstance(value, str) and value in wanted

    return test


def _is_given(key: str, *, wanted: bool) -> Test:
    return lambda answers, _, __: (key in answers) == wanted


def _all_of(tests: Sequence[Test]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda answers, today, rules: (
            first(answers, today, rules) and second(answers, today, rules)
        )

    def test(answers: Answers, today: date, rules: Mapping[str, Rule]) -> bool:
        for one in tests:  # noqa: SIM110 — all() over a generator takes twice as long
            if not one(answers, today, rules):
                return False
        return True

    return test


def _any_of(tests: Sequence[Test]) -> Test:
    def test(answers: Answers, today: date, rules: Mapping[str, Rule]) -> bool:
        for one in tests:  # noqa: SIM110 — as above
            if one(answers, today, rules):
                return True
        return False

    return test


def _none_of(refused: Test) -> Test:
    return lambda answers, today, rules: not refused(answers, today, rules)


def _by_rule(name: str) -> Test:
    return lambda answers, today, rules: rules[name](answers, today)
