"""The smooth journey: from “办理退休” to every department's answer on her phone."""

from tests.journeys.city import City


async def test_from_the_first_word_to_every_answer(henan: City) -> None:
    phone = await henan.phone(2)
    await phone.say("办理退休")
    await phone.say("1")
    assert await phone.log_in("wang_jianguo") == 200
    await phone.sees("请您同意")
    for answer in ("1", "1", "建行", "6217000010000000128", "1", "1", "1", "2", "1", "1"):
        await phone.say(answer)
    await phone.say("1")
    assert "提交成功" in await phone.screen()
    assert phone.said <= 14

    await henan.settle("hn-hrss", "HN03", facts={"disability_allowance": False})
    await phone.is_noticed("养老")
    for item in ("HN05", "HN06"):
        await henan.settle("hn-hrss", item)
    await henan.settle("hn-medical", "HN07")
    await henan.settle("hn-fund-zhengzhou", "HN08")

    assert await henan.violations() == []
