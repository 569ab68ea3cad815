import pytest

from dialogs.form import Option
from dialogs.kinds.base import UNCLEAR, Accepted
from dialogs.said import Tap
from tests.dialogs.kinds.asked import Asked


@pytest.mark.parametrize("typed", ["知道了", "继续", "好的", "1", "嗯", "明白了", "收到", "下一步"])
def test_a_notice_is_gone_on_from(typed: str) -> None:
    assert Asked("notice").read(typed) == Accepted(True)
    assert Asked("notice").read(Tap("known", "")) == Accepted(True)


def test_a_notice_may_word_how_one_goes_on() -> None:
    notice = Asked("notice")
    options = (Option(id="ok", label="我拿到了，继续", also=("拿到了",)),)
    notice.question = notice.question.model_copy(update={"options": options})
    assert notice.offered() == ["我拿到了，继续"]
    assert notice.read("拿到了") == Accepted(True)
    assert notice.read("还没有") is UNCLEAR


@pytest.mark.parametrize("typed", ["", "为什么？", "等等再说"])
def test_a_notice_is_not_gone_on_from_by_chance(typed: str) -> None:
    assert Asked("notice").read(typed) is UNCLEAR


@pytest.mark.parametrize("typed", ["同意", "好的", "1", "可以", "是", "我同意"])
def test_consent_is_given(typed: str) -> None:
    assert Asked("consent").read(typed) == Accepted(True)


@pytest.mark.parametrize("typed", ["不同意", "2", "不", "不要", "不行", "我不同意"])
def test_consent_is_refused_and_that_is_an_answer(typed: str) -> None:
    assert Asked("consent").read(typed) == Accepted(False, "echo.consent.declined")


@pytest.mark.parametrize("typed", ["", "什么意思", "同意什么？", "不知道"])
def test_consent_is_never_guessed(typed: str) -> None:
    assert Asked("consent").read(typed) is UNCLEAR
