"""A draft: what was said so far, by whom and how surely. Nothing that can be derived.

The place in the form is not here: it follows from the answers (`dialogs/route.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal, TypeAlias

from cases.values import JSON

Source: TypeAlias = Literal["citizen", "agent", "registry", "identity", "papers", "suggested"]
SAID: frozenset[Source] = frozenset({"citizen", "agent"})
"""What a person said, she or who applies for her: no register takes the place of it."""
DraftState: TypeAlias = Literal["blank", "open", "submitting", "submitted"]
Level: TypeAlias = Literal["typed", "verified", "window"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `done` is False while it is still growing (photos, an address by levels).

    `known` is what a register said, kept beside what the citizen said: she wins, both go to
    the department that owns the fact. None where no register was asked or it knew nothing.
    """

    value: JSON
    source: Source
    at: datetime
    done: bool = True
    known: JSON = None


@dataclass(frozen=True, slots=True)
class Consent:
    """Leave that was given, with the version of the words it was given to."""

    what: str
    text_version: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one item's department asked for: the supplement's form is exactly this."""

    item: str
    kind: Literal["document", "answer"]
    code: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """An application, or a supplement to one, that is not yet submitted."""

    id: str
    province: str
    release: int
    subject: str
    authors: tuple[str, ...]
    began_at: datetime
    kind: Literal["application", "supplement"] = "application"
    state: DraftState = "blank"
    version: int = 0
    level: Level = "typed"
    answers: Mapping[str, Answer] = field(default_factory=dict)
    shelved: Mapping[str, Answer] = field(default_factory=dict)
    consents: tuple[Consent, ...] = ()
    case_no: str = ""
    wanted: tuple[Wanted, ...] = ()
    flags: tuple[str, ...] = ()
    agent: str = ""
    """Who applies for her, as their own phone calls her (`Subject.person`); empty: she herself."""
    follows: str = ""
    """The case that was not granted and is filed anew with this draft (重新申报)."""
    places: dict[date, tuple[object, object]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What `dialogs/route.py` has derived from just these answers, by day; never stored."""
    earlier: dict[str, dict[date, tuple[object, object]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """The last answer's key, where this draft differs in nothing else, and what was derived then:
    of the way up to that question it still holds."""

    def with_answer(self, key: str, answer: Answer) -> "Draft":
        """The draft with this answer, replacing another or, once finished, one that was shelved."""
        shelved = self.shelved
        if answer.done:
            shelved = {name: old for name, old in shelved.items() if name != key}
        state = "open" if self.state == "blank" else self.state
        grown = replace(self, answers={**self.answers, key: answer}, shelved=shelved, state=state)
        grown.earlier[key] = self.places
        return grown

    def without(self, *keys: str) -> "Draft":
        """The draft with these answers shelved: not lost, not on the route."""
        kept = {key: answer for key, answer in self.answers.items() if key not in keys}
        put_away = {key: self.answers[key] for key in keys if key in self.answers}
        return replace(self, answers=kept, shelved={**self.shelved, **put_away})

    def value(self, key: str) -> JSON:
        """The finished answer's value, or None."""
        answer = self.answers.get(key)
        return answer.value if answer is not None and answer.done else None


def blank(draft_id: str, province: str, release: int, subject: str, now: datetime) -> Draft:
    """A draft nobody has said anything in; it is kept only once something is said."""
    return Draft(
        id=draft_id,
        province=province,
        release=release,
        subject=subject,
        authors=(subject,),
        began_at=now,
    )


def is_known(draft: Draft) -> bool:
    """Whether it is certain that the application is this person's own.

    Verified by the province's login, and still about the person who logged in; or seen at a
    counter.
    """
    number = draft.answers.get("id_number")
    if draft.level == "window":
        return True
    return draft.level == "verified" and number is not None and number.value == number.known
