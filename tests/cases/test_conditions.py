from datetime import date
from typing import get_args

import pytest

from cases.conditions import ALWAYS, NEVER, All, AnswerIs, Condition, Not, RuleHolds, holds

TODAY = date(2026, 11, 21)


def test_every_kind_of_condition_can_be_asked() -> None:
    assert all(hasattr(kind, "test") for kind in get_args(Condition))


@pytest.mark.parametrize(
    ("condition", "answers", "expected"),
    [
        (AnswerIs.model_validate({"answer": "a", "is": True}), {"a": True}, True),
        (AnswerIs.model_validate({"answer": "a", "is": True}), {"a": 1}, False),
        (AnswerIs.model_validate({"answer": "a", "is": 1}), {"a": True}, False),
        (AnswerIs.model_validate({"answer": "a", "is": False}), {}, False),
        (AnswerIs.model_validate({"answer": "a", "is": "x"}), {"a": ["x"]}, False),
        (AnswerIs.model_validate({"answer": "a", "in": ["x", "y"]}), {"a": "y"}, True),
        (AnswerIs.model_validate({"answer": "a", "in": ["x", "y"]}), {"a": ["y"]}, False),
        (AnswerIs(answer="a", given=True), {"a": None}, True),
        (AnswerIs(answer="a", given=False), {"a": None}, False),
        (AnswerIs(answer="a", given=False), {}, True),
        (RuleHolds(rule="odd"), {"a": 3}, True),
        (ALWAYS, {}, True),
        (NEVER, {}, False),
    ],
)
def test_what_holds(condition: Condition, answers: dict[str, object], expected: bool) -> None:
    rules = {"odd": lambda given, _: given["a"] % 2 == 1}
    assert holds(condition, answers, TODAY, rules) is expected  # type: ignore[arg-type]  # mixed on purpose
    opposite = Not.model_validate({"not": condition})
    assert holds(opposite, answers, TODAY, rules) is not expected  # type: ignore[arg-type]  # the same
    assert holds(All(all=(ALWAYS, condition)), answers, TODAY, rules) is expected  # type: ignore[arg-type]  # the same


def test_a_condition_that_was_asked_equals_one_that_was_not() -> None:
    asked = AnswerIs(answer="a", given=True)
    assert holds(asked, {"a": 1}, TODAY, {})
    assert asked == AnswerIs(answer="a", given=True)


def test_an_unknown_rule_is_named() -> None:
    with pytest.raises(KeyError, match="even"):
        holds(RuleHolds(rule="even"), {}, TODAY, {})
