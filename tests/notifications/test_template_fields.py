from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.template_fields import LIMITS, Kind, check, fit, kind_of

GOOD: list[tuple[Kind, str]] = [
    ("thing", "企业职工退休“一件事” 2026"),
    ("thing", "二" * 20),
    ("character_string", "HN-20261121-0007 (a)"),
    ("phrase", "已办结"),
    ("name", "欧阳建国"),
    ("name", "买买提·阿卜杜拉"),
    ("name", "John Ronald Reuel T."),
    ("number", "32.5"),
    ("letter", "abcXYZ"),
    ("symbol", "!?#"),
    ("phone_number", "+86-0371-66888866"),
    ("car_number", "粤A8Z888挂"),
    ("amount", "¥1234567890.12"),
    ("amount", "300元"),
    ("time", "15:01"),
    ("time", "2026年10月1日 15:01~2026年10月1日 17:00"),
    ("date", "2026年10月1日"),
    ("date", "2026-10-01 15:01:09"),
    ("date", "2026年10月"),
    ("date", "10月1日~10月7日"),
]


@pytest.mark.parametrize(("kind", "value"), GOOD)
def test_what_the_platform_takes(kind: Kind, value: str) -> None:
    assert check(kind, value) is None
    assert fit(kind, value) == value


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        ("thing", "", "empty"),
        ("thing", " \u3000", "empty"),
        ("thing", "一\n二", "control_character"),
        ("thing", "一\u2028二", "control_character"),
        ("thing", "二" * 21, "too_long"),
        ("thing", "𠮷" * 11, "too_long"),
        ("character_string", "编号7", "shape"),
        ("character_string", "x" * 33, "too_long"),
        ("phrase", "已办结了吗呢", "too_long"),
        ("phrase", "OK", "shape"),
        ("phrase", "已办结。", "shape"),
        ("name", "王" * 11, "too_long"),
        ("name", "x" * 21, "too_long"),
        ("name", "王5", "shape"),
        ("number", "1e5", "shape"),
        ("number", "1" * 33, "too_long"),
        ("letter", "é", "shape"),
        ("symbol", "!!!!!!", "too_long"),
        ("symbol", "a!", "shape"),
        ("phone_number", "1" * 18, "too_long"),
        ("phone_number", "转8", "shape"),
        ("amount", "12345678901", "shape"),
        ("amount", "¥¥1", "shape"),
        ("amount", "-1", "shape"),
        ("time", "25:00", "shape"),
        ("time", "下午三点", "shape"),
        ("date", "2026年13月1日", "shape"),
        ("date", "明天", "shape"),
        ("const", "别的", "not_allowed"),
    ],
)
def test_what_the_platform_refuses(kind: Kind, value: str, problem: str) -> None:
    assert check(kind, value, allowed=("已受理",)) == problem


@pytest.mark.parametrize(
    ("kind", "value", "fitted"),
    [
        (
            "thing",
            "郑州市金水区人力资源和社会保障局经办大厅",
            "郑州市金水区人力资源和社会保障局经办大厅",
        ),
        (
            "thing",
            "郑州市金水区人力资源和社会保障局经办大厅二楼",
            "郑州市金水区人力资源和社会保障局经办大…",
        ),
        ("thing", " 退休\n证 \x00🎉", "退休 证"),
        ("thing", "字" * 18 + "𠮷𠮷", "字" * 18 + "…"),
        ("character_string", "编号ＨＮ１２", "HN12"),
        ("character_string", "x" * 40, "x" * 29 + "..."),
        ("phrase", "已经全部办理完结。", "已经全部办"),
        ("name", "王建国2", "王建国"),
        ("name", "阿" * 12, "阿" * 10),
        ("number", "1,234.5", "1234.5"),
        ("letter", "a1b2", "ab"),
        ("symbol", "a!b?", "!?"),
        ("phone_number", "0371－6688 转 8", "0371-6688 8"),
        ("car_number", "豫A·12345", "豫A12345"),
        ("amount", "￥ 1,200 元", "¥1200元"),
        ("time", "15：01", "15:01"),
        ("date", "２０２６年１０月１日～２日", "2026年10月1日~2日"),
        ("const", " 已受理 ", "已受理"),
    ],
)
def test_values_are_made_to_fit(kind: Kind, value: str, fitted: str) -> None:
    assert fit(kind, value) == fitted


WORDS: list[Kind] = ["thing", "character_string", "phrase", "name", "letter", "symbol"]


@given(st.sampled_from(WORDS), st.text())
def test_words_of_any_kind_fit_or_are_empty(kind: Kind, value: str) -> None:
    assert check(kind, fit(kind, value)) in {None, "empty"}


@given(st.sampled_from(WORDS), st.text())
def test_fitting_twice_changes_nothing_more(kind: Kind, value: str) -> None:
    assert fit(kind, fit(kind, value)) == fit(kind, value)


def test_numbers_and_dates_are_never_cut() -> None:
    for kind in ("number", "amount", "phone_number"):
        assert fit(kind_of(kind), "1" * 40) == "1" * 40


def test_the_kind_stands_in_the_fields_name() -> None:
    assert kind_of("thing12") == "thing"
    assert kind_of("character_string1") == "character_string"
    assert kind_of("const3") == "const"
    for unknown in ("first", "remark", "keyword1", "12"):
        with pytest.raises(ValueError, match="no such kind"):
            kind_of(unknown)


def test_every_limit_belongs_to_a_kind() -> None:
    assert set(LIMITS) <= set(get_args(Kind))
