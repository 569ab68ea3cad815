"""“删除我的信息”: what was not handed in is erased, what the law keeps is kept, and said so."""

from redis.asyncio import Redis

from tests.architecture.test_privacy import everything_in
from tests.journeys.city import City, Phone
from tests.journeys.steps import applied
from tests.journeys.test_people import at_the_photo, count, kept_photos

TABLES = ("persons", "document_refs", "documents", "reminders", "desk_tasks", "outbox")


async def forgotten(henan: City, phone: Phone, redis: Redis) -> None:
    await phone.say("删除我的信息")
    await phone.sees("不能删：已经交上去的申请和材料")
    await phone.say("确定删除")
    await phone.sees("正在替您删")

    async def gone() -> bool:
        left = await redis.keys("draft:*") + await redis.keys("conversation:*")
        return not left and not await count(henan, "addresses")

    await henan.until(gone, "drafts, conversation and address erased")


async def test_who_wants_to_be_forgotten_is_forgotten(henan: City, redis: Redis) -> None:
    phone = await at_the_photo(henan)
    await phone.photo()
    await kept_photos(henan, 1)
    await phone.say("人工 我叫孙美华")
    await forgotten(henan, phone, redis)

    async def nothing() -> bool:
        return not await left()

    async def left() -> list[object]:
        rows = [await henan.world.database.rows(f"SELECT * FROM {table}") for table in TABLES]
        return [row for found in rows for row in found if row.get("kind") != "calendar_missing"]

    await henan.until(nothing, f"nothing of hers in any table: {await left()}")
    assert phone.openid.encode() not in await everything_in(redis)
    await phone.say("你好")
    await phone.is_offered("办理退休")


async def test_no_means_that_everything_stays(henan: City) -> None:
    phone = await at_the_photo(henan)
    await phone.say("注销")
    await phone.is_offered("不删除")
    await phone.say("不删除")
    await phone.sees("还是原来的样子")
    assert await count(henan, "persons") == 1


async def test_her_cases_are_kept_and_their_journal_says_that_she_was_forgotten(
    henan: City, redis: Redis
) -> None:
    phone = await applied(henan)
    await forgotten(henan, phone, redis)
    (case_no,) = await henan.world.desk.cases.unfinished()

    async def noted() -> bool:
        kinds = [one.kind for one in await henan.world.journal.of_case(case_no)]
        return kinds.count("person_erased") == 1

    await henan.until(noted, "the journal's entry")
    assert await henan.world.journal.verify_all() == []
    assert await count(henan, "document_refs") > 0
    await henan.report("hn-hrss", "HN03", "accepted")
