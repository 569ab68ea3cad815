import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pytest_aiohttp.plugin import AiohttpClient

from sandbox.department_tasks import Connection
from sandbox.departments import Departments, DepartmentsConfig
from sandbox.serving import new_app
from sandbox.signing import Verifier, verified_body
from tests.sandbox.desk import Caller, Client, StillWorld

HRSS = Connection(id="hn-hrss", province="henan", department="hrss", keys=["hrss-key"])
HEALTH = Connection(
    id="hn-health", province="henan", department="health", mode="pull", keys=["health-key"]
)
PAPER = b"a stamped paper"
CONTROL = "/control/departments"


def task(revision: int = 1, **changed: Any) -> dict[str, Any]:
    return {
        "key": "t-1",
        "case_no": "41010520261121010000011",
        "item": "HN03",
        "definition_version": 1,
        "revision": revision,
        "sent_at": "2026-11-21T08:00:00Z",
        "starts_on": "2026-11-23",
        "due_on": "2026-12-18",
        "answers": {"name": "王建国"},
        "documents": [
            {
                "id": "d-1",
                "kind": "retirement_form",
                "sha256": hashlib.sha256(PAPER).hexdigest(),
                "url": "/departments/v1/documents/d-1",
            }
        ],
        "previous_results": [],
        **changed,
    }


@dataclass
class Service:
    """As much of the service as a department meets."""

    still: StillWorld
    reports: list[dict[str, Any]] = field(default_factory=list)
    told: asyncio.Event = field(default_factory=asyncio.Event)
    to_pull: list[dict[str, Any]] = field(default_factory=list)
    acked: list[str] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self.verifiers = {
            one.id: Verifier(one.id, tuple(one.keys), self.still.world) for one in (HRSS, HEALTH)
        }

    def app(self) -> web.Application:
        return new_app(
            [
                web.post("/departments/v1/reports", self.report),
                web.get("/departments/v1/documents/{id}", self.document),
                web.get("/departments/v1/tasks", self.tasks),
                web.post("/departments/v1/tasks/{key}/ack", self.ack),
            ]
        )

    async def _admit(self, request: web.Request) -> bytes:
        return await verified_body(request, self.verifiers[request.headers["X-Department"]])

    async def report(self, request: web.Request) -> web.Response:
        self.reports.append(json.loads(await self._admit(request)))
        self.told.set()
        return web.json_response({"recorded": True})

    async def document(self, request: web.Request) -> web.Response:
        await self._admit(request)
        return web.Response(body=PAPER, content_type="application/pdf")

    async def tasks(self, request: web.Request) -> web.Response:
        await self._admit(request)
        after = int(request.query.get("after", "0"))
        rest = self.to_pull[after : after + 1]
        return web.json_response({"tasks": rest, "cursor": str(after + len(rest))})

    async def ack(self, request: web.Request) -> web.Response:
        revision = json.loads(await self._admit(request))["revision"]
        self.acked.append(f"{request.match_info['key']}/{revision}")
        return web.json_response({})


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    service = Service(StillWorld())
    async with TestServer(service.app()) as server:
        service.url = str(server.make_url("")).rstrip("/")
        yield service


@pytest.fixture
def start(aiohttp_client: AiohttpClient, service: Service) -> Callable[..., Any]:
    async def start(store: Path | None = None) -> Client:
        config = DepartmentsConfig(service.url, (HRSS, HEALTH), store)
        departments = Departments(config, service.still.world)
        app = new_app(departments.routes())
        app.cleanup_ctx.append(departments.running)
        return await aiohttp_client(app)

    return start


@pytest.fixture
async def client(start: Callable[..., Any]) -> Client:
    made: Client = await start()
    return made


@pytest.fixture
def caller(client: Client) -> Caller:
    return Caller(client, "hn-hrss", "hrss-key")


async def push(caller: Caller, pushed: dict[str, Any]) -> tuple[int, Any]:
    key = {"Idempotency-Key": pushed["key"]}
    return await caller.post(f"/departments/{caller.sender}/tasks", pushed, key)


async def press(client: Client, what: str, order: Any = None, status: int = 200) -> Any:
    async with client.post(f"{CONTROL}/{what}", json=order or {}) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json(content_type=None)


async def shown(client: Client, department: str = "hn-hrss") -> dict[str, Any]:
    desks = await (await client.get(CONTROL)).json()
    found: dict[str, Any] = next(desk for desk in desks if desk["id"] == department)
    return found


async def test_a_task_received_twice_gets_one_ack_and_is_counted(
    caller: Caller, client: Client
) -> None:
    status, ack = await push(caller, task())
    assert (status, ack["key"], ack["revision"]) == (200, "t-1", 1)
    assert await push(caller, task(sent_at="2026-11-21T08:05:00Z")) == (200, ack)
    (held,) = (await shown(client))["tasks"]
    assert held["received"] == 2
    assert held["item_name"] == "新增退休人员养老保险待遇核定"
    assert held["state"] == "received"


