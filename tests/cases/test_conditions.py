from typing import get_args

from cases.conditions import _HOLDS, Condition


def test_every_kind_of_condition_is_tested_by_a_function() -> None:
    assert set(_HOLDS) == set(get_args(Condition))
