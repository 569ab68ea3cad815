"""What is decided becomes a paper: every formal notice, and the page of what was supplied."""

import asyncio
import hashlib
import json
import re
from io import BytesIO

from pypdf import PdfReader

from bot.wiring import World
from cases.case import Issued
from storage.documents.store import Document
from tests.journeys.city import City, Phone
from tests.journeys.steps import FUND, applied

LETTERS = "notice_"


async def the_case(henan: City) -> str:
    (case_no,) = await henan.world.desk.cases.unfinished("", 10)
    return case_no


async def papers(henan: City, case_no: str, kind: str) -> list[Document]:
    found = await henan.world.desk.documents.of_case(case_no)
    return [one for one in found if one.use.kind.startswith(kind)]


async def letters(henan: City, case_no: str, number: int) -> list[tuple[str, str]]:
    """Wait for so many letters; their kinds and texts, in the order in which they were made."""

    made: list[Issued] = []

    async def there() -> bool:
        case = await henan.world.desk.cases.load(case_no)
        assert case is not None
        made[:] = [one for one in case.issued if one.code.startswith(LETTERS)]
        return len(made) >= number

    await henan.until(there, f"{number} letters")
    assert [one.id for one in made] == [one.id for one in await papers(henan, case_no, LETTERS)]
    return [(one.code, await text_of(henan, one.id)) for one in made]


async def text_of(henan: City, document_id: str) -> str:
    pdf = await henan.world.desk.documents.get(document_id)
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


async def supplied(henan: City, phone: Phone) -> None:
    """She hands in a telephone number and a photo; the department has them."""
    await phone.say("补材料")
    await phone.sees("电话")
    await phone.say("19900009999")
    await phone.photo()
    await phone.is_offered("发完了")
    await phone.tap("发完了")
    await phone.is_offered("提交")

    async def handed_in() -> bool:
        await phone.tap("提交")
        return "交上去了" in await phone.screen()

    await henan.until(handed_in, "the supplement to be handed in")

    async def there() -> bool:
        return bool((await henan.task("hn-medical", "HN07"))["revision"] == 2)

    await henan.until(there, "the task's second revision")


async def test_every_decision_becomes_a_paper_in_order_and_once(henan: City) -> None:
    phone = await applied(henan, fund=FUND)
    case_no = await the_case(henan)
    await henan.report("hn-medical", "HN07", "accepted")
    await henan.report(
        "hn-medical",
        "HN07",
        "returned",
        reason="看不清",
        missing=[
            {"kind": "document", "code": "retirement_form", "note": "第二页拍糊了"},
            {"kind": "answer", "code": "phone", "note": ""},
        ],
    )
    await letters(henan, case_no, 2)
    await supplied(henan, phone)
    await henan.report("hn-medical", "HN07", "done")
    await letters(henan, case_no, 3)
    await henan.report(
        "hn-fund-zhengzhou", "HN08", "refused", reason="账户未封存", basis="住房公积金管理条例"
    )
    await letters(henan, case_no, 4)
    await henan.report("hn-hrss", "HN05", "accepted")
    await henan.report("hn-hrss", "HN05", "denied", reason="没有领取伤残津贴")
    found = await letters(henan, case_no, 6)

    assert [code for code, _ in found] == [
        "notice_accepted",
        "notice_supplement",
        "notice_result",
        "notice_refused",
        "notice_accepted",
        "notice_denied",
    ]
    medical = "医疗保险在职转退休(基本医疗保险视同缴费年限核定)"
    for (_, text), says in zip(
        found,
        (
            ("受理通知书", medical, "受理日期", "承诺办结日期", "医疗保障部门", "咨询电话12393"),
            ("一次性补正告知书", medical, "看不清", "第二页拍糊了", "2联系电话", "发送“补材料”"),
            ("办理结果告知书", medical, "办结日期", "准予办理", "豫人社办〔2024〕46号"),
            (
                "不予受理通知书",
                "账户未封存",
                "依据住房公积金管理条例",
                "郑州住房公积金管理中心",
                "行政复议",
            ),
            ("受理通知书", "工伤保险待遇变更(伤残津贴停发)"),
            ("不予办理通知书", "没有领取伤残津贴", "参保地工伤保险经办机构", "行政诉讼"),
        ),
        strict=True,
    ):
        assert [said for said in (*says, case_no, "王建国") if said not in text] == []

    await journal_knows_them(henan, case_no)


async def journal_knows_them(henan: City, case_no: str) -> None:
    """Every document of ours by its digest, once; the chain holds."""
    links = await henan.world.journal.of_case(case_no)
    entries = [json.loads(one.data) for one in links if one.kind == "document_made"]
    kept = {one.id for one in await henan.world.desk.documents.of_case(case_no)}
    assert len({one["document"] for one in entries}) == len(entries) == 8
    for entry in entries:
        assert entry["document"] in kept
        pdf = await henan.world.desk.documents.get(entry["document"])
        assert hashlib.sha256(pdf).hexdigest() == entry["digest"]
    assert await henan.world.journal.verify_all() == []


async def test_what_was_supplied_is_a_page_for_who_had_asked(henan: City) -> None:
    phone = await applied(henan, fund=FUND)
    case_no = await the_case(henan)
    missing = [
        {"kind": "document", "code": "retirement_form", "note": "第二页拍糊了"},
        {"kind": "answer", "code": "phone", "note": ""},
    ]
    await henan.report("hn-medical", "HN07", "returned", reason="看不清", missing=missing)
    await phone.is_noticed("补")
    (form,) = await papers(henan, case_no, "application_form")
    before = await text_of(henan, form.id)
    await supplied(henan, phone)

    task = await henan.task("hn-medical", "HN07")
    (page,) = [one for one in task["documents"] if one["kind"] == "supplement_page"]
    text = await text_of(henan, page["id"])
    for said in ("看不清", "第二页拍糊了", "19900009999", "补正提交时间", "电子确认：王建国"):
        assert said in text
    assert "19900009999" not in before
    assert await text_of(henan, form.id) == before
    other = await henan.task("hn-fund-zhengzhou", "HN08")
    assert "supplement_page" not in {one["kind"] for one in other["documents"]}


async def test_a_worker_that_dies_half_way_leaves_one_paper(henan: City) -> None:
    phone = await applied(henan)
    case_no = await the_case(henan)
    world = henan.world
    dying = world.letters.issuing.documents
    await henan.report("hn-medical", "HN07", "accepted")
    (made,) = await letters(henan, case_no, 1)
    (row,) = [one for one in await world.outbox.of_case(case_no) if one.kind == "letter"]

    # the row comes back, as after a death between the document and the end of its row
    await world.database.run("UPDATE outbox SET state = 'queued' WHERE id = ?", row.id)
    await asyncio.gather(*(make(world) for _ in range(3)))
    assert await letters(henan, case_no, 1) == [made]
    links = [one for one in await world.journal.of_case(case_no) if one.kind == "document_made"]
    assert len(links) == 2  # 附件1 and the letter
    assert await dying.about(row.id) is not None
    assert phone.said > 0


async def make(world: World) -> None:
    await world.letters.make_due(world.clock())
