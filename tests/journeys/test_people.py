"""Leaving, coming back, a new phone, photos that cannot be kept, and a draft that ends."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pypdf
import pytest
from PIL import Image
from redis.asyncio import Redis

from bot.worker import warn_of_endings
from tests.journeys.city import City, Phone, city
from tests.journeys.steps import applied


@pytest.fixture
async def henan(tmp_path: Path, redis_server: str, redis: Redis) -> AsyncIterator[City]:
    database = f"sqlite://{tmp_path / 'records.sqlite3'}"
    async with city(tmp_path / "var", redis_server, database) as opened:
        yield opened


async def count(henan: City, table: str) -> int:
    rows = await henan.world.database.rows(f"SELECT count(*) AS n FROM {table}")
    return int(rows[0]["n"])


async def begun(henan: City, number: int = 0) -> Phone:
    """Somebody with an unfinished draft."""
    phone = await henan.phone(number)
    for words in ("办理退休", "1", "1", "王建国", "410105196606129011"):
        await phone.say(words)
    return phone


# ---- leaving --------------------------------------------------------------------------------


async def test_who_leaves_is_forgotten(henan: City, redis: Redis) -> None:
    phone = await begun(henan)

    async def known() -> bool:
        return await count(henan, "addresses") == 1

    await henan.until(known, "her address")
    await phone.do(type="unfollow")

    async def forgotten() -> bool:
        left = await redis.keys("draft:*") + await redis.keys("conversation:*")
        return not left and not await count(henan, "addresses") + await count(henan, "persons")

    await henan.until(forgotten, "nothing of hers")


async def test_a_case_is_kept_when_she_leaves(henan: City) -> None:
    phone = await applied(henan)
    await phone.do(type="unfollow")

    async def unlinked() -> bool:
        return await count(henan, "addresses") == 0

    await henan.until(unlinked, "the address unlinked")
    assert await count(henan, "cases") == 1
    assert await count(henan, "persons") == 1
    await henan.report("hn-hrss", "HN03", "accepted")


# ---- a new phone ----------------------------------------------------------------------------


async def test_a_new_phone_gets_her_case_and_the_old_one_is_told(henan: City) -> None:
    old = await applied(henan, number=2)
    new = await henan.phone(0)
    await new.say("办理退休")
    await new.say("1")
    assert await new.log_in("wang_jianguo") == 200
    await old.is_noticed("另一个微信")
    await new.is_offered("同意")
    await new.say("进度")
    await new.sees("养老")
    assert "另一个微信" not in str(await new.notices())
    assert str(await old.notices()).count("另一个微信") == 1


async def test_nobody_applies_twice_at_once(henan: City) -> None:
    await applied(henan, number=2)
    new = await henan.phone(0)
    await new.say("办理退休")
    await new.say("1")
    assert await new.log_in("wang_jianguo") == 200
    await new.is_offered("同意")
    for answer in ("1", "1", "建行", "6217000010000000128", "2", "2", "1", "1", "1"):
        await new.say(answer)
    await new.sees("已经有一件正在办")
    assert await count(henan, "cases") == 1


# ---- photos ---------------------------------------------------------------------------------


async def at_the_photo(henan: City) -> Phone:
    """She is asked for photos: the papers are not to be found."""
    phone = await henan.phone(0)
    await phone.say("办理退休")
    await phone.say("1")
    assert await phone.log_in("sun_meihua") == 200
    await phone.is_offered("同意")
    for _ in range(15):
        if "请拍下" in (newest := await newest_words(phone)):
            return phone
        month, city_asked = "年月" in newest or "哪个月" in newest, "参保" in newest
        await phone.say("2026年11月" if month else "郑州" if city_asked else "1")
    raise AssertionError(await newest_words(phone))


async def newest_words(phone: Phone) -> str:
    return str([one for one in await phone.messages() if one["kind"] == "in"][-1]["text"])


async def test_a_photo_is_kept_sealed(henan: City, tmp_path: Path) -> None:
    phone = await at_the_photo(henan)
    await phone.photo()

    async def kept() -> bool:
        return await count(henan, "document_refs") == 1

    await henan.until(kept, "the photo")
    folder = tmp_path / "var" / "documents"
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    assert not any(b"PNG" in path.read_bytes() or b"JFIF" in path.read_bytes() for path in files)


async def test_what_is_no_picture_is_said_so(henan: City) -> None:
    phone = await at_the_photo(henan)
    await phone.photo(b"%PDF-1.7 not a picture at all" * 10)
    await phone.sees("刚才那张打不开")
    assert await count(henan, "document_refs") == 0


def dark() -> bytes:
    """A photo of a sheet, taken in the dark."""
    file = io.BytesIO()
    Image.effect_noise((900, 1200), 8).point(lambda value: value // 8).save(file, "PNG")
    return file.getvalue()


async def kept_photos(henan: City, photos: int) -> None:
    async def kept() -> bool:
        return await count(henan, "document_refs") == photos

    await henan.until(kept, f"{photos} photos kept")


async def test_a_dark_photo_is_asked_for_again_once_and_several_become_one_paper(
    henan: City,
) -> None:
    phone = await at_the_photo(henan)
    await phone.photo(dark())
    await phone.sees("刚才那张有点暗")
    await phone.photo(dark())
    await kept_photos(henan, 1)
    await phone.photo()
    await kept_photos(henan, 2)
    for answer in ("发完了", "建行", "6217000010000000128", "2", "2", "1", "1", "1"):
        await phone.say(answer)
    await phone.sees("提交成功")
    task = await henan.task("hn-hrss", "HN03")
    (paper,) = [one for one in task["documents"] if one["kind"] == "retirement_form"]
    content = await henan.world.desk.documents.get(paper["id"])
    assert len(pypdf.PdfReader(io.BytesIO(content)).pages) == 2
    case = await henan.world.desk.cases.load(task["case_no"])
    assert case is not None
    assert case.application.unclear == ("retirement_form",)
    photos = [
        one
        for one in await henan.world.desk.documents.of_case(case.case_no)
        if one.use.kind == "retirement_form"
    ]
    assert [one.media_type for one in photos] == ["application/pdf"]


# ---- a draft that ends ----------------------------------------------------------------------


async def test_a_draft_s_end_is_announced_once(henan: City) -> None:
    """By a service notice: after so long no customer message may be sent any more."""
    phone = await begun(henan)
    henan.time.pass_by(days=84)
    await warn_of_endings(henan.world)
    await warn_of_endings(henan.world)
    await phone.is_noticed("退休申请还没填完")
    assert len(await phone.notices()) == 1
    assert not await henan.world.drafts.ending(henan.time())
    assert await henan.violations() == []


async def test_photos_of_an_ended_draft_are_removed(henan: City, redis: Redis) -> None:
    phone = await at_the_photo(henan)
    await phone.photo()

    async def kept() -> bool:
        return await count(henan, "document_refs") == 1

    await henan.until(kept, "the photo")
    henan.time.pass_by(days=84)
    await warn_of_endings(henan.world)
    await redis.delete(*await redis.keys("draft:*"))  # as Redis does, by its own clock
    henan.time.pass_by(days=7)

    async def gone() -> bool:
        return await count(henan, "document_refs") == 0

    await henan.until(gone, "the photo removed")


async def test_nobody_is_warned_of_what_was_handed_in(henan: City, redis: Redis) -> None:
    await applied(henan)
    henan.time.pass_by(days=84)
    await warn_of_endings(henan.world)
    assert await count(henan, "outbox WHERE case_no = ''") == 0


# ---- slow ------------------------------------------------------------------------------------


async def test_two_messages_at_once_keep_their_order(henan: City, redis: Redis) -> None:
    """Both wait for her queue; the second answers what the first made us ask."""
    phone = await henan.phone(0)
    await phone.say("你好")
    (address,) = await redis.keys("address:*")
    person = str(await redis.get(address), "ascii")  # type: ignore[arg-type]  # bytes: nothing is decoded here
    await redis.set(f"claim:{person}", "somebody", px=2000)
    async with asyncio.TaskGroup() as both:
        both.create_task(phone.say("办理退休"))

        async def queued() -> bool:
            return await redis.llen(f"queue:{person}") == 1

        await henan.until(queued, "the first message in her queue")
        both.create_task(phone.say("1"))
    await phone.sees("先做一次实名认证")
    screen = await phone.screen()
    assert screen.count("先做一次实名认证") == 1
    assert screen.count("先问一句") == 1
    assert not await redis.exists(f"queue:{person}")


async def test_a_slow_turn_is_answered_later_and_once(henan: City, redis: Redis) -> None:
    """Another process holds her queue: `success` in time, the words by customer message."""
    phone = await henan.phone(0)
    await phone.say("办理退休")
    (address,) = await redis.keys("address:*")
    person = str(await redis.get(address), "ascii")  # type: ignore[arg-type]  # bytes: nothing is decoded here
    await redis.set(f"claim:{person}", "somebody", px=4500)
    await phone.say("1")
    assert "先做一次实名认证" not in await phone.screen()
    henan.time.pass_by(seconds=30)
    await phone.sees("先做一次实名认证")
    henan.time.pass_by(seconds=60)
    await phone.say("你好")
    assert (await phone.screen()).count("先做一次实名认证") == 1
