"""预审登记: taken in by chat, marked by HR, told to her, and asked for again (HN-48)."""

from dataclasses import replace

from cases.pre_reviews import STATES, State
from notifications.catalog import pre_review_notice
from storage.sql.pre_reviews import Mark
from storage.sql.queue import Scope
from tests.journeys.city import City

LUOYANG = Scope("henan", "4103")


async def _marked(city: City, state: State, missing: str = "") -> None:
    """HR marks the one that waits, as its page does."""
    world = city.world
    (line,) = await world.desk.pre_reviews.lines(LUOYANG, STATES, limit=10)
    entry = replace(line.entry, state=state, missing=missing)
    row = pre_review_notice(entry, f"notice-{state}", world.clock())
    mark = Mark(state, "clerk-1", missing)
    assert await world.desk.pre_reviews.mark(line.entry, mark, world.clock(), row)
    await world.desk.wake()


async def test_who_registers_hears_what_is_missing_and_that_it_is_in_order(henan: City) -> None:
    phone = await henan.phone(1)
    await phone.say("预审登记")
    await phone.sees("请问您的姓名")
    for answer in ("王秀英", "410105197805120022", "13900000000", "洛阳", "2", "1"):
        await phone.say(answer)
    await phone.sees("已经登记预审了")
    (line,) = await henan.world.desk.pre_reviews.lines(LUOYANG, STATES, limit=10)
    assert (line.entry.name, line.entry.city, line.entry.verified) == ("王秀英", "410300", False)

    await _marked(henan, "missing", "招工登记表")
    await phone.is_noticed("退休预审还差材料")
    await phone.say("预审登记")
    await phone.sees("还差：招工登记表")
    await _marked(henan, "in_order")
    await phone.is_noticed("退休预审材料齐了")
    await phone.say("预审登记")
    await phone.sees("预审齐了")


async def test_who_is_verified_is_not_asked_who_she_is(henan: City) -> None:
    phone = await henan.phone(2)
    await phone.say("办理退休")
    await phone.say("1")
    assert await phone.log_in("wang_jianguo") == 200
    await phone.is_offered("同意")
    await phone.say("预审登记")
    await phone.is_offered("洛阳市")
    assert "请问您的姓名" not in await phone.screen()
    for answer in ("4", "1", "1"):
        await phone.say(answer)
    await phone.sees("已经登记预审了")
    await phone.is_offered("同意")  # and the form goes on where it was
    (line,) = await henan.world.desk.pre_reviews.lines(LUOYANG, STATES, limit=10)
    assert (line.entry.name, line.entry.verified) == ("王建国", True)


async def test_who_only_knows_a_name_and_a_number_is_not_told_where_it_stands(henan: City) -> None:
    hers, other = await henan.phone(1), await henan.phone(2)
    said = ("预审登记", "王秀英", "410105197805120022", "13900000000", "洛阳", "2", "1")
    for answer in said:
        await hers.say(answer)
    await hers.sees("已经登记预审了")
    await _marked(henan, "missing", "招工登记表")
    await hers.is_noticed("退休预审还差材料")
    for answer in (*said[:3], "13900000009", *said[4:]):
        await other.say(answer)
    await other.sees("已经登记预审了")
    assert "招工登记表" not in await other.screen()
