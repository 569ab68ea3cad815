"""Who speaks: signatures, AES envelopes and freshness of WeChat's callbacks.

Our own and not wechatpy's, because wechatpy compares signatures with `!=`, draws its random
prefix from no CSPRNG, checks no freshness and answers malformed input with six kinds of
exception. The tests use wechatpy's `WeChatCrypto` as the other party, in both directions.

Promise: what WeChat did not sign raises `NotFromWeChat` and nothing else; what it signed but
nobody can read is an `Unreadable` value; plain text is never accepted in safe mode.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha1

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from storage.chance import random_bytes
from storage.sealing import Mac

FRESH_SECONDS = 300
"""A signed request older (or further ahead) than this is refused."""

PREFIX_BYTES = 16
PAD_TO = 32  # PKCS#7 to 32 and not to the AES block of 16: WeChat's own choice


class NotFromWeChat(Exception):
    """The request was not signed by WeChat, is stale, or is not for us. Answer 403."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """WeChat's own, but nobody can read it. Answer `success`, count `reason`."""

    reason: str


class Mode(StrEnum):
    """The three settings of the account's page."""

    PLAIN = "plain"
    COMPAT = "compat"
    SAFE = "safe"


@dataclass(frozen=True, slots=True)
class AesKey:
    """One decoded EncodingAESKey (32 bytes). Never shown."""

    raw: bytes = field(repr=False)
    _cipher: Cipher[modes.CBC] = field(init=False, repr=False, compare=False)
    """Made once; each message has a context of its own."""

    def __post_init__(self) -> None:
        cipher = Cipher(algorithms.AES(self.raw), modes.CBC(self.raw[:16]))
        object.__setattr__(self, "_cipher", cipher)

    @classmethod
    def of(cls, encoding_aes_key: str) -> "AesKey":
        """Decode the 43 characters of the account's page; ValueError when they are not that."""
        if len(encoding_aes_key) != 43:
            raise ValueError("an EncodingAESKey has 43 characters")
        # Not validated strictly: the last character may carry stray bits, as made by WeChat.
        raw = base64.b64decode(encoding_aes_key + "=")
        if len(raw) != 32:
            raise ValueError("an EncodingAESKey is base64 of 32 bytes")
        return cls(raw)

    def encrypt(self, plaintext: bytes) -> bytes:
        """AES-256-CBC without padding: the caller pads."""
        encryptor = self._cipher.encryptor()
        return encryptor.update(plaintext) + encryptor.finalize()

    def decrypt(self, ciphertext: bytes) -> bytes:
        """AES-256-CBC, padding still on; `ciphertext` must be whole blocks of 16 bytes."""
        decryptor = self._cipher.decryptor()
        return decryptor.update(ciphertext) + decryptor.finalize()


@dataclass(frozen=True, slots=True)
class Account:
    """One Official Account as its settings describe it. `keys`: the current one, the previous."""

    app_id: str
    token: str = field(repr=False)
    keys: tuple[AesKey, ...] = ()
    mode: Mode = Mode.SAFE
    mac: Mac = field(init=False, repr=False, compare=False)
    """Makes keyed digests of what must not be shown; the key is the token."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "mac", Mac(self.token.encode()))

    @classmethod
    def of(
        cls,
        app_id: str,
        token: str,
        aes_key: str = "",
        previous_aes_key: str = "",
        mode: Mode | None = None,
    ) -> "Account":
        """Build from settings. Without a word on the mode: safe if there is a key, else plain."""
        keys = tuple(AesKey.of(key) for key in (aes_key, previous_aes_key) if key)
        chosen = mode or (Mode.SAFE if keys else Mode.PLAIN)
        if chosen is not Mode.PLAIN and not keys:
            raise ValueError("compat and safe mode need WECHAT_AES_KEY")
        return cls(app_id, token, keys, chosen)


@dataclass(frozen=True, slots=True)
class Opened:
    """A decrypted message and the key that opened it; the answer must use the same one."""

    xml: bytes
    key: AesKey


def shake_hands(account: Account, query: Mapping[str, str], now: int) -> str:
    """Answer the platform's GET: the `echostr` unchanged, or `NotFromWeChat`."""
    check_query_signature(account, query)
    check_fresh(query, now)
    return query.get("echostr", "")


def check_query_signature(account: Account, query: Mapping[str, str]) -> None:
    """Check `signature` = sha1 of the sorted token, timestamp and nonce."""
    expected = sign(account.token, query.get("timestamp", ""), query.get("nonce", ""))
    _check_same(expected, query.get("signature", ""))


def check_message_signature(account: Account, query: Mapping[str, str], encrypted: str) -> None:
    """Check `msg_signature`, which covers the ciphertext too."""
    expected = sign(account.token, query.get("timestamp", ""), query.get("nonce", ""), encrypted)
    _check_same(expected, query.get("msg_signature", ""))


def check_fresh(query: Mapping[str, str], now: int) -> None:
    """Refuse a signed `timestamp` (seconds) more than five minutes away from `now`."""
    timestamp = query.get("timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise NotFromWeChat("timestamp")
    if abs(now - int(timestamp)) > FRESH_SECONDS:
        raise NotFromWeChat("stale")


def open_message(account: Account, encrypted: str) -> Opened | Unreadable:
    """Decrypt with the first key that fits. Another account's message is `NotFromWeChat`.

    To be called after `check_message_signature`: an unsigned ciphertext never gets here, so
    nothing can be learned from how the padding fails.
    """
    try:
        ciphertext = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError):
        return Unreadable("base64")
    if not ciphertext or len(ciphertext) % 16:
        return Unreadable("ciphertext")
    for key in account.keys:
        parts = _split(key.decrypt(ciphertext))
        if parts is None:
            continue
        xml, app_id = parts
        if not hmac.compare_digest(app_id, account.app_id.encode()):
            raise NotFromWeChat("app_id")
        return Opened(xml, key)
    return Unreadable("key")


def seal_message(account: Account, key: AesKey, xml: bytes, prefix: bytes | None = None) -> str:
    """Encrypt an answer with the key that opened the question; base64 as WeChat expects it."""
    prefix = random_bytes(PREFIX_BYTES) if prefix is None else prefix
    if len(prefix) != PREFIX_BYTES:
        raise ValueError("the random prefix has 16 bytes")
    content = prefix + len(xml).to_bytes(4, "big") + xml + account.app_id.encode()
    count = PAD_TO - len(content) % PAD_TO
    return base64.b64encode(key.encrypt(content + bytes([count]) * count)).decode()


def sign(*parts: str) -> str:
    """Sha1 (hex) of the sorted, joined parts: the form of every signature of the callback."""
    # Lone surrogates (a hostile query) must not raise: they simply never match. Characters sort as
    # their UTF-8 does.
    joined = "".join(sorted(parts)).encode("utf-8", "surrogatepass")
    return sha1(joined).hexdigest()  # noqa: S324 — WeChat's protocol, not our choice


def _check_same(expected: str, given: str) -> None:
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass")):
        raise NotFromWeChat("signature")


def _split(plain: bytes) -> tuple[bytes, bytes] | None:
    """Message and app id of a decrypted envelope; None when this was not the right key."""
    count = plain[-1]
    if not 1 <= count <= PAD_TO or plain[-count:] != bytes([count]) * count:
        return None
    content = plain[PREFIX_BYTES:-count]
    length = int.from_bytes(content[:4], "big")
    if len(content) < 4 or length > len(content) - 4:
        return None
    return content[4 : 4 + length], content[4 + length :]
