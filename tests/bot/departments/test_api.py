import hashlib
import json
from typing import Any

import pytest

from bot.departments.api import ENDPOINTS, MAX_BODY, department_routes, openapi
from bot.departments.push import Line
from bot.departments.sender import Sender
from bot.routes import Guard
from tests.bot.departments.world import World

TASKS = "/departments/v1/tasks"
REPORTS = "/departments/v1/reports"
DOCUMENTS = "/departments/v1/documents"


async def pulled_case(world: World) -> str:
    """A case whose tasks have left; the fund (HN08) pulls its own. Its number."""
    case = await world.sendable_case()
    sender = Sender(world.edge, Line(world.client.session), world.ids)
    await sender.send_due(world.now)
    return case.case_no


def test_every_route_declares_its_guard() -> None:
    guards = {one.path: one.guard for one in ENDPOINTS}
    assert guards == {
        "/reports": Guard.SIGNED,
        "/tasks": Guard.SIGNED,
        "/tasks/{key}/ack": Guard.SIGNED,
        "/documents/{id}": Guard.SIGNED,
        "/openapi.json": Guard.PUBLIC,
    }


async def test_nothing_but_the_description_is_open(world: World) -> None:
    for route in department_routes(world.edge):
        path = route.path.replace("{key}", "k").replace("{id}", "i")
        async with world.client.request(route.method, path) as answer:
            assert answer.status == (200 if route.guard is Guard.PUBLIC else 401), path


@pytest.mark.parametrize(
    ("forged", "kind"),
    [
        ({"signature": "0" * 64}, "bad_signature"),
        ({"department": "hn-nobody"}, "unknown_sender"),
        ({"department": "hn-health"}, "bad_signature"),
        ({"timestamp": "1"}, "stale"),
        ({"nonce": ""}, "unsigned"),
    ],
)
async def test_forged_requests(world: World, forged: dict[str, str], kind: str) -> None:
    status, problem = await world.caller("hn-hrss").call("GET", TASKS, b"", **forged)
    assert (status, problem["type"]) == (401, f"urn:problem-type:tuixiu:{kind}")


async def test_a_nonce_works_once(world: World) -> None:
    caller = world.caller("hn-hrss")
    ids = world.ids
    world.ids = lambda: "the-same-nonce"
    assert (await caller.call("GET", TASKS))[0] == 200
    status, problem = await caller.call("GET", TASKS)
    assert (status, problem["type"]) == (401, "urn:problem-type:tuixiu:nonce_used")
    world.ids = ids


async def test_a_query_is_signed_as_sent(world: World) -> None:
    caller = world.caller("hn-health")
    assert (await caller.call("GET", f"{TASKS}?after=0&limit=5"))[0] == 200
    for query in (
        "after=-1",
        "limit=51",
        "limit=x",
        "more=1",
        "after=1&after=2",
        "after=%E4%B8%80",
    ):
        assert (await caller.call("GET", f"{TASKS}?{query}"))[0] == 400, query


async def test_too_large_a_body_is_not_read(world: World) -> None:
    body = b" " * (MAX_BODY + 1)
    status, problem = await world.caller("hn-hrss").call("POST", REPORTS, body)
    assert (status, problem["status"]) == (413, 413)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"report_id": "r1", ',
        b"[]",
        b"\xff\xfe",
        b'{"report_id": "r1", "case_no": "1", "item": "HN03"}',
        b"[" * 20000,
    ],
)
async def test_half_a_report_is_no_report(world: World, body: bytes) -> None:
    status, problem = await world.caller("hn-hrss").call("POST", REPORTS, body)
    assert (status, problem["type"]) == (400, "urn:problem-type:tuixiu:invalid")


@pytest.mark.parametrize(
    "changed",
    [
        {"stage": "finished"},
        {"surprise": 1},
        {"stage": "returned"},
        {"stage": "denied", "reason": " "},
        {"occurred_at": "2026-03-02T10:00:00"},
        {"report_id": "with a blank"},
    ],
)
async def test_unknown_stages_fields_and_returns_without_reason(
    world: World, changed: dict[str, Any]
) -> None:
    case = await world.open_case()
    said = {"stage": "accepted", **changed}
    status, problem = await world.caller("hn-hrss").report(case, "HN03", **said)
    assert (status, problem["type"]) == (400, "urn:problem-type:tuixiu:invalid")
    assert await world.database.rows("SELECT id FROM reports") == []


