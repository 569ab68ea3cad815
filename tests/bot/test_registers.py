"""The registers: asked politely, twice at most, and believed only as far as they make sense."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.registers import (
    MAX_ANSWER,
    MAX_PAPERS,
    Asked,
    Found,
    HouseholdAnswer,
    Households,
    Register,
    RetirementPapers,
)
from sandbox.citizens import load_citizens
from sandbox.registry import Registry
from sandbox.serving import new_app
from sandbox.world import World
from tests.journeys.city import City, Phone

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
ASKED = Asked("王建国", "410105196606129011", "henan-1:consent", NOW, "reference-1")
NOTHING = HouseholdAnswer(status="not_found")
PAPER = b"%PDF-1.7 stamped"

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Stand:
    """A register that answers as the test says; counts what it was asked."""

    answering: list[Answering] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.paths.append(request.path)
        at = min(len(self.paths), len(self.answering)) - 1
        return await self.answering[at](request)


def says(body: bytes | dict[str, Any], status: int = 200, **headers: str) -> Answering:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=raw, status=status, headers=headers)

    return answer


async def hangs(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    return web.Response()


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    stand = Stand()
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", stand.answer)
    async with TestServer(app) as server:
        stand.url = str(server.make_url("/r"))
        yield stand


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield session


@pytest.fixture
def register(session: aiohttp.ClientSession, stand: Stand) -> Register:
    return Register(session, stand.url, "key", lambda: NOW)


FOUND: dict[str, Any] = {"status": "found", "person": {"name": "王建国"}}


# ---- households -----------------------------------------------------------------------------


async def test_the_sandbox_s_registry_knows_her(session: aiohttp.ClientSession) -> None:
    world = World(now=NOW.timestamp, token=lambda: "token")
    registry = Registry("key", load_citizens(), world)
    async with TestServer(new_app(registry.routes())) as server:
        url = str(server.make_url("/registry"))
        answer = await Households(Register(session, url, "key", lambda: NOW)).ask(ASKED)
        assert answer.status == "found"
        assert answer.person["name"] == "王建国"
        foreign = Households(Register(session, url, "another key", lambda: NOW))
        assert await foreign.ask(ASKED) == NOTHING


async def test_one_failure_is_asked_again(register: Register, stand: Stand) -> None:
    stand.answering = [says(b"", 500), says(FOUND)]
    assert (await Households(register).ask(ASKED)).status == "found"
    assert len(stand.paths) == 2


async def test_silence_ends_after_two_times_three_seconds(register: Register, stand: Stand) -> None:
    stand.answering = [hangs]
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await Households(register).ask(ASKED) == NOTHING
    assert 5.9 < loop.time() - began < 9
    assert len(stand.paths) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"found"',
        b"\xff\xfe{",
        b'{"status": "yes"}',
        b'{"status": "found", "person": []}',
        b'{"status": "found", "person": {"name": "\\ud800"}}',
        b"[" * 50_000,
    ],
)
async def test_garbage_is_nothing(register: Register, stand: Stand, body: bytes) -> None:
    stand.answering = [says(body)]
    assert await Households(register).ask(ASKED) == NOTHING


async def test_an_answer_without_end_is_cut_off(register: Register, stand: Stand) -> None:
    padding = "x" * MAX_ANSWER
    stand.answering = [says({**FOUND, "padding": padding})]
    assert await Households(register).ask(ASKED) == NOTHING
    stand.answering = [says({**FOUND, "padding": padding[:-200]})]
    assert (await Households(register).ask(ASKED)).status == "found"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(register: Register, stand: Stand, status: int) -> None:
    stand.answering = [says(b"", status, Location=f"{stand.url}/elsewhere"), says(FOUND)]
    stand.answering.insert(1, stand.answering[0])
    assert await Households(register).ask(ASKED) == NOTHING
    assert stand.paths == ["/r/households/query"] * 2


async def test_nobody_there_is_nothing(
    session: aiohttp.ClientSession, unused_tcp_port: int
) -> None:
    register = Register(session, f"http://127.0.0.1:{unused_tcp_port}", "key", lambda: NOW)
    assert await Households(register).ask(ASKED) == NOTHING
    assert await RetirementPapers(register).ask(ASKED) == Found()


async def test_a_register_that_is_not_connected_knows_nothing() -> None:
    assert await Households(None).ask(ASKED) == NOTHING
    assert await RetirementPapers(None).ask(ASKED) == Found()


# ---- papers ---------------------------------------------------------------------------------


def paper(**changed: Any) -> dict[str, Any]:
    known = {
        "id": "p-1",
        "kind": "retirement_form",
        "media_type": "application/pdf",
        "sha256": hashlib.sha256(PAPER).hexdigest(),
        "size": len(PAPER),
    }
    return {**known, **changed}


def listing(*papers: dict[str, Any]) -> Answering:
    return says({"status": "found", "facts": {"person_kind": "enterprise"}, "papers": papers})


async def test_papers_come_with_what_they_say(register: Register, stand: Stand) -> None:
    stand.answering = [listing(paper()), says(PAPER)]
    found = await RetirementPapers(register).ask(ASKED)
    assert found.facts == {"person_kind": "enterprise"}
    assert [content for _, content in found.papers] == [PAPER]


@pytest.mark.parametrize(
    "answers",
    [
        [listing(paper(sha256="0" * 64)), says(PAPER)],
        [listing(paper()), says(PAPER + b"!")],
        [listing(paper()), says(PAPER, 404)],
        [listing(paper(id="../../etc/passwd")), says(PAPER)],
        [listing(paper(id="a?b=c")), says(PAPER)],
        [listing(paper(media_type="text/html")), says(PAPER)],
        [listing(*[paper()] * (MAX_PAPERS + 1)), says(PAPER)],
    ],
    ids=["digest", "content", "gone", "path", "query", "kind", "many"],
)
async def test_papers_that_cannot_be_trusted_are_none(
    register: Register, stand: Stand, answers: list[Answering]
) -> None:
    stand.answering = answers if len(answers) > 1 else answers * 2
    assert await RetirementPapers(register).ask(ASKED) == Found()


# ---- in the conversation --------------------------------------------------------------------


async def consenting(henan: City, citizen: str, number: int) -> tuple[Phone, str]:
    """She logs in and agrees; what she then reads."""
    phone = await henan.phone(number)
    await phone.say("办理退休")
    await phone.say("1")
    assert await phone.log_in(citizen) == 200
    await phone.is_offered("同意")
    return phone, await phone.say("1")


async def queries(henan: City) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await henan.asked("GET", "/control/registry/queries")
    return found


async def test_refusals_sound_alike(henan: City) -> None:
    heard = [
        await consenting(henan, citizen, number)
        for number, citizen in enumerate(("chen_erniu", "liu_fang", "zhou_qiang", "ma_xiaoyan"))
    ]
    told = {text.partition("'text': ")[2].partition("<a ")[0] for _, text in heard}
    assert len(told) == 1
    assert "没能查到" in told.pop()
    assert not any(word in text for _, text in heard for word in ("不一致", "外省", "未找到"))


async def test_a_fourth_look_up_on_a_day_is_not_made(henan: City) -> None:
    for number in range(4):
        await consenting(henan, "wang_jianguo", number)
    asked = [one for one in await queries(henan) if one["id_number"] == "410105196606129011"]
    assert len(asked) == 3
    henan.time.pass_by(days=1)
    await consenting(henan, "wang_jianguo", 4)
    assert len(await queries(henan)) == 4


async def test_strange_household_states_do_not_hold_her_up(henan: City) -> None:
    """`household_status` of any type: nothing breaks, she goes on."""
    register = henan.world.desk.households
    answer = await register.ask(ASKED)
    assert answer.person["household_status"] == "normal"
    _, text = await consenting(henan, "wang_jianguo", 0)
    assert "王建国" in text
