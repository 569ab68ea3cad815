"""An organisation's credit code as people type it (GB 32100). All codes are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.kinds.base import UNCLEAR, Accepted, Reading, Rejected
from dialogs.kinds.uscc import ALPHABET, is_code
from tests.dialogs.kinds.asked import Asked

CODE = "91410105731234567D"
ASKED = Asked("uscc")


@pytest.mark.parametrize("code", [CODE, "911310037389ABCDEN", "12410000415555555Y"])
def test_the_samples_of_the_domain_are_codes(code: str) -> None:
    assert is_code(code)
    assert ASKED.read(code) == Accepted(code)


@pytest.mark.parametrize(
    "typed",
    [
        "91410105731234567d",
        "9I4IOIO573I234567D",
        "９１４１０１０５７３１２３４５６７Ｄ",
        "9141 0105 7312 3456 7D",
        "91410105-73123456-7D",
        "我们单位是 91410105731234567D。",
    ],
)
def test_it_may_be_typed_in_many_ways(typed: str) -> None:
    assert ASKED.read(typed) == Accepted(CODE)


@pytest.mark.parametrize(
    ("typed", "reading"),
    [
        ("91410105731234567E", Rejected("uscc.check")),
        ("9141010573123456", Rejected("uscc.length", {"count": "16"})),
        ("91410105731234567S", Rejected("uscc.letters")),
        ("410105196606129011", Rejected("uscc.person")),
        (f"{CODE}，12410000415555555Y", Rejected("uscc.several")),
        ("不知道", UNCLEAR),
        ("", UNCLEAR),
    ],
)
def test_what_is_no_code_is_refused_with_its_reason(typed: str, reading: Reading) -> None:
    assert ASKED.read(typed) == reading


@given(st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(place: int, char: str) -> None:
    wrong = CODE[:place] + char + CODE[place + 1 :]
    assert is_code(wrong) == (wrong == CODE)
