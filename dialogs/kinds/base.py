"""What a kind of question is. One kind, one file; a new form needs no new kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Protocol, TypeAlias

from cases.values import JSON, Answers
from dialogs.form import Option, Question
from dialogs.said import Spoken

Params: TypeAlias = Mapping[str, JSON]
"""What a text may mention: strings already shown and masked as a citizen may read them."""


@dataclass(frozen=True, slots=True)
class Row:
    """An entry of a province's list (an office, a bank, a fund centre, a county)."""

    id: str
    name: str
    also: tuple[str, ...] = ()
    under: str = ""
    """The entry it belongs to: the county's city, the office's city."""
    data: Mapping[str, JSON] = field(default_factory=dict)
    """What else is known of it: address, phone, hours."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a kind may look at while it reads: nothing outside the form."""

    answers: Answers
    today: date
    lists: Mapping[str, Sequence[Row]]
    options: tuple[Option, ...] = ()
    """The question's options that apply now."""
    partial: JSON = None
    """The unfinished answer so far."""
    suggestion: JSON = None
    """A value another answer suggests, offered first."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finished answer; `echo` is the text (`echo.<kind>…`) that says how it was understood."""

    value: JSON
    echo: str = ""
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Partial:
    """Part of an answer; the question stays open and `echo` says what came and what is next."""

    value: JSON
    echo: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A readable answer that is unusual: she is asked whether it is meant (`doubt.<reason>`)."""

    value: JSON
    reason: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejected:
    """Not an answer to this question; `reason` is the text `reject.<reason>`."""

    reason: str
    params: Params = field(default_factory=dict)

    @property
    def unclear(self) -> bool:
        """Nothing like an answer: perhaps a question of hers, else the hint is due."""
        return self.reason == UNCLEAR.reason


UNCLEAR = Rejected("unclear")
Reading: TypeAlias = Accepted | Partial | Doubtful | Rejected


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be tapped as an answer; `id` comes back as a `Tap`'s choice."""

    id: str
    label: str


class Kind(Protocol):
    """How one kind of question is read, shown and masked.

    `read` gets a `Tap` with only the choice's id (an `Offer.id`) in `Tap.id`.
    `texts` are the keys it may speak besides `ask.*`; the loader checks that they exist:
    `hint.<name>` and `example.<name>` exist for every kind without being listed.
    """

    name: ClassVar[str]
    texts: ClassVar[frozenset[str]]

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        """Whether the definition fits this kind. Raises ValueError with what was expected."""

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        """What `said` means as an answer."""

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        """What can be tapped while the question (or its partial answer) is open."""

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        """The answer in full, as it is printed and as departments read it."""

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        """The answer as it may stand on a screen."""