async def test_a_higher_revision_replaces_and_a_lower_one_does_not(
    caller: Caller, client: Client
) -> None:
    await push(caller, task(2, answers={"name": "新"}))
    assert (await push(caller, task(1)))[0] == 200
    (held,) = (await shown(client))["tasks"]
    assert (held["revision"], held["answers"]) == (2, {"name": "新"})
    assert held["received_by_revision"] == {"2": 1, "1": 1}


async def test_the_same_revision_with_other_contents_is_a_conflict(caller: Caller) -> None:
    await push(caller, task())
    status, problem = await push(caller, task(answers={"name": "别人"}))
    assert (status, problem["title"]) == (409, "other_contents")


async def test_tasks_are_refused_without_key_shape_or_signature(
    caller: Caller, client: Client
) -> None:
    path = "/departments/hn-hrss/tasks"
    assert (await caller.post(path, task()))[0] == 400
    assert (await push(caller, task(documents=[{"id": "d-1"}])))[0] == 400
    assert (await push(Caller(client, "hn-hrss", "wrong"), task()))[0] == 401
    unknown = Caller(client, "nobody", "hrss-key")
    assert (await push(unknown, task()))[0] == 404
    foreign = Caller(client, "hn-health", "health-key")
    assert (await foreign.post(path, task(), {"Idempotency-Key": "t-1"}))[0] == 403


async def test_after_doubt_the_service_may_ask(caller: Caller) -> None:
    assert (await caller.get("/departments/hn-hrss/tasks/t-1"))[0] == 404
    await push(caller, task())
    status, body = await caller.get("/departments/hn-hrss/tasks/t-1")
    assert status == 200
    assert json.loads(body) == {"key": "t-1", "revision": 1, "state": "received"}


async def test_a_withdrawal_is_noted_once_and_again(caller: Caller, client: Client) -> None:
    await push(caller, task())
    for _ in range(2):
        answer = await caller.post("/departments/hn-hrss/tasks/t-1/withdrawal", {})
        assert answer == (200, {"key": "t-1", "revision": 1, "state": "withdrawn"})
    assert (await shown(client))["tasks"][0]["state"] == "withdrawn"


async def test_documents_are_fetched_and_compared_with_their_digest(
    caller: Caller, client: Client
) -> None:
    await push(caller, task())
    (fetched,) = await press(client, "hn-hrss/tasks/t-1/documents")
    assert (fetched["status"], fetched["sha256_right"], fetched["size"]) == (200, True, 15)
    answer = await client.get(f"{CONTROL}/hn-hrss/tasks/t-1/documents/d-1")
    assert await answer.read() == PAPER


async def test_a_report_is_signed_and_tells_what_was_pressed(
    caller: Caller, client: Client, service: Service
) -> None:
    await push(caller, task())
    order = {"stage": "returned", "missing": [{"kind": "document", "code": "x", "note": "缺"}]}
    answer = await press(client, "hn-hrss/tasks/t-1/report", order)
    assert (answer["status"], answer["body"]) == (200, {"recorded": True})
    (report,) = service.reports
    assert report == answer["report"]
    assert report["case_no"] == task()["case_no"]
    assert (report["item"], report["stage"]) == ("HN03", "returned")
    assert report["missing"] == order["missing"]
    assert {"report_id", "occurred_at"} <= set(report)
    assert "reason" not in report
    assert (await shown(client))["tasks"][0]["last_stage"] == "returned"


async def test_a_report_may_be_sent_twice_with_one_report_id(
    caller: Caller, client: Client, service: Service
) -> None:
    await push(caller, task())
    order = {"stage": "accepted", "times": 2, "report_id": "r-7"}
    answer = await press(client, "hn-hrss/tasks/t-1/report", order)
    assert [one["status"] for one in answer["answers"]] == [200, 200]
    assert service.reports[0] == service.reports[1]
    assert service.reports[0]["report_id"] == "r-7"


@pytest.mark.parametrize(
    ("forge", "statuses"),
    [
        ("bad_signature", [401]),
        ("stale_timestamp", [401]),
        ("repeated_nonce", [200, 401]),
    ],
)
async def test_forged_reports_are_refused(
    caller: Caller, client: Client, forge: str, statuses: list[int]
) -> None:
    await push(caller, task())
    order = {"stage": "done", "forge": forge}
    answer = await press(client, "hn-hrss/tasks/t-1/report", order)
    assert [one["status"] for one in answer["answers"]] == statuses


