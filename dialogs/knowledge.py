"""Questions people ask by the way, found by what they type.

Characters, not words, are compared: Chinese has no blanks, and people of sixty type short,
misspelt or long-winded questions alike. Two ways: `find` is strict, so that an answer to the form
is not taken for a question; `meant` is for what nothing else understood, and compares what words
mean (`Synonyms`), the rare ones more than the common ones.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise
from math import log
from typing import Final

from dialogs.kinds.reading import asks

ENOUGH: Final = 0.6
"""Share of a phrasing's pairs of characters that must stand in what was typed."""

OUTRIGHT: Final = 0.85
"""From this share on it is a question, even where it could be read as an answer: 要多久."""


SURE: Final = 0.55
AHEAD: Final = 0.15
CERTAIN: Final = 0.8
"""A question is answered from SURE on, by the entry that is AHEAD of the next or CERTAIN."""
PERHAPS: Final = 0.36
LIKELY: Final = 0.6
"""From here on entries are offered: for what asks, and for what does not."""
FAR: Final = 0.22
"""Below this an entry is not even offered."""
MOST: Final = 3
SHORTEST: Final = 4
"""Characters: fewer may mean anything."""
LEAST: Final = 2
"""So many of them must say what is asked about."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing people ask. `answer` has at most 120 characters and ends with a next step."""

    id: str
    topic: str
    phrasings: tuple[str, ...]
    answer: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Words that mean the same, of every province (`services/shared/synonyms.yaml`)."""

    drop: tuple[str, ...] = ()
    """Words that say nothing: 请问, 那个."""
    same: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """How a word is compared ← how it is typed or heard: 怎么 ← 咋."""
    asking: tuple[str, ...] = ()
    """Patterns of what asks something."""
    empty: tuple[str, ...] = ()
    """Words that ask, but do not say of what: 什么意思."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a question means: one entry surely, or up to three that it may mean, or nothing."""

    entry: Entry | None = None
    perhaps: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All entries of one province."""

    entries: Sequence[Entry]
    synonyms: Synonyms = field(default_factory=Synonyms)
    _by_pair: Mapping[str, frozenset[int]] = field(init=False, repr=False, compare=False)
    """Pair of characters → places of the entries that have it: few are looked at closely."""

    _index: "_Index" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        places: dict[str, set[int]] = {}
        for place, entry in enumerate(self.entries):
            for pair in frozenset[str]().union(*map(_pairs, entry.phrasings)):
                places.setdefault(pair, set()).add(place)
        frozen = {pair: frozenset(found) for pair, found in places.items()}
        object.__setattr__(self, "_by_pair", frozen)
        object.__setattr__(self, "_index", _Index(self.entries, self.synonyms))

    def find(self, typed: str, enough: float = ENOUGH) -> Entry | None:
        """The entry that fits best, or None when none fits well enough."""
        said = _pairs(typed)
        near = {place for pair in said & self._by_pair.keys() for place in self._by_pair[pair]}
        if not near:
            return None
        fits = [(_fit(self.entries[place], said), self.entries[place]) for place in sorted(near)]
        fit, best = max(fits, key=lambda one: one[0], default=(0.0, None))
        return best if fit >= enough else None

    def meant(self, typed: str, *, only_questions: bool = True) -> Meant:
        """What it means, in whatever words; about a millisecond.

        `only_questions`: what asks nothing means nothing here, however much it is like an entry.
        """
        outright = self.find(typed, OUTRIGHT)
        asking = self._index.asks(typed)
        if outright is not None or len(typed) < SHORTEST or not (asking or not only_questions):
            return Meant(outright)
        ranked = self._index.ranked(typed)
        if asking and _is_sure(ranked):
            return Meant(self.entries[ranked[0][1]])
        enough = PERHAPS if asking else LIKELY
        if not ranked or ranked[0][0] < enough:
            return Meant(self.find(typed) if asking else None)
        near = [self.entries[place] for found, place in ranked[:MOST] if found >= FAR]
        return Meant(perhaps=tuple(near))

    def entry(self, entry_id: str) -> Entry:
        """The entry with this id. Raises KeyError when there is none."""
        for entry in self.entries:
            if entry.id == entry_id:
                return entry
        raise KeyError(entry_id)


def _is_sure(ranked: Sequence[tuple[float, int]]) -> bool:
    """Whether the best is good, and well ahead of the next or good beyond doubt."""
    score, runner_up = [*(found for found, _ in ranked[:2]), 0.0, 0.0][:2]
    return score >= CERTAIN or (score >= SURE and score - runner_up >= AHEAD)


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


# ---- meant -----------------------------------------------------------------------------------

_UNSAID: Final = 0.6
_BESIDE: Final = 0.25
"""What a phrasing has and was not said counts so much; what was said beside it counts so much."""
_WHOLE: Final = 0.3
"""So much of the score is how much of what was said stands anywhere in the entry."""


class _Index:
    """Which phrasing has which signs (one or two characters), weighed by how rare they are."""

    def __init__(self, entries: Sequence[Entry], synonyms: Synonyms) -> None:
        self._words = dict.fromkeys(synonyms.drop, "")
        for word, others in synonyms.same.items():
            self._words |= dict.fromkeys(others, word) | {word: word}
        longest = sorted(map(re.escape, self._words), key=len, reverse=True)
        self._pattern = re.compile("|".join(longest)) if longest else None
        hollow = sorted(map(re.escape, synonyms.empty), key=len, reverse=True)
        self._empty = re.compile("|".join(hollow)) if hollow else None
        self._asking = re.compile("|".join(synonyms.asking)) if synonyms.asking else None
        self._weigh([[_signs(self._plain(one)) for one in entry.phrasings] for entry in entries])

    def _weigh(self, signs: Sequence[Sequence[frozenset[str]]]) -> None:
        counts = [Counter(chain.from_iterable(one)) for one in signs]
        spread = Counter(chain.from_iterable(counts))
        self._weights = {sign: _rarity(sign, len(signs) / spread[sign]) for sign in spread}
        self._firmness = [{sign: min(n / 2, 1.0) for sign, n in one.items()} for one in counts]
        self._of: list[tuple[int, float]] = []
        """Of each phrasing: the place of its entry, and what all its signs weigh."""
        self._having: dict[str, list[int]] = defaultdict(list)
        for place, phrasings in enumerate(signs):
            for phrasing in phrasings:
                for sign in phrasing:
                    self._having[sign].append(len(self._of))
                self._of.append((place, sum(self._weights[sign] for sign in phrasing)))

    def asks(self, typed: str) -> bool:
        """Whether it asks or begs for something, rather than tells."""
        return asks(typed) or (self._asking is not None and bool(self._asking.search(typed)))

    def ranked(self, typed: str) -> list[tuple[float, int]]:
        """(score, place of the entry), the best first; nothing for what says of nothing."""
        plain = self._plain(typed)
        if self._empty is not None and len(self._empty.sub("", plain)) < LEAST:
            return []
        said = _signs(plain)
        weight = sum(self._weights.get(sign, _rarity(sign, 1.0)) for sign in said)
        common: dict[int, float] = defaultdict(float)
        for sign in said:
            for at in self._having.get(sign, ()):
                common[at] += self._weights[sign]
        best: dict[int, float] = defaultdict(float)
        for at, shared in common.items():
            place, whole = self._of[at]
            score = shared / (shared + _UNSAID * (whole - shared) + _BESIDE * (weight - shared))
            best[place] = max(best[place], score)
        found = [
            ((1 - _WHOLE) * score + _WHOLE * self._covered(place, said) / weight, place)
            for place, score in best.items()
        ]
        return sorted(found, reverse=True)

    def _covered(self, place: int, said: Iterable[str]) -> float:
        firm = self._firmness[place]
        return sum(self._weights[sign] * firm[sign] for sign in said if sign in firm)

    def _plain(self, text: str) -> str:
        """As it is compared: letters only, what means the same written the same."""
        narrow = unicodedata.normalize("NFKC", text.lower())
        plain = "".join(char for char in narrow if char.isalnum())
        if self._pattern is None:
            return plain
        return self._pattern.sub(lambda found: self._words[found[0]], plain)


def _signs(plain: str) -> frozenset[str]:
    return frozenset(plain) | frozenset(a + b for a, b in pairwise(plain))


def _rarity(sign: str, entries_per_use: float) -> float:
    """What a sign weighs: more the fewer entries have it; one character half as much as two."""
    return log(1 + entries_per_use) * (0.5 if len(sign) == 1 else 1.0)
