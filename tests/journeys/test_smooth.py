"""The smooth journey: from “办理退休” to every department's answer on her phone."""

from tests.journeys.city import City
from tests.journeys.steps import FUND, applied

AT_MOST = 14
"""Messages of hers in a smooth application (issue: login not counted, photos count one)."""


async def test_from_the_first_word_to_every_answer(henan: City) -> None:
    phone = await applied(henan, fund=FUND)
    assert phone.said <= AT_MOST

    await henan.settle("hn-hrss", "HN03", facts={"disability_allowance": False})
    await phone.is_noticed("算养老金")
    for connection, item in (
        ("hn-hrss", "HN05"),
        ("hn-hrss", "HN06"),
        ("hn-medical", "HN07"),
        ("hn-fund-zhengzhou", "HN08"),
    ):
        await henan.settle(connection, item)
    henan.time.pass_by(seconds=90)

    async def told_once_more() -> bool:
        return len(await phone.notices()) == 2

    await henan.until(told_once_more, "one more notice for all the rest")
    await phone.say("进度")
    await phone.sees("办好了")
    assert (await phone.screen()).count("：办好了") == 5
    assert len(await phone.notices()) == 2
    assert await henan.violations() == []
    assert await henan.world.journal.verify_all() == []


async def test_every_department_gets_only_what_its_item_needs(henan: City) -> None:
    await applied(henan, fund=FUND)
    medical = await henan.task("hn-medical", "HN07")
    fund = await henan.task("hn-fund-zhengzhou", "HN08")
    assert "bank_card" not in medical["answers"]
    assert "bank_card" in fund["answers"]
    assert {paper["kind"] for paper in medical["documents"]} == {
        "application_form",
        "retirement_form",
    }
