"""One step of a conversation, and everything it leaves behind to be saved in one stroke.

What was said goes through `hear` (pure) and `speak` (pure); what comes out becomes the HTTP
body, customer messages and errands. Nothing outside Redis happens here, and what is written to
Redis beforehand is only read when the step was saved.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.envelopes import Envelope, Order, order_to_bytes
from bot.ids import short_id
from bot.links import Links
from bot.wechat.crypto import Account
from bot.wechat.inbound import ReplyTo
from bot.wechat.outbound import SUCCESS, Parts, answer_body, draw, draw_rest, draw_whole
from dialogs.conversation import Asking, Conversation, begin
from dialogs.definition import Definition, Definitions
from dialogs.draft import Draft, blank
from dialogs.engine import hear
from dialogs.said import AnewFound, CaseOpened, Said, SubmissionRefused, Tap, WantedFound
from dialogs.say import Choice, Utterance
from dialogs.speak import speak
from dialogs.talk import day_in_china
from dialogs.turn import Asked, AskRegistry, Errand, FetchPapers, StorePhoto, Turn
from storage.redis.drafts import Conflict, Drafts, Fact
from storage.redis.errands import SAY, errand_id
from storage.redis.errands import Errand as KeptErrand
from storage.redis.limits import Limits
from storage.redis.turns import Claim, Heard

ERRAND_OTHERS: Final = timedelta(seconds=8)
"""After this another process may take up an errand that ours has not finished."""
LOOK_UP: Final = "look_up"
REMEMBER: Final = "remember"
FORGET: Final = "forget"
_ON_THE_TABLE: Final = frozenset({"open", "submitting"})
REST: Final = "rest:"
"""How the tap begins that asks for what did not fit into an answer."""


class DraftBusy(Exception):
    """Another author saved the draft again and again while a result was written into it."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What a step says and does, before it is drawn."""

    conversation: Conversation
    draft: Draft | None
    utterances: Sequence[Utterance]
    errands: tuple[Errand, ...] = ()
    fact: Fact | None = None
    rest: str = ""
    """Already drawn: the rest of an earlier answer."""


