import pytest

from dialogs.kinds.base import UNCLEAR, Accepted, Doubtful, Rejected
from dialogs.said import Photo, Tap
from tests.dialogs.kinds.asked import Asked


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("王秀英", "王秀英"),
        ("叫王秀英", "王秀英"),
        ("我叫王秀英。", "王秀英"),
        ("姓名：王秀英", "王秀英"),
        ("老伴叫李建国", "李建国"),
        ("我老伴叫李建国", "李建国"),
        ("我的名字是李建国", "李建国"),
        ("姓王名秀英", "王秀英"),
        ("本人王秀英", "王秀英"),
        ("王秀英（本人）", "王秀英"),
        ("王秀英女士", "王秀英"),
        ("王 秀英", "王秀英"),
        ("买买提・艾力", "买买提·艾力"),
        ("买买提•艾力", "买买提·艾力"),
        ("买买提．艾力", "买买提·艾力"),
        ("买买提 · 艾力", "买买提·艾力"),
        ("买买提 艾力江", "买买提 艾力江"),
        ("Anna Petrova", "Anna Petrova"),
        ("李〇", "李〇"),
        ("𠮷田", "𠮷田"),
        ("王\U00031350", "王\U00031350"),
        ("王\ue863", "王\ue863"),
        ("行者", "行者"),
    ],
)
def test_a_name_is_taken_from_what_she_types(typed: str, name: str) -> None:
    assert Asked("name").read(typed) == Accepted(name)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("王秀英410105", "name.digits"),
        ("王秀英，今年六十", "name.sentence"),
        ("王秀英❤", "name.signs"),
        ("·".join(["买买提艾力"] * 10), "name.long"),
        ("叫" * 1000, "name.long"),
    ],
)
def test_what_is_no_name_is_refused_with_its_reason(typed: str, reason: str) -> None:
    assert Asked("name").read(typed) == Rejected(reason)


@pytest.mark.parametrize(
    "typed", ["好的", "是", "没有", "·没有", "你好", "怎么填？", "", "。", "不知道"]
)
def test_small_talk_is_no_name(typed: str) -> None:
    assert Asked("name").read(typed) is UNCLEAR


@pytest.mark.parametrize("typed", ["英", "我已经把材料都交上去"])
def test_an_unusual_name_is_asked_about(typed: str) -> None:
    assert Asked("name").read(typed) == Doubtful(typed, "name.unusual", {"name": typed})


def test_a_photo_is_no_name() -> None:
    assert Asked("name").read(Photo("m1")) is UNCLEAR


@pytest.mark.parametrize("said", [Tap("suggested", "王秀英"), Tap("suggested", "")])
def test_the_suggested_name_can_be_tapped(said: Tap) -> None:
    assert Asked("name").read(said, suggestion="王秀英") == Accepted("王秀英")


def test_the_suggested_name_can_be_taken_by_number_or_yes() -> None:
    name = Asked("name")
    assert name.offered(suggestion="王秀英") == ["王秀英"]
    assert name.read("1", suggestion="王秀英") == Accepted("王秀英")
    assert name.read("是", suggestion="王秀英") == Accepted("王秀英")
