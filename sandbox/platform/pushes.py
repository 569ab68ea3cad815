"""What the platform posts to the callback: the XML, its envelope and its signature."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.platform.config import PlatformConfig
from sandbox.platform.crypto import encrypt, sign

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Fields = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Push:
    """One POST as it goes over the wire."""

    query: Mapping[str, str]
    body: bytes


def make_push(config: PlatformConfig, openid: str, fields: Fields, now: float) -> Push:
    """A signed delivery of these fields, with a new nonce, in the account's mode."""
    xml = _elements(fields)
    query = signed_query(config, now) | {"openid": openid}
    if config.mode == "plain":
        return Push(query, _document(xml))
    sealed = encrypt(config.aes_key, config.app_id, _document(xml).decode())
    query |= {
        "encrypt_type": "aes",
        "msg_signature": sign(config.token, query["timestamp"], query["nonce"], sealed),
    }
    if config.mode == "safe":
        xml = _elements({"ToUserName": config.original_id})
    return Push(query, _document(xml + _elements({"Encrypt": sealed})))


def signed_query(config: PlatformConfig, now: float) -> dict[str, str]:
    """signature, timestamp and nonce of a request to the callback."""
    timestamp, nonce = str(int(now)), str(secrets.randbelow(10**10))
    return {
        "signature": sign(config.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
    }


def _document(elements: str) -> bytes:
    return f"<xml>{elements}</xml>".encode()


def _elements(fields: Fields) -> str:
    return "".join(f"<{tag}>{_value(value)}</{tag}>" for tag, value in fields.items())


def _value(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    legal = _ILLEGAL.sub("", value).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{legal}]]>"
