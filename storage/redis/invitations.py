"""Codes of eight digits by which the other of two people comes to a draft.

Kept for seven days under the code's keyed lookup, sealed: who can read Redis learns no code. So
few digits are safe because a phone tries five an hour. That a code works once is held by the
draft, which knows the one invitation that is open (`dialogs/parties.py`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

import orjson
from redis.asyncio import Redis

from storage.redis.connect import Script, milliseconds
from storage.sealing import Place, Sealer

LIFE: Final = timedelta(days=7)
TRIES_AN_HOUR: Final = 5
MADE_A_DAY: Final = 20

_MAKE = Script("make_invitation")
_OPEN = Script("open_invitation")
_FORGET = Script("forget_invitation")

Made: TypeAlias = Literal["made", "taken", "limit"]


@dataclass(frozen=True, slots=True)
class Invitation:
    """To which draft, in which role (`self`: she herself), and who has sent it."""

    draft: str
    side: str
    by: str


@dataclass(frozen=True, slots=True)
class TooManyTries:
    """Too many codes were tried on one phone; in an hour there are tries again."""


class Invitations:
    """See the module. `reference` is the code's keyed lookup. Every method raises `RedisAway`."""

    __slots__ = ("_client", "_sealer")

    def __init__(self, client: Redis, sealer: Sealer) -> None:
        self._client = client
        self._sealer = sealer

    async def make(
        self, reference: str, invitation: Invitation, errand: str, now: datetime
    ) -> Made:
        """Keep an invitation. taken: draw another code. limit: 20 in a day are enough."""
        body = orjson.dumps([invitation.draft, invitation.side, invitation.by])
        made = await _MAKE(
            self._client,
            *(reference, self._sealer.seal(body, _place(reference)), _length(LIFE)),
            *(invitation.by, errand, milliseconds(now), MADE_A_DAY),
        )
        match made:
            case b"made":
                return "made"
            case b"taken":
                return "taken"
            case _:
                return "limit"

    async def open(
        self, reference: str, person: str, errand: str, now: datetime
    ) -> Invitation | TooManyTries | None:
        """What the code leads to; None for a code that never was or has ended."""
        hour = _length(timedelta(hours=1))
        words = (reference, person, errand, milliseconds(now), hour, TRIES_AN_HOUR)
        found = await _OPEN(self._client, *words)
        if found[0] == b"later":
            return TooManyTries()
        if not found[1]:
            return None
        return Invitation(*orjson.loads(self._sealer.open(found[1], _place(reference))))

    async def forget(self, reference: str) -> None:
        """The code leads nowhere any more."""
        await _FORGET(self._client, reference)


def _place(reference: str) -> Place:
    return "invitation", "payload", reference


def _length(life: timedelta) -> int:
    return round(life.total_seconds() * 1000)
