"""The platform's signatures and encryption, written from the format's description.

Written anew on purpose: code shared with the product would let two wrongs agree.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 32


class UnreadableError(Exception):
    """An encrypted answer cannot be opened with the account's key."""


def sign(*parts: str) -> str:
    """SHA-1, lower-case hex, over the parts sorted and joined."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def same(left: str, right: str) -> bool:
    """Whether two signatures are equal, in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def encrypt(aes_key: str, app_id: str, text: str) -> str:
    """Seal a message: base64 of AES-256-CBC over random + length + message + appid."""
    message = text.encode()
    plain = secrets.token_bytes(16) + struct.pack(">I", len(message)) + message + app_id.encode()
    padding = _BLOCK - len(plain) % _BLOCK
    encryptor = _cipher(aes_key).encryptor()
    sealed = encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
    return base64.b64encode(sealed).decode()


def decrypt(aes_key: str, app_id: str, sealed: str) -> str:
    """Open a message sealed for this account, or say what is wrong with it."""
    plain = _unpad(_open(aes_key, sealed))
    if len(plain) < 20:
        raise UnreadableError("shorter than its header")
    (length,) = struct.unpack(">I", plain[16:20])
    message, sender = plain[20 : 20 + length], plain[20 + length :]
    if len(message) != length:
        raise UnreadableError("length field beyond the end")
    if sender != app_id.encode():
        raise UnreadableError("sealed with another appid")
    try:
        return message.decode()
    except UnicodeDecodeError as error:
        raise UnreadableError("not UTF-8") from error


def _cipher(aes_key: str) -> Cipher[modes.CBC]:
    key = base64.b64decode(aes_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def _open(aes_key: str, sealed: str) -> bytes:
    try:
        raw = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnreadableError("not base64") from error
    if not raw or len(raw) % 16:
        raise UnreadableError("not whole AES blocks")
    decryptor = _cipher(aes_key).decryptor()
    return decryptor.update(raw) + decryptor.finalize()


def _unpad(padded: bytes) -> bytes:
    count = padded[-1]
    if not 1 <= count <= _BLOCK or padded[-count:] != bytes([count]) * count:
        raise UnreadableError("wrong padding (another key?)")
    return padded[:-count]
