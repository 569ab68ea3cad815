from datetime import date

import pytest

from cases.rules import RULES

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("month", "early", "late", "come"),
    [
        ("2027-12", True, False, False),
        ("2027-11", False, False, False),  # exactly twelve months ahead: in the window
        ("2027-05", False, False, False),  # exactly six
        ("2027-04", False, True, False),
        ("2026-11", False, True, True),
        ("2020-01", False, True, True),
    ],
)
def test_the_window_is_six_to_twelve_months(
    month: str, early: bool, late: bool, come: bool
) -> None:
    answers = {"retirement_month": month}
    assert RULES["retires_in_over_12_months"](answers, TODAY) is early
    assert RULES["retires_in_under_6_months"](answers, TODAY) is late
    assert RULES["retirement_month_has_come"](answers, TODAY) is come


def test_a_flexible_retirement_is_announced_three_months_before() -> None:
    short = RULES["flexible_notice_under_3_months"]
    assert short({"retirement_month": "2027-01"}, TODAY)
    assert not short({"retirement_month": "2027-02"}, TODAY)


@pytest.mark.parametrize("name", [name for name in RULES if "month" in name])
def test_without_a_month_no_rule_holds(name: str) -> None:
    assert not RULES[name]({}, TODAY)
    assert not RULES[name]({"retirement_month": "soon"}, TODAY)


def test_two_months_differ_only_when_both_are_known() -> None:
    differs = RULES["archive_month_differs"]
    card = {"statutory_month": "2026-12"}
    assert differs({**card, "statutory_month_by_archive": "2026-09"}, TODAY)
    assert not differs({**card, "statutory_month_by_archive": "2026-12"}, TODAY)
    assert not differs(card, TODAY)
