"""A message's way: kept, claimed, heard, saved, answered (design.md, “A message's way”).

The HTTP request that brings a message works on the head of the person's queue, be it its own
message or another; a worker does the same for orphans. Whoever holds the claim runs `hear`,
which is pure, and saves everything it leaves behind in one stroke.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import structlog

from bot.clock import Clock
from bot.envelopes import (
    Envelope,
    Order,
    ReplyContext,
    envelope_from_bytes,
    envelope_to_bytes,
    order_to_bytes,
)
from bot.ids import long_id, short_id
from bot.links import Links
from bot.wechat.crypto import Account
from bot.wechat.inbound import Inbound, ReplyTo
from bot.wechat.outbound import SUCCESS, Parts, answer_body, draw
from dialogs.conversation import Conversation, begin
from dialogs.definition import Definition
from dialogs.draft import Draft, blank
from dialogs.engine import hear
from dialogs.said import Followed, MenuTapped, Said, Spoken
from dialogs.say import Utterance
from dialogs.speak import speak
from dialogs.talk import CHINA
from dialogs.turn import Asked, AskRegistry, Errand, FetchPapers, StorePhoto, Turn
from storage.redis.drafts import Conflict, Fact
from storage.redis.errands import SAY, errand_id
from storage.redis.errands import Errand as KeptErrand
from storage.redis.turns import (
    Answered,
    Arrival,
    Claim,
    Claimed,
    Heard,
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
ERRAND_OTHERS: Final = timedelta(seconds=8)
"""After this another process may take up an errand that ours has not finished."""
TRIES: Final = 5
"""How often a message is claimed before it is given up with an apology."""
CONFLICTS: Final = 5
"""How often one turn is heard again because somebody else saved the same draft."""

log = structlog.get_logger()

LOOK_UP: Final = "look_up"
REMEMBER: Final = "remember"


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
        self,
        turns: Turns,
        definitions: Mapping[str, Definition],
        account: Account,
        lookups: Lookups,
        links: Links,
        clock: Clock,
    ) -> None:
        self._turns = turns
        self._definitions = definitions
        self._default = next(iter(definitions.values()))
        self._account = account
        self._lookups = lookups
        self._links = links
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
            envelope = envelope_from_bytes(message)
            now = self._clock()
            conversation = claim.conversation or begin(claim.person)
            turn, utterances = self._heard(envelope, conversation, self._draft(claim, conversation))
            heard, errands = self._left_behind(claim, envelope, turn, utterances, now)
            heard = replace(heard, handed_out=handed_out and not heard.provisional)
            match await self._turns.save(claim, heard, now):
                case Saved():
                    return Worked(True, heard.answer, heard.provisional, errands)
                case LateForPassive():
                    late = () if heard.otherwise is None else (heard.otherwise,)
                    return Worked(True, heard.answer, heard.provisional, (*late, *errands))
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
        envelope = _as_far_as_readable(message)
        text = self._default.texts.render("edge.away", {})
        heard = Heard(
            conversation=claim.conversation or begin(claim.person),
            answer=self._body(envelope, text, now),
            otherwise=self._say(claim, envelope, text, "otherwise", now),
            handed_out=handed_out,
        )
        saved = await self._turns.save(claim, heard, now)
        return Worked(isinstance(saved, Saved | LateForPassive), heard.answer)

    def _draft(self, claim: Claim, conversation: Conversation) -> Draft:
        """The draft on the table, or a blank one that is kept once something is said in it."""
        if claim.draft is not None and claim.draft.state in {"open", "submitting"}:
            return claim.draft
        definition = self._default
        subject = conversation.speaking_for
        fresh = blank(short_id(), definition.province, definition.release, subject, self._clock())
        if subject == claim.person:
            return fresh
        return replace(fresh, authors=(claim.person, subject))

    def _heard(
        self, envelope: Envelope, conversation: Conversation, draft: Draft
    ) -> tuple[Turn, list[Utterance]]:
        """Hear every part in order; what was only true for the moment gives way to what follows."""
        definition = self._definitions[draft.province]
        now = self._clock()
        turn = Turn(conversation, draft)
        errands: tuple[Errand, ...] = ()
        utterances: list[Utterance] = []
        for said in envelope.said:
            turn = hear(definition, turn.conversation, turn.draft, said, now)
            utterances = [one for one in utterances if not one.provisional]
            utterances += speak(definition, turn, now)
            errands += turn.errands
        return replace(turn, errands=errands), utterances

    # ---- what a step leaves behind --------------------------------------------------------------

    def _left_behind(
        self,
        claim: Claim,
        envelope: Envelope,
        turn: Turn,
        utterances: list[Utterance],
        now: datetime,
    ) -> tuple[Heard, tuple[KeptErrand, ...]]:
        parts = self._drawn(claim, turn, utterances)
        target = claim.target or claim.key
        own = claim.target == claim.key
        errands = [
            *self._parts(claim, envelope, parts.later, now),
            *self._orders(claim, envelope, turn, target, now),
        ]
        if claim.conversation is None:
            errands.append(self._kept(claim, envelope, (), REMEMBER, "", now))
        otherwise = self._say(claim, envelope, parts.first, "otherwise", now)
        heard = Heard(
            conversation=turn.conversation,
            draft=turn.draft,
            answer=self._body(envelope, parts.first, now) if parts.first or own else b"",
            otherwise=otherwise if parts.first else None,
            errands=tuple(errands),
            fact=_fact(turn, now),
            provisional=any(one.provisional for one in utterances),
        )
        return heard, tuple(errands)

    def _drawn(self, claim: Claim, turn: Turn, utterances: Sequence[Utterance]) -> Parts:
        definition = self._definitions[turn.draft.province]
        linked = [self._links.addressed(one, claim.person, turn.draft.id) for one in utterances]
        way_on = Utterance(definition.texts.render("edge.more", {}))
        return draw(linked, way_on)

    def _body(self, envelope: Envelope, text: str, now: datetime) -> bytes:
        if envelope.reply is None:
            return b""
        if not text:
            return SUCCESS
        reply = envelope.reply
        to = ReplyTo(
            openid=envelope.openid,
            account_id=reply.account_id,
            nonce=reply.nonce,
            key=self._account.keys[reply.key] if reply.key >= 0 else None,
        )
        return answer_body(self._account, to, text, int(now.timestamp()))

    def _orders(
        self, claim: Claim, envelope: Envelope, turn: Turn, target: str, now: datetime
    ) -> list[KeptErrand]:
        """The turn's errands, the two look-ups as one: they come back together."""
        looked_up = tuple(
            one for one in turn.errands if isinstance(one, (AskRegistry, FetchPapers))
        )
        others = [one for one in turn.errands if one not in looked_up]
        kept = [
            self._kept(claim, envelope, (one,), type(one).__name__, target, now) for one in others
        ]
        if looked_up:
            kept.append(self._kept(claim, envelope, looked_up, LOOK_UP, target, now))
        return kept

    def _kept(
        self,
        claim: Claim,
        envelope: Envelope,
        errands: tuple[Errand, ...],
        kind: str,
        target: str,
        now: datetime,
    ) -> KeptErrand:
        detail = errands[0].media if errands and isinstance(errands[0], StorePhoto) else claim.key
        draft = claim.draft.id if claim.draft is not None else ""
        version = claim.draft.version if claim.draft is not None else 0
        order = Order(errands, envelope.openid, envelope.app_id, envelope.reply)
        return KeptErrand(
            id=errand_id(draft or claim.person, version, kind, detail),
            person=claim.person,
            draft=draft,
            kind=kind,
            payload=order_to_bytes(order),
            due=now + ERRAND_OTHERS,
            reply_to=target if envelope.reply is not None else "",
        )

    def _parts(
        self, claim: Claim, envelope: Envelope, texts: Sequence[str], now: datetime
    ) -> list[KeptErrand]:
        return [
            self._say(claim, envelope, text, str(number), now)
            for number, text in enumerate(texts, start=1)
        ]

    def _say(
        self, claim: Claim, envelope: Envelope, text: str, detail: str, now: datetime
    ) -> KeptErrand:
        """A customer message. Others leave it alone for a while: two at it would lose its place."""
        order = Order((), envelope.openid, envelope.app_id, text=text)
        return KeptErrand(
            id=errand_id(claim.person, 0, SAY, f"{claim.key}:{detail}"),
            person=claim.person,
            draft="",
            kind=SAY,
            payload=order_to_bytes(order),
            due=now + ERRAND_OTHERS,
        )

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


def _fact(turn: Turn, now: datetime) -> Fact | None:
    """Which question stands open, for reminders and drop-off; nothing personal."""
    asked = [event.question for event in turn.events if isinstance(event, Asked)]
    return Fact(asked[-1], now.astimezone(CHINA).date()) if asked else None


async def _nobody(_: Sequence[KeptErrand]) -> None:
    raise RuntimeError("the wiring has not said who runs errands")


def _nothing(_: Sequence[KeptErrand]) -> None:
    raise RuntimeError("the wiring has not said who runs errands")
