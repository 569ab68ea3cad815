import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import pytest

from bot.departments.breaker import FAILURES
from bot.departments.following import OnlyDispatch, written
from bot.departments.push import Line
from bot.departments.sender import KINDS, LEASE, Sender, _pause
from cases.case import Case, Supplement
from cases.change import Change
from cases.supplements import supply
from cases.withdrawal import take_back, withdraw
from storage.sql.records import Written
from tests.bot.departments.department import Department
from tests.bot.departments.world import World

HRSS = ("HN03", "HN05", "HN06")


@dataclass
class Desk:
    """A world with a sender, and one department behind every pushed connection."""

    world: World
    department: Department
    sender: Sender
    line: Line

    async def send(self, **later: float) -> int:
        return await self.sender.send_due(self.world.later(**later))

    async def one_task(self) -> Case:
        """A case of which only HN05 is still to be sent."""
        case = await self.world.sendable_case()
        for row in await self.world.rows.of_case(case.case_no):
            if not row.order_key.endswith("HN05"):
                await self.world.rows.drop_queued([row.id], self.world.now, "test")
        return case

    async def change(self, case: Case, work: Callable[[Case], object]) -> None:
        def whole(now: Case) -> Written:
            change = work(now)
            assert isinstance(change, Change)
            return written(change, OnlyDispatch(self.world.edge.connections), self.world.now)

        await self.world.cases.change(case.case_no, whole)


@pytest.fixture
async def desk(world: World) -> AsyncIterator[Desk]:
    department = await Department().start()
    world.write_connections(department.base)
    async with aiohttp.ClientSession() as session:
        line = Line(session, aiohttp.ClientTimeout(total=0.3))
        yield Desk(world, department, Sender(world.edge, line, world.ids), line)
    department.open.set()
    await department.server.close()


async def test_due_tasks_go_to_whom_they_concern(desk: Desk) -> None:
    world = desk.world
    case = await world.sendable_case()
    assert await desk.send() == 6
    assert set(desk.department.tasks) == {f"{case.case_no}-{code}" for code in HRSS}
    task = desk.department.tasks[f"{case.case_no}-HN03"]
    assert (task["revision"], task["definition_version"]) == (1, 1)
    assert "fund_centre" not in task["answers"]
    after = await world.case(case.case_no)
    assert {one.code for one in after.items if one.state == "sent"} == {
        *HRSS,
        *("HN07", "HN08", "HN09"),
    }
    assert {one.code for one in after.items if one.received_at} == set(HRSS)
    rows = {row.order_key[-4:]: row for row in await world.rows.of_case(case.case_no)}
    assert {row.state for row in rows.values()} == {"sent"}
    assert {code for code, row in rows.items() if row.pull_seq} == {"HN08", "HN09"}
    assert await desk.send() == 0


async def test_a_task_waits_for_its_pdf_and_for_taking_back(desk: Desk) -> None:
    case = await desk.world.open_case()
    assert await desk.send(hours=1) == 0
    await desk.world.rows.release(case.case_no)
    assert await desk.send() == 6


async def test_what_was_taken_back_is_not_sent(desk: Desk) -> None:
    world = desk.world
    case = await world.sendable_case()
    # The row is still there: it was claimed while she took the application back.
    await world.cases.change(case.case_no, lambda now: Written(_taken_back(now, world)))
    assert await desk.send() == 6
    assert desk.department.calls == []
    states = {(row.state, row.error) for row in await world.rows.of_case(case.case_no)}
    assert states == {("dropped", "taken_back")}
    page = await world.caller("hn-fund-zhengzhou").call("GET", "/departments/v1/tasks")
    assert page[1]["tasks"] == []


def _taken_back(case: Case, world: World) -> Case:
    change = take_back(case, world.now)
    assert isinstance(change, Change)
    return change.case


async def test_taking_back_drops_what_waits(desk: Desk) -> None:
    case = await desk.world.open_case()
    await desk.change(case, lambda now: take_back(now, desk.world.now))
    rows = await desk.world.rows.of_case(case.case_no)
    assert {row.state for row in rows} == {"dropped"}


