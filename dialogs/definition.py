"""Everything a conversation in one province needs, as loaded and checked by `storage`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from cases.conditions import Condition, Rule, holds
from cases.definition import Service
from cases.derivations import Derivation
from cases.values import Answers
from dialogs.consulting.facts import Consulting
from dialogs.form import Form, Statement, general_key
from dialogs.kinds.base import Kind, Row
from dialogs.knowledge import Knowledge
from dialogs.texts import Texts


@dataclass(frozen=True, slots=True)
class Words:
    """What people type to steer the conversation, by command; and small words by meaning."""

    commands: Mapping[str, tuple[str, ...]]
    prefixes: Mapping[str, tuple[str, ...]]
    """Commands that carry something: 修改 电话."""
    greetings: tuple[str, ...]
    thanks: tuple[str, ...]
    place_endings: tuple[str, ...] = ()
    """What the name of a place is often said without: 廊坊市."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One release of one province's service."""

    service: Service
    release: int
    form: Form
    texts: Texts
    words: Words
    lists: Mapping[str, Sequence[Row]]
    knowledge: Knowledge
    contacts: Mapping[str, str]
    consulting: Consulting
    rules: Mapping[str, Rule]
    derivations: Mapping[str, Derivation]
    kinds: Mapping[str, Kind]
    served: Mapping[str, "Definition"] = field(default_factory=dict, repr=False, compare=False)
    """Every province by code, this one too, where there are several: she says which is hers."""

    @property
    def province(self) -> str:
        """The province's code, which is its folder under `services/`."""
        return self.service.province

    @property
    def takes_agents(self) -> bool:
        """Whether an employer or agency may apply for somebody here."""
        return "beginning" in self.form.by_key

    def of(self, province: str) -> "Definition":
        """The same service in that province; this one where there is no other."""
        return self.served.get(province, self)

    def holds(self, condition: Condition, answers: Answers, today: date) -> bool:
        """Whether the condition is true of the answers on the route."""
        return holds(condition, answers, today, self.rules)

    def statements(self, answers: Answers, today: date) -> tuple[Statement, ...]:
        """What is declared by submitting these answers."""
        return tuple(
            one
            for one in self.form.statements
            if not one.signed and self.holds(one.when, answers, today)
        )

    def version_of(self, key: str) -> str:
        """Which words a consent or declaration was given to: province, release, key."""
        return f"{self.province}-{self.release}:{general_key(key)}"


@dataclass(frozen=True, slots=True)
class Definitions(Mapping[str, Definition]):
    """Every province as it is today, and under `of` as it was: a case keeps its release."""

    current: Mapping[str, Definition]
    old: Mapping[tuple[str, int], Definition] = field(default_factory=dict)

    def of(self, province: str, release: int) -> Definition:
        """A province's release; one that is newer than ours is read as our newest (another machine
        was upgraded first). Raises KeyError for a province that is not served.
        """
        return self.old.get((province, release), self.current[province])

    def releases(self, province: str) -> tuple[Definition, ...]:
        """Every release that somebody may have a case under, today's first."""
        older = [one for (name, _), one in self.old.items() if name == province]
        return (self.current[province], *sorted(older, key=lambda one: -one.release))

    def __getitem__(self, province: str) -> Definition:
        return self.current[province]

    def __iter__(self) -> Iterator[str]:
        return iter(self.current)

    def __len__(self) -> int:
        return len(self.current)
