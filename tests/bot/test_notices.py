"""What a report leads to on her phone, over the sandbox's platform, whatever goes wrong between."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis

from bot.notices import LEASE
from bot.wechat.inbound import Receipt
from cases.case import Missing
from notifications.catalog import order_key
from notifications.notice import text_to_bytes
from notifications.outbox import NewRow, RowKind
from sandbox.platform import PlatformConfig, control_routes, make_platform
from sandbox.settings import Place, write_templates
from storage.redis.connect import RedisAway
from storage.redis.limits import Limits, Purse
from storage.sql.connect import connect
from tests.bot.notice_world import APP_ID, KEY, PERSON, SECRET, TOKEN, Hand, Stores, World
from tests.cases.conftest import calendar, henan, journey
from tests.cases.journey import Journey

__all__ = ["calendar", "henan", "journey"]

AT_ONCE = 0.0
NOTICES: tuple[RowKind, ...] = ("notice",)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """The contract tests hold SQLite and PostgreSQL alike; here one is enough."""
    return f"sqlite://{tmp_path / 'records.sqlite3'}"


@pytest.fixture
async def world(
    database: str, redis: Redis, journey: Journey, tmp_path: Path
) -> AsyncIterator[World]:
    clock, service, here = Hand(), web.Application(), list[World]()

    async def hear(request: web.Request) -> web.Response:
        return await here[0].hears(request)

    service.add_routes([web.post("/wechat", hear)])
    async with (
        connect(database) as records,
        TestServer(service) as server,
        aiohttp.ClientSession() as session,
    ):
        config = PlatformConfig(
            *(APP_ID, SECRET, TOKEN, KEY, str(server.make_url("/wechat"))),
            refused_pause=AT_ONCE,
            receipt_seconds=AT_ONCE,
        )
        platform, outside = make_platform(config, clock.seconds), web.Application()
        outside.add_routes(control_routes(platform))
        outside.add_subapp("/platform", platform)
        write_templates(Place(data_dir=tmp_path))
        async with TestClient(TestServer(outside)) as phone:
            stores = Stores(records, redis, session)
            here.append(World(stores, clock, phone, config, journey, tmp_path / "templates.yaml"))
            await here[0].know_her()
            yield here[0]


# ---- the smooth way -----------------------------------------------------------------------------


async def test_a_report_reaches_her_as_a_service_notice(world: World) -> None:
    await world.report("HN07", "accepted")
    assert await world.send() == 1
    (notice,) = await world.seen()
    assert notice == {
        "办件编号": world.journey.case.case_no,
        "办理事项": "医保转为退休待遇",
        "办理状态": "已受理",
        "更新时间": "2026年3月2日 12:00",
        "温馨提示": "最晚2026年3月9日办完",
    }
    assert await world.states() == ["sent"]
    assert await world.send() == 0
    assert await world.violations() == []


async def test_what_is_missing_and_what_came_of_it_have_their_templates(world: World) -> None:
    await world.report("HN03", "returned", missing=(Missing("answer", "phone"),))
    await world.send()
    world.clock.later(minutes=2)
    await world.report("HN07", "done")
    await world.send()
    assert [next(iter(one)) for one in await world.seen()] == ["办件编号", "办件编号"]
    assert (await world.seen())[0]["补正内容"].startswith("缺1样：")
    assert (await world.seen())[1]["办理结果"] == "已办结"
    assert await world.violations() == []


# ---- together, in order, by day -----------------------------------------------------------------


async def test_more_within_a_minute_waits_and_goes_together(world: World) -> None:
    await world.report("HN07", "accepted")
    await world.send()
    world.clock.later(seconds=10)
    await world.report("HN08", "accepted")
    await world.report("HN05", "accepted")
    await world.send()
    assert len(await world.seen()) == 1
    world.clock.later(seconds=50)
    await world.send()
    seen = await world.seen()
    assert [one["办理事项"] for one in seen] == ["医保转为退休待遇", "提取住房公积金，另有1条消息"]
    assert await world.states() == ["sent", "sent", "dropped"]


async def test_what_is_overtaken_is_never_told(world: World) -> None:
    await world.report("HN07", "accepted")
    await world.report("HN07", "done")
    await world.send()
    (notice,) = await world.seen()
    assert notice["办理结果"] == "已办结"
    assert notice["办理事项"] == "医保转为退休待遇"


async def test_nobody_is_woken_at_night(world: World) -> None:
    world.clock.now = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)  # 22 o'clock in China
    await world.report("HN07", "accepted")
    await world.send()
    assert await world.seen() == []
    world.clock.now = datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
    await world.send()
    assert len(await world.seen()) == 1


async def test_the_quota_is_waited_for(world: World) -> None:
    world.means = replace(world.means, purse=Purse("templates", rate=0.1, most=1))
    limits = Limits(world.stores.redis, world.stores.sealer)
    assert world.means.purse is not None
    assert await limits.take(world.means.purse, 1, world.clock()) is None
    await world.report("HN07", "accepted")
    await world.send()
    assert await world.states() == ["queued"]
    world.clock.later(seconds=11)
    await world.send()
    assert await world.states() == ["sent"]


# ---- doubt --------------------------------------------------------------------------------------


async def test_a_lost_answer_is_asked_for_again_and_she_hears_once(world: World) -> None:
    await world.fails("drop")
    await world.report("HN07", "accepted")
    await world.send()
    assert await world.states() == ["queued"]
    world.clock.later(seconds=5)
    await world.send()
    assert await world.states() == ["sent"]
    assert len(await world.seen()) == 1
    assert await world.violations() == []


async def test_a_repeat_says_what_was_said_before_whatever_came_since(world: World) -> None:
    await world.fails("drop")
    await world.report("HN07", "accepted")
    await world.report("HN08", "accepted")
    await world.send()
    await world.report("HN05", "accepted")
    world.clock.later(seconds=5)
    await world.send()
    world.clock.later(seconds=60)
    await world.send()
    items = [one["办理事项"] for one in await world.seen()]
    assert items == ["医保转为退休待遇，另有1条消息", "停发工伤伤残津贴"]


async def test_after_ten_minutes_of_doubt_a_person_looks(world: World) -> None:
    await world.fails("drop_before", times=99)
    await world.report("HN07", "accepted")
    for _ in range(4):
        await world.send()
        world.clock.later(minutes=3)
    await world.fails("drop_before", times=0)
    await world.control("DELETE", "failures")
    await world.send()
    assert await world.states() == ["uncertain"]
    assert await world.seen() == []


async def test_a_worker_that_vanished_is_stood_in_for(world: World) -> None:
    await world.report("HN07", "accepted")
    assert await world.outbox.claim(NOTICES, 9, world.clock(), LEASE)
    assert await world.send() == 0
    world.clock.later(seconds=61)
    await world.send()
    assert await world.states() == ["sent"]
    assert len(await world.seen()) == 1


async def test_who_vanished_long_ago_may_have_sent_it(world: World) -> None:
    await world.report("HN07", "accepted")
    await world.outbox.claim(NOTICES, 9, world.clock(), LEASE)
    world.clock.later(hours=1)
    await world.send()
    assert await world.states() == ["uncertain"]
    assert await world.seen() == []


async def test_a_refused_repeat_stays_in_doubt(world: World) -> None:
    await world.fails("drop")
    await world.she_writes()
    await world.report("HN07", "accepted")
    await world.send()
    await world.fails("errcode", errcode=47003)
    world.clock.later(seconds=5)
    await world.send()
    assert await world.states() == ["queued"]
    assert await world.read() == []


async def test_a_busy_platform_is_asked_again(world: World) -> None:
    await world.fails("errcode", errcode=-1)
    await world.report("HN07", "accepted")
    await world.send()
    assert await world.seen() == []
    world.clock.later(seconds=2)
    await world.send()
    assert len(await world.seen()) == 1


async def test_what_never_left_for_days_is_told_by_telephone(world: World) -> None:
    await world.fails("errcode", errcode=45009, times=999)
    await world.report("HN07", "accepted")
    await world.send()
    for _ in range(4):
        world.clock.later(days=1)
        await world.send()
    assert await world.states() == ["failed"]
    assert len(await world.tasks()) == 1


# ---- another way --------------------------------------------------------------------------------


async def test_without_a_template_she_reads_it_in_the_chat(world: World) -> None:
    world.without_templates()
    await world.she_writes()
    await world.report("HN03", "returned", missing=(Missing("document", "retirement_form"),))
    await world.send()
    (text,) = await world.read()
    assert "1. 河南省企业职工基本养老保险参保人员退休办理表" in text
    assert text.endswith("补材料\n人工")
    assert await world.states() == ["sent"]
    assert await world.violations() == []


@pytest.mark.parametrize("errcode", [47003, 43117, 40037, 99999])
async def test_a_definite_no_to_the_template_is_followed_by_the_chat(
    world: World, errcode: int
) -> None:
    await world.fails("errcode", errcode=errcode)
    await world.she_writes()
    await world.report("HN07", "accepted")
    await world.send()
    assert len(await world.read()) == 1
    assert await world.seen() == []


async def test_outside_her_window_the_desk_calls(world: World) -> None:
    world.without_templates()
    await world.report("HN07", "accepted")
    await world.send()
    assert await world.states() == ["failed"]
    (task,) = await world.tasks()
    assert (task.kind, task.person, task.item) == ("uncertain", PERSON, "HN07")
    assert "请打电话" in task.note
    assert "受理了" in task.note
    assert await world.violations() == []


@pytest.mark.parametrize("errcode", [43004, 43019, 43101, 40003])
async def test_who_cannot_be_written_to_is_called(world: World, errcode: int) -> None:
    await world.fails("errcode", errcode=errcode)
    await world.she_writes()
    await world.report("HN07", "accepted")
    await world.send()
    assert await world.read() == []
    assert len(await world.tasks()) == 1


async def test_a_customer_message_goes_at_most_once(world: World) -> None:
    world.without_templates()
    await world.she_writes()
    await world.fails("drop", "custom/send")
    await world.report("HN07", "accepted")
    await world.send()
    world.clock.later(minutes=2)
    await world.send()
    assert await world.states() == ["uncertain"]
    assert len(await world.read()) == 1


async def test_a_customer_message_that_never_left_goes_later(world: World) -> None:
    world.without_templates()
    await world.she_writes()
    await world.fails("errcode", "custom/send", errcode=-1)
    await world.report("HN07", "accepted")
    await world.send()
    world.clock.later(seconds=2)
    await world.send()
    assert await world.states() == ["sent"]
    assert len(await world.read()) == 1


async def test_a_worker_that_vanished_over_a_customer_message_is_not_repeated(world: World) -> None:
    await world.report("HN07", "accepted")
    (row,) = await world.outbox.claim(NOTICES, 9, world.clock(), LEASE)
    await world.outbox.remember(row, "customer")
    world.clock.later(seconds=61)
    await world.send()
    assert await world.states() == ["uncertain"]
    assert await world.seen() == []


async def test_who_has_left_the_account_is_called(world: World) -> None:
    await world.know_her(followed=False)
    await world.report("HN07", "accepted")
    await world.send()
    assert await world.states() == ["failed"]
    assert len(await world.tasks()) == 1


async def test_without_redis_nothing_is_lost(world: World) -> None:
    class Away(Limits):
        async def may_send(self, *_: object) -> bool:
            raise RedisAway

    world.without_templates()
    await world.she_writes()
    means = world.means
    world.means = replace(means, quotas=Away(world.stores.redis, world.stores.sealer))
    await world.report("HN07", "accepted")
    await world.send()
    world.means = means
    world.clock.later(seconds=2)
    await world.send()
    assert len(await world.read()) == 1


# ---- receipts -----------------------------------------------------------------------------------


async def test_a_bad_receipt_brings_it_to_the_desk(world: World) -> None:
    await world.fails("template_failed", "", status="failed:user block")
    await world.report("HN07", "accepted")
    await world.send()
    while not world.receipts:
        await world.control("GET", "phones")
    await world.notices.settle(Receipt(world.receipts[0], "blocked"))
    assert await world.states() == ["failed"]
    assert len(await world.tasks()) == 1


async def test_a_receipt_settles_the_only_doubtful_row_of_a_person(world: World) -> None:
    await world.report("HN07", "accepted")
    (row,) = await world.outbox.claim(NOTICES, 9, world.clock(), LEASE)
    await world.outbox.uncertain(row, world.clock(), "unknown")
    await world.notices.settle(Receipt("4711", "delivered"))
    assert await world.states() == ["uncertain"]
    await world.notices.settle(Receipt("4711", "delivered"), world.openid)
    assert await world.states() == ["sent"]


# ---- words of the desk --------------------------------------------------------------------------


def word(world: World, text: str = "您好，请带身份证来。") -> NewRow:
    now = world.clock()
    return NewRow("w1", "customer", "desk p1", text_to_bytes(text), now, now, recipient=PERSON)


async def test_a_clerk_s_answer_goes_word_for_word(world: World) -> None:
    await world.she_writes()
    await world.outbox.add([word(world)])
    await world.send()
    assert await world.read() == ["您好，请带身份证来。"]


async def test_a_long_answer_goes_in_parts(world: World) -> None:
    await world.she_writes()
    await world.outbox.add([word(world, "请带身份证来。" * 200)])
    await world.send()
    assert "".join(await world.read()) == "请带身份证来。" * 200
    assert await world.violations() == []


@pytest.mark.parametrize(
    ("what", "how", "state"),
    [
        ("drop", {}, "uncertain"),
        ("errcode", {"errcode": 45047}, "failed"),
        ("errcode", {"errcode": -1}, "failed"),
    ],
)
async def test_a_clerk_s_answer_is_never_repeated(
    world: World, what: str, how: dict[str, int], state: str
) -> None:
    await world.she_writes()
    await world.fails(what, "custom/send", **how)
    await world.outbox.add([word(world)])
    await world.send()
    kept = await world.outbox.by_id("w1")
    assert kept is not None
    assert kept.state == state
    assert len(await world.tasks()) == (state == "failed")


async def test_a_clerk_s_answer_outside_the_window_goes_back_to_the_desk(world: World) -> None:
    await world.outbox.add([word(world)])
    await world.send()
    (task,) = await world.tasks()
    assert task.note == "您好，请带身份证来。"


async def test_a_row_that_nobody_can_read_is_put_aside(world: World) -> None:
    case_no = world.journey.case.case_no
    now = world.clock()
    strange = NewRow("s1", "notice", order_key(case_no, PERSON), b"{}", now, now, case_no, PERSON)
    await world.outbox.add([strange])
    await world.report("HN07", "accepted")
    world.clock.later(seconds=1)
    await world.send()
    assert await world.states() == ["failed", "sent"]


async def test_times_are_those_of_the_clock(world: World) -> None:
    await world.report("HN07", "accepted")
    await world.send()
    (row,) = [one for one in await world.rows() if one.kind == "notice"]
    assert row.sent_at is not None
    assert world.clock() - row.sent_at == timedelta()