@pytest.mark.parametrize("fault", [500, 503, 429, "hang", "garbage", "flood"])
async def test_after_doubt_it_is_asked_and_not_sent_again(desk: Desk, fault: int | str) -> None:
    case = await desk.one_task()
    key = f"{case.case_no}-HN05"
    desk.department.answer = fault
    assert await desk.send() == 1
    assert (await desk.world.row(key)).state == "queued"
    assert (await desk.world.item(case.case_no, "HN05")).received_at is None
    assert await desk.send(seconds=29) == 0
    assert await desk.send(seconds=1) == 1
    desk.department.answer = 200
    assert await desk.send(seconds=60) == 1
    assert desk.department.calls == [("POST", key), ("GET", key), ("GET", key)]
    assert (await desk.world.row(key)).state == "sent"
    assert (await desk.world.item(case.case_no, "HN05")).received_at == desk.world.now


async def test_what_was_lost_is_sent_again_under_its_key(desk: Desk) -> None:
    case = await desk.one_task()
    key = f"{case.case_no}-HN05"
    desk.department.answer, desk.department.loses = 500, True
    await desk.send()
    desk.department.answer, desk.department.loses = 200, False
    await desk.send(seconds=30)
    assert desk.department.calls == [("POST", key), ("GET", key), ("POST", key)]
    assert (await desk.world.row(key)).state == "sent"
    assert await desk.send(hours=7) == 0


async def test_nobody_there_is_tried_for_days_and_a_clerk_told(desk: Desk) -> None:
    case = await desk.one_task()
    await desk.department.server.close()
    for _ in range(20):
        row = await desk.world.row(f"{case.case_no}-HN05")
        desk.world.clock[0] = max(desk.world.now, row.due_at)
        await desk.send()
    row = await desk.world.row(f"{case.case_no}-HN05")
    assert (row.state, row.error, row.attempts) == ("queued", "no_answer", 20)
    assert row.due_at - desk.world.now == timedelta(hours=6)
    assert desk.world.now - case.sendable_at > timedelta(days=2)
    assert await desk.world.desk_tasks() == [f"undelivered/task/{case.case_no}-HN05/1"]


def test_pauses_grow_from_half_a_minute_to_six_hours() -> None:
    minutes = [_pause(attempt).total_seconds() / 60 for attempt in (1, 2, 3, 9, 10, 11, 1000)]
    assert minutes == [0.5, 1, 2, 128, 256, 360, 360]


@pytest.mark.parametrize("fault", [400, 401, 404, 422, "redirect"])
async def test_a_refused_task_stays_visible_and_asks_a_clerk(desk: Desk, fault: int | str) -> None:
    case = await desk.one_task()
    desk.department.answer = fault
    await desk.send()
    row = await desk.world.row(f"{case.case_no}-HN05")
    status = 307 if fault == "redirect" else fault
    assert (row.state, row.error) == ("failed", f"http_{status}")
    assert row in await desk.world.rows.stuck(desk.world.now - timedelta(days=1))
    assert await desk.world.desk_tasks() == [f"undelivered/task/{case.case_no}-HN05/1"]
    assert await desk.send(days=1) == 0


async def test_after_a_conflict_it_is_asked(desk: Desk) -> None:
    case = await desk.one_task()
    desk.department.answer = 409
    await desk.send()
    desk.department.answer = 200
    await desk.send(seconds=30)
    assert (await desk.world.row(f"{case.case_no}-HN05")).state == "sent"


async def test_five_failures_pause_that_connection_and_one_probe_opens_it(desk: Desk) -> None:
    desk.department.answer = 500
    for number in range(3):
        await desk.world.sendable_case(f"d{number}")
    await desk.send()
    posted = len(desk.department.sent("POST"))
    assert FAILURES <= posted < 9
    pulled = await desk.world.caller("hn-health").call("GET", "/departments/v1/tasks")
    assert len(pulled[1]["tasks"]) == 3
    assert await desk.send(seconds=31) > 0
    assert len(desk.department.calls) == posted
    desk.department.answer = 200
    await desk.send(seconds=29)
    assert len(desk.department.calls) > posted
    await desk.send(hours=1)
    await desk.send(hours=1)
    assert len(desk.department.tasks) == 9


