"""A tap says where it belongs, and nothing that came back wrong is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs import taps
from dialogs.taps import Ref, parse

WORD = st.text(st.characters(exclude_characters=":", exclude_categories=["Cs"]), max_size=20)


@given(WORD, st.integers(0, 10**6), WORD, st.text(max_size=40))
def test_what_is_written_is_read(draft: str, asking: int, question: str, choice: str) -> None:
    ref = Ref(draft, asking, question, choice)
    assert parse(str(ref)) == ref


@pytest.mark.parametrize(
    "tap", ["", "1", "a:b", "d1:x:name:1", "d1:-1:name:1", "d1::name:1", "d:1:" + "x" * 200]
)
def test_what_is_none_of_ours_is_nothing(tap: str) -> None:
    assert parse(tap) is None


def test_the_marks_are_no_question_keys() -> None:
    marks = {taps.COMMAND, taps.PROPOSAL, taps.OFFERED, taps.REVIEW}
    assert len(marks) == 4
    assert not any(mark.isidentifier() for mark in marks)
