"""Callbacks that are forged, stale, too large, malformed or carry entities leave no trace.

They get 403 or `success`, never a 5xx; afterwards Redis has the keys and SQL the rows it had.
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp
import pytest
from redis.asyncio import Redis

from bot.wiring import World
from sandbox.platform import PlatformConfig
from sandbox.platform.config import openid_of
from sandbox.platform.crypto import encrypt, sign
from sandbox.platform.pushes import make_push, signed_query
from tests.journeys.city import City, city
from tests.servers import all_tables

HER: Final = openid_of("somebody")
TOO_LARGE: Final = 65 * 1024
ENTITY: Final = (
    '<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY f SYSTEM "file:///etc/passwd">]>'
)


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the callback."""

    query: Mapping[str, str]
    body: bytes
    chunked: bool = False


@pytest.fixture
async def henan(tmp_path: Path, redis_server: str, redis: Redis) -> AsyncIterator[City]:
    del redis  # it is empty now
    database = f"sqlite://{tmp_path / 'records.sqlite3'}"
    async with city(tmp_path / "var", redis_server, database, working=_idle) as opened:
        # who is broken does not come to fetch tasks: nothing but our requests may leave a trace
        broken = "/control/departments/hn-health/behaviour"
        await opened.asked("POST", broken, json={"mode": "http_500"})
        await opened.world.redis.flushall()
        yield opened


async def _idle(_: World) -> None:
    await asyncio.Event().wait()


async def test_what_is_not_wechats_is_403(henan: City) -> None:
    account = _account(henan)
    before = await _traces(henan)
    for name, call in _forged(account, henan.time().timestamp()).items():
        assert await _answer(henan, call) == (403, b""), name
    assert await _traces(henan) == before


async def test_what_cannot_be_read_is_success(henan: City) -> None:
    account = _account(henan)
    before = await _traces(henan)
    for name, call in _unreadable(account, henan.time().timestamp()).items():
        assert await _answer(henan, call) == (200, b"success"), name
    assert await _traces(henan) == before


async def test_a_nonce_that_was_used_carries_no_other_message(henan: City) -> None:
    account, now = _account(henan), henan.time().timestamp()
    first = _sealed(account, now, _text("办理退休"), nonce="77")
    status, body = await _answer(henan, first)
    assert status == 200
    assert b"Encrypt" in body
    before = await _traces(henan)
    assert await _answer(henan, _sealed(account, now, _text("重新开始"), nonce="77")) == (403, b"")
    assert await _traces(henan) == before
    assert await _answer(henan, first) == (200, body)


async def test_a_handshake_that_is_not_wechats_is_403(henan: City) -> None:
    query = {**signed_query(_account(henan), henan.time().timestamp()), "echostr": "yes"}
    for changed, status in (({}, 200), ({"signature": "0" * 40}, 403), ({"timestamp": "1"}, 403)):
        async with henan.http.get(henan.service_url + "/wechat", params=query | changed) as answer:
            assert answer.status == status


# ---- requests -----------------------------------------------------------------------------------


def _forged(account: PlatformConfig, now: float) -> dict[str, Call]:
    good = make_push(account, HER, _fields("你好"), now)
    other = PlatformConfig("wx0", "", "another token", account.aes_key, "")
    elements = f"<xml>{_text('你好')}</xml>".encode()
    return {
        "nothing at all": Call({}, b""),
        "no signature": Call({}, good.body),
        "a wrong signature": Call({**good.query, "signature": "0" * 40}, good.body),
        "signed with another token": Call(make_push(other, HER, {}, now).query, good.body),
        "a wrong message signature": Call({**good.query, "msg_signature": "0" * 40}, good.body),
        "no message signature": Call(_without(good.query, "msg_signature"), good.body),
        "another's envelope": Call(good.query, _envelope(_seal(account, _text("别人")))),
        "another account's": _signed(account, now, encrypt(account.aes_key, "wx0", str(elements))),
        "six minutes old": _sealed(account, now - 360, _text("你好")),
        "from the future": _sealed(account, now + 360, _text("你好")),
        "no time": Call({**good.query, "timestamp": "yesterday"}, good.body),
        "in clear in safe mode": Call(signed_query(account, now), elements),
        "too large by its length": Call(good.query, b"x" * TOO_LARGE),
        "too large in pieces": Call(good.query, b"x" * TOO_LARGE, chunked=True),
    }


