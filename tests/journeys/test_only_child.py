"""The ninth item: asked for in the chat, pulled by a department that is not pushed to."""

from tests.journeys.city import City

SPOUSE = ("李玉兰", "410105197106159024", "1", "19900000022")
CHILD = ("王小虹", "女", "1992年6月", "亲生的", "健在", "没有了")


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
