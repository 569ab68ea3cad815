"""The callback on the wired application: what is not WeChat's leaves no trace, nothing is a 500."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote
from zlib import compress

import pytest
from redis.asyncio import Redis
from wechatpy.crypto import WeChatCrypto
from yarl import URL

from bot.wiring import World
from tests.bot.wechat.speaking import (
    APP_ID,
    KEY,
    OLD_KEY,
    OPENID,
    TOKEN,
    encrypted,
    event,
    fields_of,
    signed,
    text,
    xml,
)
from tests.journeys.city import City, city

CAP = 64 * 1024
ACCOUNT: dict[str, Any] = {
    "wechat_app_id": APP_ID,
    "wechat_token": TOKEN,
    "wechat_aes_key": KEY,
    "wechat_previous_aes_key": OLD_KEY,
}
TABLES = ("persons", "addresses", "cases", "outbox", "document_refs", "desk_tasks")


async def resting(_: World) -> None:
    """No worker: what is in Redis was put there by a request."""
    await asyncio.Event().wait()


@pytest.fixture
async def service(tmp_path: Path, redis_server: str, redis: Redis) -> AsyncIterator[City]:
    database = f"sqlite://{tmp_path / 'records.sqlite3'}"
    async with city(tmp_path / "var", redis_server, database, working=resting, **ACCOUNT) as opened:
        yield opened


@dataclass
class Answer:
    status: int
    body: bytes


def now_of(service: City) -> int:
    return int(service.time().timestamp())


async def post(service: City, query: dict[str, str], body: Any, **headers: str) -> Answer:
    url = URL(service.service_url + "/wechat").with_query(query)
    async with service.http.post(url, data=body, headers=headers) as answer:
        return Answer(answer.status, await answer.read())


async def push(service: City, message: str, nonce: str = "n-1", **how: Any) -> Answer:
    """As the platform does, in safe mode and now."""
    return await post(service, *encrypted(message, nonce=nonce, now=now_of(service), **how))


def read(answer: Answer, key: str = KEY) -> str:
    """What an answer says, by another reader than ours."""
    envelope = fields_of(answer.body)
    opened = WeChatCrypto(TOKEN, key, APP_ID).decrypt_message(
        answer.body, envelope["MsgSignature"], envelope["TimeStamp"], envelope["Nonce"]
    )
    return fields_of(opened)["Content"]


async def nothing_is_stored(service: City, redis: Redis) -> bool:
    counts = [
        (await service.world.database.rows(f"SELECT count(*) AS n FROM {table}"))[0]["n"]
        for table in TABLES
    ]
    return await redis.dbsize() == 0 and not any(counts)


# ---- the handshake --------------------------------------------------------------------------


async def test_the_handshake_gives_back_what_was_sent(service: City) -> None:
    url = URL(service.service_url + "/wechat")
    right = signed(now_of(service), echostr="echo-123")
    async with service.http.get(url.with_query(right)) as answer:
        assert (answer.status, await answer.text()) == (200, "echo-123")
    for wrong in (
        right | {"signature": "0" * 40},
        right | {"nonce": "other"},
        signed(now_of(service) - 301, echostr="x"),
        {"echostr": "x"},
        {},
    ):
        async with service.http.get(url.with_query(wrong)) as answer:
            assert answer.status == 403


# ---- what is not WeChat's, or cannot be read ------------------------------------------------

Forging: TypeAlias = Callable[[int], tuple[dict[str, str], bytes]]


def tampered(now: int) -> tuple[dict[str, str], bytes]:
    query, body = encrypted(text(), now=now)
    return query, body.replace(b"<Encrypt>", b"<Encrypt>AAAA")


def stolen(now: int) -> tuple[dict[str, str], bytes]:
    query, _ = encrypted(text(), now=now)
    return query, encrypted(text("anderes"), now=now)[1]


FORGERIES: dict[str, Forging] = {
    "nothing": lambda _: ({}, b""),
    "empty": lambda now: (signed(now), b""),
    "plain in safe mode": lambda now: (signed(now), text().encode()),
    "plain, marked aes": lambda now: (signed(now, encrypt_type="aes"), text().encode()),
    "wrong signature": lambda now: (encrypted(text(), now=now)[0] | {"signature": "0" * 40}, b"x"),
    "wrong msg_signature": lambda now: (
        encrypted(text(), now=now)[0] | {"msg_signature": "0" * 40},
        encrypted(text(), now=now)[1],
    ),
    "no msg_signature": lambda now: (
        signed(now, encrypt_type="aes"),
        encrypted(text(), now=now)[1],
    ),
    "tampered": tampered,
    "another's body": stolen,
    "stale": lambda now: encrypted(text(), now=now - 301),
    "from tomorrow": lambda now: encrypted(text(), now=now + 86400),
    "no time": lambda now: (encrypted(text(), now=now)[0] | {"timestamp": "soon"}, b"x"),
    "another account": lambda now: encrypted(text(), app_id="wx-somebody-else", now=now),
    "another key": lambda now: encrypted(text(), key="Q" * 43, now=now),
    "entities": lambda now: (
        signed(now, encrypt_type="aes"),
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]><xml>&b;</xml>',
    ),
    "json": lambda now: (signed(now), b'{"MsgType": "text", "Content": "hi"}'),
    "binary": lambda now: (signed(now), bytes(range(256)) * 20),
    "deep": lambda now: (signed(now), b"<a>" * 10_000),
    "half": lambda now: (signed(now), text().encode()[:40]),
    "zeros": lambda now: (signed(now), b"\0" * 1000),
}


async def test_no_forgery_leaves_a_trace(service: City, redis: Redis) -> None:
    for name, forging in FORGERIES.items():
        answer = await post(service, *forging(now_of(service)))
        refused = answer.status == 403 or (answer.status, answer.body) == (200, b"success")
        assert refused, (name, answer)
        assert await nothing_is_stored(service, redis), name


READABLE = {
    "no type": xml(Content="x"),
    "no sender": "<xml><MsgType>text</MsgType><Content>hi</Content></xml>",
    "entities": '<!DOCTYPE x [<!ENTITY b SYSTEM "file:///etc/passwd">]><xml>&b;</xml>',
    "not xml": "hello",
    "json": '{"MsgType": "text"}',
    "empty": "",
    "odd time": text().replace("1780000000", "tomorrow"),
    "deep": "<a>" * 3000,
}


async def test_wechat_s_own_nonsense_gets_success(service: City, redis: Redis) -> None:
    for name, message in READABLE.items():
        answer = await push(service, message, name)
        assert (answer.status, answer.body) == (200, b"success"), name
        assert await nothing_is_stored(service, redis), name


async def test_a_body_that_is_too_long_is_refused(service: City, redis: Redis) -> None:
    query, _ = encrypted(text(), now=now_of(service))
    assert (await post(service, query, b"x" * (CAP + 1))).status == 403

    async def without_length() -> AsyncIterator[bytes]:
        for _ in range(CAP // 1024 + 1):
            yield b"x" * 1024

    assert (await post(service, query, without_length())).status == 403
    bomb = compress(b"x" * 50_000_000)
    packed = {"Content-Encoding": "deflate"}
    assert (await post(service, query, bomb, **packed)).status == 403
    assert await nothing_is_stored(service, redis)


async def test_a_nonce_works_for_one_body(service: City, redis: Redis) -> None:
    first = await push(service, text("你好", "1"), "same")
    assert first.status == 200
    before = sorted(await redis.keys("message:*"))
    assert (await push(service, text("提交", "2"), "same")).status == 403
    assert sorted(await redis.keys("message:*")) == before
    assert (await push(service, text("你好", "1"), "same")).body == first.body


async def test_other_methods_are_none_of_it(service: City, redis: Redis) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        async with service.http.request(method, service.service_url + "/wechat") as answer:
            assert answer.status == 405
    assert await nothing_is_stored(service, redis)


# ---- what is answered -----------------------------------------------------------------------


async def test_the_key_before_still_opens_and_answers(service: City) -> None:
    answer = await push(service, text("你好"), key=OLD_KEY)
    assert "您好" in read(answer, OLD_KEY) or "退休" in read(answer, OLD_KEY)


async def test_a_redelivery_gets_the_same_bytes(service: City) -> None:
    first, second = [await push(service, text("办理退休"), f"n-{n}") for n in range(2)]
    at_once = await asyncio.gather(
        *(push(service, text("1", "99"), f"m-{n}") for n in range(3)),
    )
    assert first.body == second.body
    assert len({one.body for one in at_once}) == 1


PUSHES = (
    event("LOCATION", Latitude="1", Longitude="2", Precision="3"),
    event("VIEW", EventKey="http://example.invalid"),
    event("invented_tomorrow"),
    event("TEMPLATESENDJOBFINISH", MsgID="1", Status="success"),
    event("TEMPLATESENDJOBFINISH", MsgID="1", Status="invented"),
    xml(MsgType="invented", MsgId="1"),
    text("<a href='x'>]]>&amp;\u202e"),
    text("x" * 10_000),
    text(""),
    event("CLICK", EventKey="no such key"),
    event("SCAN", EventKey="x" * 64, Ticket="t"),
    event("subscribe", EventKey="qrscene_x"),
    event("unsubscribe"),
)


async def test_every_kind_of_push_is_answered(service: City) -> None:
    for number, message in enumerate(PUSHES):
        answer = await push(service, message, f"n-{number}")
        assert answer.status == 200, message
        assert answer.body == b"success" or read(answer), message


async def test_nothing_she_types_changes_the_answers_shape(service: City) -> None:
    evil = "]]><MsgType>news</MsgType><Content><![CDATA[" + unquote("%01%00") + "</xml>"
    for number, words in enumerate(("办理退休", "1", "1", evil, "“" + evil)):
        message = xml(
            MsgType="text", MsgId=str(number), inside=f"<Content>{_escaped(words)}</Content>"
        )
        answer = await push(service, message, f"n-{number}")
        assert set(fields_of(answer.body)) == {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"}
        assert read(answer)


def _escaped(words: str) -> str:
    printable = "".join(char for char in words if char >= " ")
    return printable.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# ---- Redis away -----------------------------------------------------------------------------


@dataclass
class Gate:
    """The way to Redis: open, shut (nobody there), or stuck (nobody answers)."""

    path: str
    port: int = 0
    server: asyncio.Server | None = None
    stuck: bool = False
    lines: set[asyncio.StreamWriter] = field(default_factory=set)

    async def open(self) -> None:
        self.stuck = False
        self.server = await asyncio.start_server(self._joined, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        assert self.server is not None
        self.server.close()
        for line in list(self.lines):
            line.transport.abort()
        await self.server.wait_closed()

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self.path)
        self.lines |= {writer, back}
        async with asyncio.TaskGroup() as group:
            group.create_task(self._carry(reader, back))
            group.create_task(self._carry(there, writer))

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await source.read(65536):
                if not self.stuck:
                    target.write(piece)
        target.close()


@pytest.fixture
async def gate(redis_server: str, redis: Redis) -> AsyncIterator[Gate]:
    gate = Gate(redis_server.removeprefix("unix://").partition("?")[0])
    await gate.open()
    yield gate
    await gate.shut()


@pytest.fixture
async def behind_the_gate(tmp_path: Path, gate: Gate) -> AsyncIterator[City]:
    database = f"sqlite://{tmp_path / 'records.sqlite3'}"
    url = f"redis://127.0.0.1:{gate.port}"
    async with city(tmp_path / "var", url, database, working=resting, **ACCOUNT) as opened:
        yield opened


async def test_redis_away_is_said_and_nothing_is_claimed(
    behind_the_gate: City, gate: Gate, redis: Redis
) -> None:
    service = behind_the_gate
    assert "盖" in read(await push(service, text("办理退休", "1"), "n-1"))
    await gate.shut()
    away = read(await push(service, text("1", "2"), "n-2"))
    assert "没能保存" in away
    async with service.http.get(service.service_url + "/readyz") as answer:
        assert answer.status == 503
    async with service.http.get(service.service_url + "/healthz") as answer:
        assert answer.status == 200
    assert len(await redis.keys("message:*")) == 1
    await gate.open()
    assert "认证" in read(await push(service, text("1", "2"), "n-2"))
    async with service.http.get(service.service_url + "/readyz") as answer:
        assert answer.status == 200


async def test_a_redis_that_says_nothing_is_away_in_time(behind_the_gate: City, gate: Gate) -> None:
    service = behind_the_gate
    await push(service, text("办理退休", "1"), "n-1")
    gate.stuck = True
    loop = asyncio.get_running_loop()
    began = loop.time()
    away = read(await push(service, text("1", "2"), "n-2"))
    assert "没能保存" in away
    assert loop.time() - began < 5
    await gate.shut()  # what still waits for it learns that it is gone
    await gate.open()


async def test_her_name_is_in_no_count(service: City) -> None:
    await push(service, text("办理退休"))
    async with service.http.get(service.service_url + "/metrics") as answer:
        counts = await answer.text()
    assert 'tuixiu_callback_total{kind="answered"} 1' in counts
    assert OPENID not in counts
    async with service.http.get(
        service.service_url + "/metrics", headers={"X-Forwarded-For": "1.2.3.4"}
    ) as answer:
        assert answer.status == 404
