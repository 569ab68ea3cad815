"""A tiny callback server: the service's side of the wire, opened with wechatpy's own crypto.

wechatpy is an independent implementation of the envelope, so that the platform's own and this
one check each other.
"""

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import check_signature

APP_ID, SECRET, TOKEN = "wx1234567890abcdef", "app-secret", "callback-token"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
CRYPTO = WeChatCrypto(TOKEN, AES_KEY, APP_ID)

Answer = Callable[[dict[str, str]], Awaitable[bytes]]


@dataclass
class Delivery:
    """One POST as the service got it."""

    query: dict[str, str]
    body: bytes
    fields: dict[str, str]


def fields_of(xml: bytes | str) -> dict[str, str]:
    return {child.tag: child.text or "" for child in ET.fromstring(xml)}


def text_reply(got: dict[str, str], text: str, **changes: str) -> bytes:
    parts = {
        "ToUserName": got["FromUserName"],
        "FromUserName": got["ToUserName"],
        "CreateTime": "1",
        "MsgType": "text",
        "Content": text,
    } | changes
    inner = "".join(f"<{tag}><![CDATA[{value}]]></{tag}>" for tag, value in parts.items())
    return f"<xml>{inner}</xml>".encode()


def seal(reply: bytes) -> bytes:
    return str(CRYPTO.encrypt_message(reply.decode(), "nonce")).encode()


async def say_success(got: dict[str, str]) -> bytes:
    return b"success"


@dataclass
class Service:
    """What arrived, and what is answered next."""

    answer: Answer = say_success
    deliveries: list[Delivery] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.get("/wechat", self._echo), web.post("/wechat", self._hear)])
        return app

    async def _echo(self, request: web.Request) -> web.Response:
        query = request.query
        try:
            check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
        except InvalidSignatureException:
            return web.Response(status=403)
        return web.Response(text=query["echostr"])

    async def _hear(self, request: web.Request) -> web.Response:
        query, body = dict(request.query), await request.read()
        check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
        xml: bytes | str = body
        if query.get("encrypt_type") == "aes":
            signed = (query["msg_signature"], query["timestamp"], query["nonce"])
            xml = CRYPTO.decrypt_message(body.decode(), *signed)
        got = fields_of(xml)
        self.deliveries.append(Delivery(query, body, got))
        self.arrived.set()
        return web.Response(body=await self.answer(got))

    async def next_event(self, name: str) -> dict[str, str]:
        """Wait until an event of this name has come."""
        while True:
            for delivery in self.deliveries:
                if delivery.fields.get("Event") == name:
                    return delivery.fields
            self.arrived.clear()
            await self.arrived.wait()