async def test_while_one_department_hangs_others_are_served(desk: Desk) -> None:
    other = await Department().start()
    medical = {"mode": "push", "keys": ["medical-key-of-32-characters-xx"]}
    medical["base_url"] = f"{other.base}/departments/hn-medical"
    desk.world.write_connections(desk.department.base, hn_medical=medical)
    desk.department.answer = "hang"
    patient = Sender(desk.world.edge, Line(desk.line.session), desk.world.ids)
    async with asyncio.TaskGroup() as group:
        for draft in ("d1", "d2"):  # the second falls due while the first one's tasks hang
            case = await desk.world.sendable_case(draft)
            if draft == "d1":
                group.create_task(patient.send_due(desk.world.now))
            await other.has(f"{case.case_no}-HN07")
        assert not desk.department.open.is_set()
        desk.department.open.set()
    await other.server.close()


async def test_a_worker_that_died_is_followed_by_another(desk: Desk) -> None:
    case = await desk.one_task()
    await desk.world.rows.claim(KINDS, 10, desk.world.now, LEASE)
    assert await desk.send(minutes=4) == 0
    assert await desk.send(minutes=1) == 1
    key = f"{case.case_no}-HN05"
    assert desk.department.calls == [("GET", key), ("POST", key)]


async def test_a_supplement_is_sent_as_the_next_revision(desk: Desk) -> None:
    world = desk.world
    case = await desk.one_task()
    await desk.send()
    missing = [{"kind": "document", "code": "retirement_form"}]
    caller = world.caller("hn-hrss")
    assert (await caller.report(case, "HN05", "returned", missing=missing))[0] == 200
    plan, calendar = world.edge.plans.service("henan", 1), world.edge.plans.calendar()
    papers = {"retirement_form": ("f2",)}
    more = Supplement("s1", {}, papers, world.later(days=1))
    await desk.change(case, lambda now: supply(now, plan, calendar, more))
    await desk.world.rows.release(case.case_no)  # its 补正页 is made
    await desk.send()
    task = desk.department.tasks[f"{case.case_no}-HN05"]
    assert task["revision"] == 2
    assert [one["id"] for one in task["documents"]] == ["pdf", "f2"]
    assert (await world.item(case.case_no, "HN05")).received_at == world.now


async def test_a_withdrawal_is_told_to_who_has_the_task(desk: Desk) -> None:
    world = desk.world
    case = await world.sendable_case()
    await desk.send()
    plan, calendar = world.edge.plans.service("henan", 1), world.edge.plans.calendar()
    await desk.change(case, lambda now: withdraw(now, plan, calendar, (), world.now))
    desk.department.answer = 404
    await desk.send()
    assert set(desk.department.withdrawn) == {f"{case.case_no}-{code}" for code in HRSS}
    rows = await world.rows.of_case(case.case_no)
    assert {row.state for row in rows if row.kind == "withdrawal"} == {"sent"}
    _, page = await world.caller("hn-health").call("GET", "/departments/v1/tasks")
    assert page["withdrawals"] == [{"key": f"{case.case_no}-HN09", "revision": 1}]
    assert page["tasks"] == []
    status, _ = await world.caller("hn-health").call("GET", "/departments/v1/documents/pdf")
    assert status == 404


async def test_a_department_connected_later_gets_what_waited(desk: Desk) -> None:
    world = desk.world
    world.file.write_text("connections: []")
    case = await world.sendable_case()
    assert await desk.send() == 6
    assert desk.department.calls == []
    assert (await world.item(case.case_no, "HN05")).state == "waiting"
    world.write_connections(desk.department.base)
    await desk.send(seconds=30)
    assert len(desk.department.tasks) == 3
    _, page = await world.caller("hn-health").call("GET", "/departments/v1/tasks")
    assert [task["item"] for task in page["tasks"]] == ["HN09"]


async def test_a_spoilt_row_holds_nobody_up(desk: Desk) -> None:
    world = desk.world
    case = await world.sendable_case()
    await world.spoil(f"task/{case.case_no}-HN05/1")
    await desk.send()
    assert len(desk.department.tasks) == 2
    assert (await world.row(f"{case.case_no}-HN05")).error == "broken"
