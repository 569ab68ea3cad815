from datetime import date

import pytest

from cases.identity_numbers import BadNumber, IdentityNumber, read_identity_number


@pytest.mark.parametrize(
    ("number", "birth", "sex"),
    [
        ("410105196606129011", date(1966, 6, 12), "male"),
        ("410105197106159024", date(1971, 6, 15), "female"),
        ("131003197603089042", date(1976, 3, 8), "female"),
        ("13100319660815905X", date(1966, 8, 15), "male"),
        ("13100319660815905x", date(1966, 8, 15), "male"),
        (" 130102 19750131 9087 ", date(1975, 1, 31), "female"),
    ],
)
def test_good_numbers(number: str, birth: date, sex: str) -> None:
    read = read_identity_number(number)
    assert isinstance(read, IdentityNumber)
    assert (read.birth_date, read.sex, read.converted) == (birth, sex, False)


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("410105196606129012", "check_digit"),
        ("410105196602309015", "birth_date"),
        ("41010519660612901", "form"),
        ("４10105196606129011", "form"),
        ("", "form"),
        ("810000196606129011", "residence_permit"),
        ("930000196606129011", "residence_permit"),
    ],
)
def test_bad_numbers(number: str, fault: str) -> None:
    assert read_identity_number(number) == BadNumber(fault)  # type: ignore[arg-type]  # parametrized


def test_fifteen_digits_are_converted() -> None:
    read = read_identity_number("410105660612901")
    assert isinstance(read, IdentityNumber)
    assert (read.number, read.converted) == ("410105196606129011", True)
