"""A clerk's table: what is on it, who may see it, and that what is decided reaches her."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.journeys.city import City, Phone, city
from tests.journeys.staff import Clerk, clerk
from tests.journeys.steps import applied

ITEM = "HN07"


@pytest.fixture
async def henan(tmp_path: Path, redis_server: str, redis: Redis) -> AsyncIterator[City]:
    """The medical insurance has no system of its own: people work at our desk."""
    database = f"sqlite://{tmp_path / 'records.sqlite3'}"
    async with city(tmp_path / "var", redis_server, database) as opened:
        known = opened.world.settings.departments
        text = known.read_text("utf-8")
        at_desk = re.sub(
            r'(id: "?hn-medical.*?mode: "?)\w+', r"\1desk", text, count=1, flags=re.DOTALL
        )
        assert at_desk != text
        known.write_text(at_desk, "utf-8")
        yield opened


@pytest.fixture
async def phone(henan: City) -> Phone:
    return await applied(henan)


async def case_no(henan: City, somebody: Clerk) -> str:
    """Wait until the task lies on the desk; its case's number."""
    found: list[str] = []

    async def there() -> bool:
        found[:] = re.findall(rf"/desk/items/(\d+)/{ITEM}", await somebody.page("/desk/queue"))
        return bool(found)

    await henan.until(there, "a task on the desk")
    return found[0]


async def test_a_clerk_sees_what_the_item_needs_and_nothing_else(henan: City, phone: Phone) -> None:
    async with clerk(henan) as somebody:
        number = await case_no(henan, somebody)
        page = await somebody.page(f"/desk/items/{number}/{ITEM}")
        assert "王建国" in page
        assert "医疗保险在职转退休" in page
        assert "6217000010000000128" not in page  # the bank card is not the medical insurance's


async def test_what_a_clerk_decides_reaches_her_phone(henan: City, phone: Phone) -> None:
    async with clerk(henan) as somebody:
        path = f"/desk/items/{await case_no(henan, somebody)}/{ITEM}"
        await somebody.page(path)
        assert "已受理" in await somebody.send(path, {"do": "accepted", "report": somebody.report})
        await phone.is_noticed("医保")
        await somebody.page(path)
        assert "已办结" in await somebody.send(path, {"do": "done", "report": somebody.report})


async def test_a_form_sent_twice_is_one_report(henan: City, phone: Phone) -> None:
    async with clerk(henan) as somebody:
        path = f"/desk/items/{await case_no(henan, somebody)}/{ITEM}"
        await somebody.page(path)
        said = {"do": "accepted", "report": somebody.report}
        await somebody.send(path, said)
        before = await reports(henan, path.split("/")[3])
        await somebody.send(path, said)
        assert await reports(henan, path.split("/")[3]) == before


async def test_a_return_names_everything_and_a_refusal_its_reason(
    henan: City, phone: Phone
) -> None:
    async with clerk(henan) as somebody:
        path = f"/desk/items/{await case_no(henan, somebody)}/{ITEM}"
        await somebody.page(path)
        assert "还差内容" in await somebody.send(
            path, {"do": "returned", "report": somebody.report}, 409
        )
        assert "还差内容" in await somebody.send(
            path, {"do": "refused", "report": somebody.report}, 409
        )
        said: dict[str, str | list[str]] = {
            "do": "returned",
            "report": somebody.report,
            "missing": ["answer:phone"],
            "note:answer:phone": "打不通",
        }
        page = await somebody.send(path, said)
        assert "已退回补正" in page
        await phone.is_noticed("补")
        assert "打不通" in await phone.say("进度")


async def test_several_are_accepted_at_once(henan: City, phone: Phone) -> None:
    async with clerk(henan) as somebody:
        number = await case_no(henan, somebody)
        said: dict[str, str | list[str]] = {
            "do": "accepted",
            "report": somebody.report,
            "items": [f"{number}/{ITEM}", "1/HN07"],
        }
        page = await somebody.send("/desk/queue", said)
        assert f"{number}/{ITEM}：已记下" in page
        assert "1/HN07：找不到" in page


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"area": "410200"},
        {"province": "hebei", "area": "130100"},
        {"department": "fund"},
        {"level": "county", "area": "410105"},
        {"office": "another"},
    ],
    ids=str,
)
async def test_what_lies_outside_is_not_there(
    henan: City, phone: Phone, elsewhere: dict[str, str]
) -> None:
    async with clerk(henan) as somebody, clerk(henan, **elsewhere) as other:
        number = await case_no(henan, somebody)
        assert number not in await other.page("/desk/queue")
        await other.page("/desk/search")
        assert number not in await other.send("/desk/search", {"text": "王建国"})
        await other.page(f"/desk/items/{number}/{ITEM}", 404)
        form = {"do": "accepted", "report": somebody.report}
        await other.send(f"/desk/items/{number}/{ITEM}", form, 404)


async def test_the_lead_department_sees_where_it_stands_but_no_answers(
    henan: City, phone: Phone
) -> None:
    async with clerk(henan) as somebody, clerk(henan, "lead") as lead:
        number = await case_no(henan, somebody)
        page = await lead.page(f"/desk/items/{number}/{ITEM}")
        assert "王建国" not in page
        form = {"do": "accepted", "report": somebody.report}
        await lead.send(f"/desk/items/{number}/{ITEM}", form, 403)


@pytest.mark.parametrize("text", ["王建国", "410105196606129011", "19900000001"])
async def test_a_case_is_found_by_what_the_citizen_says(
    henan: City, phone: Phone, text: str
) -> None:
    async with clerk(henan) as somebody, clerk(henan, "auditor") as auditor:
        number = await case_no(henan, somebody)
        await somebody.page("/desk/search")
        assert number in await somebody.send("/desk/search", {"text": text})
        assert number not in await somebody.send("/desk/search", {"text": "王建"})
        audit = await auditor.page("/desk/audit")
        assert "查找" in audit
        assert text not in audit


async def test_a_department_with_a_system_of_its_own_is_only_shown(
    henan: City, phone: Phone
) -> None:
    async with clerk(henan, department="hrss") as somebody:
        await henan.task("hn-hrss", "HN03")
        number = re.findall(r"/desk/items/(\d+)/HN03", await somebody.page("/desk/queue"))[0]
        assert "自己的业务系统" in await somebody.page(f"/desk/items/{number}/HN03")
        await somebody.send(
            f"/desk/items/{number}/HN03", {"do": "accepted", "report": somebody.report}, 409
        )


async def test_papers_open_for_the_item_they_belong_to_only(henan: City, phone: Phone) -> None:
    async with clerk(henan) as somebody:
        number = await case_no(henan, somebody)
        page = await somebody.page(f"/desk/items/{number}/{ITEM}")
        (first, *_) = re.findall(r'href="(/desk/items/[^"]+/papers/[^"]+)"', page)
        assert await somebody.status("GET", first) == 200
        assert await somebody.status("GET", first + "x") == 404


async def reports(henan: City, number: str) -> int:
    """How many reports were taken; formal notices are written down when they are made."""
    links = await henan.world.journal.of_case(number)
    return sum(link.kind == "report" for link in links)
