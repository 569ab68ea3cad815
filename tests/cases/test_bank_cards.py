from cases.bank_cards import is_account_number, luhn_holds


def test_the_luhn_digit() -> None:
    assert luhn_holds("6217000010000000128")
    assert not luhn_holds("6217000010000000129")
    assert not luhn_holds("6217 0000")


def test_an_account_has_at_most_nineteen_digits() -> None:
    assert is_account_number("1")
    assert not is_account_number("1" * 20)
    assert not is_account_number("１２３")