async def test_a_foreign_department_signs_with_its_own_name(
    caller: Caller, client: Client, service: Service
) -> None:
    await push(caller, task())
    service.verifiers["hn-health"].keys = ("another",)  # proves whose key was used
    order = {"stage": "done", "forge": "foreign_department"}
    answer = await press(client, "hn-hrss/tasks/t-1/report", order)
    assert answer["status"] == 401
    assert service.reports == []


async def test_a_report_needs_a_held_task_and_a_known_stage(caller: Caller, client: Client) -> None:
    await press(client, "hn-hrss/tasks/t-1/report", {"stage": "done"}, status=404)
    await push(caller, task())
    await press(client, "hn-hrss/tasks/t-1/report", {"stage": "finished"}, status=400)


async def test_the_automatic_desk_accepts_approves_and_finishes(
    caller: Caller, client: Client, service: Service
) -> None:
    await press(client, "hn-hrss/behaviour", {"mode": "auto"})
    await push(caller, task())
    while len(service.reports) < 3:
        service.told.clear()
        await service.told.wait()
    assert [one["stage"] for one in service.reports] == ["accepted", "approved", "done"]
    assert service.reports[-1]["facts"] == {"disability_allowance": False}


async def test_a_desk_made_automatic_goes_on_where_it_stands(
    caller: Caller, client: Client, service: Service
) -> None:
    await push(caller, task())
    await press(client, "hn-hrss/tasks/t-1/report", {"stage": "accepted"})
    await press(client, "hn-hrss/behaviour", {"mode": "auto"})
    while len(service.reports) < 3:
        service.told.clear()
        await service.told.wait()
    assert [one["stage"] for one in service.reports] == ["accepted", "approved", "done"]


async def test_a_supplement_opens_the_task_anew(caller: Caller, client: Client) -> None:
    await push(caller, task())
    await press(client, "hn-hrss/tasks/t-1/report", {"stage": "returned"})
    await push(caller, task(2))
    (held,) = (await shown(client))["tasks"]
    assert (held["state"], held["last_stage"], held["revision"]) == ("received", None, 2)


async def test_a_broken_desk_answers_500_nonsense_or_nothing(
    caller: Caller, client: Client
) -> None:
    await press(client, "hn-hrss/behaviour", {"mode": "http_500"})
    assert (await push(caller, task()))[0] == 500
    assert (await shown(client))["tasks"] == []
    await press(client, "hn-hrss/behaviour", {"mode": "garbage"})
    with pytest.raises(ValueError, match="decode"):
        await push(caller, task())
    await press(client, "hn-hrss/behaviour", {"mode": "hang"})
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await push(caller, task())
    await press(client, "hn-hrss/behaviour", {"mode": "normal"})
    assert (await push(caller, task()))[0] == 200
    await press(client, "hn-hrss/behaviour", {"mode": "nonsense"}, status=400)
    assert (await shown(client))["tasks"][0]["received"] == 3


async def test_a_pulling_department_reads_to_the_end_and_acknowledges(
    client: Client, service: Service
) -> None:
    service.to_pull = [task(key="t-1", item="HN09"), task(key="t-2", item="HN09")]
    assert await press(client, "hn-health/pull") == {"taken": 2, "cursor": "2"}
    assert service.acked == ["t-1/1", "t-2/1"]
    assert await press(client, "hn-health/pull") == {"taken": 0, "cursor": "2"}
    assert len((await shown(client, "hn-health"))["tasks"]) == 2


async def test_an_address_that_leads_nowhere_is_said_so(caller: Caller, client: Client) -> None:
    await push(caller, task(documents=[{**task()["documents"][0], "url": "http://[/"}]))
    await press(client, "hn-hrss/tasks/t-1/documents", status=502)


async def test_desks_are_found_again_after_a_restart(
    start: Callable[..., Any], tmp_path: Path
) -> None:
    store = tmp_path / "desks.json"
    first = await start(store)
    await push(Caller(first, "hn-hrss", "hrss-key"), task())
    await press(first, "hn-hrss/tasks/t-1/report", {"stage": "accepted"})
    await press(first, "hn-health/behaviour", {"mode": "silent"})
    await first.close()
    assert store.stat().st_mode & 0o777 == 0o600
    second = await start(store)
    after = await shown(second)
    (held,) = after["tasks"]
    assert (held["state"], held["received"], held["answers"]) == ("accepted", 1, {"name": "王建国"})
    assert (await shown(second, "hn-health"))["behaviour"] == "silent"
    paper = await second.get(f"{CONTROL}/hn-hrss/tasks/t-1/documents/d-1")
    assert await paper.read() == PAPER
    assert (await second.get(f"{CONTROL}/hn-hrss/tasks/t-1/documents/d-2")).status == 404
