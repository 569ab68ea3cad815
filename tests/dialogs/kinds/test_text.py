import pytest

from dialogs.kinds.base import UNCLEAR, Accepted, Rejected
from dialogs.said import Photo
from tests.dialogs.kinds.asked import Asked


def test_a_text_is_kept_on_one_line() -> None:
    assert Asked("text").read("郑州市\n花园路１号  王秀英收") == Accepted(
        "郑州市 花园路1号 王秀英收"
    )


def test_length_has_two_ends() -> None:
    text = Asked("text", settings={"least": 3, "most": 5})
    assert text.read("一二三四五六") == Rejected("text.long", {"most": "5", "count": "6"})
    assert text.read("一二") == Rejected("text.short")
    assert text.read("一二三") == Accepted("一二三")


def test_nothing_is_an_answer_only_where_it_may_be_skipped() -> None:
    assert Asked("text", skippable=True).read("没有") == Accepted("")
    assert Asked("text").read("没有") == Accepted("没有")


@pytest.mark.parametrize("typed", ["", " ", "要带什么材料？", "可以不写吗"])
def test_questions_are_no_text(typed: str) -> None:
    assert Asked("text").read(typed) is UNCLEAR
    assert Asked("text").read(Photo("m1")) is UNCLEAR


def test_a_masked_text_shows_its_beginning() -> None:
    assert Asked("text", masked=True).masked("郑州市金水区花园路1号") == "郑州市金水区…"
    assert Asked("text").masked("备注") == "备注"


def test_unknown_settings_are_refused_at_load() -> None:
    text = Asked("text", settings={"longest": 5})
    with pytest.raises(ValueError, match="longest"):
        text.kind.check(text.question, {})
    text = Asked("text", settings={"most": "many"})
    with pytest.raises(ValueError, match="whole number"):
        text.kind.check(text.question, {})


def test_a_postcode_is_exactly_its_digits() -> None:
    postcode = Asked("text", settings={"digits": 6})
    assert postcode.read("０５０ ０００") == Accepted("050000")
    assert postcode.read("邮编是065000。") == Accepted("065000")
    assert postcode.read("65000") == Rejected("text.digits", {"count": "6"})
    assert postcode.read("065000 或 065001") == Rejected("text.digits", {"count": "6"})
    assert postcode.read("没有") is UNCLEAR
