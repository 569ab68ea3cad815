"""The edge against the sandbox's departments, which were written apart from it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bot.departments.push import Line
from bot.departments.sender import Sender
from sandbox.department_tasks import Connection
from sandbox.departments import Departments, DepartmentsConfig
from sandbox.serving import new_app
from sandbox.world import World as SandboxWorld
from tests.bot.departments.world import CONNECTIONS, KEYS, World


@dataclass
class Both:
    """Service and departments, each knowing the other's address only."""

    world: World
    sender: Sender
    session: aiohttp.ClientSession
    control: str

    async def press(self, what: str, order: Any = None) -> Any:
        address = f"{self.control}/{what}"
        async with self.session.post(address, json=order or {}) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def tasks(self, department: str) -> list[dict[str, Any]]:
        async with self.session.get(self.control) as answer:
            desks = await answer.json()
        found: list[dict[str, Any]] = next(one["tasks"] for one in desks if one["id"] == department)
        return found

    async def report(self, department: str, key: str, **order: Any) -> tuple[int, Any]:
        told = await self.press(f"{department}/tasks/{key}/report", order)
        return told["status"], told["body"]


@pytest.fixture
async def both(world: World) -> AsyncIterator[Both]:
    connections = tuple(
        Connection.model_validate({"id": name, "province": "henan", "keys": [KEYS[name]], **fields})
        for name, fields in CONNECTIONS.items()
        if fields.get("mode") != "desk"
    )
    clock = lambda: world.now.timestamp()  # noqa: E731, PLW0108 - `now` is another one each time
    there = SandboxWorld(now=clock, token=world.ids)
    # The address is known only when the server is there: papers have addresses without a host.
    world.edge = world.edge_at("")
    async with TestServer(world.app()) as service, aiohttp.ClientSession() as session:
        config = DepartmentsConfig(str(service.make_url("")).rstrip("/"), connections)
        departments = Departments(config, there)
        app = new_app(departments.routes())
        app.cleanup_ctx.append(departments.running)
        server = TestServer(app)
        await server.start_server()
        base = str(server.make_url("")).rstrip("/")
        world.write_connections(base)
        line = Line(session, aiohttp.ClientTimeout(total=0.5))
        sender = Sender(world.edge, line, world.ids)
        yield Both(world, sender, session, f"{base}/control/departments")
        await server.close()


async def test_from_task_to_result(both: Both) -> None:
    world = both.world
    case = await world.sendable_case()
    await both.sender.send_due(world.now)
    assert {task["item"] for task in await both.tasks("hn-hrss")} == {"HN03", "HN05", "HN06"}
    assert (await both.press("hn-health/pull"))["taken"] == 1
    assert (await world.item(case.case_no, "HN09")).received_at == world.now
    papers = await both.press(f"hn-health/tasks/{case.case_no}-HN09/documents")
    assert papers
    assert all(paper["status"] == 200 and paper["sha256_right"] for paper in papers)
    key = f"{case.case_no}-HN03"
    assert (await both.report("hn-hrss", key, stage="accepted"))[0] == 200
    facts = {"disability_allowance": True}
    assert (await both.report("hn-hrss", key, stage="done", facts=facts))[0] == 200
    await both.sender.send_due(world.later(seconds=1))
    (opened,) = [task for task in await both.tasks("hn-hrss") if task["item"] == "HN04"]
    assert [one["item"] for one in opened["previous_results"]] == ["HN03"]
    assert (await world.item(case.case_no, "HN04")).received_at == world.now


@pytest.mark.parametrize("fault", ["http_500", "hang", "garbage"])
async def test_a_broken_department_gets_each_task_once_in_the_end(both: Both, fault: str) -> None:
    world = both.world
    case = await world.sendable_case()
    await both.press("hn-hrss/behaviour", {"mode": fault})
    await both.sender.send_due(world.now)
    await both.sender.send_due(world.later(seconds=30))
    await both.press("hn-hrss/behaviour", {"mode": "normal"})
    for _ in range(3):
        await both.sender.send_due(world.later(hours=1))
    held = await both.tasks("hn-hrss")
    assert {task["key"]: task["received"] for task in held} == {
        f"{case.case_no}-{code}": 1 for code in ("HN03", "HN05", "HN06")
    }
    assert {(await world.row(task["key"])).state for task in held} == {"sent"}


@pytest.mark.parametrize(
    ("forge", "status"),
    [
        ("bad_signature", 401),
        ("stale_timestamp", 401),
        ("repeated_nonce", 401),
        ("foreign_department", 403),
    ],
)
async def test_forged_reports_change_nothing(both: Both, forge: str, status: int) -> None:
    case = await both.world.sendable_case()
    await both.sender.send_due(both.world.now)
    key = f"{case.case_no}-HN05"
    answer = await both.report("hn-hrss", key, stage="accepted", forge=forge)
    assert (answer[0], answer[1]["status"]) == (status, status)
    reached = "accepted" if forge == "repeated_nonce" else "sent"
    assert (await both.world.item(case.case_no, "HN05")).state == reached


async def test_a_report_sent_five_times_counts_once(both: Both) -> None:
    case = await both.world.sendable_case()
    await both.sender.send_due(both.world.now)
    key = f"{case.case_no}-HN05"
    told = await both.press(f"hn-hrss/tasks/{key}/report", {"stage": "accepted", "times": 5})
    assert len({str(answer) for answer in told["answers"]}) == 1
    journal = await both.world.journal(case.case_no)
    assert [entry["kind"] for entry in journal].count("item_accepted") == 1
