import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from bot.signing import (
    BadSignature,
    Message,
    NonceUsed,
    Stale,
    Stamp,
    UnknownSender,
    Unsigned,
    sign,
    verify,
)
from sandbox.signing import Message as SandboxMessage
from sandbox.signing import Stamp as SandboxStamp
from sandbox.signing import sign as sandbox_sign

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
MESSAGE = Message("POST", "/departments/v1/reports?a=%E5%8D%97", b"{}")
STAMP = Stamp(SECONDS, "nonce-0001")


def keys_of(sender: str) -> tuple[str, ...]:
    return {"hn-hrss": ("new-key", "old-key")}.get(sender, ())


class Nonces:
    def __init__(self) -> None:
        self.seen: set[tuple[str, str]] = set()

    async def first_use(self, sender: str, nonce: str) -> bool:
        new = (sender, nonce) not in self.seen
        self.seen.add((sender, nonce))
        return new


async def checked(
    headers: dict[str, str], message: Message = MESSAGE, nonces: Nonces | None = None
) -> str:
    return await verify(headers, message, keys_of, NOW, (nonces or Nonces()).first_use)


def test_the_five_lines_are_signed() -> None:
    digest = hashlib.sha256(b"{}").hexdigest()
    text = f"POST\n/departments/v1/reports?a=%E5%8D%97\n{SECONDS}\nnonce-0001\n{digest}"
    right = hmac.new("钥匙".encode(), text.encode(), hashlib.sha256).hexdigest()
    assert sign("hn-hrss", "钥匙", MESSAGE, STAMP)["X-Signature"] == right


def test_the_sandbox_signs_alike() -> None:
    theirs = sandbox_sign(
        "hn-hrss",
        "new-key",
        SandboxMessage(MESSAGE.method, MESSAGE.target, MESSAGE.body),
        SandboxStamp(STAMP.timestamp, STAMP.nonce),
    )
    assert theirs == sign("hn-hrss", "new-key", MESSAGE, STAMP)


@pytest.mark.parametrize("key", ["new-key", "old-key"])
async def test_either_of_two_keys_holds_while_they_change(key: str) -> None:
    assert await checked(sign("hn-hrss", key, MESSAGE, STAMP)) == "hn-hrss"


@pytest.mark.parametrize("seconds", [-300, 300])
async def test_a_clock_may_be_five_minutes_off(seconds: int) -> None:
    stamp = Stamp(SECONDS + seconds, "nonce-0001")
    assert await checked(sign("hn-hrss", "new-key", MESSAGE, stamp)) == "hn-hrss"


@pytest.mark.parametrize("seconds", [-301, 301])
async def test_more_is_stale(seconds: int) -> None:
    stamp = Stamp(SECONDS + seconds, "nonce-0001")
    with pytest.raises(Stale):
        await checked(sign("hn-hrss", "new-key", MESSAGE, stamp))


async def test_another_body_path_method_or_key_breaks_the_signature() -> None:
    headers = sign("hn-hrss", "new-key", MESSAGE, STAMP)
    for other in (
        Message("PUT", MESSAGE.target, MESSAGE.body),
        Message("POST", MESSAGE.target.replace("%E5%8D%97", "南"), MESSAGE.body),
        Message("POST", MESSAGE.target, b"{} "),
    ):
        with pytest.raises(BadSignature):
            await checked(headers, other)
    with pytest.raises(BadSignature):
        await checked(sign("hn-hrss", "a-third-key", MESSAGE, STAMP))
    with pytest.raises(BadSignature):
        await checked(headers | {"X-Signature": headers["X-Signature"].upper()})


async def test_nobody_of_that_name() -> None:
    with pytest.raises(UnknownSender):
        await checked(sign("hn-nobody", "new-key", MESSAGE, STAMP))


async def test_a_nonce_works_once_and_a_forger_cannot_use_it_up() -> None:
    nonces, headers = Nonces(), sign("hn-hrss", "new-key", MESSAGE, STAMP)
    with pytest.raises(BadSignature):
        await checked(headers | {"X-Signature": "0" * 64}, nonces=nonces)
    assert await checked(headers, nonces=nonces) == "hn-hrss"
    with pytest.raises(NonceUsed):
        await checked(headers, nonces=nonces)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Department", ""),
        ("X-Timestamp", "soon"),
        ("X-Timestamp", "１２３"),
        ("X-Timestamp", "9" * 13),
        ("X-Nonce", "short"),
        ("X-Nonce", "n" * 129),
        ("X-Nonce", "with a blank"),
        ("X-Signature", ""),
    ],
)
async def test_headers_that_cannot_hold(name: str, value: str) -> None:
    headers = sign("hn-hrss", "new-key", MESSAGE, STAMP)
    with pytest.raises(Unsigned) as refused:
        await checked(headers | {name: value})
    assert refused.value.kind == "unsigned"


async def test_bytes_that_are_no_text_are_refused_like_others() -> None:
    headers = sign("hn-hrss", "new-key", MESSAGE, STAMP) | {"X-Signature": "\udcff\udc80"}
    with pytest.raises(BadSignature):
        await checked(headers)
