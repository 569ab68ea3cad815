"""When somebody is reminded."""

from datetime import date

from cases.reminders import due_on


def test_the_sixtieth_birthday_itself() -> None:
    assert due_on("only_child_60", date(2031, 6, 15), 3) == date(2031, 6, 15)


def test_three_months_before_the_month_of_retirement() -> None:
    assert due_on("pre_review", date(2027, 5, 20), 3) == date(2027, 2, 1)
    assert due_on("pre_review", date(2027, 2, 1), 3) == date(2026, 11, 1)


def test_the_province_says_how_long_before() -> None:
    assert due_on("pre_review", date(2027, 5, 20), 12) == date(2026, 5, 1)
