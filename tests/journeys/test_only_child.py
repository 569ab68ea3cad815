"""The ninth item: asked for in the chat, pulled by a department that is not pushed to."""

from bot.worker import remind
from cases.workdays import day_of
from storage.sql.session import as_day
from tests.journeys.city import City

SPOUSE = ("李玉兰", "410105197106159024", "1", "19900000022")
CHILD = ("王小虹", "女", "1992年6月", "亲生的", "健在", "跳过", "没有了")


async def test_a_department_that_pulls_gets_the_whole_table(henan: City) -> None:
    phone = await henan.phone(2)
    await phone.say("办理退休")
    await phone.say("1")
    assert await phone.log_in("wang_jianguo") == 200
    await phone.is_offered("同意")
    for answer in ("1", "1", "建行", "6217000010000000128", "2", "1", *SPOUSE, *CHILD, "1", "1"):
        await phone.say(answer)
    await phone.is_offered("同意并提交")
    await phone.tap("同意并提交")
    await phone.sees("提交成功")

    task = await henan.task("hn-health", "HN09")
    assert task["answers"]["spouse_name"] == "李玉兰"
    assert task["answers"]["children.0.name"] == "王小虹"
    assert "bank_card" in task["answers"]
    await henan.settle("hn-health", "HN09")
    await phone.is_noticed("独生子女")
    assert await henan.violations() == []


async def test_the_support_is_applied_for_by_itself(henan: City) -> None:
    """She retired long ago: no papers, no retirement, only the ninth item (A1)."""
    phone = await henan.phone(2)
    await phone.say("办理退休")
    await phone.say("只申请独生子女奖励")
    assert await phone.log_in("wang_jianguo") == 200
    await phone.is_offered("同意")
    for answer in ("1", "1", "建行", "6217000010000000128", *SPOUSE, *CHILD, "1", "1"):
        await phone.say(answer)
    assert "年）开始发" in await phone.screen()
    await phone.is_offered("同意并提交")
    await phone.tap("同意并提交")
    await phone.sees("提交成功")

    task = await henan.task("hn-health", "HN09")
    assert "retirement_month" not in task["answers"]
    assert (await henan.desk("hn-hrss"))["tasks"] == []
    await henan.settle("hn-health", "HN09")
    await phone.is_noticed("独生子女")
    await phone.say("进度")
    await phone.sees("办好了，资格确认了，从")
    assert await henan.violations() == []


async def test_who_is_too_young_is_reminded_on_her_birthday_once(henan: City) -> None:
    """A7: under 60 nothing is asked, she is told when, and hears of it on the day."""
    phone = await henan.phone(1)
    await phone.say("办理退休")
    await phone.say("1")
    assert await phone.log_in("zhang_xiuying") == 200
    await phone.is_offered("同意")
    for answer in ("1", "1", "建行", "6217000010000000128", "2"):
        await phone.say(answer)
    await phone.is_offered("提醒我")
    await phone.tap("提醒我")
    await phone.sees("到时候我在这里提醒您")

    async def kept() -> bool:
        return bool(await henan.world.database.rows("SELECT id FROM reminders"))

    await henan.until(kept, "the reminder in the records")
    (row,) = await henan.world.database.rows("SELECT due_on FROM reminders")
    left = as_day(row["due_on"]) - day_of(henan.time())
    henan.time.pass_by(days=left.days - 1)
    assert await remind(henan.world) == 0
    henan.time.pass_by(days=1)
    for _ in range(2):
        await remind(henan.world)
    await phone.is_noticed("可以申请")
    assert str(await phone.notices()).count("独生子女父母奖励扶助金") == 1
    await phone.say("好")
    await phone.sees("在这里就能申请")
