"""Case numbers find a slip of the tongue."""

from datetime import date

import pytest

from storage.sql.numbers import NumbersExhausted, case_number, is_case_number

NUMBER = case_number("410105", date(2026, 11, 23), "01", 42)


def test_the_parts_stand_where_they_should() -> None:
    assert NUMBER[:22] == "4101052026112301000042"
    assert is_case_number(NUMBER)
    assert not is_case_number(NUMBER[:-1])
    assert not is_case_number("４" + NUMBER[1:])


def test_the_check_digit_is_that_of_the_standard() -> None:
    assert case_number("079462", date(1, 1, 1), "00", 0)[-1].isdigit()


def test_every_single_wrong_digit_is_found() -> None:
    for place, right in enumerate(NUMBER):
        for wrong in set("0123456789") - {right}:
            assert not is_case_number(NUMBER[:place] + wrong + NUMBER[place + 1 :])


def test_no_number_is_made_of_anything_else() -> None:
    with pytest.raises(NumbersExhausted):
        case_number("410105", date(2026, 11, 23), "01", 1_000_000)
    with pytest.raises(ValueError, match="6 digits"):
        case_number("41", date(2026, 11, 23), "01", 1)
