"""What departments can answer, seen from her phone."""

from tests.journeys.city import City
from tests.journeys.steps import FUND, applied


async def test_the_allowance_opens_the_item_that_waits_for_it(henan: City) -> None:
    await applied(henan)
    desk = await henan.desk("hn-hrss")
    assert "HN04" not in {task["item"] for task in desk["tasks"]}
    await henan.settle("hn-hrss", "HN03", facts={"disability_allowance": True})
    waiting = await henan.task("hn-hrss", "HN04")
    assert waiting["due_on"] == (await henan.task("hn-hrss", "HN03"))["due_on"]


async def test_an_unknown_allowance_is_work_for_the_desk(henan: City) -> None:
    await applied(henan)
    await henan.settle("hn-hrss", "HN03")

    async def asked() -> bool:
        tasks = await henan.world.desk.desk_tasks.unfinished()
        of_cases = [one.kind for one in tasks if one.case_no]  # in winter a calendar is wanted too
        return of_cases == ["fact_unknown"]

    await henan.until(asked, "a task at the desk")
    desk = await henan.desk("hn-hrss")
    assert "HN04" not in {task["item"] for task in desk["tasks"]}


async def test_missing_papers_are_named_at_once_and_supplied(henan: City) -> None:
    phone = await applied(henan)
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
    await phone.is_noticed("补")
    await phone.say("进度")
    await phone.sees("第二页拍糊了")
    await phone.say("补材料")
    await phone.sees("电话")
    await phone.say("19900009999")
    await phone.photo()
    await phone.is_offered("发完了")
    await phone.tap("发完了")
    await phone.is_offered("提交")

    async def handed_in() -> bool:
        """She is asked to tap again while the photo is still on its way into the store."""
        await phone.tap("提交")
        return "交上去了" in await phone.screen()

    await henan.until(handed_in, "the supplement to be handed in")

    async def supplied() -> bool:
        task = await henan.task("hn-medical", "HN07")
        return bool(task["revision"] == 2)

    await henan.until(supplied, "the task's second revision")
    task = await henan.task("hn-medical", "HN07")
    assert task["answers"]["phone"] == "19900009999"
    assert await henan.violations() == []


async def test_one_refuses_and_the_rest_go_on(henan: City) -> None:
    phone = await applied(henan, fund=FUND)
    await henan.report(
        "hn-fund-zhengzhou", "HN08", "refused", reason="账户未封存", basis="住房公积金管理条例"
    )
    await phone.is_noticed("不予受理")
    await henan.settle("hn-medical", "HN07")
    await henan.settle("hn-hrss", "HN03", facts={"disability_allowance": False})
    henan.time.pass_by(seconds=90)
    await phone.say("进度")
    await phone.sees("没有受理：账户未封存")
    await phone.sees("办好了")


async def test_a_department_that_breaks_holds_nobody_else_up(henan: City) -> None:
    await henan.asked(
        "POST", "/control/departments/hn-medical/behaviour", json={"mode": "http_500"}
    )
    await applied(henan)
    await henan.settle("hn-hrss", "HN05")
    await henan.asked("POST", "/control/departments/hn-medical/behaviour", json={"mode": "normal"})
    henan.time.pass_by(minutes=5)
    task = await henan.task("hn-medical", "HN07")
    assert task["revision"] == 1


async def test_forged_and_foreign_reports_change_nothing(henan: City) -> None:
    await applied(henan)
    before = (await henan.world.desk.cases.unfinished("", 10))[0]
    for forge, status in (
        ("bad_signature", 401),
        ("stale_timestamp", 401),
        ("foreign_department", 403),
    ):
        answer = await henan.report("hn-medical", "HN07", "accepted", forge=forge)
        assert answer["status"] == status, forge
    after = (await henan.world.desk.cases.unfinished("", 10))[0]
    assert before == after


async def test_taken_back_before_anything_is_sent(henan_in_no_hurry: City) -> None:
    phone = await applied(henan_in_no_hurry)
    await phone.tap("撤回")
    await phone.say("1")
    await phone.sees("已经撤回")
    henan_in_no_hurry.time.pass_by(minutes=30)
    await phone.say("进度")
    assert (await henan_in_no_hurry.desk("hn-hrss"))["tasks"] == []
