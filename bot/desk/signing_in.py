"""Signing in with password and one-time code; after failures, growing pauses.

A refusal never says which of the three was wrong, and an account that does not exist is refused
as slowly as one that does.
"""

import asyncio
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from bot.clock import Clock
from bot.desk.passwords import is_right, step_of
from bot.ids import long_id
from storage.sql.staff import SESSION_IDLE, SESSION_LENGTH, AuditEntry, Credentials, Member, Staff

FREE_FAILURES: Final = 4
"""So many slips in a row cost nothing; from then on each doubles the pause."""
LONGEST_PAUSE: Final = timedelta(hours=1)

Refusal: TypeAlias = Literal["wrong", "paused"]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`token` goes to the browser and is kept nowhere else."""

    token: str
    member: Member


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whose session a request belongs to."""

    member: Member
    digest: str
    csrf: str
    """What every form must carry: known to this session only."""


class Sessions:
    """Who is signed in."""

    def __init__(self, staff: Staff, clock: Clock) -> None:
        self._staff = staff
        self._clock = clock

    async def sign_in(self, login: str, password: str, code: str) -> SignedIn | Refusal:
        """Begin a session, or say why not; both are in the audit."""
        now = self._clock()
        found = await self._staff.credentials(login)
        if found is not None and found.paused_until is not None and now < found.paused_until:
            return "paused"
        hash_kept = found.password_hash if found else None
        right = await asyncio.to_thread(is_right, password, hash_kept)
        step = step_of(code, found, now) if found and right else None
        if found is None:
            return "wrong"
        if step is None or not await self._staff.use_step(found.member.id, step):
            return await self._refused(found, now)
        token = long_id()
        await self._staff.begin(_digest(token), found.member.id, now)
        await self._staff.note(AuditEntry(now, found.member.id, "signed_in"))
        return SignedIn(token, found.member)

    async def _refused(self, found: Credentials, now: datetime) -> Refusal:
        pause = _pause_after(found.failures + 1)
        await self._staff.failed(found.member.id, now + pause if pause else None)
        await self._staff.note(AuditEntry(now, found.member.id, "sign_in_refused"))
        return "wrong"

    async def visitor(self, token: str) -> Visitor | None:
        """Whose session the browser's token is; None when it is none or has ended."""
        if not token:
            return None
        digest, now = _digest(token), self._clock()
        found = await self._staff.of_session(digest)
        if found is None:
            return None
        member, times = found
        if now - times.used_at > SESSION_IDLE or now - times.began_at > SESSION_LENGTH:
            await self._staff.end(digest)
            return None
        if now - times.used_at > timedelta(minutes=1):
            await self._staff.used(digest, now)
        return Visitor(member, digest, _csrf(token))

    async def sign_out(self, visitor: Visitor) -> None:
        """End this session."""
        await self._staff.end(visitor.digest)
        await self._staff.note(AuditEntry(self._clock(), visitor.member.id, "signed_out"))


def _pause_after(failures: int) -> timedelta:
    beyond = failures - FREE_FAILURES
    if beyond <= 0:
        return timedelta()
    return min(timedelta(minutes=2 ** min(beyond - 1, 10)), LONGEST_PAUSE)


def _digest(token: str) -> str:
    return hashlib.sha256(b"staff-session\n" + token.encode(errors="replace")).hexdigest()


def _csrf(token: str) -> str:
    return hmac.digest(token.encode(errors="replace"), b"csrf", "sha256").hex()
