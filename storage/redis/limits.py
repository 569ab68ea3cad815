"""What may be done only so often: look-ups, logins, customer messages, requests, sending.

Counted in Redis, where all processes see it, each decision in one stroke. Addresses, ID numbers
and nonces come as keyed lookups.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from redis.asyncio import Redis

from storage.redis.connect import Script, milliseconds
from storage.sealing import Place, Sealer

LOOK_UPS_A_DAY = 3
TICKET_LIFE = timedelta(minutes=30)
NONCE_LIFE = timedelta(minutes=10)
"""Twice the 300 s by which a timestamp may be off, so that no nonce works again."""

_LOOK_UP = Script("look_up")
_ISSUE = Script("issue_ticket")
_REDEEM = Script("redeem_ticket")
_OPEN_WINDOW = Script("window", "open_window")
_MAY_SEND = Script("window", "may_send")
_FIRST_USE = Script("first_use")
_TAKE = Script("take_from_purse")


@dataclass(frozen=True, slots=True)
class Purse:
    """A quota: `rate` a second on the average, `most` at once.

    `reserve` is what a taker must leave in the purse: campaigns leave some for status messages.
    """

    name: str
    rate: float
    most: int
    reserve: int = 0


class Limits:
    """See the module. Every method raises `RedisAway`."""

    __slots__ = ("_client", "_sealer")

    def __init__(self, client: Redis, sealer: Sealer) -> None:
        self._client = client
        self._sealer = sealer

    async def may_look_up(self, person: str, id_number: str, errand: str, day: date) -> bool:
        """Whether a register may be asked: 3 a day per person and per ID number (its lookup).

        Counts `errand` when it may; the same errand asks again for nothing.
        """
        words = (person, id_number, errand, day.isoformat(), LOOK_UPS_A_DAY)
        return bool(await _LOOK_UP(self._client, *words))

    async def issue(self, ticket: str, payload: bytes) -> None:
        """Keep `payload` for whoever brings `ticket` (unguessable) within 30 minutes."""
        name = _digest(ticket)
        sealed = self._sealer.seal(payload, _ticket_place(name))
        await _ISSUE(self._client, name, sealed, _length(TICKET_LIFE))

    async def redeem(self, ticket: str) -> bytes | None:
        """The payload, once; None for a ticket that is unknown, too old or used."""
        name = _digest(ticket)
        sealed = await _REDEEM(self._client, name)
        return None if sealed is None else self._sealer.open(sealed, _ticket_place(name))

    async def open_window(self, address: str, opens: str, at: datetime) -> None:
        """She did something that allows customer messages: `message` or `tap` (`Arrival.opens`).

        For channels whose messages do not come by `Turns.receive`, which does it by itself.
        """
        await _OPEN_WINDOW(self._client, address, opens, milliseconds(at))

    async def may_send(self, address: str, now: datetime) -> bool:
        """Whether a customer message may be sent now; if so it is counted.

        What a tap opened is used first: it ends sooner.
        """
        return bool(await _MAY_SEND(self._client, address, milliseconds(now)))

    async def first_use(self, sender: str, nonce: str, life: timedelta = NONCE_LIFE) -> bool:
        """Whether this sender of signed requests uses this nonce for the first time.

        `life`: how long it is remembered; at least as long as it would be believed.
        """
        name = _digest(f"{sender}\n{nonce}")
        return bool(await _FIRST_USE(self._client, name, _length(life)))

    async def take(self, purse: Purse, count: int, now: datetime) -> timedelta | None:
        """None when `count` were taken; else nothing was, and how long to wait for them.

        More than the purse holds beside its reserve can never be taken: ValueError.
        """
        if count > purse.most - purse.reserve:
            raise ValueError(f"{count} never fit into the purse {purse.name}")
        wait = await _TAKE(
            self._client,
            purse.name,
            str(purse.rate),
            purse.most,
            purse.reserve,
            count,
            milliseconds(now),
        )
        return None if wait == 0 else timedelta(milliseconds=wait)


def _digest(secret: str) -> str:
    """A ticket opens something: who can list the keys must not learn it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _ticket_place(name: str) -> Place:
    return "ticket", "payload", name


def _length(life: timedelta) -> int:
    return round(life.total_seconds() * 1000)
