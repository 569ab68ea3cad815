"""The two trips of a message through Redis, and the promise that every answer is heard once.

Trip 1 (`receive`) keeps the message and gives the head of the person's queue a claim; trip 2
(`save`) keeps everything the turn leaves behind, the final HTTP body included, if the claim still
holds. Nothing outside Redis happens before trip 2. An uncontended turn without errand is these
two commands and no other.

**Order.** Messages of a person, results of errands included, wait in one queue; only the holder
of the claim works on its head, for 6 s. When nobody holds it, whoever comes next (a new message,
somebody polling, the sweeper) gets the head, be it theirs or not: `Claim.key` says whose it is.
A holder that comes late finds another token and saves nothing (`Lost`).

**Who hears what, once.** Every message of a citizen has one HTTP answer. Until it is handed out
it may be replaced; from then on every delivery of the message gets the same bytes for 120 s (the
platform shows one of them). It is handed out, each time in the one stroke that decides it, by

- `save` with `handed_out`: the request that brought the message writes it out now;
- `receive` and `poll` of any delivery of that message, once it is final;
- `take_answer`: the end of the caller's patience. Where there is no answer yet the caller's own
  (`success`) becomes the answer for good.

What comes after that goes by customer message: `save` then makes `otherwise` an errand in the
same stroke and says `LateForPassive`. An answer saved while its request is gone (its process died
after `take_answer` was due, or another process heard the message for it) waits for a redelivery;
`send_untaken`, called with an age beyond the platform's last delivery (20 s), turns it into that
customer message. So of body and customer message exactly one is ever let go.

**A quick errand.** The turn saves a `provisional` body (“正在为您查询…”), which deliveries wait
behind. The result's turn replaces it if nobody took it, and is late otherwise. Only the first
result replaces; a second one would hide the first and is late. A provisional body therefore says
nothing that the result does not make superfluous.

**When a process dies**
before trip 1: nothing is kept, the platform delivers again;
between the trips: the claim expires, whoever comes next hears the message;
after trip 2, before the body is written out: a redelivery gets the bytes. After the platform's
last delivery nobody can know whether she read it; it is not sent again;
while an errand runs: its lease ends, another worker repeats it; its result enters the queue in
the stroke that removes the errand (`Internal.finishes`), so it is heard once;
between the removal of a `say` errand and its sending: that message is lost, never doubled
(customer messages are sent at most once, design.md).

A turn costs about 0.39 ms of our CPU (three quarters of it redis-py and the socket) and 0.1 ms of
Redis', with a draft of twenty answers; a bare GET and SET by redis-py cost 0.14 ms.

Keys carry digests only: callers give message keys, addresses and nonces as keyed lookups.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from dialogs.conversation import Conversation
from dialogs.draft import Draft
from storage.redis.connect import Reply, Script, Scripts, Words, milliseconds
from storage.redis.drafts import Conflict, Fact, draft_place, draft_sealed, fact_words
from storage.redis.errands import Errand, errand_words
from storage.redis.stored import (
    conversation_from_bytes,
    conversation_to_bytes,
    draft_from_bytes,
)
from storage.sealing import Place, Sealer

CLAIM_SECONDS = 6
"""Also in lua/queue.lua."""

_MESSAGE = 5
"""Where the sealed message stands in the reply of a claim."""

_RECEIVE = Script("queue", "window", "receive")
_POLL = Script("queue", "poll")
_ENQUEUE = Script("queue", "enqueue")
_CLAIM_NEXT = Script("queue", "claim_next")
_RELOAD = Script("queue", "reload")
_RELEASE = Script("release")
_TAKE_ANSWER = Script("queue", "take_answer")
_SAVE = Script("queue", "drafts", "save")
_SWEEP = Script("sweep")
_SEND_UNTAKEN = Script("queue", "send_untaken")
_LINK = Script("link")
_UNLINK = Script("unlink")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message of a citizen at the edge.

    `key` and `speaker` are lookups of the message key (wechat.md) and of her address, `nonce` of
    the request's nonce; `digest` is the body's. `candidate` becomes the person's id when the
    address is unknown; `token` names this attempt to work on her queue. Without a nonce nothing
    is checked. `opens` says which window for customer messages it opens.
    """

    key: str
    speaker: str
    message: bytes
    candidate: str
    token: str
    at: datetime
    nonce: str = ""
    digest: str = ""
    opens: str = ""
    """`message` (5 sends in 48 h), `tap` (3 in a minute: menu, follow, scan) or nothing."""


@dataclass(frozen=True, slots=True)
class Internal:
    """A message that no citizen sent: an errand's result, a login that came back.

    `reply_to` is the citizen's message whose answer it would like to be in; `finishes` the
    errand that is done with it, in the same stroke.
    """

    key: str
    person: str
    message: bytes
    token: str
    at: datetime
    reply_to: str = ""
    finishes: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on the head of one person's queue, for `CLAIM_SECONDS`."""

    person: str
    token: str
    key: str
    """The message at the head: not always one's own."""
    target: str
    """The citizen's message whose HTTP answer this turn may be; none for some internal ones."""
    attempts: int
    """How often this message was claimed; one that is claimed again and again kills its holders."""
    conversation: Conversation | None
    draft: Draft | None


