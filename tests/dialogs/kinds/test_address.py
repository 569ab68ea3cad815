import pytest

from cases.values import JSON
from dialogs.kinds.base import UNCLEAR, Accepted, Partial, Rejected
from dialogs.said import Tap
from tests.dialogs.kinds.asked import Asked

CITY = {"city": "郑州市", "city_code": "410100"}
COUNTY = CITY | {"county": "金水区", "county_code": "410105"}
TOWN = COUNTY | {"town": "花园路街道", "town_code": "410105002"}
COMMUNITY = TOWN | {"community": "省委社区"}
WHOLE = COMMUNITY | {"compound": "3号院"}


@pytest.mark.parametrize(
    "typed",
    [
        "郑州市金水区花园路街道 省委社区 3号院",
        "郑州市金水区花园路街道省委社区3号院",
        "河南省郑州市金水区花园路街道省委社区3号院",
        "河南郑州金水区花园路办事处省委社区3号院。",
        "郑州市，金水区，花园路街道办事处，省委社区，3号院",
        "我家住在郑州市金水区花园路街道省委社区3号院",
        "户籍地址：金水区花园路街道省委社区3号院",
    ],
)
def test_one_line_is_taken_apart(typed: str) -> None:
    read = Asked("address").read(typed)
    assert isinstance(read, Accepted)
    assert read.value == WHOLE
    assert read.params == {"address": "郑州市 金水区 花园路街道 省委社区 3号院"}


@pytest.mark.parametrize(
    ("typed", "value", "echo"),
    [
        ("郑州", CITY, "county"),
        ("金水区", COUNTY, "town"),
        ("郑州市 金水 花园路", TOWN, "community"),
        ("郑州市金水区花园路街道省委社区", COMMUNITY, "compound"),
        ("郑州市金水区花园路3号院", COUNTY | {"compound": "花园路3号院"}, "town"),
    ],
)
def test_what_is_missing_is_asked_next(typed: str, value: JSON, echo: str) -> None:
    read = Asked("address").read(typed)
    assert isinstance(read, Partial)
    assert read.value == value
    assert read.echo == f"echo.address.{echo}"


@pytest.mark.parametrize(
    ("partial", "typed", "after"),
    [
        (CITY, "金水", COUNTY),
        (CITY, "3", COUNTY),
        (CITY, "金水区花园路街道", TOWN),
        (CITY, "某某区", CITY | {"county": "某某区"}),
        (COUNTY, "花园路", TOWN),
        (COUNTY, "先锋", COUNTY | {"town": "先锋"}),
        (TOWN, "省委", TOWN | {"community": "省委"}),
        (TOWN, "省委社区3号院", WHOLE),
        (COMMUNITY, "3号院", WHOLE),
        (COMMUNITY, "没有", COMMUNITY | {"compound": ""}),
        (COMMUNITY, "1", COMMUNITY | {"compound": ""}),
        (
            TOWN,
            "南阳市唐河县",
            {"city": "南阳市", "city_code": "411300", "county": "唐河县", "county_code": "411328"},
        ),
    ],
)
def test_level_by_level(partial: JSON, typed: str, after: JSON) -> None:
    read = Asked("address").read(typed, partial=partial)
    assert isinstance(read, (Accepted, Partial))
    assert read.value == after


def test_known_places_are_offered_while_they_are_few() -> None:
    address = Asked("address")
    assert address.offered() == []
    assert address.offered(partial=CITY) == ["中原区", "管城回族区", "金水区", "巩义市"]
    assert address.offered(partial=COUNTY) == ["花园路街道", "经八路街道"]
    assert address.offered(partial=TOWN) == []
    assert address.offered(partial=COMMUNITY) == ["没有"]
    tapped = address.read(Tap("410105", "金水区"), partial=CITY)
    assert isinstance(tapped, Partial)
    assert tapped.value == COUNTY


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        (
            "郑州市邙山区老鸦陈镇老鸦陈村2组",
            CITY
            | {"county": "邙山区", "town": "老鸦陈镇", "community": "老鸦陈村", "compound": "2组"},
        ),
        (
            "河北省保定市竞秀区先锋街道某某社区5号",
            {
                "province": "河北省",
                "city": "保定市",
                "county": "竞秀区",
                "town": "先锋街道",
                "community": "某某社区",
                "compound": "5号",
            },
        ),
        (
            "北京市朝阳区望京街道某某社区5号",
            {
                "province": "北京市",
                "city": "北京市",
                "county": "朝阳区",
                "town": "望京街道",
                "community": "某某社区",
                "compound": "5号",
            },
        ),
        (
            "济源市沁园街道某某社区5号",
            {
                "city": "济源市",
                "city_code": "419001",
                "county": "济源市",
                "county_code": "419001",
                "town": "沁园街道",
                "town_code": "419001001",
                "community": "某某社区",
                "compound": "5号",
            },
        ),
    ],
)
def test_no_name_is_refused(typed: str, value: JSON) -> None:
    read = Asked("address").read(typed)
    assert isinstance(read, Accepted)
    assert read.value == value


@pytest.mark.parametrize("typed", ["", "你好", "好的", "哪个地址？", "不知道", "1", "123456"])
def test_what_is_no_place_is_not_guessed(typed: str) -> None:
    assert Asked("address").read(typed) is UNCLEAR
    assert Asked("address").read(typed, partial=TOWN) is UNCLEAR or typed == "你好"


def test_a_very_long_line_is_refused() -> None:
    assert Asked("address").read("郑州市" + "很长" * 60) == Rejected("address.long")


def test_the_own_address_is_suggested_for_the_spouse() -> None:
    address = Asked("address")
    assert address.offered(suggestion=WHOLE) == ["郑州市 金水区 花园路街道"]
    for said in (Tap("suggested", ""), "1", "是的"):
        read = address.read(said, suggestion=WHOLE)
        assert isinstance(read, Accepted)
        assert read.value == WHOLE


def test_a_mask_ends_with_the_town() -> None:
    assert Asked("address").masked(WHOLE) == "郑州市 金水区 花园路街道"
    assert Asked("address").shown(WHOLE) == "郑州市 金水区 花园路街道 省委社区 3号院"
