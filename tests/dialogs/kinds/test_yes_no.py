import pytest

from dialogs.form import Option
from dialogs.kinds.base import UNCLEAR, Accepted
from dialogs.said import Tap
from tests.dialogs.kinds.asked import Asked

YES = [
    "是",
    "是的",
    "对",
    "嗯",
    "嗯嗯",
    "好的",
    "行",
    "有",
    "要",
    "没错",
    "是的，没错",
    "👍",
    "1",
    "第一个",
    "OK",
]
NO = ["不是", "不", "没有", "没有了", "不要", "不用", "没", "否", "没领过", "2", "二", "第二个"]
NEITHER = [
    "",
    "不知道",
    "不清楚",
    "是不是？",
    "有没有",
    "什么意思",
    "3",
    "这个我要问问我儿子再说吧",
]


@pytest.mark.parametrize("typed", YES)
def test_yes_has_many_words(typed: str) -> None:
    assert Asked("yes_no").read(typed) == Accepted(True)


@pytest.mark.parametrize("typed", NO)
def test_no_has_many_words(typed: str) -> None:
    assert Asked("yes_no").read(typed) == Accepted(False)


@pytest.mark.parametrize("typed", NEITHER)
def test_neither_is_not_guessed(typed: str) -> None:
    assert Asked("yes_no").read(typed) is UNCLEAR


def test_the_two_may_be_worded_by_the_definition() -> None:
    worded = Asked("yes_no")
    options = (Option(id="yes", label="要提取"), Option(id="no", label="先不提", also=("算了",)))
    worded.question = worded.question.model_copy(update={"options": options})
    assert worded.offered() == ["要提取", "先不提"]
    assert worded.read("先不提") == Accepted(False)
    assert worded.read("算了吧") == Accepted(False)
    assert worded.read(Tap("yes", "")) == Accepted(True)
    assert worded.shown(False) == "先不提"
