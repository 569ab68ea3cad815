"""Hebei's 联办申请表: the plan's words in their order, and every answer in its place."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.applying import application
from bot.form_data import form_data
from bot.forms import print_form
from bot.printing import print_document
from cases.case import Case
from cases.opening import open_case
from cases.workdays import Calendar
from dialogs.definition import Definition
from storage.definitions import read
from tests.bot.test_forms import NOW, SERVICES, answered_somehow, plain
from tests.storage.test_pdf import MADE_AT, NOT_TICKED, TICKED, pages, starts, ticks, words

TEMPLATE = SERVICES / "hebei" / "documents" / "application.typ"
PLAN = Path(__file__).parents[1] / "storage" / "hebei_application.txt"
# A merged cell is drawn after the rows beside it.
BESIDE = {"基本信息"}
TAKE_BACK = timedelta(minutes=10)
ITEMS = ("HB01", "HB02", "HB04", "HB05", "HB06", "HB07")
ANSWERS = {
    "employer_name": "廊坊兴达机械制造有限公司",
    "employer_uscc": "91131000MA40000008",
    "pension_number": "13100000123456",
    "name": "王秀英",
    "id_number": "131002197612120029",
    "sex": "女",
    "birth_date": "1976年12月12日",
    "address": "河北省廊坊市安次区银河南路街道示范社区3号院2号楼1单元101室",
    "contact_address": "廊坊市安次区银河南路88号",
    "postcode": "065000",
    "phone": "13803161234",
    "work_started": "1996年7月",
    "retirement_month": "2027年6月",
    "payment_from": "2027年7月",
    "payee_name": "王秀英",
    "bank_name": "中国建设银行",
    "bank_card": "6217000010000000128",
    "fund_centre": "廊坊市住房公积金管理中心",
    "fund_bank_name": "中国工商银行",
    "fund_card": "6228480010000000017",
}
VALUES = {
    "applicant": "employer",
    "retirement_category": "statutory",
    "special_kind": "none",
    "needs_qualification": True,
    "fund_consent_held": "known",
}


def printed(items: tuple[str, ...] = (), answers: Any = None, values: Any = None) -> bytes:
    data: Any = {
        "case_no": "131000202611210100000127",
        "submitted_on": {"year": "2026", "month": "11", "day": "21"},
        "submitted_at": "2026年11月21日 09:30",
        "answers": {**ANSWERS, **(answers or {})},
        "values": {**VALUES, **(values or {})},
        "items": [{"code": code, "applies": code in items} for code in ITEMS],
        "signature": {"text": "电子确认：王秀英 2026年11月21日 09:30"},
        "extra": [],
        "differences": [],
    }
    return print_document(TEMPLATE, data, (), MADE_AT).pdf


def test_it_has_the_plans_words_in_the_plans_order() -> None:
    text = rest = words(printed())
    for passage in PLAN.read_text().splitlines():
        assert passage in (text if passage in BESIDE else rest), passage
        rest = rest if passage in BESIDE else rest.partition(passage)[2]


def test_every_field_is_filled_in_on_one_page() -> None:
    pdf = printed()
    assert [said for said in (*ANSWERS.values(), "到龄退休") if said not in words(pdf)] == []
    assert len(pages(pdf)) == 1


@pytest.mark.parametrize(
    ("items", "values", "ticked"),
    [
        (("HB01", "HB05", "HB06", "HB07"), {}, {0, 3, 5, 6, 7, 11}),
        (
            ("HB02", "HB05"),
            {"special_kind": "trade", "needs_qualification": None, "fund_consent_held": None},
            {1, 3, 9},
        ),
        (
            ("HB05",),
            {
                "situation": "s3",
                "special_kind": "illness",
                "needs_qualification": None,
                "fund_consent_held": None,
            },
            {2, 3, 10},
        ),
        (  # 因病提前退休核准 is for employees of enterprises (三 3): situation 3 alone is marked
            ("HB05",),
            {
                "situation": "s5",
                "special_kind": "illness",
                "needs_qualification": None,
                "fund_consent_held": None,
            },
            {3, 10},
        ),
        (("HB04", "HB05"), {"needs_qualification": False}, {3, 4, 8, 11}),
    ],
)
def test_boxes_are_ticked_as_the_situation_says(
    items: tuple[str, ...], values: dict[str, Any], ticked: set[int]
) -> None:
    boxes = ticks(printed(items, values=values))
    assert boxes == [TICKED if place in ticked else NOT_TICKED for place in range(12)]


def test_who_applies_signs() -> None:
    assert "签章：廊坊兴达机械制造有限公司" in words(printed())
    assert "单位电子印章待加盖" in words(printed())
    herself = words(printed(values={"applicant": "person"}))
    assert "签章：电子确认：王秀英2026年11月21日09:30" in herself
    assert "印章" not in herself


def test_long_and_rare_values_stay_on_the_page() -> None:
    long = {"name": "䶮𠮷𬭎" * 10, "address": "很长的地址" * 24, "employer_name": "长" * 60}
    pdf = printed(answers=long)
    assert [said for said in long.values() if said not in words(pdf)] == []
    assert max(x for x, _ in starts(pdf)) < 595 - 50


# ---- every answer, whatever it is ----------------------------------------------------------


@pytest.fixture(scope="module")
def hebei() -> Definition:
    return read(SERVICES, "hebei")


def on_form(definition: Definition, case: Case) -> list[str]:
    """Every answer that is written on the form, not ticked."""
    data: Any = form_data(definition, case)
    written: list[str] = []
    for key, shown in data["answers"].items():
        question = definition.form.question(key)
        ticked = question.kind in {"yes_no", "notice", "consent"} or key == "retirement_category"
        if not (question.off_form or ticked):
            written.append(shown)
    return written


@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_on_the_route_is_printed(hebei: Definition, data: st.DataObject) -> None:
    applied = application(hebei, answered_somehow(hebei, data), NOW)
    case = open_case(applied, hebei.service, Calendar(), NOW, "131000" + "0" * 18, TAKE_BACK).case
    done = print_form(hebei, case, TEMPLATE)
    text = words(done.pdf)
    assert [said for said in on_form(hebei, case) if plain(said) not in text] == []
    extra: Any = form_data(hebei, case)["extra"]
    assert [said for _, said in extra if re.sub(r"\s", "", said) not in text] == []
    codes = {item.code for item in case.items}
    boxes = [box == TICKED for box in ticks(done.pdf)]
    places = {"HB01": 0, "HB02": 1, "HB05": 3, "HB04": 4, "HB06": 5, "HB07": 6}
    assert {code for code, number in places.items() if boxes[number]} == codes & set(places)