def _unreadable(account: PlatformConfig, now: float) -> dict[str, Call]:
    """All of them with signatures that hold."""

    def raw(envelope: str) -> Call:
        return _signed(account, now, envelope)

    def inside(xml: str) -> Call:
        return raw(encrypt(account.aes_key, account.app_id, xml))

    whole = _seal(account, _text("你好"))
    return {
        "entities inside": inside(f"{ENTITY}<xml>{_text('&b;&f;')}</xml>"),
        "a declaration inside": inside(f"<!DOCTYPE xml><xml>{_text('你好')}</xml>"),
        "no XML": inside("办理退休"),
        "half an XML": inside("<xml><ToUserName>a"),
        "nothing inside": inside(""),
        "no sender": inside("<xml><MsgType>text</MsgType><Content>a</Content></xml>"),
        "a sender who is none": inside(f"<xml>{_text('a').replace(HER, 'x y/../z')}</xml>"),
        "no time": inside(f"<xml>{_text('a').replace('<CreateTime>', '<CreateTime>x')}</xml>"),
        "deeply nested": inside("<xml>" + "<a>" * 5000 + "</a>" * 5000 + "</xml>"),
        "not base64": raw("€€€"),
        "half a cipher": raw(whole[:22]),
        "another key": raw(encrypt("B" * 42 + "A", account.app_id, f"<xml>{_text('a')}</xml>")),
        "random bytes": raw(base64.b64encode(bytes(range(96))).decode()),
    }


def _sealed(account: PlatformConfig, now: float, elements: str, nonce: str = "1") -> Call:
    return _signed(account, now, _seal(account, elements), nonce)


def _signed(account: PlatformConfig, now: float, sealed: str, nonce: str = "1") -> Call:
    timestamp = str(int(now))
    query = {
        "signature": sign(account.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "encrypt_type": "aes",
        "msg_signature": sign(account.token, timestamp, nonce, sealed),
    }
    return Call(query, _envelope(sealed))


def _seal(account: PlatformConfig, elements: str) -> str:
    return encrypt(account.aes_key, account.app_id, f"<xml>{elements}</xml>")


def _envelope(sealed: str) -> bytes:
    return f"<xml><ToUserName>gh</ToUserName><Encrypt>{sealed}</Encrypt></xml>".encode()


def _fields(text: str) -> dict[str, str | int]:
    return {
        "ToUserName": "gh_5a9db0xtuixiu",
        "FromUserName": HER,
        "CreateTime": 1_800_000_000,
        "MsgType": "text",
        "Content": text,
        "MsgId": sum(text.encode()),
    }


def _text(text: str) -> str:
    return "".join(f"<{name}>{value}</{name}>" for name, value in _fields(text).items())


def _without(query: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in query.items() if key != name}


# ---- the service --------------------------------------------------------------------------------


def _account(henan: City) -> PlatformConfig:
    settings = henan.world.settings
    return PlatformConfig(
        app_id=settings.wechat_app_id,
        app_secret=settings.wechat_app_secret.get_secret_value(),
        token=settings.wechat_token.get_secret_value(),
        aes_key=settings.wechat_aes_key.get_secret_value(),
        callback_url="",
    )


async def _answer(henan: City, call: Call) -> tuple[int, bytes]:
    data = _pieces(call.body) if call.chunked else call.body
    url = henan.service_url + "/wechat"
    try:
        async with henan.http.post(url, params=call.query, data=data) as answer:
            return answer.status, await answer.read()
    except aiohttp.ClientOSError:  # hung up on while still sending: refused all the same
        return 403, b""


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 4096):
        yield body[start : start + 4096]


async def _traces(henan: City) -> tuple[set[bytes | str], dict[str, int]]:
    """Every key in Redis, and how many rows each table has."""
    world = henan.world
    counted = {
        table: await world.database.rows(f"SELECT COUNT(*) AS number FROM {table}")
        for table in await all_tables(world.database)
    }
    keys = set(await world.redis.keys("*"))
    return keys, {table: rows[0]["number"] for table, rows in counted.items()}
