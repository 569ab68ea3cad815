"""Kinds that look into a list: ethnicity, bank, office."""

from dataclasses import replace

import pytest

from dialogs.kinds.base import UNCLEAR, Accepted, Doubtful, Partial, Rejected, Row
from dialogs.said import Tap, Text
from tests.dialogs.kinds.asked import LISTS, Asked


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("汉", "汉族"),
        ("汉族", "汉族"),
        ("我是回族", "回族"),
        ("1", "汉族"),
        ("壮", "壮族"),
        ("毛难族", "毛南族"),
        ("其它", "其他"),
    ],
)
def test_an_ethnic_group_is_known_by_its_names(typed: str, name: str) -> None:
    assert Asked("ethnicity").read(typed) == Accepted(name)


@pytest.mark.parametrize("typed", ["", "火星", "不是汉族", "什么民族？"])
def test_an_unknown_group_is_not_guessed(typed: str) -> None:
    assert Asked("ethnicity").read(typed) is UNCLEAR


@pytest.mark.parametrize(
    ("typed", "bank"),
    [
        ("工行", "中国工商银行"),
        ("1", "中国工商银行"),
        ("是工商银行", "中国工商银行"),
        ("中国银行", "中国银行"),
        ("某某村镇银行", "某某村镇银行"),
        ("中国银行郑州花园路支行", "中国银行郑州花园路支行"),
    ],
)
def test_a_bank_is_one_of_the_list_or_any_other(typed: str, bank: str) -> None:
    assert Asked("bank").read(typed) == Accepted(bank)


def test_what_does_not_sound_like_a_bank_is_asked_about() -> None:
    assert Asked("bank").read("绿园") == Doubtful("绿园", "bank.unknown", {"bank": "绿园"})
    assert Asked("bank").read("6217000010000000128") == Rejected("bank.digits")
    assert Asked("bank").read("银行" * 40) == Rejected("bank.long")
    assert Asked("bank").read("没有") is UNCLEAR
    assert Asked("bank").read("银行") is UNCLEAR


def test_offices_of_the_answered_city_are_offered() -> None:
    office = Asked("office", settings={"under": "insured_city"})
    city = {"insured_city": "411300"}
    assert office.offered(answers=city) == ["南阳市政务服务中心", "唐河县政务服务中心"]
    assert office.read("2", answers=city) == Accepted("office-4")
    assert office.read("金水区", answers=city) == Accepted("office-2"), "she may go elsewhere"
    assert len(office.offered(answers={"insured_city": "999999"})) == 4


@pytest.mark.parametrize(
    ("typed", "office"),
    [
        ("唐河", "office-4"),
        ("金水区", "office-2"),
        ("新春街", "office-4"),
        ("郑州市", "office-1"),
        ("南阳市政务服务中心", "office-3"),
        ("我去唐河县政务服务中心", "office-4"),
    ],
)
def test_an_office_is_found_by_a_part_of_its_name_or_address(typed: str, office: str) -> None:
    assert Asked("office").read(typed) == Accepted(office)


def test_several_finds_are_offered() -> None:
    office = Asked("office")
    found = office.read("政务服务中心", answers={})
    assert found == Partial(
        {"found": ["office-1", "office-2", "office-3", "office-4"]},
        "echo.office.found",
        {"count": "4"},
    )
    narrowed = {"found": ["office-2", "office-4"]}
    assert office.offered(partial=narrowed) == ["郑州市金水区政务服务中心", "唐河县政务服务中心"]
    assert office.read("2", partial=narrowed) == Accepted("office-4")


def test_too_many_and_no_finds_say_so() -> None:
    office = Asked("office")
    assert office.read("火星") == Rejected("office.none")
    rows = [Row(f"o{number}", f"郑州第{number}中心") for number in range(11)]
    scene = replace(office.scene(), lists={"offices": rows})
    read = office.kind.read(office.question, Text("郑州"), scene)
    assert read == Rejected("office.many", {"count": "11"})


def test_the_suggested_place_comes_first() -> None:
    assert Asked("office").offered(suggestion="411300")[0] == "南阳市政务服务中心"


def test_an_office_is_shown_by_name() -> None:
    assert Asked("office").shown("office-4") == "唐河县政务服务中心"
    assert Asked("office").read(Tap("office-4", "")) == Accepted("office-4")


@pytest.mark.parametrize("kind", ["bank", "office", "ethnicity"])
def test_a_list_that_is_missing_is_refused_at_load(kind: str) -> None:
    asked = Asked(kind, list="nowhere")
    with pytest.raises(ValueError, match="nowhere"):
        asked.kind.check(asked.question, LISTS)
