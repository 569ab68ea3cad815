"""Filed before the month of retirement: what waits is the clock, not the looking at it.

豫人社办〔2024〕46号 四(四): “退休当月之前提交申请的，受理时间自退休当月第3个工作日起开始计算”
(HN-16; domain A4, A6, A23), through real HTTP with the city's clock moved on.
"""

from collections.abc import AsyncIterator
from datetime import date, datetime, time
from pathlib import Path

import pytest
from redis.asyncio import Redis

from cases.ages import Month
from cases.workdays import SHANGHAI, Calendar, day_of
from tests.journeys.city import City, Phone, city

REVIEWED = ("1", "1", "建行", "6217000010000000128", "2", "2", "1", "1")
"""From the consent to the review: no fund, no support."""


@pytest.fixture
async def henan(
    tmp_path: Path, redis_server: str, redis: Redis, database: str
) -> AsyncIterator[City]:
    async with city(tmp_path / "var", redis_server, database) as opened:
        yield opened


async def test_the_limits_run_from_the_months_third_working_day(henan: City) -> None:
    month = next_month(henan)
    await filed(henan, month)
    third = third_workday(month)
    whole = await henan.task("hn-hrss", "HN03")
    at_once = await henan.task("hn-hrss", "HN05")
    assert whole["starts_on"] == at_once["starts_on"] == third.isoformat()
    assert at_once["due_on"] == third.isoformat()
    assert whole["due_on"] == Calendar().add_workdays(third, 20).isoformat()


async def test_a_return_comes_before_the_clock_and_costs_nobody_a_day(henan: City) -> None:
    month = next_month(henan)
    phone = await filed(henan, month)
    await henan.report(
        "hn-medical",
        "HN07",
        "returned",
        missing=[{"kind": "document", "code": "retirement_form", "note": "拍糊了"}],
    )
    await phone.is_noticed("补")
    await phone.say("补材料")
    await phone.photo()
    await phone.say("发完了")

    async def handed_in() -> bool:  # a photo takes the time that it takes to be kept
        await phone.say("提交")
        return "补的材料交上去了" in await phone.screen()

    await henan.until(handed_in, "the supplement handed in")

    async def sent_again() -> bool:
        return bool((await henan.task("hn-medical", "HN07"))["revision"] == 2)

    await henan.until(sent_again, "the task once more")
    task = await henan.task("hn-medical", "HN07")
    assert task["starts_on"] == third_workday(month).isoformat()


async def test_in_the_month_everything_is_decided_in_time(henan: City) -> None:
    month = next_month(henan)
    phone = await filed(henan, month)
    await henan.task("hn-hrss", "HN05")
    noon = datetime.combine(third_workday(month), time(12), SHANGHAI)
    henan.time.pass_by(seconds=(noon - henan.time()).total_seconds())
    for connection, item in (
        *(("hn-hrss", code) for code in ("HN05", "HN06")),
        ("hn-medical", "HN07"),
    ):
        await henan.settle(connection, item)
    await henan.settle("hn-hrss", "HN03", facts={"disability_allowance": False})
    await phone.say("进度")
    await phone.sees("算养老金：办好了")
    assert await henan.world.journal.verify_all() == []


async def filed(henan: City, month: Month) -> Phone:
    """She applies, and says that she retires in that month; the paper said another."""
    phone = await henan.phone(2)
    await phone.say("办理退休")
    await phone.say("1")
    assert await phone.log_in("wang_jianguo") == 200
    await phone.is_offered("同意")
    for answer in REVIEWED:
        await phone.say(answer)
    await phone.say("修改 退休年月")
    await phone.say(f"{month.year}年{month.month}月")
    await phone.is_offered("同意并提交")
    await phone.tap("同意并提交")
    await phone.sees("提交成功")
    return phone


def next_month(henan: City) -> Month:
    today = day_of(henan.time())
    return Month(today.year, today.month).plus(1)


def third_workday(month: Month) -> date:
    return Calendar().nth_workday_of_month(month.year, month.month, 3)
