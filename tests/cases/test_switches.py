"""A province's readings in conditions."""

from datetime import date

import pytest
from pydantic import TypeAdapter

from cases.benefit_years import benefit_start
from cases.conditions import Condition
from cases.switches import never, settled


def test_a_switch_holds_always_or_never() -> None:
    data = {"any": [{"switch": "wide"}, {"answer": "name", "given": True}]}
    assert settled(data, {"wide": True})["any"][0] == {"all": []}
    assert settled(data, {"wide": False})["any"][0] == {"any": []}


@pytest.mark.parametrize("switches", [{}, {"wide": 3}])
def test_a_switch_that_is_none_is_a_mistake(switches: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no switch is called wide"):
        settled({"switch": "wide"}, switches)


@pytest.mark.parametrize(
    ("on", "data"),
    [
        (False, {"all": [{"switch": "x"}, {"rule": "aged_60_by_id_card"}]}),
        (True, {"all": [{"not": {"switch": "x"}}, {"rule": "aged_60_by_id_card"}]}),
        (False, {"not": {"not": {"any": [{"switch": "x"}]}}}),
    ],
)
def test_what_no_answer_can_open_is_known(on: bool, data: object) -> None:
    read = TypeAdapter[Condition](Condition).validate_python
    assert never(read(settled(data, {"x": on})))
    assert not never(read(settled(data, {"x": not on})))


def test_from_which_year_it_is_paid() -> None:
    """HN-24, A8: that day counts; later 下一年度; after the year of 60 by the letter."""
    birth = date(1966, 1, 20)
    assert benefit_start(birth, date(2026, 1, 31)).by == "this_year"
    assert benefit_start(birth, date(2026, 2, 1)).by == "next_year"
    late = benefit_start(birth, date(2027, 1, 10))
    assert (late.year, late.by) == (2028, "after")
