"""Passwords and one-time codes of staff (argon2id; RFC 6238)."""

import secrets
from datetime import datetime
from typing import Final

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from storage.sql.staff import Credentials

STEP_SECONDS: Final = 30
SHORTEST_PASSWORD: Final = 10
_HASHER: Final = PasswordHasher()
_NOBODY: Final = _HASHER.hash(secrets.token_hex(16))
"""Checked when there is no such account, so that it takes as long."""


def hashed(password: str) -> str:
    """What is kept of a password. About 50 ms: call it in a thread."""
    return _HASHER.hash(password)


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether it is the password; None takes as long and is never right. In a thread, too."""
    try:
        _HASHER.verify(password_hash or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def new_secret() -> str:
    """A new one-time secret, in base 32."""
    return pyotp.random_base32()


def enrolment(login: str, secret: str, issuer: str) -> str:
    """The address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def step_of(code: str, credentials: Credentials, now: datetime) -> int | None:
    """The step whose code this is: the present one or its neighbours, never one used before."""
    totp = pyotp.TOTP(credentials.totp_secret)
    present = int(now.timestamp()) // STEP_SECONDS
    for step in (present, present - 1, present + 1):
        right = secrets.compare_digest(totp.at(step * STEP_SECONDS).encode(), code.encode())
        if right and step > credentials.last_step:
            return step
    return None
