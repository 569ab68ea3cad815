"""Rules of the conditions of acceptance, on both sides of each border (HB-10…HB-15; B12)."""

from datetime import date

import pytest

from cases.rules import RULES
from cases.values import JSON

TODAY = date(2026, 11, 21)
MAN = {"sex": "male", "birth_date": "1971-03-08", "age_kind": "man_60"}
WOMAN = {"sex": "female", "birth_date": "1981-03-08", "age_kind": "woman_50"}


@pytest.mark.parametrize(
    ("rule", "person", "holds_in", "fails_in"),
    [
        ("retires_below_any_statutory_age", MAN, "2031-02", "2031-03"),
        ("retires_below_any_statutory_age", WOMAN, "2031-02", "2031-03"),
        ("below_age_for_special_trade", MAN, "2026-02", "2026-03"),
        ("below_age_for_special_trade", WOMAN, "2026-02", "2026-03"),
        ("below_age_for_illness", MAN, "2021-02", "2021-03"),
        ("below_age_for_illness", WOMAN, "2026-02", "2026-03"),
        # 男55↔60岁5月 is more than five years, to the original 60 it is five: B12
        ("over_5_years_before_original_age", MAN, "2026-02", "2026-03"),
        ("over_10_years_before_original_age", MAN, "2021-02", "2021-03"),
        ("over_5_years_before_original_age", WOMAN, "2026-02", "2026-03"),
        ("retires_before_flexible_range", MAN, "2031-02", "2031-03"),
        # woman_50 of 1981-03: delayed by 38 months, at most 36 of them back: not from 50 on
        ("retires_before_flexible_range", WOMAN, "2031-04", "2031-05"),
        ("needs_over_15_years", MAN, "2030-01", "2029-12"),
    ],
)
def test_borders(rule: str, person: dict[str, JSON], holds_in: str, fails_in: str) -> None:
    assert RULES[rule]({**person, "retirement_month": holds_in}, TODAY)
    assert not RULES[rule]({**person, "retirement_month": fails_in}, TODAY)


def test_nobody_fails_for_want_of_an_answer() -> None:
    names = [
        "retires_below_any_statutory_age",
        "retires_before_flexible_range",
        "below_age_for_special_trade",
        "below_age_for_illness",
        "over_5_years_before_original_age",
        "over_10_years_before_original_age",
        "needs_over_15_years",
    ]
    for name in names:
        assert not RULES[name]({}, TODAY)
        assert not RULES[name]({"retirement_month": "soon", "id_number": "x"}, TODAY)


def test_who_waits_beyond_the_statutory_month_goes_by_that_months_year() -> None:
    later = {**MAN, "retirement_month": "2031-01", "statutory_month": "2029-10"}
    assert not RULES["needs_over_15_years"](later, TODAY)


def test_the_card_tells_where_nothing_else_was_said() -> None:
    by_card: dict[str, JSON] = {"id_number": "410105196606129011", "retirement_month": "2021-05"}
    assert RULES["below_age_for_special_trade"](by_card, TODAY)
    assert not RULES["below_age_for_special_trade"](
        {**by_card, "retirement_month": "2021-06"}, TODAY
    )
