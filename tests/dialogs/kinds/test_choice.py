from dataclasses import replace

import pytest

from dialogs.form import Option
from dialogs.kinds.base import UNCLEAR, Accepted, Rejected
from dialogs.said import Tap, Text, Voice
from tests.dialogs.kinds.asked import CHOICES, Asked


@pytest.mark.parametrize(
    "typed",
    [
        "2",
        "二",
        "2.",
        "２",
        "②",
        "第二个",
        "选2",
        "我选第2项",
        "二。",
        "灵活就业",
        "个体户",
        "我是个体户",
        "是灵活就业",
        "2、灵活就业",
        "灵活",
        "灵活就业或个体",
    ],
)
def test_an_option_is_meant_by_number_name_or_another_word(typed: str) -> None:
    assert Asked("choice").read(typed) == Accepted("flexible")


@pytest.mark.parametrize(
    "typed", ["", "4", "零", "不是企业", "企业还是机关？", "都不是", "就业 单位", "22"]
)
def test_what_means_no_option_is_not_guessed(typed: str) -> None:
    assert Asked("choice").read(typed) is UNCLEAR


def test_a_tap_and_a_voice_choose_too() -> None:
    assert Asked("choice").read(Tap("institution", "")) == Accepted("institution")
    assert Asked("choice").read(Voice("机关。")) == Accepted("institution")
    assert Asked("choice").read(Tap("gone", "")) is UNCLEAR


def test_an_option_that_does_not_apply_now_is_named_as_such() -> None:
    choice = Asked("choice")
    narrow = replace(choice.scene(), options=CHOICES[:2])
    read = choice.kind.read(choice.question, Text("机关事业单位"), narrow)
    assert read == Rejected("choice.not_here")


def test_options_keep_their_numbers_whatever_was_said_before() -> None:
    assert Asked("choice").offered(suggestion="flexible") == Asked("choice").offered()


def test_yes_and_no_among_the_options_are_understood() -> None:
    papers = Asked("choice")
    options = (Option(id="yes", label="已经盖章了"), Option(id="no", label="还没办"))
    papers.question = papers.question.model_copy(update={"options": options})
    assert papers.read("嗯，是的") == Accepted("yes")
    assert papers.read("没呢") == Accepted("no")


def test_one_option_is_no_choice() -> None:
    choice = Asked("choice")
    one = choice.question.model_copy(update={"options": CHOICES[:1]})
    with pytest.raises(ValueError, match="at least two"):
        choice.kind.check(one, {})
