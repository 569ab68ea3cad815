"""The lists to choose from are whole, lead nowhere wrong and name what people would look for."""

from collections import Counter
from functools import cache
from itertools import chain

import pytest

from dialogs.kinds.base import Row
from tests.services.rows import SERVICES, rows

REGIONS = "henan/lists/regions.csv"
CITIES = "henan/lists/insured_cities.yaml"
FUNDS = "henan/lists/fund_centres.yaml"
OFFICES = "henan/lists/offices.yaml"
BANKS = "henan/lists/banks.yaml"
ETHNICITIES = "shared/lists/ethnicities.yaml"
EVERY = (REGIONS, CITIES, FUNDS, OFFICES, BANKS, ETHNICITIES)

GROUPS = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 "
    "拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 "
    "塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)
"""GB/T 3304-1991, 01 to 56."""
PROVINCE = "410000"
JIYUAN = "419001"
AIRPORT = "410173"
COUNTY_LENGTH = 6
TOWN_LENGTH = 9
STATISTICAL_ZONE = "7"
"""Fifth digit of the codes of development zones, which are no counties of GB/T 2260."""


@cache
def listed(path: str) -> dict[str, Row]:
    """A list by id; a test below proves that no id is lost by this."""
    return {row.id: row for row in rows(path)}


def cities() -> list[Row]:
    return [row for row in listed(REGIONS).values() if not row.under]


def below(row: Row) -> list[Row]:
    return [one for one in listed(REGIONS).values() if one.under == row.id]


@pytest.mark.parametrize("path", EVERY)
def test_an_id_stands_for_one_row(path: str) -> None:
    counted = Counter(row.id for row in rows(path))
    assert [id_ for id_, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("path", EVERY)
def test_every_row_is_written_in_full(path: str) -> None:
    for row in rows(path):
        words = (row.id, row.name, *row.also)
        assert all(word and word == word.strip() for word in words), row
        assert len(set(words)) == len(words), row


@pytest.mark.parametrize("path", EVERY)
def test_every_list_says_where_it_comes_from(path: str) -> None:
    assert (SERVICES / path).read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize("path", EVERY)
def test_whatever_a_row_stands_under_exists(path: str) -> None:
    known = {"", *listed(REGIONS), *listed(CITIES)}
    assert [row for row in rows(path) if row.under not in known] == []


def test_henan_has_seventeen_cities_and_jiyuan() -> None:
    assert len(cities()) == 18
    assert cities()[0].name == "郑州市"
    assert listed(REGIONS)[JIYUAN].name == "济源市"


def test_places_of_insurance_are_the_province_its_cities_and_the_airport_zone() -> None:
    assert set(listed(CITIES)) == {PROVINCE, AIRPORT, *(city.id for city in cities())}


def test_every_city_has_counties_and_every_county_towns() -> None:
    for city in cities():
        under = below(city)
        assert under, city
        if city.id == JIYUAN:
            assert {len(row.id) for row in under} == {TOWN_LENGTH}
            continue
        for county in under:
            assert county.id.startswith(city.id[:4])
            assert len(county.id) == COUNTY_LENGTH
            assert below(county), county


def test_a_town_has_the_code_of_its_county() -> None:
    towns = [row for row in listed(REGIONS).values() if len(row.id) == TOWN_LENGTH]
    assert len(towns) > 2400
    assert [town for town in towns if town.id[:6] != town.under] == []


def test_nothing_stands_twice_under_the_same_place() -> None:
    counted = Counter((row.under, row.name) for row in listed(REGIONS).values())
    assert [place for place, count in counted.items() if count > 1] == []


@pytest.mark.parametrize(
    ("code", "name", "under"),
    [
        ("410105", "金水区", "410100"),
        ("410105008", "文化路街道", "410105"),
        (AIRPORT, "郑州航空港区", "410100"),
        ("419001103", "承留镇", JIYUAN),
        ("411603", "淮阳区", "411600"),
        ("410928106", "徐镇镇", "410928"),
    ],
)
def test_known_places(code: str, name: str, under: str) -> None:
    row = listed(REGIONS)[code]
    assert (row.name, row.under) == (name, under)


@pytest.mark.parametrize(
    ("code", "former"),
    [("410307", "偃师市"), ("410308", "吉利区"), ("410783", "长垣县"), ("411003", "许昌县")],
)
def test_a_county_is_found_by_its_former_name(code: str, former: str) -> None:
    assert former in listed(REGIONS)[code].also


def test_every_city_and_the_province_have_a_fund_centre() -> None:
    for code in (PROVINCE, *(city.id for city in cities())):
        assert listed(FUNDS)[f"fund-{code}"].under == code
    assert "省直公积金" in listed(FUNDS)["fund-410000"].also
    assert listed(FUNDS)["fund-410100"].name == "郑州住房公积金管理中心"


def test_every_place_of_insurance_and_every_county_has_an_office() -> None:
    counties = chain.from_iterable(below(city) for city in cities() if city.id != JIYUAN)
    of_the_standard = {row.id: row.under for row in counties if row.id[4] != STATISTICAL_ZONE}
    wanted = of_the_standard | {code: code for code in listed(CITIES)}
    assert {row.id: row.under for row in rows(OFFICES)} == {
        f"office-{code}": under for code, under in wanted.items()
    }


def test_a_citys_own_office_is_offered_before_those_of_its_counties() -> None:
    first: dict[str, str] = {}
    for row in rows(OFFICES):
        first.setdefault(row.under, row.id)
    assert first == {code: f"office-{code}" for code in listed(CITIES)}


def test_addresses_of_offices_are_left_to_the_operator() -> None:
    assert {row.data["address"] for row in rows(OFFICES)} == {""}


@pytest.mark.parametrize(
    ("word", "bank"),
    [
        ("工行", "中国工商银行"),
        ("邮储", "中国邮政储蓄银行"),
        ("农信社", "河南农商银行（农村信用社）"),
        ("洛阳银行", "中原银行"),
    ],
)
def test_banks_are_found_by_what_people_call_them(word: str, bank: str) -> None:
    assert [row.name for row in rows(BANKS) if word in row.also] == [bank]


@pytest.mark.parametrize("path", [CITIES, FUNDS, BANKS, ETHNICITIES])
def test_a_word_means_one_entry(path: str) -> None:
    counted = Counter(word for row in rows(path) for word in (row.name, *row.also))
    assert [word for word, count in counted.items() if count > 1] == []


def test_ethnic_groups_have_the_codes_of_the_standard() -> None:
    codes = [f"{number:02}" for number in range(1, 57)]
    assert list(listed(ETHNICITIES)) == [*codes, "97", "98"]
    names = [*(f"{group}族" for group in GROUPS.split()), "其他", "外国血统中国籍人士"]
    assert [row.name for row in rows(ETHNICITIES)] == names
    assert all(row.name.removesuffix("族") in row.also for row in rows(ETHNICITIES)[:56])