@dataclass(frozen=True, slots=True)
class Answered:
    """The final HTTP body; from now on every delivery gets these bytes. Empty for an `Internal`."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody is at work on her queue: poll again in 50 ms."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The nonce was seen with another body. Nothing was stored."""


@dataclass(frozen=True, slots=True)
class Known:
    """The internal message, or the errand it finishes, was there before: nothing to do."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Hear `message` with the claim's conversation and draft, then `save`."""

    claim: Claim
    message: bytes


Received: TypeAlias = Answered | Waiting | Refused | Claimed
Polled: TypeAlias = Answered | Waiting | Claimed


@dataclass(frozen=True, slots=True)
class Heard:
    """What is saved together at the end of a turn.

    `answer` is the final HTTP body; `otherwise` says the same by customer message, should the
    body come too late to be handed out. `handed_out`: the caller is the request that the
    message came with and writes the body out now. `provisional`: an errand's result may still
    replace the body while nobody took it.
    """

    conversation: Conversation
    draft: Draft | None = None
    answer: bytes = b""
    otherwise: Errand | None = None
    errands: tuple[Errand, ...] = ()
    fact: Fact | None = None
    handed_out: bool = False
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """Everything is kept; the body is (or will be) the HTTP answer."""


@dataclass(frozen=True, slots=True)
class LateForPassive:
    """Everything is kept; the HTTP answer was out already, so `otherwise` is an errand now.

    A request whose own message this was writes out what `poll` says, not the body it saved.
    """


@dataclass(frozen=True, slots=True)
class Lost:
    """The claim expired and somebody took over: nothing was saved."""


SaveResult: TypeAlias = Saved | LateForPassive | Lost | Conflict
"""`Conflict`: another author saved the draft. `reload`, hear again, save again."""


