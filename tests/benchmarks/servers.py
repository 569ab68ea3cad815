"""The two servers that are compared, each a process of its own on the first core.

The floor does what no WeChat service in Python can do without: it verifies, decrypts, reads and
writes one key, and encrypts an answer, with the libraries that everybody takes.
"""

import asyncio
import hashlib
import io
import multiprocessing
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import web
from PIL import Image
from pydantic import SecretStr
from redis.asyncio import BlockingConnectionPool, Redis

from bot.app import make_app
from bot.process import collect_garbage
from bot.settings import Settings
from bot.wechat.crypto import Account
from bot.wiring import open_world
from storage.keys import Key, write_ring
from storage.sql.connect import migrate

TOKEN = "benchmark"
AES_KEY = "benchmark" * 4 + "1234567"
APP_ID = "wx0123456789abcdef"
_REPLY = """<xml><ToUserName><![CDATA[{to}]]></ToUserName>
<FromUserName><![CDATA[{me}]]></FromUserName><CreateTime>{at}</CreateTime>
<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content></xml>"""


@dataclass(frozen=True, slots=True)
class Place:
    """What a server works with."""

    redis_url: str
    folder: Path
    platform_url: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    port: int
    pid: int


Serve = Callable[[Place], Any]


def account() -> Account:
    """The account both servers and the load speak for, in safe mode."""
    return Account.of(APP_ID, TOKEN, AES_KEY)


def cores() -> tuple[set[int], set[int]]:
    """The server's core, and the cores of everything else; the same where there is only one."""
    every = sorted(os.sched_getaffinity(0))
    return {every[0]}, set(every[1:] or every)


@contextmanager
def on_core(core: set[int]) -> Iterator[None]:
    """This process on that core, for the length of the block."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, core)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def running(serve: "Callable[[Place, Connection], None]", place: Place) -> Iterator[Running]:
    """The server in a process of its own, for the length of the block."""
    context = multiprocessing.get_context("spawn")
    ours, its = context.Pipe()
    process = context.Process(target=serve, args=(place, its), daemon=True)
    process.start()
    its.close()
    try:
        port = ours.recv()
        assert process.pid is not None
        yield Running(port, process.pid)
    finally:
        process.terminate()
        process.join()


def floor(place: Place, ready: Connection) -> None:
    """The bare handler."""
    uvloop.run(_serve(_floor(place), ready))


def candidate(place: Place, ready: Connection) -> None:
    """The service's web process; the worker is elsewhere."""
    uvloop.run(_serve(_candidate(place), ready))


async def _serve(opened: Any, ready: Connection) -> None:
    os.sched_setaffinity(0, cores()[0])
    async with opened as app:
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        ready.send(runner.addresses[0][1])
        await asyncio.Event().wait()


@asynccontextmanager
async def _candidate(place: Place) -> AsyncIterator[web.Application]:
    async with open_world(settings(place), place.redis_url) as world:
        await migrate(world.database)
        collect_garbage()
        yield make_app(world)


def settings(place: Place, **changed: Any) -> Settings:
    """As an operator would set it, with the load's platform for WeChat's."""
    (place.folder / "departments.yaml").write_text("connections: []\n", "utf-8")
    (place.folder / "templates.yaml").write_text("templates: {}\n", "utf-8")
    named: dict[str, Any] = {
        "wechat_app_id": APP_ID,
        "wechat_app_secret": SecretStr("secret"),
        "wechat_token": SecretStr(TOKEN),
        "wechat_aes_key": SecretStr(AES_KEY),
        "wechat_mode": "safe",
        "wechat_api_url": place.platform_url,
        "public_url": "http://127.0.0.1",
        "identity_url": "http://127.0.0.1/identity",
        "identity_client_id": "id",
        "identity_client_secret": SecretStr("secret"),
        "data_dir": place.folder,
        "data_keys": SecretStr(write_ring((Key("test", b"d" * 32),))),
        "lookup_keys": SecretStr(write_ring((Key("test", b"l" * 32),))),
        "services": "henan",
    }
    return Settings(_env_file=None, **(named | changed))


@asynccontextmanager
async def _floor(place: Place) -> AsyncIterator[web.Application]:
    pool = BlockingConnectionPool.from_url(place.redis_url, max_connections=64, socket_timeout=None)
    async with Redis.from_pool(pool) as redis:
        app = web.Application()
        app.router.add_post("/wechat", _bare_handler(redis))
        yield app


def _bare_handler(redis: Redis) -> Callable[[web.Request], Awaitable[web.Response]]:
    from wechatpy import parse_message  # noqa: PLC0415 — 0.3 s that only this process needs
    from wechatpy.crypto import WeChatCrypto  # noqa: PLC0415

    crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
    text = "请问您的联系电话？一个能找到您的号码，手机或座机都行。" * 3

    async def answer(request: web.Request) -> web.Response:
        query = request.query
        stamp, nonce = query["timestamp"], query["nonce"]
        xml = crypto.decrypt_message(await request.text(), query["msg_signature"], stamp, nonce)
        message = parse_message(xml)
        await redis.get("draft:" + message.source)
        await redis.set("draft:" + message.source, xml)
        reply = _REPLY.format(to=message.source, me=message.target, at=stamp, text=text)
        return web.Response(
            text=crypto.encrypt_message(reply, nonce, stamp), content_type="text/xml"
        )

    return answer


# ---- the platform the candidate speaks to --------------------------------------------------


@asynccontextmanager
async def platform() -> AsyncIterator[str]:
    """As much of WeChat's own server as a photo needs: its URL."""
    app = web.Application()
    app.router.add_get("/cgi-bin/media/get", _picture)
    app.router.add_route("*", "/cgi-bin/{any:.*}", _token)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _picture(_: web.Request) -> web.Response:
    return web.Response(body=paper(), content_type="image/jpeg")


@cache
def paper() -> bytes:
    """The smallest photo of a paper that is not asked for again: lines of something like print."""
    sheet = Image.new("L", (480, 640), 230)
    for top in range(24, 600, 24):
        print_ = hashlib.shake_128(str(top).encode()).digest(1320)
        sheet.paste(Image.frombytes("L", (110, 12), print_).resize((440, 12)), (20, top))
    file = io.BytesIO()
    sheet.convert("RGB").save(file, "JPEG", quality=85)
    return file.getvalue()


async def _token(_: web.Request) -> web.Response:
    return web.json_response({"errcode": 0, "access_token": "benchmark", "expires_in": 7200})
