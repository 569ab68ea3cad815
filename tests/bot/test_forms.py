"""The application's PDF: what was answered is printed, once a case, and holds none up."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from bot.applying import application
from bot.form_data import form_data
from bot.forms import FormMaker, print_form
from bot.issuing import Issuing
from cases.case import Case, Supplement
from cases.identity_numbers import check_digit
from cases.opening import items_applied_for, open_case
from cases.values import JSON
from cases.workdays import Calendar, day_of
from dialogs.definition import Definition, Definitions
from dialogs.draft import Answer, Draft, blank
from dialogs.form import Question
from dialogs.route import place
from notifications.outbox import NewRow
from storage.definitions import read
from storage.documents.pdf import RenderingFailed
from storage.documents.store import Documents
from storage.keys import Key
from storage.sealing import Lookups, Sealer
from storage.sql.cases import Cases
from storage.sql.connect import connect
from storage.sql.desk import DeskTasks
from storage.sql.outbox import SqlOutbox
from storage.sql.records import Filing, Written
from tests.storage.test_pdf import NOT_TICKED, TICKED, ticks, words

SERVICES = Path(__file__).parents[2] / "services"
APPLICATION = SERVICES / "henan" / "documents" / "application.typ"
NOW = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
LATER = NOW + timedelta(minutes=3)
CASE_NO = "410100202611210100000127"
HER_NUMBER = "41010519610612902" + check_digit("41010519610612902")
HIS_NUMBER = "41010519600305901" + check_digit("41010519600305901")
YOUNG_NUMBER = "41010519760612902" + check_digit("41010519760612902")


def home(community: str, compound: str) -> dict[str, JSON]:
    known: dict[str, JSON] = {"city": "郑州市", "county": "金水区", "county_code": "410105"}
    return known | {"town": "花园路街道", "community": community, "compound": compound}


FULL: Mapping[str, JSON] = {
    "holds_papers": "yes",
    "identity": "later",
    "name": "王秀英",
    "id_number": HER_NUMBER,
    "ethnicity": "回族",
    "phone": "13803711234",
    "address": home("省直社区", "纬五路3号院"),
    "person_kind": "enterprise",
    "retirement_kind": "early_illness",
    "retirement_month": "2026-12",
    "insured_city": "410100",
    "early_approval": [{"document": "doc-1"}],
    "bank_name": "中国工商银行",
    "bank_card": "6217000010000000128",
    "wants_fund": True,
    "fund_centre": "fund-410100",
    "fund_payout": "own_card",
    "fund_own_card": "6228480010000000017",
    "wants_only_child": True,
    "household_kind": "urban",
    "marital_status": "first_marriage",
    "only_child_year": "told",
    "spouse_name": "李建国",
    "spouse_id_number": HIS_NUMBER,
    "spouse_address": home("优胜南社区", "12号院"),
    "spouse_phone": "0371-65901234",
    "children.0.name": "李小明",
    "children.0.sex": "male",
    "children.0.born": "1988-11",
    "children.0.kind": "born",
    "children.0.living": False,
    "children.0.died_on": "2008-05",
    "children.0.note": "因病去世（编的）",
    "children.0.more": True,
    "children.1.name": "李念慈",
    "children.1.sex": "female",
    "children.1.born": "2009-02",
    "children.1.kind": "adopted",
    "children.1.adopted_on": "2010-12",
    "children.1.adoptee_status": "institution",
    "children.1.living": True,
    "children.1.note": "长子因故去世后收养，2012年补办登记",
    "children.1.more": False,
    "illness_allowance": "told",
    "several_children": "told",
    "delivery": "mail",
    "mailing_address": "河南省郑州市金水区纬五路3号院2号楼1单元101室",
}
RECORDED: Mapping[str, JSON] = {
    "ethnicity": "汉族",
    "marital_status": "remarried",
    "address": {**home("省直社区", ""), "town": "经八路街道"},
}
NO_CHILD_ITEM: Mapping[str, JSON] = {"wants_only_child": False, "wants_fund": False}


@pytest.fixture(scope="module")
def henan() -> Definition:
    return read(SERVICES, "henan")


def draft_of(answers: Mapping[str, JSON], recorded: Mapping[str, JSON]) -> Draft:
    draft = blank("draft-1", "henan", 1, "person-1", NOW)
    for key, value in answers.items():
        draft = draft.with_answer(key, Answer(value, "citizen", NOW, known=recorded.get(key)))
    return draft


def opened(definition: Definition, draft: Draft, case_no: str = CASE_NO) -> Case:
    assert place(definition, draft, day_of(NOW)).open is None
    applied = application(definition, draft, NOW)
    take_back = timedelta(minutes=10)
    return open_case(applied, definition.service, Calendar(), NOW, case_no, take_back).case


def case_of(definition: Definition, **changes: JSON) -> Case:
    return opened(definition, draft_of({**FULL, **changes}, RECORDED))


def printed(definition: Definition, case: Case) -> bytes:
    return print_form(definition, case, APPLICATION).pdf


def plain(text: str) -> str:
    return re.sub(r"\s", "", text)


# ---- what stands on it ---------------------------------------------------------------------


def test_a_full_case_is_printed_as_it_was_answered(henan: Definition) -> None:
    pdf = printed(henan, case_of(henan))
    text = words(pdf)
    for said in (
        *("王秀英", HER_NUMBER, "回族", "13803711234", "郑州市", "省直社区", "纬五路3号院"),
        *("中国工商银行", "6217000010000000128", "郑州住房公积金管理中心"),
        *("李建国", HIS_NUMBER, "优胜南社区", "12号院", "0371-65901234"),
        "李小明男1988年11月生子女2008年5月",
        "李念慈女2009年2月养子女2010年12月福利院抚养儿童————长子因故去世后收养，2012年补办登记",
        "电子确认：王秀英2026年11月21日09:30",
        "填表日期：2026年11月21日",
        f"办件编号：{CASE_NO}",
    ):
        assert said in text
    assert ticks(pdf) == [NOT_TICKED, TICKED, TICKED, TICKED, TICKED, TICKED]


def test_who_applies_for_the_seventh_item_alone_has_it_on_the_annex(henan: Definition) -> None:
    alone = case_of(henan, holds_papers="only_child")
    assert [item.code for item in alone.items] == ["HN09"]
    assert alone.clock.starts_on == Calendar().workday_from(day_of(NOW))  # no month to wait for
    assert "只申请第(七)项" in plain(words(printed(henan, alone)))
    assert "只申请第(七)项" not in plain(words(printed(henan, case_of(henan))))


def test_the_annex_has_what_the_form_has_no_place_for(henan: Definition) -> None:
    text = words(printed(henan, case_of(henan)))
    for row in (
        "参保身份企业职工",
        "退休类型因病提前退休",
        "退休年月2026年12月",
        "参保地郑州市",
        "公积金收款转到本人别的银行卡",
        "公积金收款卡号6228480010000000017",
        "户口性质河南城镇户口",
        "纸质结果邮寄到家",
        "邮寄地址河南省郑州市金水区纬五路3号院2号楼1单元101室",
        "民族回族汉族",
        "户籍地址郑州市金水区花园路街道省直社区纬五路3号院郑州市金水区经八路街道省直社区",
        "婚姻状况初婚再婚",
    ):
        assert row in text
    assert "实名" not in text


def test_what_leads_to_no_item_is_not_applied_for(henan: Definition) -> None:
    pdf = printed(henan, case_of(henan, **NO_CHILD_ITEM))
    assert ticks(pdf) == [NOT_TICKED, TICKED, NOT_TICKED, NOT_TICKED, TICKED, NOT_TICKED]
    assert not {"李建国", "李念慈", "————长子", "住房公积金管理中心)"} & {words(pdf)}
    referred = printed(henan, case_of(henan, marital_status="widowed", only_child_referral=True))
    assert ticks(referred)[3:] == [NOT_TICKED, TICKED, NOT_TICKED]
    assert "婚姻状况丧偶再婚" in words(referred)


def test_the_data_says_everything_by_key(henan: Definition) -> None:
    data: Any = form_data(henan, case_of(henan))
    assert data["submitted_on"] == {"year": "2026", "month": "11", "day": "21"}
    assert data["answers"]["sex"] == "女"
    assert data["values"]["wants_fund"] is True
    assert data["values"]["address"]["town"] == "花园路街道"
    assert data["groups"]["children"][1]["kind"] == {"shown": "养子女", "raw": "adopted"}
    assert {"code": "HN09", "applies": True} in data["items"]
    made = {one["key"] for one in data["statements"] if one["applies"]}
    assert made == {"statement_1", "statement_2"}
    assert "early_approval" not in data["answers"]


def test_what_was_supplied_later_changes_nothing_on_it(henan: Definition) -> None:
    case = case_of(henan)
    later = Supplement("draft-2", {"phone": "13900001111", "ethnicity": "汉族"}, {}, LATER)
    assert printed(henan, replace(case, supplements=(later,))) == printed(henan, case)


def test_the_same_case_gives_the_same_bytes(henan: Definition) -> None:
    assert printed(henan, case_of(henan)) == printed(henan, case_of(henan))


# ---- every answer, whatever it is ----------------------------------------------------------

CHARACTERS = "王李欧阳建国秀英慈·𠮷㛃楼号室的了ABxyz019#*_[]$`\\\"'<>@=/~{}%-（），。、"
PLACE = st.text("东西南北中郑金水花园经纬路", min_size=1, max_size=12)
DIGITS = st.text("0123456789", min_size=16, max_size=19)
STEPS: Mapping[str, tuple[JSON, ...]] = {
    "identity": ("verified", "later"),
    "registry": ("found", "nothing"),
    "papers": ("found", "nothing"),
    "card": ("confirmed",),
    "note": ("told",),
    "notice": (True,),
    "photos": ([{"document": "doc-1"}],),
    "id_number": (HER_NUMBER, HIS_NUMBER, YOUNG_NUMBER),
}
KINDS: Mapping[str, st.SearchStrategy[JSON]] = {
    "name": st.text(CHARACTERS, min_size=2, max_size=30),
    "text": st.text(CHARACTERS, min_size=1, max_size=60),
    "phone": st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    "yes_no": st.booleans(),
    "reminder": st.booleans(),
    "consent": st.booleans(),
    "month": st.dates().map(lambda day: f"{day.year:04}-{day.month:02}"),
    "date": st.dates(date(1950, 1, 1), day_of(NOW)).map(date.isoformat),
    "uscc": st.just("91410105MA40000008"),
    "bank_card": DIGITS,
    "address": st.fixed_dictionaries(
        dict.fromkeys(("city", "county", "town", "community"), PLACE)
        | {"compound": st.one_of(st.just(""), PLACE)},
        optional={"province": st.just("湖北省")},
    ),
}


def value_of(
    definition: Definition, question: Question, answers: Mapping[str, JSON]
) -> st.SearchStrategy[JSON]:
    if question.kind in STEPS:
        return st.sampled_from(STEPS[question.kind])
    if question.kind == "choice":
        open_now = (
            one.id for one in question.options if definition.holds(one.when, answers, day_of(NOW))
        )
        return st.sampled_from(list(open_now))
    if question.kind in KINDS:
        return KINDS[question.kind]
    rows = definition.lists[question.list or ""]
    return st.sampled_from([row.id if question.kind == "office" else row.name for row in rows])


def answered_somehow(definition: Definition, data: st.DataObject) -> Draft:
    draft = blank("draft-1", definition.province, 1, "person-1", NOW)
    here = place(definition, draft, day_of(NOW))
    while here.open is not None:
        value = data.draw(value_of(definition, here.open, here.answers), label=here.open.key)
        draft = draft.with_answer(here.open.key, Answer(value, "citizen", NOW))
        here = place(definition, draft, day_of(NOW))
    return draft


def on_form(definition: Definition, case: Case) -> list[str]:
    """Every answer that has a place on 附件1 and is written there, not ticked."""
    found: list[str] = []
    data: Any = form_data(definition, case)
    for key, shown in data["answers"].items():
        question = definition.form.question(key)
        if question.off_form or key == "sex" or key.startswith("wants_"):
            continue
        if question.kind == "yes_no":
            found.extend(["————"] if data["values"][key] else [])
        else:
            found.extend(shown.split() if question.kind == "address" else [shown])
    return found


def documents_of(definition: Definition, case: Case) -> dict[str, bytes]:
    """Every form that goes with the case, by its code."""
    answers = case.application.answers
    return {
        one.code: print_form(definition, case, SERVICES / "henan" / one.template).pdf
        for one in definition.service.documents
        if definition.holds(one.when, answers, day_of(NOW))
    }


@given(data=st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_on_the_route_is_printed(henan: Definition, data: st.DataObject) -> None:
    draft = answered_somehow(henan, data)
    on_route = place(henan, draft, day_of(NOW)).answers
    assume(items_applied_for(henan.service, on_route, day_of(NOW)))
    case = opened(henan, draft)
    made, answers = documents_of(henan, case), case.application.answers
    text = "".join(map(words, made.values()))
    herself = answers["applicant"] == "person"
    said = [one if herself else one.replace("————", "——") for one in on_form(henan, case)]
    assert [one for one in said if plain(one) not in text] == []
    boxes = [box == TICKED for box in ticks(next(iter(made.values())))]
    codes = {item.code for item in case.items}
    assert boxes[:2] == [answers["sex"] == "male", answers["sex"] == "female"]
    only_child = "HN09" in codes
    assert boxes[2:] == ["HN08" in codes, only_child, *((True, only_child) if herself else ())]


# ---- made once -----------------------------------------------------------------------------


@pytest.fixture
async def maker(henan: Definition, tmp_path: Path, database: str) -> AsyncIterator[FormMaker]:
    sealer, lookups = Sealer((Key("test", b"d" * 32),)), Lookups((Key("test", b"l" * 32),))
    ids = (f"id-{number}" for number in count(1))
    async with connect(database) as records:
        cases = Cases(records, sealer)
        papers = Documents(tmp_path / "papers", records, sealer, lookups, ids.__next__)
        yield FormMaker(
            definitions=Definitions({"henan": henan}),
            cases=cases,
            issuing=Issuing(cases, papers, DeskTasks(records, sealer)),
            outbox=SqlOutbox(records, sealer, ids.__next__),
            services_dir=SERVICES,
        )


async def submitted(maker: FormMaker, **changes: JSON) -> Case:
    """The case of a full application, with one task that waits for its form."""
    case = case_of(maker.definitions["henan"], **changes)
    filing = Filing("draft-1", case.application.digest, "410100", "01", day_of(NOW), "410100")

    def make(case_no: str) -> Written:
        row = NewRow("task-1", "task", f"{case_no}-HN03", b"{}", NOW, NOW, case_no, after_form=True)
        return Written(replace(case, case_no=case_no), outbox=(row,))

    found = await maker.cases.open(filing, make)
    kept = await maker.cases.load(found.case_no)
    assert kept is not None
    return kept


async def task_state(maker: FormMaker, case: Case) -> str:
    (row,) = await maker.outbox.of_case(case.case_no)
    return row.state


async def test_the_form_is_made_and_the_tasks_go(maker: FormMaker) -> None:
    case = await submitted(maker)
    assert await task_state(maker, case) == "waiting"
    assert await maker.make_form(case.case_no, LATER)
    assert await task_state(maker, case) == "queued"
    (form,) = await maker.issuing.documents.of_case(case.case_no)
    assert (form.use.kind, form.media_type) == ("application_form", "application/pdf")
    pdf = await maker.issuing.documents.get(form.id)
    assert pdf == printed(maker.definitions["henan"], case)
    made = PdfReader(BytesIO(pdf)).metadata
    assert made is not None
    assert made.creation_date == NOW


def test_the_forms_of_a_unit_are_its_own(maker: FormMaker) -> None:
    case = by_unit(case_of(maker.definitions["henan"]))
    assert [one.code for one in maker.due(case)] == [
        "application_form_unit",
        "commitment",
        "mandate",
    ]
    plain = by_unit(case, wants_fund=False, wants_only_child=False)
    assert [one.code for one in maker.due(plain)] == ["application_form_unit"]


def by_unit(case: Case, **changes: JSON) -> Case:
    answers = {**case.application.answers, "applicant": "employer", **changes}
    return replace(case, application=replace(case.application, answers=answers))


async def test_made_again_it_is_the_same_one_document(maker: FormMaker) -> None:
    case = await submitted(maker)
    made = await asyncio.gather(*(maker.make_form(case.case_no, LATER) for _ in range(3)))
    assert any(made)
    assert not await maker.make_form(case.case_no, LATER + timedelta(days=1))
    assert len(await maker.issuing.documents.of_case(case.case_no)) == 1
    assert await maker.issuing.desk_tasks.of_case(case.case_no) == []


async def test_a_task_that_began_to_wait_later_is_let_go_too(maker: FormMaker) -> None:
    case = await submitted(maker)
    await maker.make_form(case.case_no, LATER)
    later = NewRow("task-2", "task", "k", b"{}", LATER, LATER, case.case_no, after_form=True)
    await maker.outbox.add((later,))
    assert not await maker.make_form(case.case_no, LATER)
    assert {row.state for row in await maker.outbox.of_case(case.case_no)} == {"queued"}


async def test_nothing_is_made_of_what_is_not_there_or_was_taken_back(maker: FormMaker) -> None:
    assert not await maker.make_form("410100202611210100009999", LATER)
    case = await submitted(maker)
    await maker.cases.change(case.case_no, lambda held: Written(replace(held, taken_back_at=LATER)))
    assert not await maker.make_form(case.case_no, LATER)
    assert await maker.issuing.documents.of_case(case.case_no) == []
    assert await task_state(maker, case) == "waiting"


async def test_a_character_that_no_font_has_holds_nothing_up(maker: FormMaker) -> None:
    case = await submitted(
        maker, **{"name": "王\U000323af英", "children.1.name": "李\U000323af\ue000"}
    )
    assert await maker.make_form(case.case_no, LATER)
    assert await task_state(maker, case) == "queued"
    (form,) = await maker.issuing.documents.of_case(case.case_no)
    text = words(await maker.issuing.documents.get(form.id))
    assert "电子确认：王〓英" in text
    assert "姓名王〓英U+323AF" in text
    assert "姓名李〓〓U+323AFU+E000" in text
    (task,) = await maker.issuing.desk_tasks.of_case(case.case_no)
    assert (task.kind, sorted(task.note.split())) == ("form_broken", ["U+323AF", "U+E000"])


@pytest.mark.parametrize("name", ["\ufffe\u0338", "\x00\x07王", "👨\u200d👩\u0338", "王\u202e"])
def test_marks_and_control_characters_can_be_printed(henan: Definition, name: str) -> None:
    done = print_form(henan, case_of(henan, name=name), APPLICATION)
    assert done.missing
    assert re.search(r"电子确认：.*〓.*2026年11月21日09:30填表日期", words(done.pdf))


async def test_a_broken_template_is_told_to_the_desk_and_the_tasks_wait(
    maker: FormMaker, tmp_path: Path
) -> None:
    broken = tmp_path / "services" / "henan" / "documents" / "application.typ"
    broken.parent.mkdir(parents=True)
    broken.write_text("#nothing-of-that-name")
    case = await submitted(maker)
    without = replace(maker, services_dir=tmp_path / "services")
    for _ in range(2):
        with pytest.raises(RenderingFailed):
            await without.make_form(case.case_no, LATER)
    (task,) = await maker.issuing.desk_tasks.of_case(case.case_no)
    assert task.kind == "form_broken"
    assert "王" not in task.note
    assert await task_state(maker, case) == "waiting"
    assert await maker.make_form(case.case_no, LATER)