class Stepping:
    """Takes steps."""

    def __init__(
        self,
        definitions: Definitions,
        account: Account,
        links: Links,
        drafts: Drafts,
        limits: Limits,
    ) -> None:
        self._definitions = definitions
        self._default = next(iter(definitions.values()))
        self._account = account
        self._links = links
        self._drafts = drafts
        self._limits = limits

    async def step(
        self, claim: Claim, envelope: Envelope, now: datetime, *, handed_out: bool = False
    ) -> Heard:
        """Hear what is in the envelope, in its place.

        `handed_out`: the caller writes the body out, unless it is only true for the moment.
        """
        conversation = claim.conversation or begin(claim.person)
        said = await self._said(claim, envelope, conversation, now)
        provisional = any(one.provisional for one in said.utterances)
        parts = await self._drawn(claim, said)
        own = claim.target == claim.key
        otherwise = self._say(claim, envelope, parts.first, "otherwise", now)
        return Heard(
            conversation=said.conversation,
            draft=said.draft,
            answer=self._body(envelope, parts.first, now) if parts.first or own else b"",
            otherwise=otherwise if parts.first else None,
            errands=self._left_behind(claim, envelope, said, parts, now),
            fact=said.fact,
            handed_out=handed_out and not provisional,
            provisional=provisional,
        )

    def apology(self, claim: Claim, envelope: Envelope, now: datetime) -> Heard:
        """What is said when nobody gets through a message."""
        text = self._default.texts.render("edge.away", {})
        return Heard(
            conversation=claim.conversation or begin(claim.person),
            answer=self._body(envelope, text, now),
            otherwise=self._say(claim, envelope, text, "otherwise", now),
        )

    # ---- hearing ------------------------------------------------------------------------------

    async def _said(
        self, claim: Claim, envelope: Envelope, conversation: Conversation, now: datetime
    ) -> _Said:
        ticket = _asks_for_rest(envelope)
        if ticket:
            return await self._rest(conversation, ticket)
        named = _draft_named(envelope)
        if named and (claim.draft is None or claim.draft.id != named):
            return await self._elsewhere(claim, envelope, conversation, named, now)
        draft = self._draft(claim, conversation, now)
        turn, utterances = self._heard(envelope, conversation, draft, now)
        return _Said(turn.conversation, turn.draft, utterances, turn.errands, _fact(turn, now))

    def _draft(self, claim: Claim, conversation: Conversation, now: datetime) -> Draft:
        """The draft on the table, or a blank one that is kept once something is said in it."""
        here = claim.draft
        # who parted from a common draft still knows its name, but is no author any more
        if here is not None and here.state in _ON_THE_TABLE and claim.person in here.authors:
            return here
        subject = conversation.speaking_for
        province = conversation.subject.province
        definition = self._definitions.get(province, self._default)
        fresh = blank(short_id(), definition.province, definition.release, subject, now)
        if subject == claim.person:
            return fresh
        return replace(fresh, authors=(claim.person, subject))

    def _heard(
        self, envelope: Envelope, conversation: Conversation, draft: Draft, now: datetime
    ) -> tuple[Turn, list[Utterance]]:
        """Hear every part in order; what was only true for the moment gives way to what follows."""
        turn = Turn(conversation, draft)
        errands: tuple[Errand, ...] = ()
        utterances: list[Utterance] = []
        for said in envelope.said:
            definition, before = self._releases(turn.draft, said)
            turn = hear(definition, turn.conversation, turn.draft, said, now, before)
            utterances = [one for one in utterances if not one.provisional]
            utterances += speak(definition, turn, now)
            errands += turn.errands
        return Turn(turn.conversation, turn.draft, turn.events, errands), utterances

    def _releases(self, draft: Draft, said: Said) -> tuple[Definition, Definition | None]:
        """The form to talk about, and the one the draft was begun with where that is older.

        An application moves on to today's form the next time it is touched; what belongs to a
        case, or is just being handed in, keeps its own.
        """
        if isinstance(said, WantedFound) and said.province:
            return self._definitions.of(said.province, said.release), None
        if isinstance(said, AnewFound):
            return self._definitions[said.province], None
        own = self._definitions.of(draft.province, draft.release)
        current = self._definitions[draft.province]
        if own is current or draft.kind == "supplement" or draft.state == "submitting":
            return own, None
        return current, own

    async def _elsewhere(
        self,
        claim: Claim,
        envelope: Envelope,
        conversation: Conversation,
        named: str,
        now: datetime,
    ) -> _Said:
        """A result for somebody this phone does not speak for just now (换人): kept all the same.

        It is written into its own draft, under that draft's version, before this step is saved;
        written twice it says the same. Only the end of a submission is worth interrupting for.
        """
        for _ in range(3):
            draft = await self._drafts.load(named)
            subject = next((one for one in conversation.subjects if one.draft == named), None)
            if draft is None or subject is None or claim.person not in draft.authors:
                return _Said(conversation, None, ())
            theirs = replace(conversation, speaking_for=subject.person, focus=Asking())
            turn, utterances = self._heard(envelope, theirs, draft, now)
            saved = await self._drafts.save(turn.draft, claim.person, now)
            if not isinstance(saved, Conflict):
                kept = replace(conversation, subjects=turn.conversation.subjects)
                ended = all(
                    isinstance(one, CaseOpened | SubmissionRefused) for one in envelope.said
                )
                return _Said(kept, None, utterances if ended else (), turn.errands)
        raise DraftBusy

    async def _rest(self, conversation: Conversation, ticket: str) -> _Said:
        """She wants to see what did not fit."""
        kept = await self._limits.redeem(REST + ticket)
        if kept is not None:
            return _Said(conversation, None, (), rest=kept.decode())
        gone = Utterance(self._default.texts.render("edge.more_gone", {}))
        return _Said(conversation, None, (gone,))

    # ---- what a step leaves behind --------------------------------------------------------------

    def _left_behind(
        self, claim: Claim, envelope: Envelope, said: _Said, parts: Parts, now: datetime
    ) -> tuple[KeptErrand, ...]:
        """What is to be done after this step: later parts, its errands, remembering her."""
        errands = [
            *self._parts(claim, envelope, parts.later, now),
            *self._orders(claim, envelope, said, claim.target or claim.key, now),
        ]
        if claim.conversation is None:
            errands.append(self._kept(claim, envelope, (), REMEMBER, "", now))
        return tuple(errands)

    async def _drawn(self, claim: Claim, said: _Said) -> Parts:
        """As WeChat shows it. What does not fit is kept for half an hour, behind a tap."""
        draft = said.draft.id if said.draft is not None else ""
        linked = [self._links.addressed(one, claim.person, draft) for one in said.utterances]
        whole = None if said.rest else draw_whole(linked)
        if whole is not None:
            return whole
        texts = self._default.texts
        ticket = short_id(20)
        seeing_more = Choice(REST + ticket, texts.render("edge.see_more", {}))
        way_on = Utterance(texts.render("edge.more", {}), (seeing_more,))
        parts = draw_rest(said.rest, way_on) if said.rest else draw(linked, way_on)
        if parts.rest:
            await self._limits.issue(REST + ticket, parts.rest.encode())
        return parts

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
        self, claim: Claim, envelope: Envelope, said: _Said, target: str, now: datetime
    ) -> list[KeptErrand]:
        """The step's errands, the two look-ups as one: they come back together."""
        looked_up = tuple(
            one for one in said.errands if isinstance(one, (AskRegistry, FetchPapers))
        )
        others = [one for one in said.errands if one not in looked_up]
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


def _asks_for_rest(envelope: Envelope) -> str:
    """The ticket of a tap on “see more”."""
    match envelope.said:
        case (Tap(id=tap),) if tap.startswith(REST):
            return tap.removeprefix(REST)
        case _:
            return ""


def _draft_named(envelope: Envelope) -> str:
    """The draft that a result belongs to; what people say belongs to whatever is on the table."""
    return next((_draft_of(said) for said in envelope.said if _draft_of(said)), "")


def _draft_of(said: Said) -> str:
    return str(getattr(said, "draft", ""))


def _fact(turn: Turn, now: datetime) -> Fact | None:
    """Which question stands open, for reminders and drop-off; nothing personal."""
    asked = [event.question for event in turn.events if isinstance(event, Asked)]
    return Fact(asked[-1], day_in_china(now)) if asked else None
