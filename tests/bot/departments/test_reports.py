import base64
import hashlib
import json
from typing import Any

import pytest

from bot.departments.reports import REFUSALS
from cases.case import Case
from cases.decide import RefusedCode
from tests.bot.departments.test_api import REPORTS, pulled_case
from tests.bot.departments.world import World

NOT_YOURS = "urn:problem-type:tuixiu:not_yours"


@pytest.fixture
async def case(world: World) -> Case:
    """A case whose tasks have left, whoever was there to take them."""
    return await world.case(await pulled_case(world))


async def test_a_report_moves_its_own_item_and_is_journalled(world: World, case: Case) -> None:
    status, answer = await world.caller("hn-hrss").report(case, "HN05", "accepted", report_id="r1")
    assert (status, answer) == (200, {"report_id": "r1", "outcome": "applied", "code": "move"})
    after = await world.case(case.case_no)
    assert {one.code for one in after.items if one.state == "accepted"} == {"HN05"}
    *_, report, event = await world.journal(case.case_no)
    assert (report["kind"], report["report"], report["stage"]) == ("report", "r1", "accepted")
    assert event["kind"] == "item_accepted"


async def test_the_same_report_gets_the_same_answer(world: World, case: Case) -> None:
    caller = world.caller("hn-hrss")
    body = caller.body(case, "HN05", "accepted")
    first = await caller.call("POST", REPORTS, body)
    written = len(await world.journal(case.case_no))
    assert await caller.call("POST", REPORTS, body) == first
    # Spelled otherwise it is the same report still.
    spaced = json.dumps(json.loads(body), indent=2).encode()
    assert await caller.call("POST", REPORTS, spaced) == first
    assert len(await world.journal(case.case_no)) == written


async def test_another_report_under_a_used_id_is_a_conflict(world: World, case: Case) -> None:
    caller = world.caller("hn-hrss")
    await caller.report(case, "HN05", "accepted", report_id="r1")
    status, problem = await caller.report(case, "HN06", "accepted", report_id="r1")
    assert (status, problem["type"]) == (409, "urn:problem-type:tuixiu:report_id_used")
    assert (await world.item(case.case_no, "HN06")).state == "sent"
    last = (await world.journal(case.case_no))[-1]
    assert (last["kind"], last["report"]) == ("report_conflict", "r1")
    # Ids belong to a department: another one may use the same.
    other = world.caller("hn-health")
    assert (await other.report(case, "HN09", "accepted", report_id="r1"))[0] == 200


async def test_a_strangers_report_is_refused_alike_and_kept(world: World, case: Case) -> None:
    health, hebei = world.caller("hn-health"), world.caller("hb-hrss")
    nowhere = json.loads(health.body(case, "HN05", "done")) | {"case_no": "1"}
    answers = [
        await health.report(case, "HN05", "done"),
        await health.report(case, "HN99", "done"),
        await hebei.report(case, "HN05", "done"),
        await health.call("POST", REPORTS, json.dumps(nowhere).encode()),
    ]
    assert {answer[0] for answer in answers} == {403}
    assert len({json.dumps(answer[1]) for answer in answers}) == 1
    assert answers[0][1]["type"] == NOT_YOURS
    assert (await world.item(case.case_no, "HN05")).state == "sent"
    kept = await world.database.rows("SELECT outcome FROM reports")
    assert sorted(json.loads(row["outcome"])["code"] for row in kept) == [
        "foreign",
        "foreign",
        "unknown_case",
        "unknown_item",
    ]
    journal = [one for one in await world.journal(case.case_no) if one["kind"] == "report"]
    assert [one["connection"] for one in journal] == ["hn-health", "hn-health", "hb-hrss"]


async def test_a_fund_centre_speaks_only_for_itself(world: World) -> None:
    case = await world.case(await pulled_case(world))
    world.write_connections(hn_fund_zhengzhou={"office": "fund-410000"})
    status, _ = await world.caller("hn-fund-zhengzhou").report(case, "HN08", "accepted")
    assert status == 403


async def test_contradictions_and_unknown_words(world: World, case: Case) -> None:
    caller = world.caller("hn-hrss")
    assert (await caller.report(case, "HN05", "done"))[0] == 200
    status, problem = await caller.report(case, "HN05", "denied", reason="x")
    assert (status, problem["detail"]) == (409, "contradiction")
    (task,) = await world.desk_tasks()
    assert task.startswith(f"contradiction/{case.case_no}-HN05/1/")
    status, problem = await caller.report(case, "HN03", "progress", facts={"colour": "red"})
    assert (status, problem["detail"]) == (422, "unknown_fact")
    missing = [{"kind": "document", "code": "passport"}]
    status, problem = await caller.report(case, "HN03", "returned", missing=missing)
    assert (status, problem["detail"]) == (422, "unknown_missing")


async def test_an_end_opens_the_next_item_in_the_same_transaction(world: World, case: Case) -> None:
    facts = {"disability_allowance": True}
    await world.caller("hn-hrss").report(case, "HN03", "done", facts=facts)
    assert (await world.item(case.case_no, "HN04")).state == "sent"
    row = await world.row(f"{case.case_no}-HN04")
    assert (row.kind, row.connection, row.state) == ("task", "hn-hrss", "queued")


async def test_a_result_paper_is_kept_once_and_only_from_its_owner(
    world: World, case: Case
) -> None:
    content = b"%PDF-1.7 a calculation"
    paper = {
        "kind": "pension_calculation",
        "media_type": "application/pdf",
        "sha256": hashlib.sha256(content).hexdigest(),
        "content": base64.b64encode(content).decode(),
    }
    before = set(world.papers.held)
    stranger = await world.caller("hn-health").report(case, "HN03", "done", documents=[paper])
    assert (stranger[0], set(world.papers.held)) == (403, before)
    caller = world.caller("hn-hrss")
    body = caller.body(case, "HN03", "done", documents=[paper])
    for _ in range(2):
        assert (await caller.call("POST", REPORTS, body))[0] == 200
    (kept,) = set(world.papers.held) - before
    assert (await world.item(case.case_no, "HN03")).documents == (kept,)
    assert world.papers.held[kept].content == content


@pytest.mark.parametrize(
    "changed",
    [{"sha256": "0" * 64}, {"content": "not base64!"}, {"media_type": "text/html"}],
)
async def test_a_spoilt_result_paper_is_refused(
    world: World, case: Case, changed: dict[str, Any]
) -> None:
    paper = {"kind": "x", "media_type": "image/png", "content": "aGk=", **changed}
    status, _ = await world.caller("hn-hrss").report(case, "HN03", "done", documents=[paper])
    assert status == 400
    assert (await world.item(case.case_no, "HN03")).state == "sent"


def test_every_refusal_of_the_rules_has_its_answer() -> None:
    codes = {"unknown_case", *RefusedCode.__args__}  # type: ignore[attr-defined]  # a Literal's words
    assert set(REFUSALS) == codes
