"""What one step of a conversation brings: the next state, what to say, what to have done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from cases.reminders import Kind
from cases.values import JSON
from dialogs.conversation import Conversation
from dialogs.draft import Consent, Draft

# ---- events: what happened, for whoever puts it into words ---------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """A plain statement: the text `key`, with what it mentions and what can be tapped next."""

    key: str
    params: Mapping[str, JSON] = field(default_factory=dict)
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question was put, for the `misses`-th time not understood (0: the first time)."""

    question: str
    misses: int = 0
    brief: bool = False
    """It was just put twice in the same words: only remind her of it."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A table of the form came out so: `decided.<question>.<value>` says what that means."""

    question: str
    value: JSON


@dataclass(frozen=True, slots=True)
class AnswerAccepted:
    """An answer was understood; `echo` says how, where that is worth a sentence."""

    question: str
    echo: str
    params: Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class AnswerRejected:
    """What was said is no answer to the open question; `reason` says why."""

    question: str
    reason: str
    params: Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class ChangeProposed:
    """Changing an answer would cost others: she is shown which before it happens."""

    question: str
    value: JSON
    misses: int = 0


@dataclass(frozen=True, slots=True)
class KeepProposed:
    """An unusual answer: is it meant?"""

    question: str
    value: JSON
    reason: str
    params: Mapping[str, JSON]
    misses: int = 0


@dataclass(frozen=True, slots=True)
class Proposed:
    """Yes or no to something that cannot simply be undone: `confirm.<key>`."""

    key: str
    params: Mapping[str, JSON] = field(default_factory=dict)
    misses: int = 0


@dataclass(frozen=True, slots=True)
class Offered:
    """Something to choose from (`choose.<what>`): sections, lines, persons, ways with a draft."""

    what: str
    options: tuple[tuple[str, str], ...]
    """(id, label)."""
    misses: int = 0


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Everything that was answered, for checking before it is submitted.

    `misses`: how often what she said to it was not understood; it is then not said again whole.
    """

    misses: int = 0


@dataclass(frozen=True, slots=True)
class AlreadyAnswered:
    """An old tap: this is what was answered then; it can be changed."""

    question: str


@dataclass(frozen=True, slots=True)
class KnowledgeTold:
    """An entry of the knowledge base answers what she asked."""

    entry: str


@dataclass(frozen=True, slots=True)
class KnowledgeOffered:
    """What she asks may mean one of these entries of the knowledge base."""

    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactAsked:
    """What is still missing to say when she may retire (`consulting.ask.<what>`); asked once."""

    what: str
    options: tuple[str, ...] = ()
    """What can be tapped: `consulting.option.<option>`."""


@dataclass(frozen=True, slots=True)
class EnrolAsked:
    """What the register of 提前预审 wants next: `pre_review.ask.<step>`."""

    step: str
    misses: int = 0


@dataclass(frozen=True, slots=True)
class Waited:
    """What this one had to answer is answered; now it is the other's turn."""

    misses: int = 0


Event: TypeAlias = (
    Told
    | Asked
    | Decided
    | AnswerAccepted
    | AnswerRejected
    | ChangeProposed
    | KeepProposed
    | Proposed
    | Offered
    | Reviewed
    | AlreadyAnswered
    | KnowledgeTold
    | KnowledgeOffered
    | FactAsked
    | EnrolAsked
    | Waited
)

# ---- errands: what must be done outside, after this step is saved --------------------------


@dataclass(frozen=True, slots=True)
class AskRegistry:
    """Ask the household registry about the verified person of this draft."""

    draft: str
    name: str
    id_number: str
    consent: Consent


@dataclass(frozen=True, slots=True)
class RememberIdentity:
    """Keep who this person is, now that the province's login has said so."""

    person: str
    name: str
    id_number: str
    phone: str


@dataclass(frozen=True, slots=True)
class FetchPapers:
    """Fetch the stamped retirement papers of the verified person of this draft."""

    draft: str
    name: str
    id_number: str
    consent: Consent


@dataclass(frozen=True, slots=True)
class StorePhoto:
    """Fetch a photo from the channel while it still has it, and keep it."""

    draft: str
    question: str
    media: str
    insists: bool = False
    """She was asked for a better one before: kept now, however hard it is to read."""


@dataclass(frozen=True, slots=True)
class Submit:
    """Make a case of this draft, once."""

    draft: str
    version: int


@dataclass(frozen=True, slots=True)
class Supply:
    """Hand in this supplement to its case, once."""

    draft: str
    version: int
    case_no: str


@dataclass(frozen=True, slots=True)
class FindProgress:
    """Look up the cases of this person."""

    person: str


@dataclass(frozen=True, slots=True)
class FindWanted:
    """Look up what departments still want of this person."""

    person: str


@dataclass(frozen=True, slots=True)
class WithdrawCase:
    """Take the case back, or withdraw what no department has accepted yet."""

    person: str
    case_no: str


@dataclass(frozen=True, slots=True)
class ApplyAnew:
    """Fetch what this person applied with, to file it anew; empty: the latest that may be."""

    person: str
    case_no: str


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Have somebody at the desk take this up."""

    person: str
    kind: Literal["human", "complaint", "referral"]
    draft: str
    question: str
    note: str = field(default="", repr=False)
    """What she wants to have said, in her own words."""


@dataclass(frozen=True, slots=True)
class Remind:
    """Tell this person on that day that it is time (`cases/reminders.py`); asked twice it is one.

    `month` is YYYY-MM, `due_on` YYYY-MM-DD; `dialogs/reminding.py` makes it.
    """

    person: str
    subject: str
    province: str
    kind: Kind
    month: str
    due_on: str


@dataclass(frozen=True, slots=True)
class FindEnrolled:
    """Look up what is registered of somebody for 提前预审, and who she is if she is verified."""

    subject: str
    province: str


@dataclass(frozen=True, slots=True)
class Enrol:
    """Take somebody into the register of 提前预审 (`cases/pre_reviews.py`); twice it is once.

    `facts` by the form's keys: name, id_number, phone, insured_city, retirement_month (YYYY-MM);
    `consent` is the version of the statement she agreed to.
    """

    person: str
    subject: str
    province: str
    consent: str
    facts: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class EraseDraft:
    """Delete a draft and the photos that only it had."""

    draft: str


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """She no longer follows: unlink the address, erase drafts and profile, keep cases."""

    person: str


@dataclass(frozen=True, slots=True)
class Invite:
    """Make a code by which the other of two people comes to this draft; `side`: who is invited."""

    draft: str
    side: Literal["self", "agent"]


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """Look up what a code that this person has sent invites to."""

    person: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AnswerInvitation:
    """Come to the draft, or decline to. `person`: as this phone calls who comes."""

    of_draft: str
    reference: str
    side: Literal["self", "agent"]
    person: str
    agreed: bool


@dataclass(frozen=True, slots=True)
class TellParty:
    """Tell the other of two people what became of their common draft (`PERSONAL` notices)."""

    person: str
    notice: str
    of_draft: str


Errand: TypeAlias = (
    RememberIdentity
    | AskRegistry
    | FetchPapers
    | StorePhoto
    | Submit
    | Supply
    | FindProgress
    | FindWanted
    | WithdrawCase
    | ApplyAnew
    | OpenTask
    | Remind
    | FindEnrolled
    | Enrol
    | EraseDraft
    | ErasePerson
    | Invite
    | OpenInvitation
    | AnswerInvitation
    | TellParty
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One step: what is kept, what is said, what is done."""

    conversation: Conversation
    draft: Draft
    events: tuple[Event, ...] = ()
    errands: tuple[Errand, ...] = ()
