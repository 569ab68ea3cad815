import pytest

from cases.identity_numbers import check_digit
from dialogs.kinds.base import UNCLEAR, Accepted, Doubtful, Partial, Rejected
from tests.dialogs.kinds.asked import Asked

MAN = "410105196606129011"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (MAN, MAN),
        ("我的身份证号是410105196606129011，谢谢", MAN),
        ("410105 19660612 9011", MAN),
        ("410105-19660612-9011", MAN),
        ("４１０１０５１９６６０６１２９０１１", MAN),
        ("四一零一零五一九六六零六一二九零一一", MAN),
        ("13100319660815905x", "13100319660815905X"),
        ("13100319660815905ｘ", "13100319660815905X"),
        ("13100319660815905×", "13100319660815905X"),
        ("410105l966O6129O11", MAN),
        ("身份证410105196606129011电话13900000000", MAN),
    ],
)
def test_a_number_is_found_in_what_she_types(typed: str, number: str) -> None:
    assert Asked("id_number").read(typed) == Accepted(number)


@pytest.mark.parametrize(
    ("typed", "rejected"),
    [
        ("410105196606129012", Rejected("id_number.check_digit")),
        ("410105196602309015", Rejected("id_number.date")),
        ("41010519660612901", Rejected("id_number.length", {"count": "17"})),
        ("4101051966061290111", Rejected("id_number.length", {"count": "19"})),
        ("810000199001010019", Rejected("id_number.counter")),
        ("910000199001010019", Rejected("id_number.counter")),
        ("护照H12345678", Rejected("id_number.counter")),
        ("13900000000", Rejected("id_number.phone")),
        ("410105196606129011 410105197106159024", Rejected("id_number.several")),
    ],
)
def test_every_fault_has_its_own_reason(typed: str, rejected: Rejected) -> None:
    assert Asked("id_number").read(typed) == rejected


def test_a_birth_date_to_come_is_refused() -> None:
    first17 = "41010520300612901"
    number = first17 + check_digit(first17)
    assert Asked("id_number").read(number) == Rejected("id_number.future")


def test_fifteen_digits_are_converted_and_shown_masked() -> None:
    params = {"number": "4101**********9011", "last": "1"}
    assert Asked("id_number").read("410105660612901") == Doubtful(MAN, "id_number.fifteen", params)


def test_a_number_may_come_in_two_messages() -> None:
    id_number = Asked("id_number")
    first = id_number.read("41010519660612")
    assert first == Partial("41010519660612", "echo.id_number.piece", {"count": "14", "left": "4"})
    assert id_number.read("9011", partial="41010519660612") == Accepted(MAN)
    assert id_number.read(MAN, partial="41010519660612") == Accepted(MAN)


def test_the_spouses_number_must_be_another_one() -> None:
    spouse = Asked("id_number", settings={"differs_from": "id_number"})
    assert spouse.read(MAN, answers={"id_number": MAN}) == Rejected("id_number.same")


@pytest.mark.parametrize("typed", ["不记得了", "在哪里看？", "好", "", "12"])
def test_words_are_no_number(typed: str) -> None:
    assert Asked("id_number").read(typed) is UNCLEAR


def test_a_number_is_masked_in_the_middle() -> None:
    assert Asked("id_number").masked(MAN) == "4101**********9011"
    assert Asked("id_number").shown(MAN) == MAN