async def test_a_department_pulls_its_own_tasks_and_acknowledges(world: World) -> None:
    case_no = await pulled_case(world)
    caller, key = world.caller("hn-fund-zhengzhou"), f"{case_no}-HN08"
    status, page = await caller.call("GET", TASKS)
    (task,) = page["tasks"]
    assert (status, task["key"], task["revision"]) == (200, key, 1)
    assert (task["sent_at"], task["due_on"]) == ("2026-03-02T01:10:00Z", "2026-03-05")
    assert "spouse_name" not in task["answers"]
    assert task["answers"]["fund_centre"] == "fund-410100"
    assert [one["kind"] for one in task["documents"]] == [
        "application_form",
        "retirement_form",
        "retirement_form",
    ]
    body = b'{"revision": 1}'
    assert (await caller.call("POST", f"{TASKS}/{key}/ack", body))[0] == 200
    assert (await caller.call("POST", f"{TASKS}/{key}/ack", body))[0] == 200
    assert (await world.item(case_no, "HN08")).received_at == world.now
    assert (await world.row(key)).acked_at == world.now
    after = await caller.call("GET", f"{TASKS}?after={page['cursor']}")
    assert after == (200, {"tasks": [], "withdrawals": [], "cursor": page["cursor"]})


async def test_acknowledging_what_is_not_there(world: World) -> None:
    case_no = await pulled_case(world)
    caller = world.caller("hn-fund-zhengzhou")
    for key in (f"{case_no}-HN03", f"{case_no}-HN99", "1-HN08", "nonsense"):
        status, _ = await caller.call("POST", f"{TASKS}/{key}/ack", b'{"revision": 1}')
        assert status == 404
    for body in (b'{"revision": 2}', b'{"revision": "1"}', b'{"revision": 0}', b"{}"):
        assert (await caller.call("POST", f"{TASKS}/{case_no}-HN08/ack", body))[0] == 400


async def test_papers_are_read_by_whom_their_task_went_to(world: World) -> None:
    case_no = await pulled_case(world)
    fund, health = world.caller("hn-fund-zhengzhou"), world.caller("hb-hrss")
    _, page = await fund.call("GET", TASKS)
    first, *_ = page["tasks"][0]["documents"]
    assert first["url"] == f"http://service.test{DOCUMENTS}/pdf"
    status, content = await fund.call("GET", f"{DOCUMENTS}/pdf")
    assert (status, hashlib.sha256(content).hexdigest()) == (200, first["sha256"])
    assert (await health.call("GET", f"{DOCUMENTS}/pdf"))[0] == 404
    assert (await fund.call("GET", f"{DOCUMENTS}/none"))[0] == 404
    assert (await fund.call("POST", f"{DOCUMENTS}/pdf"))[0] == 405
    assert case_no


async def test_nothing_is_shown_before_it_is_sent(world: World) -> None:
    case = await world.open_case()
    caller = world.caller("hn-fund-zhengzhou")
    assert (await caller.call("GET", TASKS))[1]["tasks"] == []
    assert (await caller.call("GET", f"{DOCUMENTS}/f1"))[0] == 404
    status, _ = await caller.call("POST", f"{TASKS}/{case.case_no}-HN08/ack", b'{"revision": 1}')
    assert status == 404


async def test_the_description_is_made_from_the_table(world: World) -> None:
    async with world.client.get("/departments/v1/openapi.json") as answer:
        described = json.loads(await answer.read())
    assert described == openapi()
    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == {f"/departments/v1{one.path}" for one in ENDPOINTS}
    report = described["components"]["schemas"]["ReportBody"]
    assert report["additionalProperties"] is False
    assert set(report["required"]) == {"report_id", "case_no", "item", "stage", "occurred_at"}
    text = json.dumps(described)
    for reference in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert reference in described["components"]["schemas"]
