import pytest

from dialogs.kinds.base import UNCLEAR, Accepted, Doubtful, Rejected
from tests.dialogs.kinds.asked import Asked

CARD = "6217000010000000128"
GROUPED = "6217 0000 1000 0000 128"


@pytest.mark.parametrize(
    "typed",
    [
        CARD,
        GROUPED,
        "卡号是6217000010000000128",
        "6217-0000-1000-0000-128",
        "６２１７００００１０００００００１２８",
    ],
)
def test_a_card_is_read_and_repeated_in_groups_of_four(typed: str) -> None:
    assert Asked("bank_card").read(typed) == Accepted(CARD, "echo.bank_card", {"card": GROUPED})


def test_a_wrong_last_digit_is_only_asked_about() -> None:
    params = {"card": "6217 0000 1000 0000 129"}
    read = Asked("bank_card").read("6217000010000000129")
    assert read == Doubtful("6217000010000000129", "bank_card.luhn", params)


def test_an_old_account_is_only_asked_about() -> None:
    read = Asked("bank_card").read("002500123456")
    assert isinstance(read, Doubtful)
    assert read.reason == "bank_card.length"


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("410105196606129011", "id_number"),
        ("13100319660815905x", "id_number"),
        ("A12345678", "social_card"),
        ("13900000000", "phone"),
        ("621700", "short"),
        ("62170000100000001280", "long"),
        ("卡号6217000010000000128，存折002500123456", "several"),
    ],
)
def test_another_number_is_noticed(typed: str, reason: str) -> None:
    read = Asked("bank_card").read(typed)
    assert isinstance(read, Rejected)
    assert read.reason == f"bank_card.{reason}"


@pytest.mark.parametrize("typed", ["", "在哪看？", "没有", "12"])
def test_words_are_no_card(typed: str) -> None:
    assert Asked("bank_card").read(typed) is UNCLEAR


def test_a_card_is_masked_six_and_four() -> None:
    assert Asked("bank_card").masked(CARD) == "621700*********0128"
