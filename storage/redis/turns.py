"""The two trips of a message through Redis (to be completed)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from dialogs.conversation import Conversation
from dialogs.draft import Draft
from storage.redis.errands import Errand


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message of a citizen at the edge.

    `speaker` is the lookup of her address; `candidate` becomes the person's id when the address
    is unknown; `token` names this attempt to work on her queue. `nonce` with `digest` of the body
    are checked when given. `opens` says which window for customer messages it opens.
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
    reply_to: str
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
class Fact:
    """Which question the draft stands at and when, for the projection to SQL."""

    question: str
    day: date


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
    """Everything is kept; the HTTP answer was out already, so `otherwise` is an errand now."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The claim expired and somebody took over: nothing was saved."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Another author saved the draft: nothing was saved. `reload`, hear again, save again."""


SaveResult: TypeAlias = Saved | LateForPassive | Lost | Conflict