class Turns:
    """Receives, claims and saves; see the module. Every method raises `RedisAway`."""

    __slots__ = ("_client", "_sealer")

    def __init__(self, client: Scripts, sealer: Sealer) -> None:
        self._client = client
        self._sealer = sealer

    async def receive(self, arrival: Arrival) -> Received:
        """Trip 1."""
        sealed = self._sealer.seal(arrival.message, _message(arrival.key))
        reply = await _RECEIVE(
            self._client,
            arrival.key,
            arrival.speaker,
            arrival.candidate,
            arrival.token,
            sealed,
            milliseconds(arrival.at),
            arrival.nonce,
            arrival.digest,
            arrival.opens,
        )
        if reply[0] == b"refused":
            return Refused()
        if reply[0] == b"claimed" and reply[_MESSAGE] == sealed:  # the usual case: it is our own
            return self._claim(reply, arrival.token, arrival.message)
        return self._polled(reply, arrival.key, arrival.token)

    async def poll(self, key: str, token: str) -> Polled:
        """For a message that waits: every 50 ms. Hands out what is final."""
        return self._polled(await _POLL(self._client, key, token), key, token)

    async def enqueue(self, internal: Internal) -> Waiting | Claimed | Known:
        """Put an internal message into the person's queue; the claim may be on another's head."""
        reply = await _ENQUEUE(
            self._client,
            internal.key,
            internal.person,
            internal.token,
            self._sealer.seal(internal.message, _message(internal.key)),
            milliseconds(internal.at),
            internal.reply_to,
            internal.finishes,
        )
        if reply[0] == b"known":
            return Known()
        return self._claimed(reply, internal.token)

    async def claim_next(self, person: str, token: str) -> Waiting | Claimed:
        """The head of this person's queue, if there is one and nobody works on it."""
        return self._claimed(await _CLAIM_NEXT(self._client, person, token), token)

    async def reload(self, claim: Claim) -> Claimed | Lost:
        """Conversation and draft anew, after a `Conflict`; the claim lasts another 6 s."""
        reply = await _RELOAD(self._client, claim.person, claim.token, claim.key)
        return Lost() if reply[0] == b"lost" else self._claim(reply, claim.token)

    async def release(self, claim: Claim) -> None:
        """Give the claim back unused; the message stays at the head."""
        await _RELEASE(self._client, claim.person, claim.token)

    async def save(self, claim: Claim, heard: Heard, at: datetime) -> SaveResult:
        """Trip 2. Saying it twice is saying it once.

        A body that is handed out needs no `otherwise`, unless she was told `success` meanwhile:
        then nothing is saved yet, and a third trip brings it.
        """
        words = self._save_words(claim, heard, at)
        errands = self._errands_words(heard.errands)
        own = claim.target == claim.key
        if own and heard.handed_out and heard.otherwise is not None:
            result = await _SAVE(self._client, *words, "kept back", *errands)
            if result != b"otherwise":
                return _SAVE_RESULTS[result]
        otherwise = self._errands_words(() if heard.otherwise is None else (heard.otherwise,))
        return _SAVE_RESULTS[await _SAVE(self._client, *words, *otherwise, *errands)]

    async def take_answer(self, key: str, otherwise: bytes) -> bytes:
        """The body to write out now: what there is, else `otherwise`, which then is final."""
        place = _answer_place(key)
        sealed = await _TAKE_ANSWER(self._client, key, self._sealer.seal(otherwise, place))
        return otherwise if sealed is None else self._sealer.open(sealed, place)

    async def sweep(self, waiting_since: datetime, most: int = 100) -> tuple[str, ...]:
        """Persons with a message that waits since before then and nobody works on."""
        found = await _SWEEP(self._client, milliseconds(waiting_since), most)
        return tuple(person.decode() for person in found)

    async def send_untaken(self, saved_before: datetime, at: datetime, most: int = 100) -> int:
        """Make customer messages of answers that no delivery came for; how many."""
        limit = milliseconds(saved_before)
        return int(await _SEND_UNTAKEN(self._client, limit, most, milliseconds(at)))

    async def link(self, speaker: str, person: str) -> str | None:
        """From now on this address is this person's; the person it was before, if any."""
        before: bytes | None = await _LINK(self._client, speaker, person)
        return None if before is None else before.decode()

    async def unlink(self, speaker: str) -> None:
        """The address is nobody's any more, and no customer message may go there."""
        await _UNLINK(self._client, speaker)

    # ---- reading replies --------------------------------------------------------------------

    def _polled(self, reply: Reply, key: str, token: str) -> Polled:
        if reply[0] == b"answered":
            sealed = reply[1]
            return Answered(self._sealer.open(sealed, _answer_place(key)) if sealed else b"")
        return self._claimed(reply, token)

    def _claimed(self, reply: Reply, token: str) -> Waiting | Claimed:
        return Waiting() if reply[0] == b"waiting" else self._claim(reply, token)

    def _claim(self, reply: Reply, token: str, message: bytes | None = None) -> Claimed:
        """What was claimed; `message`, where it is known what is sealed in the reply."""
        _, person_, key_, target, attempts, sealed, conversation, draft, draft_id = reply
        person, key = person_.decode(), key_.decode()
        claim = Claim(
            person=person,
            token=token,
            key=key,
            target=target.decode(),
            attempts=attempts,
            conversation=None
            if conversation is None
            else conversation_from_bytes(
                self._sealer.open(conversation, conversation_place(person))
            ),
            draft=None
            if draft is None
            else draft_from_bytes(self._sealer.open(draft, draft_place(draft_id.decode()))),
        )
        if message is None:
            message = self._sealer.open(sealed, _message(key))
        return Claimed(claim, message)

    # ---- writing arguments ------------------------------------------------------------------

    def _save_words(self, claim: Claim, heard: Heard, at: datetime) -> Words:
        return (
            *(claim.person, claim.token, claim.key, claim.target, milliseconds(at)),
            *self._conversation_words(claim, heard.conversation),
            self._answer(claim.target or claim.key, heard.answer),
            int(heard.handed_out),
            int(heard.provisional),
            *self._draft_words(claim, heard),
        )

    def _conversation_words(self, claim: Claim, conversation: Conversation) -> Words:
        expected = 0 if claim.conversation is None else claim.conversation.version
        body = conversation_to_bytes(conversation, expected + 1)
        place = conversation_place(claim.person)
        return expected, conversation.subject.draft, self._sealer.seal(body, place)

    def _answer(self, key: str, answer: bytes) -> bytes:
        return self._sealer.seal(answer, _answer_place(key)) if answer else b""

    def _draft_words(self, claim: Claim, heard: Heard) -> Words:
        draft = claim.draft if heard.draft is None else heard.draft
        if draft is None:
            return "none", "", 0, "", b"", "", "", "", 0
        loaded = claim.draft if claim.draft is not None and claim.draft.id == draft.id else None
        mode = _mode(draft, loaded)
        version = draft.version if loaded is None else loaded.version
        body = draft_sealed(self._sealer, draft, version + 1) if mode == "write" else b""
        return (
            mode,
            draft.id,
            version,
            draft.subject,
            body,
            *fact_words(draft, heard.fact),
            len(draft.authors),
            *draft.authors,
        )

    def _errands_words(self, errands: Sequence[Errand]) -> Words:
        words = (word for errand in errands for word in errand_words(self._sealer, errand))
        return len(errands), *words


def conversation_place(person: str) -> Place:
    """What a stored conversation is bound to."""
    return "conversation", "body", person


def _message(key: str) -> Place:
    return "message", "body", key


def _answer_place(key: str) -> Place:
    return "message", "answer", key


def _mode(draft: Draft, loaded: Draft | None) -> str:
    """What becomes of the stored draft. A blank one is not stored; a supplement is never blank."""
    if draft == loaded:
        return "touch"
    if draft.state == "blank" and draft.kind == "application":
        return "none" if loaded is None else "delete"
    return "write"


_SAVE_RESULTS: Mapping[bytes, SaveResult] = {
    b"saved": Saved(),
    b"late": LateForPassive(),
    b"lost": Lost(),
    b"conflict": Conflict(),
}
