"""Our edge and the sandbox's platform, written apart from each other, understand each other."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis

from bot.wechat.client import Platform
from bot.wechat.crypto import Account, Mode, NotFromWeChat, shake_hands
from bot.wechat.inbound import EdgeEvent, Inbound, read_callback
from bot.wechat.outbound import SUCCESS, answer_body, draw
from bot.wechat.results import Media, OAuthIdentity, QrTicket, Sent
from bot.wechat.tokens import TokenBroker
from bot.wechat.transport import StableToken, Transport
from bot.wechat.web import authorize_url
from dialogs.said import Followed, Photo, Spoken, Tap, Text, Unsupported
from dialogs.say import Choice, Link, Utterance
from sandbox.platform import PlatformConfig, control_routes, make_platform

NOW = 1_795_000_000
APP_ID, SECRET, TOKEN = "wx1234567890abcdef", "app-secret", "callback-token"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
QUESTION = Utterance(
    "“]]>” <b>您</b>是？",
    (Choice("d1:kind:1:3", "企业 & 职工", "1"), Choice("d1:kind:2:3", "机关", "2")),
    (Link("http://127.0.0.1:8080/m/login?a=1&b=2", "去登录"),),
)


@dataclass
class Edge:
    """The callback as the service will wire it: reads, remembers what was said, answers."""

    account: Account
    answers: list[Utterance] = field(default_factory=list)
    heard: list[Spoken | EdgeEvent] = field(default_factory=list)

    async def shake(self, request: web.Request) -> web.Response:
        try:
            return web.Response(text=shake_hands(self.account, request.query, NOW))
        except NotFromWeChat:
            raise web.HTTPForbidden from None

    async def hear(self, request: web.Request) -> web.Response:
        inbound = read_callback(self.account, request.query, await request.read(), NOW)
        assert isinstance(inbound, Inbound)
        self.heard.append(inbound.said)
        first = draw(self.answers, QUESTION).first
        if not first:
            return web.Response(body=SUCCESS)
        return web.Response(body=answer_body(self.account, inbound.answer_with, first, NOW))


@dataclass
class Meeting:
    edge: Edge
    phone: TestClient[web.Request, web.Application]
    openid: str

    async def say(self, **said: object) -> Any:
        path = f"/control/platform/phones/{self.openid}/say"
        return await (await self.phone.post(path, json=said)).json()

    async def control(self, verb: str, path: str, body: object = None) -> Any:
        response = await self.phone.request(verb, f"/control/platform/{path}", json=body)
        return await response.json()


@pytest.fixture(params=["safe", "compat", "plain"])
async def meeting(request: pytest.FixtureRequest) -> AsyncIterator[Meeting]:
    mode = Mode(request.param)
    edge = Edge(Account.of(APP_ID, TOKEN, KEY, mode=mode))
    service = web.Application()
    service.add_routes([web.get("/wechat", edge.shake), web.post("/wechat", edge.hear)])
    async with TestServer(service) as server:
        config = PlatformConfig(
            *(APP_ID, SECRET, TOKEN, KEY, str(server.make_url("/wechat"))),
            mode=request.param,
            refused_pause=0.0,
            receipt_seconds=0.0,
        )
        platform, world = make_platform(config, lambda: float(NOW)), web.Application()
        world.add_routes(control_routes(platform))
        world.add_subapp("/platform", platform)
        async with TestClient(TestServer(world)) as phone:
            yield Meeting(edge, phone, config.phones[0].openid)


@pytest.fixture
async def client(meeting: Meeting, redis: Redis, ids: Iterator[str]) -> AsyncIterator[Platform]:
    url = str(meeting.phone.make_url("/platform"))
    async with aiohttp.ClientSession() as session:
        fetch = StableToken(session, url, APP_ID, SECRET)
        broker = TokenBroker(redis, "token", fetch, lambda: next(ids))
        yield Platform(session, url, (APP_ID, SECRET), Transport(session, url, broker))


async def test_hands_are_shaken(meeting: Meeting) -> None:
    assert await meeting.control("POST", "handshake") == {"ok": True}


async def test_what_is_done_on_the_phone_is_heard(meeting: Meeting) -> None:
    await meeting.say(type="text", text="办理退休 ]]> <a>")
    await meeting.say(type="sticker")
    await meeting.say(type="follow", scene="i7")
    await meeting.say(type="scan", scene="i8")
    assert meeting.edge.heard == [
        Text("办理退休 ]]> <a>"),
        Unsupported("sticker"),
        Followed("i7"),
        Followed("i8", anew=False),
    ]
    assert await meeting.control("GET", "violations") == []


async def test_an_answer_is_shown_and_its_tap_comes_back(meeting: Meeting) -> None:
    meeting.edge.answers = [QUESTION]
    shown = (await meeting.say(type="text", text="开始"))["reply"]
    taps = [segment for segment in shown["segments"] if segment["kind"] == "tap"]
    links = [segment for segment in shown["segments"] if segment["kind"] == "link"]
    assert [tap["label"] for tap in taps] == ["企业 & 职工", "机关"]
    assert links[0]["url"] == "http://127.0.0.1:8080/m/login?a=1&b=2"
    await meeting.say(type="tap", content=taps[0]["content"], menu_id=taps[0]["menu_id"])
    assert meeting.edge.heard[-1] == Tap("d1:kind:1:3", taps[0]["content"])
    assert await meeting.control("GET", "violations") == []


async def test_what_the_service_asks_of_the_platform(meeting: Meeting, client: Platform) -> None:
    await meeting.say(type="photo")
    photo = meeting.edge.heard[-1]
    assert isinstance(photo, Photo)
    assert isinstance(await client.fetch_media(photo.media), Media)
    assert await client.send_customer_text(meeting.openid, "您好") == Sent()
    assert await client.send_customer_menu(meeting.openid, "对吗？", QUESTION.choices) == Sent()
    fields = {"thing1": "退休一件事", "date2": "2026年12月1日", "thing3": "点此继续"}
    sent = await client.send_template(meeting.openid, "sandbox-draft", fields, None, "r1")
    assert isinstance(sent, Sent)
    assert sent.msg_id
    menu = {"button": [{"type": "click", "name": "办理退休", "key": "start"}]}
    assert await client.create_menu(menu) == Sent()
    assert isinstance(await client.create_qr("i7", 60), QrTicket)
    assert await meeting.control("GET", "violations") == []


async def test_an_expired_token_is_renewed_unnoticed(meeting: Meeting, client: Platform) -> None:
    await meeting.say(type="text", text="一")
    assert await client.send_customer_text(meeting.openid, "一") == Sent()
    await meeting.control("POST", "failures", {"what": "token_expired"})
    assert await client.send_customer_text(meeting.openid, "二") == Sent()


async def test_who_opens_a_page_is_known(meeting: Meeting, client: Platform) -> None:
    await meeting.control("POST", "login-phone", {"openid": meeting.openid})
    url = urlsplit(authorize_url("/platform", APP_ID, "http://127.0.0.1/m", "s&t"))
    answer = await meeting.phone.get(f"{url.path}?{url.query}", allow_redirects=False)
    came_back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert came_back["state"] == ["s&t"]
    identity = await client.exchange_code(came_back["code"][0])
    assert isinstance(identity, OAuthIdentity)
    assert identity.openid == meeting.openid
