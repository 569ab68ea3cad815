"""Errands: what must be done outside Redis after a turn was saved.

At least once, by whoever finds them due; their id makes doing them twice the same as doing them
once. The kind `say`, a customer message, is the exception: it is removed before it is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.redis.connect import Reply, Script, Scripts, Words, milliseconds
from storage.sealing import Place, Sealer

LEASE = timedelta(seconds=30)

SAY = "say"
"""The kind of errand that sends a customer message: `Errands.begin_saying` before sending."""


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to do outside Redis after a turn: ask a register, fetch a photo, submit, say.

    `id` names the work, not the attempt (`errand_id`): an errand that is already there is not
    added again. `due` is when a worker other than the one that saved it may take it up; who
    saved it may begin at once, so give it a few seconds. `reply_to` is the message whose HTTP
    answer its result would like to be in.
    """

    id: str
    person: str
    draft: str
    kind: str
    payload: bytes
    due: datetime
    reply_to: str = ""
    attempts: int = 0


def errand_id(draft: str, version: int, kind: str, detail: str = "") -> str:
    """The same draft, version, kind and detail are the same errand."""
    return ":".join((draft, str(version), kind, *((detail,) if detail else ())))


_CLAIM = Script("claim_errands")
_ADD = Script("queue", "add_errands")
_FINISH = Script("queue", "finish_errand")
_BEGIN_SAYING = Script("begin_saying")
_RETRY = Script("retry_errand")


class Errands:
    """The queue. Every method raises `RedisAway`.

    Who saved an errand may do it at once; its `due` keeps the others off it for a while. Whoever
    dies leaves it to a worker that claims it when it is due. An errand's result enters the
    person's queue by `Turns.enqueue(… finishes=id)`, which removes the errand in one stroke.
    """

    __slots__ = ("_client", "_sealer")

    def __init__(self, client: Scripts, sealer: Sealer) -> None:
        self._client = client
        self._sealer = sealer

    async def add(self, errands: Sequence[Errand]) -> None:
        """Add errands outside a turn; those that are there already stay as they are."""
        words = (word for errand in errands for word in errand_words(self._sealer, errand))
        await _ADD(self._client, len(errands), *words)

    async def claim(
        self, now: datetime, lease: timedelta = LEASE, most: int = 20
    ) -> tuple[Errand, ...]:
        """The errands that are due, not to be claimed by others before the lease ends."""
        rows = await _CLAIM(self._client, milliseconds(now), milliseconds(now + lease), most)
        return tuple(self._errand(row, now + lease) for row in rows)

    async def begin_saying(self, errand_id: str) -> bool:
        """Remove a customer message before it is sent: True for the one who may send it."""
        return bool(await _BEGIN_SAYING(self._client, errand_id))

    async def finish(self, errand_id: str) -> None:
        """It is done (and has no result to be heard)."""
        await _FINISH(self._client, errand_id)

    async def retry_later(self, errand: Errand, now: datetime) -> datetime:
        """It failed for now; when it will be due again."""
        due = now + pause_after(errand.attempts)
        await _RETRY(self._client, errand.id, milliseconds(due))
        return due

    def _errand(self, row: Reply, due: datetime) -> Errand:
        errand_id, person, draft, kind, payload, reply_to, attempts = row
        name = errand_id.decode()
        return Errand(
            id=name,
            person=person.decode(),
            draft=draft.decode(),
            kind=kind.decode(),
            payload=self._sealer.open(payload, _place(name)),
            due=due,
            reply_to=reply_to.decode(),
            attempts=int(attempts),
        )


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 2 s, 4 s … an hour."""
    return min(timedelta(seconds=2.0 ** min(max(attempts, 1), 16)), timedelta(hours=1))


def errand_words(sealer: Sealer, errand: Errand) -> Words:
    """An errand as lua/queue.lua reads it (`errands_from`)."""
    return (
        errand.id,
        errand.person,
        errand.draft,
        errand.kind,
        sealer.seal(errand.payload, _place(errand.id)),
        milliseconds(errand.due),
        errand.reply_to,
    )


def _place(errand_id: str) -> Place:
    return "errand", "payload", errand_id
