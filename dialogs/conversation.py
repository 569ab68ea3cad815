"""What a conversation remembers besides the draft: very little."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from cases.values import JSON

# ---- what a yes or no would decide ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """An earlier answer would become `value`; `asks_again` questions would be asked (again)."""

    key: str
    value: JSON
    asks_again: tuple[str, ...]
    drops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keep:
    """An unusual answer would be kept as it is; `reason` is what is unusual about it."""

    key: str
    value: JSON
    reason: str
    params: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StartAgain:
    """The draft's answers would be put away and the form begun anew."""


@dataclass(frozen=True, slots=True)
class Delete:
    """The draft would be deleted."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Everything of hers that was not handed in would be erased (个保法 47)."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The case would be taken back or, later, withdrawn."""

    case_no: str


@dataclass(frozen=True, slots=True)
class Anew:
    """The draft would be deleted, and the case (empty: the latest that can be) filed anew."""

    case_no: str


@dataclass(frozen=True, slots=True)
class Join:
    """An invitation to a draft would be accepted: she lets an agent apply, an agent takes it on.

    `reference` names the invitation, `of_draft` its draft, `side` who is invited; `params` is
    what the proposal says (organisation, agent, masked telephone, name).
    """

    reference: str
    of_draft: str
    side: Literal["self", "agent"]
    params: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """Two people would go on apart: she applies by herself."""


Proposal: TypeAlias = Change | Keep | StartAgain | Delete | Forget | Withdraw | Anew | Join | Part

# ---- what is being talked about ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asking:
    """The open question of the form, or the review when none is open."""


@dataclass(frozen=True, slots=True)
class Correcting:
    """A new answer to `key` is awaited."""

    key: str


@dataclass(frozen=True, slots=True)
class Confirming:
    """Yes or no to `proposal`."""

    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Choosing:
    """Which line to correct (or where it stands), for whom to speak, what to do with the draft, or
    which province it is.
    """

    what: Literal["line", "person", "draft", "province"]
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paused:
    """She put the form aside; anything but a question resumes it."""


@dataclass(frozen=True, slots=True)
class Enrolling:
    """She is being asked what the register of 提前预审 wants (`dialogs/enrolling.py`).

    `facts`: what is known by the form's keys; `asked`: which of it she said here, in order.
    """

    facts: Mapping[str, str] = field(default_factory=dict, repr=False)
    asked: tuple[str, ...] = ()


Focus: TypeAlias = Asking | Correcting | Confirming | Choosing | Paused | Enrolling


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody this phone speaks for. `label` is how they are called here (本人, 老伴).

    `name`: of an employee for whom this phone applies, who else would be one of many.
    """

    person: str
    label: str
    draft: str = ""
    name: str = ""
    province: str = ""
    """Where their pension is insured, once that was said; asked only where several are served."""


@dataclass(frozen=True, slots=True)
class About:
    """What she said of herself or another by the way, to learn when one may retire.

    `born` (as the ID card has it) and `archive` are the first and last month, ISO, in which the
    birth may lie; `paid` is in months; `asked` is what was asked for already, so that nothing
    is asked twice, and `awaits` what the last bubble asked.
    """

    person: str
    """Who was spoken for then."""
    someone_else: bool = False
    born: tuple[str, str] | None = None
    archive: tuple[str, str] | None = None
    sex: Literal["", "male", "female"] = ""
    post: Literal["", "cadre", "worker", "flexible"] = ""
    paid: int | None = None
    asked: tuple[str, ...] = ()
    awaits: str = ""


WITHDRAW: Final = "withdraw"
"""The context of who asked to take something back and did not say what."""


PRE_REVIEW: Final = "enrol"
"""The context of who wants 预审登记 and is asked first in which province she is insured."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One person's talk with us, over every channel.

    `asking` numbers what was asked, so that an old tap can be told from a new one; `misses`
    counts how often what is asked was not understood; `last` are the keys of the texts of the
    last two turns, so that no sentence comes three times running (`dialogs/varying.py`);
    `reminder` is the context in which the next message (or result) is read: what the last
    reminder spoke of, or a note for the desk, or `WITHDRAW`; `about` is what she said by the way
    of when to retire.
    """

    person: str
    subjects: tuple[Subject, ...]
    speaking_for: str
    focus: Focus = Asking()
    asking: int = 0
    misses: int = 0
    last: tuple[str, ...] = ()
    reminder: str = ""
    about: About | None = None
    version: int = 0

    @property
    def subject(self) -> Subject:
        """The person who is spoken for just now."""
        return next(one for one in self.subjects if one.person == self.speaking_for)


def begin(person: str) -> Conversation:
    """The conversation of somebody who never wrote before."""
    return Conversation(
        person=person, subjects=(Subject(person=person, label="self"),), speaking_for=person
    )
