"""After a whole journey nothing that is left behind shows who she is."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from tests.journeys.city import City, city
from tests.journeys.steps import FUND, applied

SECRETS = (
    "王建国",
    "410105196606129011",
    "19900000001",
    "6217000010000000128",
    "62170000",
    "经八路",
    "示范社区",
    "1号院",
)


def spelt(secret: str) -> tuple[bytes, ...]:
    """A secret as it may stand in a file: as text, in JSON, as UTF-16 or percent-encoded."""
    raw = secret.encode()
    escaped = secret.encode("unicode_escape")
    percent = "".join(f"%{byte:02X}" for byte in raw).encode()
    return raw, escaped, percent, percent.lower(), secret.encode("utf-16-be")


async def everything_in(redis: Redis) -> bytes:
    """All keys and all values, of every kind."""
    found: list[bytes] = []
    async for key in redis.scan_iter():
        kind = bytes(await redis.type(key)).decode()  # type: ignore[arg-type]  # bytes: nothing is decoded here
        found += [key, *_flat(await _value(redis, kind, key))]
    return b"\n".join(found)


def _flat(value: Any) -> Iterator[bytes]:
    """Every byte string in it."""
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, dict):
        yield from _flat([*value.keys(), *value.values()])
    elif isinstance(value, (list, tuple, set)):
        for one in value:
            yield from _flat(one)


async def _value(redis: Redis, kind: str, key: bytes) -> Any:
    match kind:
        case "hash":
            return await redis.hgetall(key)
        case "list":
            return await redis.lrange(key, 0, -1)
        case "set":
            return await redis.smembers(key)
        case "zset":
            return await redis.zrange(key, 0, -1)
        case "stream":
            return await redis.xrange(key)
        case _:
            return await redis.get(key)


def files_under(folder: Path) -> dict[str, bytes]:
    """Every file of the service; the sandbox keeps its phones elsewhere in the same folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "sandbox" not in str(path.relative_to(folder))
    }


@pytest.fixture
async def henan(tmp_path: Path, redis_server: str, redis: Redis) -> AsyncIterator[City]:
    database = f"sqlite://{tmp_path / 'var' / 'records.sqlite3'}"
    async with city(tmp_path / "var", redis_server, database) as opened:
        yield opened


async def travelled(henan: City) -> str:
    """She applies, a department wants a photo, she sends it; a notice comes. Her openid."""
    phone = await applied(henan, fund=FUND)
    await henan.report(
        "hn-medical",
        "HN07",
        "returned",
        reason="看不清",
        missing=[{"kind": "document", "code": "retirement_form", "note": "拍糊了"}],
    )
    await phone.is_noticed("补")
    await phone.say("补材料")
    await phone.photo()
    await phone.say("发完了")
    await henan.report("hn-hrss", "HN03", "accepted")
    await phone.is_noticed("养老")
    await phone.say("进度")
    return phone.openid


async def test_nothing_left_behind_shows_who_she_is(
    henan: City,
    redis: Redis,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    openid = await travelled(henan)
    await redis.hset("told", mapping={"by": "王建国"})
    assert "王建国".encode() in await everything_in(redis)  # this test would see it
    await redis.delete("told")
    async with henan.http.get(henan.service_url + "/metrics") as answer:
        counts = await answer.text()
    calls = await henan.asked("GET", "/control/platform/calls")
    out, err = capfd.readouterr()
    left = {
        "logs": (out + err + caplog.text).encode(),
        "Redis": await everything_in(redis),
        "metrics": counts.encode(),
        "addresses that were asked": str(calls).encode(),
        **files_under(tmp_path / "var"),
    }
    assert any(name.startswith("documents/") for name in left)
    assert any("records.sqlite3" in name for name in left)
    shown = {
        (name, secret)
        for name, content in left.items()
        for secret in (*SECRETS, openid)
        if any(word in content for word in spelt(secret))
    }
    assert not shown
    assert not [name for name, content in left.items() if b"\x89PNG\r\n" in content]
    assert not [name for name, content in left.items() if content.startswith(b"%PDF")]
