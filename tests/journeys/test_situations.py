"""Hebei's six situations through real HTTP, the clock moved to the month of retirement.

冀人社字〔2024〕108号 七 (domain 1.2 F): what is confirmed first, what is pushed in the month, what
goes at once and what waits for the calculation; and what happens when somebody says no.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

import pytest
from redis.asyncio import Redis

from bot.worker import remind
from cases.ages import Month
from cases.workdays import SHANGHAI, Calendar, day_of
from tests.journeys.city import City, Phone, city

PICTURE: Final = "@"
"""In the answers: one picture and no other."""
PERSON: Final = ("1", "1", "065000", "跳过", "廊坊市")
ENTERPRISE: Final = ("1", "1990年8月")
INSTITUTION: Final = ("机关事业单位", "1990年8月")
ACCOUNT: Final = ("建行", "6217000010000000128", "要提取", "1", PICTURE)
LATER: Final = ("HB05", "HB06", "HB07")
AT: Final = {"HB05": "hb-pension", "HB06": "hb-medical", "HB07": "hb-fund-langfang"}


@pytest.fixture
async def hebei(
    tmp_path: Path, redis_server: str, redis: Redis, database: str
) -> AsyncIterator[City]:
    async with city(tmp_path / "var", redis_server, database, services="hebei") as opened:
        yield opened


# ---- 1, 2, 6: confirmed first, pushed in the month ------------------------------------------


async def test_1_confirmed_first_and_pushed_on_the_months_first_working_day(hebei: City) -> None:
    month = _next_month(hebei)
    phone = await _applied(hebei, _regular("不清楚", month, "一样", "不清楚"))
    await hebei.task("hb-hrss", "HB01")
    await hebei.report("hb-hrss", "HB01", "done")
    await phone.is_noticed("确认退休资格")
    assert await _held(hebei) == set()
    await _to_first_workday(hebei, month)
    await _all_done(hebei)
    await phone.say("进度")
    await phone.sees("提取住房公积金：办好了")
    assert await hebei.world.journal.verify_all() == []


async def test_6_an_institution_whose_years_are_not_recognised_yet(hebei: City) -> None:
    month = _next_month(hebei)
    answers = (*PERSON, *INSTITUTION, "1", "不清楚", "一样", _said(month), "满了", "满了")
    papers = (PICTURE, "不清楚", "跳过", PICTURE, PICTURE)
    await _applied(hebei, (*answers, *ACCOUNT, *papers))
    await hebei.report("hb-hrss", "HB04", "done")
    assert await _held(hebei) == set()
    await _to_first_workday(hebei, month)
    await _all_done(hebei)


async def test_not_confirmed_the_rest_ends_and_she_is_told_why(hebei: City) -> None:
    phone = await _applied(hebei, _regular("不清楚", _next_month(hebei), "一样", "不清楚"))
    await hebei.report("hb-hrss", "HB01", "denied", reason="档案出生时间待核实")
    await phone.is_noticed("确认退休资格")
    await phone.say("进度")
    await phone.sees("档案出生时间待核实")
    assert await _held(hebei) == set()


# ---- 3, 5: approved before, together at once -------------------------------------------------


async def test_3_after_the_offline_approval_all_three_at_once(hebei: City) -> None:
    month = _this_month(hebei)
    answers = (*PERSON, *ENTERPRISE, "因病提前退休", _said(month), "没有补缴", "满了")
    await _applied(hebei, (*answers, *ACCOUNT, PICTURE, PICTURE))
    await _all_done(hebei)


async def test_5_an_institution_waits_for_the_month_that_is_still_to_come(hebei: City) -> None:
    month = _next_month(hebei)
    answers = (*PERSON, *INSTITUTION, "1", "人社已经认定过", _said(month), "满了", "满了")
    await _applied(hebei, (*answers, *ACCOUNT, PICTURE, PICTURE, PICTURE, PICTURE))
    assert await _held(hebei) == set()
    await _to_first_workday(hebei, month)
    await _all_done(hebei)


async def test_one_item_denied_in_the_second_stage_goes_alone(hebei: City) -> None:
    month = _this_month(hebei)
    answers = (*PERSON, *ENTERPRISE, "因病提前退休", _said(month), "没有补缴", "满了")
    phone = await _applied(hebei, (*answers, *ACCOUNT, PICTURE, PICTURE))
    await hebei.report("hb-medical", "HB06", "denied", reason="医保缴费年限不足")
    for item in ("HB05", "HB07"):
        await hebei.report(AT[item], item, "done")
    hebei.time.pass_by(seconds=90)
    await phone.is_noticed("医保转为退休待遇")
    await phone.say("进度")
    await phone.sees("医保缴费年限不足")
    await phone.sees("提取住房公积金：办好了")


# ---- 4: the calculation first ----------------------------------------------------------------


async def test_4_medical_and_fund_wait_for_the_calculation(hebei: City) -> None:
    await _applied(hebei, _regular("没有", _this_month(hebei), "没有补缴"))
    await hebei.task("hb-pension", "HB05")
    assert await _held(hebei) == {"HB05"}
    await hebei.report("hb-pension", "HB05", "done")
    for item in ("HB06", "HB07"):
        task = await hebei.task(AT[item], item)
        assert [one["item"] for one in task["previous_results"]] == ["HB05"]


async def test_a_fund_that_wants_the_calculation_gets_it_when_it_is_there(hebei: City) -> None:
    month = _this_month(hebei)
    answers = (*PERSON, *ENTERPRISE, "因病提前退休", _said(month), "没有补缴", "满了")
    await _applied(hebei, (*answers, *ACCOUNT, PICTURE, PICTURE))
    wants = [{"kind": "result", "code": "HB05"}]
    await hebei.report("hb-fund-langfang", "HB07", "returned", reason="要计发表", missing=wants)
    await hebei.report("hb-pension", "HB05", "done")

    async def sent_again() -> bool:
        task = await hebei.task("hb-fund-langfang", "HB07")
        return int(task["revision"]) == 2

    await hebei.until(sent_again, "the fund's task with the calculation")
    await hebei.report("hb-fund-langfang", "HB07", "done")


# ---- too early -------------------------------------------------------------------------------


async def test_who_is_too_early_is_reminded_when_the_window_opens_once(hebei: City) -> None:
    """B13, HB-10: the first day of the month twelve months before."""
    month = _this_month(hebei).plus(24)
    phone = await _logged_in(hebei)
    await _answer(phone, (*PERSON, *ENTERPRISE, "1", "没有", _said(month)))
    await phone.is_offered("到时候提醒我")
    await phone.tap("到时候提醒我")
    await phone.sees("到时候我在这里提醒您")

    async def kept() -> bool:
        return bool(await hebei.world.database.rows("SELECT id FROM reminders"))

    await hebei.until(kept, "the reminder in the records")
    opens = month.plus(-12)
    days = (date(opens.year, opens.month, 1) - day_of(hebei.time())).days
    hebei.time.pass_by(days=days - 1)
    assert await remind(hebei.world) == 0
    hebei.time.pass_by(days=1)
    for _ in range(2):
        await remind(hebei.world)
    await phone.is_noticed("可以申请退休")
    assert str(await phone.notices()).count("可以申请退休") == 1
    await phone.say("好")
    await phone.sees("在这里就能办")


# ---- stage A is denied: the whole is filed anew (B8) -----------------------------------------


async def test_denied_in_the_first_stage_it_is_filed_anew_with_everything_kept(
    hebei: City,
) -> None:
    phone = await _applied(hebei, _regular("不清楚", _next_month(hebei), "一样", "不清楚"))
    first = await hebei.task("hb-hrss", "HB01")
    await hebei.report("hb-hrss", "HB01", "denied", reason="档案出生时间待核实")
    hebei.time.pass_by(seconds=90)
    await phone.is_noticed("重新申报")
    await phone.say("进度")
    await phone.is_offered("重新申报")
    await phone.tap("重新申报")
    await phone.sees("上次没办成，是因为：档案出生时间待核实")
    await phone.say("修改 电话")
    await phone.say("13900000003")
    before = (await phone.screen()).count("提交成功")
    await phone.say("同意并提交")

    async def handed_in() -> bool:
        return (await phone.screen()).count("提交成功") > before

    await hebei.until(handed_in, f"the second application:\n{await phone.screen()}")

    async def there() -> bool:
        return bool((await hebei.task("hb-hrss", "HB01"))["case_no"] != first["case_no"])

    await hebei.until(there, "the second task")
    second = await hebei.task("hb-hrss", "HB01")
    assert second["answers"] == {**first["answers"], "phone": "13900000003"}
    kinds = [sorted(one["kind"] for one in task["documents"]) for task in (first, second)]
    assert kinds[0] == kinds[1]
    case = await hebei.world.desk.cases.load(second["case_no"])
    assert case is not None
    assert case.application.follows == first["case_no"]
    await hebei.report("hb-hrss", "HB01", "denied", reason="还是不一致")
    await phone.say("重新申报")
    await phone.sees("上次没办成，是因为：还是不一致")
    assert await hebei.world.journal.verify_all() == []


# ---- stretches -------------------------------------------------------------------------------


def _regular(deemed: str, month: Month, *more: str) -> tuple[str, ...]:
    """An enterprise's man who retires by age; `more`: birth date or back payment, the archive."""
    first, *archive = more
    ahead = (first, _said(month)) if archive else (_said(month), first)
    papers = (PICTURE, *archive, *(("跳过",) if archive else ()))
    return (*PERSON, *ENTERPRISE, "1", deemed, *ahead, "满了", "满了", *ACCOUNT, *papers)


