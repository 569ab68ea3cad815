"""What the engine can hear: what people say, and what became of the errands it asked for.

The edge turns every message of every channel into one of these; nothing else enters `hear`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, get_args

from cases.pre_reviews import State
from cases.reminders import Kind
from cases.values import JSON
from dialogs.draft import Answer, Consent, Wanted

# ---- said by a person ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Tap:
    """A tappable answer came back. `id` is what `Choice.id` said, `label` what was read."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture that the channel still holds: `media` is the channel's handle to fetch it."""

    media: str


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice message; `transcript` is empty where nobody could write it down."""

    transcript: str = ""


@dataclass(frozen=True, slots=True)
class MenuTapped:
    """An entry of the account's menu; `key` is a command's name."""

    key: str


@dataclass(frozen=True, slots=True)
class Followed:
    """She follows the account; `scene` says which QR code she scanned, if any.

    `anew` is False for a scan by somebody who follows already.
    """

    scene: str = ""
    anew: bool = True


@dataclass(frozen=True, slots=True)
class Unfollowed:
    """She no longer follows: what is hers and not yet submitted is erased."""


@dataclass(frozen=True, slots=True)
class Located:
    """A place on the map. Nothing in the forms is answered by one."""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A video, a file, a card, a kind of message invented tomorrow."""

    kind: str


Spoken: TypeAlias = (
    Text | Tap | Photo | Voice | MenuTapped | Followed | Unfollowed | Located | Unsupported
)

# ---- results of errands -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IdentityConfirmed:
    """The province's login said who she is (claims as checked by `bot/identity`)."""

    draft: str
    name: str
    id_number: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class IdentityRefused:
    """The login was left, failed, or belongs to somebody else than this draft speaks of."""

    draft: str
    reason: Literal["left", "failed", "other_person"]


@dataclass(frozen=True, slots=True)
class RegistryAnswered:
    """What the household registry said. `facts` are answers by question key.

    Everything that is not `found` sounds alike to the citizen, except a household that was
    moved out, cancelled or whose person is recorded as deceased: that needs a counter.
    """

    draft: str
    status: Literal["found", "nothing", "referral"]
    facts: Mapping[str, JSON] = field(default_factory=dict)
    reference: str = ""
    flag: str = ""


@dataclass(frozen=True, slots=True)
class PapersAnswered:
    """The stamped retirement papers that could be fetched: answers and stored documents."""

    draft: str
    status: Literal["found", "nothing"]
    facts: Mapping[str, JSON] = field(default_factory=dict)


Poor: TypeAlias = Literal["too_dark", "blurred", "too_small"]
POOR: Final[frozenset[str]] = frozenset(get_args(Poor))
"""What makes a photo hard to read; asked for again once, then kept as it is."""


@dataclass(frozen=True, slots=True)
class PhotoStored:
    """A photo is safe: `media` is the handle it was announced with.

    `poor`: hard to read, and she has sent it all the same.
    """

    draft: str
    question: str
    media: str
    document: str
    poor: Poor | None = None


@dataclass(frozen=True, slots=True)
class PhotoLost:
    """A photo was not kept: expired, no picture, too large, or hard to read."""

    draft: str
    question: str
    media: str
    reason: Literal["expired", "not_a_picture", "too_large"] | Poor


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """The application is a case now (or was already: submitting is idempotent)."""

    draft: str
    case_no: str


@dataclass(frozen=True, slots=True)
class SubmissionRefused:
    """The application could not be accepted; the draft is open again."""

    draft: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProgressFound:
    """Her cases as lines of plain words are made from: case → items and states."""

    cases: tuple[Mapping[str, JSON], ...]


@dataclass(frozen=True, slots=True)
class CaseWithdrawn:
    """Answer to taking back or withdrawing: what became of the case."""

    case_no: str
    outcome: Literal["taken_back", "withdrawn", "partly", "too_late"]


@dataclass(frozen=True, slots=True)
class WantedFound:
    """What departments still want of her for a case; empty when nobody wants anything."""

    case_no: str
    wanted: tuple[Wanted, ...]
    province: str = ""
    release: int = 0
    """The form that the case was applied with: the supplement asks its questions."""


@dataclass(frozen=True, slots=True)
class AnewFound:
    """What was applied with, as the draft `of_draft` begins with it; `reason`: why it failed."""

    person: str
    of_draft: str
    case_no: str
    province: str
    release: int
    answers: Mapping[str, Answer] = field(repr=False)
    consents: tuple[Consent, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NoAnew:
    """Nothing can be filed anew: none was denied, it was done before, another is under way, or
    a unit has applied for her.
    """

    reason: Literal["none", "followed", "under_way", "by_unit"]


@dataclass(frozen=True, slots=True)
class Reminded:
    """She is being told that it is time: what she says next may be about that."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class EnrolledFound:
    """What is registered of her for 提前预审: month, state, missing of each, the latest first.

    `known`: by the form's keys, who she is where she is verified; else empty.
    """

    entries: tuple[Mapping[str, JSON], ...] = ()
    known: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """She is in the register. `hers`: she may read where it stands (else only that it is so)."""

    month: str
    state: State
    missing: str = field(default="", repr=False)
    hers: bool = True


@dataclass(frozen=True, slots=True)
class Invited:
    """The code to send on, and the name under which it is kept."""

    draft: str
    code: str = field(repr=False)
    reference: str


@dataclass(frozen=True, slots=True)
class NotInvited:
    """So many codes were made today that there is no other."""

    draft: str


@dataclass(frozen=True, slots=True)
class InvitationOpened:
    """What a code invites to: `params` are names, and the agent's telephone masked."""

    reference: str
    of_draft: str
    side: Literal["self", "agent"]
    params: Mapping[str, JSON] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class InvitationClosed:
    """The code leads nowhere (whether it never was, ended or was used sounds alike).

    later: too many codes were tried. own: it is this phone's own.
    """

    reason: Literal["unknown", "later", "own"]


@dataclass(frozen=True, slots=True)
class JoinedDraft:
    """Who was invited has come to the draft."""

    draft: str
    side: Literal["self", "agent"]


@dataclass(frozen=True, slots=True)
class NotJoined:
    """The draft is not there any more, the code used meanwhile, or it was declined."""

    of_draft: str
    declined: bool


Result: TypeAlias = (
    IdentityConfirmed
    | IdentityRefused
    | RegistryAnswered
    | PapersAnswered
    | PhotoStored
    | PhotoLost
    | CaseOpened
    | SubmissionRefused
    | ProgressFound
    | CaseWithdrawn
    | WantedFound
    | AnewFound
    | NoAnew
    | Reminded
    | EnrolledFound
    | Enrolled
    | Invited
    | NotInvited
    | InvitationOpened
    | InvitationClosed
    | JoinedDraft
    | NotJoined
)

Said: TypeAlias = Spoken | Result
