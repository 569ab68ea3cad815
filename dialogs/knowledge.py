"""Questions people ask by the way, found by what they type.

Characters, not words, are compared: Chinese has no blanks, and people of sixty type short,
misspelt or long-winded questions alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Final

ENOUGH: Final = 0.6
"""Share of a phrasing's pairs of characters that must stand in what was typed."""

OUTRIGHT: Final = 0.85
"""From this share on it is a question, even where it could be read as an answer: 要多久."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing people ask. `answer` has at most 120 characters and ends with a next step."""

    id: str
    topic: str
    phrasings: tuple[str, ...]
    answer: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All entries of one province."""

    entries: Sequence[Entry]
    _by_pair: Mapping[str, frozenset[int]] = field(init=False, repr=False, compare=False)
    """Pair of characters → places of the entries that have it: few are looked at closely."""

    def __post_init__(self) -> None:
        places: dict[str, set[int]] = {}
        for place, entry in enumerate(self.entries):
            for pair in frozenset[str]().union(*map(_pairs, entry.phrasings)):
                places.setdefault(pair, set()).add(place)
        frozen = {pair: frozenset(found) for pair, found in places.items()}
        object.__setattr__(self, "_by_pair", frozen)

    def find(self, typed: str, enough: float = ENOUGH) -> Entry | None:
        """The entry that fits best, or None when none fits well enough."""
        said = _pairs(typed)
        near = {place for pair in said & self._by_pair.keys() for place in self._by_pair[pair]}
        if not near:
            return None
        fits = [(_fit(self.entries[place], said), self.entries[place]) for place in sorted(near)]
        fit, best = max(fits, key=lambda one: one[0], default=(0.0, None))
        return best if fit >= enough else None

    def entry(self, entry_id: str) -> Entry:
        """The entry with this id. Raises KeyError when there is none."""
        for entry in self.entries:
            if entry.id == entry_id:
                return entry
        raise KeyError(entry_id)


def _fit(entry: Entry, said: frozenset[str]) -> float:
    return max(_share(_pairs(phrasing), said) for phrasing in entry.phrasings)


def _share(phrasing: frozenset[str], said: frozenset[str]) -> float:
    """How much of the phrasing was said, a little less for everything said beside it."""
    if not phrasing:
        return 0.0
    common = len(phrasing & said)
    return common / len(phrasing) - 0.02 * len(said - phrasing)


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[str]:
    letters = [letter for letter in text.lower() if letter.isalnum()]
    return frozenset(a + b for a, b in pairwise(letters))