async def _applied(hebei: City, answers: Sequence[str]) -> Phone:
    phone = await _logged_in(hebei)
    await _answer(phone, answers)

    async def handed_in() -> bool:
        await phone.say("同意并提交")
        return "提交成功" in await phone.screen()

    await hebei.until(handed_in, f"the end of the form:\n{await phone.screen()}")
    return phone


async def _logged_in(hebei: City) -> Phone:
    phone = await hebei.phone(2)
    await phone.say("办理退休")
    await phone.say("1")
    assert await phone.log_in("qian_weidong") == 200
    await phone.is_offered("同意")
    await phone.say("1")
    await phone.is_offered("全部正确")
    return phone


async def _answer(phone: Phone, answers: Sequence[str]) -> None:
    for answer in answers:
        if answer == PICTURE:
            await phone.photo()
            await phone.say("发完了")
        else:
            await phone.say(answer)


async def _held(hebei: City) -> set[str]:
    """Which of the later items have reached their departments."""
    desks = [await hebei.desk(connection) for connection in AT.values()]
    return {task["item"] for desk in desks for task in desk["tasks"]}


async def _all_done(hebei: City) -> None:
    for item in LATER:
        await hebei.report(AT[item], item, "done")


async def _to_first_workday(hebei: City, month: Month) -> None:
    day: date = Calendar().nth_workday_of_month(month.year, month.month, 1)
    noon = datetime.combine(day, time(12), SHANGHAI)
    hebei.time.pass_by(seconds=(noon - hebei.time()).total_seconds())


def _this_month(hebei: City) -> Month:
    today = day_of(hebei.time())
    return Month(today.year, today.month)


def _next_month(hebei: City) -> Month:
    return _this_month(hebei).plus(1)


def _said(month: Month) -> str:
    return f"{month.year}年{month.month}月"
