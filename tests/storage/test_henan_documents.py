"""附件2, 附件3 and 附件4 of Henan's plan as PDF: what the plan prints, what a case fills in."""

import re
from pathlib import Path
from typing import Any

import pytest

from storage.documents.pdf import render
from tests.storage.test_pdf import (
    CHILD,
    FORM,
    MADE_AT,
    MERGED_CELLS,
    NOT_TICKED,
    SERVICES,
    SPOUSE,
    TICKED,
    as_given,
    pages,
    starts,
    ticks,
    words,
)

FOLDER = SERVICES / "henan" / "documents"
PRINTED = ("application_unit", "commitment", "mandate")
AGENT = {
    "employer_name": "郑州兴达机械制造有限公司",
    "employer_uscc": "91410105MA40000008",
    "agent_name": "赵敏",
    "agent_id_number": "410105199001010023",
    "agent_phone": "13900001234",
}
SIGNED = {"on": {"year": "2026", "month": "11", "day": "20"}, "at": "2026年11月20日 10:05"}
HERS = ("王秀英", "410105196606129020", "13803711234")
FILLED_IN: dict[str, tuple[str, ...]] = {
    "application_unit": (
        *HERS,
        "申报单位印章：郑州兴达机械制造有限公司",
        "经办人(签名)：电子签名：赵敏2026年11月21日09:30",
        "填表日期：2026年11月21日",
        "电子印章待加盖",
    ),
    "commitment": (
        *HERS,
        *("李建国", "410105196606129011", "优胜南社区", "0371-65901234"),
        "李小明男1990年5月养子女1991年6月孤儿——补办登记",
        "申请人(签名并按指印)：电子确认：王秀英2026年11月20日10:05",
        "2026年11月20日",
    ),
    "mandate": (
        "郑州住房公积金管理中心：",
        "兹授权郑州兴达机械制造有限公司、赵敏、410105199001010023(委托人工作单位",
        "委托期限自2026年11月20日起至2027年2月8日止。",
        "委托人(签名并按指印)：电子确认：王秀英2026年11月20日10:05",
        "公民身份号码：410105196606129020",
        "银行账户：6217000010000000128(中国工商银行花园路支行)",
        "联系电话：13803711234",
        "被委托人(签名并加盖财务印鉴章)：电子确认：赵敏2026年11月20日10:05",
        "联系电话：13900001234",
        "财务印鉴章待加盖",
    ),
}


def given(
    answers: dict[str, str] | None = None, consents: dict[str, Any] | None = None, **form: Any
) -> dict[str, Any]:
    data = as_given({**FORM, "unprintable": [], **form})
    data["answers"] |= AGENT | (answers or {})
    data["values"] |= {"mandate_from": "2026-11-20", "mandate_until": "2027-02-08"}
    signed = dict.fromkeys(("commitment", "mandate", "mandate_accepted"), SIGNED)
    data["consents"] = signed if consents is None else consents
    return data | {"submitted_at": "2026年11月21日 09:30", "applicant": "employer"}


def printed(name: str, data: dict[str, Any]) -> bytes:
    return render(FOLDER / f"{name}.typ", {"form": data}, MADE_AT)


@pytest.mark.parametrize("name", PRINTED)
def test_it_has_the_plans_words_in_the_plans_order(name: str) -> None:
    text = rest = words(printed(name, given()))
    beside = {*MERGED_CELLS, "申请人基本信息"}
    for passage in Path(__file__).with_name(f"henan_{name}.txt").read_text().splitlines():
        assert passage in (text if passage in beside else rest), passage
        rest = rest if passage in beside else rest.partition(passage)[2]


@pytest.mark.parametrize("name", PRINTED)
def test_what_a_case_says_stands_on_it(name: str) -> None:
    text = words(printed(name, given()))
    assert [said for said in FILLED_IN[name] if said not in text] == []


def test_the_units_boxes_are_ticked_as_applied_for() -> None:
    assert ticks(printed("application_unit", given())) == [NOT_TICKED, TICKED, TICKED, TICKED]


@pytest.mark.parametrize("name", PRINTED)
def test_it_takes_one_page_as_in_the_plan(name: str) -> None:
    plain = given(extra=[], differences=[])
    assert len(pages(printed(name, plain))) == 1


@pytest.mark.parametrize("name", ["commitment", "mandate"])
def test_without_a_consent_nobody_has_signed(name: str) -> None:
    text = words(printed(name, given(consents={})))
    assert "电子确认" not in text
    assert "2026年11月20日10:05" not in text


def test_who_is_alive_is_marked_as_each_form_asks() -> None:
    alive = [{**CHILD, "died": "————"}]
    assert "孤儿——补办" in words(printed("commitment", given(children=alive)))
    assert "孤儿————补办" in words(printed("application", given(children=alive)))
    unknown = words(printed("commitment", given(children=[{**CHILD, "died": ""}])))
    assert "孤儿补办" in unknown


def test_the_fund_goes_to_the_card_that_she_chose() -> None:
    text = words(printed("mandate", given({"fund_own_card": "6228480010000000017"})))
    assert "银行账户：6228480010000000017联系电话" in text


def test_a_mandate_without_anything_known_keeps_its_blanks() -> None:
    data = given(dict.fromkeys((*AGENT, "fund_centre", "name"), ""), {})
    data["values"] |= {"mandate_from": None, "mandate_until": ""}
    text = words(printed("mandate", data))
    assert "×××住房公积金管理中心：" in text
    assert "委托期限自年月日起至年月日止。" in text


@pytest.mark.parametrize("name", PRINTED)
@pytest.mark.parametrize("rare", ["𠮷田", "䶮", "𬭎", "买买提·吾买尔", "㛃" * 50])
def test_rare_and_long_names_are_printed(name: str, rare: str) -> None:
    pdf = printed(name, given({"agent_name": rare}, name=rare, spouse={**SPOUSE, "name": rare}))
    assert words(pdf).count(rare) >= 2
    assert max(x for x, _ in starts(pdf)) < 595 - 50


def test_many_children_of_a_commitment_go_over_pages_under_a_repeated_header() -> None:
    many = [{**CHILD, "name": f"李小{number:02}", "note": "说明" * 20} for number in range(1, 16)]
    sheets = [words_of(page) for page in pages(printed("commitment", given(children=many)))]
    holding = [text for text in sheets if "李小" in text]
    assert len(holding) >= 2
    assert all("夫妻曾生育及收养子女情况姓名性别出生年月" in text for text in holding)


def words_of(page: Any) -> str:
    return re.sub(r"\s", "", page.extract_text())
