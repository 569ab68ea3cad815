"""Questions people ask by the way, found by what they type.

Characters, not words, are compared: Chinese has no blanks, and people of sixty type short,
misspelt or long-winded questions alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

ENOUGH = 0.6
"""Share of a phrasing's pairs of characters that must stand in what was typed."""


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

    def find(self, typed: str) -> Entry | None:
        """The entry that fits best, or None when none fits well enough."""
        said = _pairs(typed)
        if not said:
            return None
        best = max(self.entries, key=lambda entry: _fit(entry, said), default=None)
        return best if best is not None and _fit(best, said) >= ENOUGH else None

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
