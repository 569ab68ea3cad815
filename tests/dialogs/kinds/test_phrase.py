"""A sentence is repeated: so a paper is signed in the chat."""

import pytest

from dialogs.kinds.base import UNCLEAR, Accepted, Rejected
from tests.dialogs.kinds.asked import Asked

ASKED = Asked("phrase", settings={"phrase": "本人同意委托"})
SAID = {"phrase": "本人同意委托"}


@pytest.mark.parametrize(
    "typed",
    [
        "本人同意委托",
        "本人，同意委托。",
        "“本人同意委托”",
        " 本人 同意 委托 ",
        "好的，本人同意委托",
        "嗯本人同意委托啊",
    ],
)
def test_the_sentence_signs_however_it_is_written(typed: str) -> None:
    assert ASKED.read(typed) == Accepted(True, "echo.phrase.signed")


@pytest.mark.parametrize(
    "typed", ["同意", "本人同意", "委托本人同意", "本人同意委托书里写的那些内容"]
)
def test_another_sentence_does_not_sign(typed: str) -> None:
    assert ASKED.read(typed) == Rejected("phrase.differs", SAID)


@pytest.mark.parametrize("typed", ["不同意", "不是本人同意委托", "本人不同意委托"])
def test_a_no_never_signs(typed: str) -> None:
    assert isinstance(ASKED.read(typed), Rejected)


def test_a_question_is_no_signature() -> None:
    assert ASKED.read("本人同意委托是什么意思？") == UNCLEAR


def test_what_was_signed_is_shown() -> None:
    assert ASKED.shown(True) == ASKED.masked(True) == "本人同意委托"
    assert ASKED.shown(None) == ""


def test_a_question_without_a_sentence_is_refused() -> None:
    broken = Asked("phrase", settings={})
    with pytest.raises(ValueError, match=r"settings\.phrase"):
        broken.kind.check(broken.question, {})
