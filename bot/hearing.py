"""A message's way: kept, claimed, heard, saved, answered (design.md, “A message's way”).

The HTTP request that brings a message works on the head of the person's queue, be it its own
message or another; a worker does the same for orphans. Whoever holds the claim takes the step
(`bot/stepping.py`) and saves everything it leaves behind in one stroke.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import structlog

from bot.clock import Clock
from bot.envelopes import Envelope, Order, ReplyContext, envelope_from_bytes, envelope_to_bytes
from bot.ids import long_id
from bot.stepping import Stepping
from bot.wechat.crypto import Account
from bot.wechat.inbound import Inbound, ReplyTo
from bot.wechat.outbound import SUCCESS
from dialogs.said import Followed, MenuTapped, Said, Spoken
from storage.redis.drafts import Conflict
from storage.redis.errands import Errand as KeptErrand
from storage.redis.turns import (
    Answered,
    Arrival,
    Claim,
    Claimed,
    Internal,
    Known,
    LateForPassive,
    Lost,
    Polled,
    Received,
    Refused,
    Saved,
    Turns,
    Waiting,
)
from storage.sealing import Lookups

POLL_SECONDS: Final = 0.05
PATIENCE_SECONDS: Final = 4.0
"""The platform waits 5 s (DOC); what is not done by then comes by customer message."""
ERRAND_SECONDS: Final = 3.0
"""How long a quick errand may keep the passive answer waiting."""
TRIES: Final = 5
"""How often a message is claimed before it is given up with an apology."""
CONFLICTS: Final = 5
"""How often one turn is heard again because somebody else saved the same draft."""

log = structlog.get_logger()


class ForgedError(Exception):
    """The nonce was used before, with another body."""


@dataclass(frozen=True, slots=True)
class Worked:
    """What became of one step: whether it was saved, and what is to be done now."""

    saved: bool
    answer: bytes = b""
    provisional: bool = False
    errands: tuple[KeptErrand, ...] = ()


RunErrands: TypeAlias = Callable[[Sequence[KeptErrand]], Awaitable[None]]
"""Runs errands now and returns when their results are heard, or puts them off."""


class Hearing:
    """Hears messages of the Official Account and the results of errands."""

    def __init__(
        self, turns: Turns, stepping: Stepping, account: Account, lookups: Lookups, clock: Clock
    ) -> None:
        self._turns = turns
        self._stepping = stepping
        self._account = account
        self._lookups = lookups
        self._clock = clock
        self.run_quick: RunErrands = _nobody
        """Set by the wiring: runs what may still be in the passive answer."""
        self.run_later: Callable[[Sequence[KeptErrand]], None] = _nothing
        """Set by the wiring: everything that follows the answer."""

    async def answer(self, inbound: Inbound, said: Spoken) -> bytes:
        """The HTTP body for this message, the same for every delivery of it.

        Raises ForgedError, or RedisAway: then nothing was kept.
        """
        arrival = self._arrival(inbound, said)
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        received: Received | Polled = await self._turns.receive(arrival)
        while True:
            match received:
                case Answered(body=body):
                    return body
                case Refused():
                    raise ForgedError
                case Claimed(claim=claim, message=message):
                    done = await self._at_work(claim, message, arrival.key, deadline)
                    if done is not None:
                        return done
                case Waiting():
                    await asyncio.sleep(POLL_SECONDS)
            if asyncio.get_running_loop().time() > deadline:
                return await self._turns.take_answer(arrival.key, SUCCESS)
            received = await self._turns.poll(arrival.key, arrival.token)

    async def learn(self, results: tuple[Said, ...], order: Order, errand: KeptErrand) -> None:
        """Hear what an errand brought back, in its place in the queue; the errand is then done."""
        envelope = Envelope(results, order.openid, order.app_id, order.reply)
        internal = Internal(
            key=f"result:{errand.id}",
            person=errand.person,
            message=envelope_to_bytes(envelope),
            token=long_id(),
            at=self._clock(),
            reply_to=errand.reply_to,
            finishes=errand.id,
        )
        await self._enqueued(internal)

    async def tell(self, person: str, said: Said, order: Order, key: str) -> None:
        """Hear what came from elsewhere (a login page); `key` makes it heard once."""
        envelope = Envelope((said,), order.openid, order.app_id)
        await self._enqueued(
            Internal(key, person, envelope_to_bytes(envelope), long_id(), self._clock())
        )

    async def _enqueued(self, internal: Internal) -> None:
        received = await self._turns.enqueue(internal)
        if isinstance(received, Known):
            return
        await self._until_heard(received, internal)

    async def take_up(self, person: str) -> None:
        """Hear whatever waits in this person's queue (sweeper)."""
        received = await self._turns.claim_next(person, long_id())
        while isinstance(received, Claimed):
            worked = await self._work(received.claim, received.message, handed_out=False)
            self.run_later(worked.errands)
            received = await self._turns.claim_next(person, long_id())

    # ---- one step -----------------------------------------------------------------------------

    async def _at_work(
        self, claim: Claim, message: bytes, own: str, deadline: float
    ) -> bytes | None:
        """Work on the head of the queue; the body, if it was our own message."""
        mine = claim.key == own
        worked = await self._work(claim, message, handed_out=mine)
        if not worked.saved:
            return None
        if not mine:
            self.run_later(worked.errands)
            return None
        if not worked.provisional:
            self.run_later(worked.errands)
            return worked.answer or SUCCESS
        with contextlib.suppress(TimeoutError):  # they go on without us
            async with asyncio.timeout_at(deadline):
                await self.run_quick(worked.errands)
        return await self._turns.take_answer(own, worked.answer or SUCCESS)

    async def _until_heard(self, received: Waiting | Claimed, internal: Internal) -> None:
        """Work on the queue until our own internal message was heard, by us or by others."""
        current: Polled | Claimed | Waiting = received
        while not isinstance(current, Answered):
            if isinstance(current, Claimed):
                worked = await self._work(current.claim, current.message, handed_out=False)
                self.run_later(worked.errands)
                if worked.saved and current.claim.key == internal.key:
                    return
            else:
                await asyncio.sleep(POLL_SECONDS)
            current = await self._turns.poll(internal.key, internal.token)

    async def _work(self, claim: Claim, message: bytes, *, handed_out: bool) -> Worked:
        if claim.attempts > TRIES:
            return await self._given_up(claim, message, handed_out=handed_out)
        for _ in range(CONFLICTS):
            now = self._clock()
            envelope = envelope_from_bytes(message)
            heard = await self._stepping.step(claim, envelope, now, handed_out=handed_out)
            match await self._turns.save(claim, heard, now):
                case Saved():
                    return Worked(True, heard.answer, heard.provisional, heard.errands)
                case LateForPassive():
                    late = () if heard.otherwise is None else (heard.otherwise,)
                    return Worked(True, heard.answer, heard.provisional, (*late, *heard.errands))
                case Lost():
                    return Worked(False)
                case Conflict():
                    pass
            reloaded = await self._turns.reload(claim)
            if isinstance(reloaded, Lost):
                return Worked(False)
            claim, message = reloaded.claim, reloaded.message
        await self._turns.release(claim)
        return Worked(False)

    async def _given_up(self, claim: Claim, message: bytes, *, handed_out: bool) -> Worked:
        """A message that nobody gets through: say so, and let the others behind it go on."""
        log.error("message_given_up", attempts=claim.attempts)
        now = self._clock()
        heard = self._stepping.apology(claim, _as_far_as_readable(message), now)
        saved = await self._turns.save(claim, replace(heard, handed_out=handed_out), now)
        return Worked(isinstance(saved, Saved | LateForPassive), heard.answer)

    def _arrival(self, inbound: Inbound, said: Spoken) -> Arrival:
        envelope = Envelope(
            said=(said,),
            openid=inbound.openid,
            app_id=inbound.app_id,
            reply=self._reply(inbound.answer_with),
        )
        return Arrival(
            key=self._lookups.digest("message", inbound.message_key),
            speaker=self.speaker(inbound.app_id, inbound.openid),
            message=envelope_to_bytes(envelope),
            candidate=long_id(),
            token=long_id(),
            at=self._clock(),
            nonce=inbound.nonce_key,
            digest=inbound.message_key,
            opens=_window(said),
        )

    def speaker(self, app_id: str, openid: str) -> str:
        """The key under which an address is known."""
        return self._lookups.digest("address", f"{app_id}:{openid}")

    def _reply(self, to: ReplyTo) -> ReplyContext:
        key = self._account.keys.index(to.key) if to.key is not None else -1
        return ReplyContext(to.account_id, to.nonce, key)


def _as_far_as_readable(message: bytes) -> Envelope:
    """What nobody can read any more must not block the queue: an empty envelope."""
    try:
        return envelope_from_bytes(message)
    except (KeyError, TypeError, ValueError):
        return Envelope(())


def _window(said: Spoken) -> str:
    """Which window for customer messages this opens (wechat.md, Sending)."""
    return "tap" if isinstance(said, (MenuTapped, Followed)) else "message"


async def _nobody(_: Sequence[KeptErrand]) -> None:
    raise RuntimeError("the wiring has not said who runs errands")


def _nothing(_: Sequence[KeptErrand]) -> None:
    raise RuntimeError("the wiring has not said who runs errands")
