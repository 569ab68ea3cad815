"""Drafts besides the chat: other authors, listing, the warning before one ends, erasure.

The chat writes drafts in `turns.save`; a daughter's page writes the same drafts here. Both check
the draft's version, so whoever comes second hears of it (`Conflict`) and looks again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from redis.asyncio import Redis

from dialogs.draft import Draft
from storage.redis.connect import Script, Words, milliseconds, moment
from storage.redis.stored import draft_from_bytes, draft_to_bytes
from storage.sealing import Place, Sealer

LIFE = timedelta(days=90)
"""From the last word; also in lua/queue.lua."""
WARNING = timedelta(days=7)
"""How long before its end the citizen is warned."""

_LOAD = Script("load_drafts")
_OF = Script("drafts_of")
_SAVE = Script("queue", "drafts", "save_draft")
_DELETE = Script("queue", "drafts", "delete_draft")
_ENDING = Script("drafts_ending")
_WARNED = Script("draft_warned")
_ERASE = Script("erase")
_FACTS = Script("facts")
_FORGET_FACTS = Script("forget_facts")


@dataclass(frozen=True, slots=True)
class Kept:
    """The draft is kept with this version."""

    version: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Another author saved the draft since it was loaded: nothing was saved."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Which question the draft stands at and when, for the projection to SQL."""

    question: str
    day: date


@dataclass(frozen=True, slots=True)
class Ending:
    """A draft that ends soon. `touched` goes back to `warned`."""

    draft: Draft
    touched: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class StoredFact:
    """An entry of the stream `draft_facts`; `id` goes back to `forget_facts`."""

    id: str
    draft: str
    person: str
    province: str
    version: int
    question: str
    day: date


class Drafts:
    """See the module. Every method raises `RedisAway`."""

    __slots__ = ("_client", "_sealer")

    def __init__(self, client: Redis, sealer: Sealer) -> None:
        self._client = client
        self._sealer = sealer

    async def load(self, draft_id: str) -> Draft | None:
        """The draft, or None when it ended, was deleted or never was."""
        found = await self._load((draft_id,))
        return found[0] if found else None

    async def of(self, person: str) -> tuple[Draft, ...]:
        """The drafts this person has a hand in, the one touched last first."""
        ids = await _OF(self._client, person)
        return await self._load([draft_id.decode() for draft_id in ids])

    async def save(
        self, draft: Draft, author: str, at: datetime, fact: Fact | None = None
    ) -> Kept | Conflict:
        """Write what `author` made of the draft that was loaded; a new one has version 0."""
        version = await _SAVE(
            self._client,
            draft.id,
            draft.version,
            draft.subject,
            draft_sealed(self._sealer, draft, draft.version + 1),
            milliseconds(at),
            author,
            *fact_words(draft, fact),
            len(draft.authors),
            *draft.authors,
        )
        return Conflict() if version is None else Kept(version)

    async def delete(self, draft: Draft) -> None:
        """Delete the draft, whatever its version."""
        await _DELETE(self._client, draft.id, len(draft.authors), *draft.authors)

    async def ending(self, now: datetime, most: int = 100) -> tuple[Ending, ...]:
        """The drafts that end within a week and whose authors were not warned since the last word.

        They are listed until `warned` says that the warning is on its way.
        """
        until = milliseconds(now - (LIFE - WARNING))
        listed = await _ENDING(self._client, until, most)
        touched = {
            draft_id.decode(): moment(float(score))
            for draft_id, score in zip(listed[::2], listed[1::2], strict=True)
        }
        drafts = await self._load(list(touched))
        return tuple(Ending(one, touched[one.id], touched[one.id] + LIFE) for one in drafts)

    async def warned(self, ending: Ending) -> None:
        """Do not list this one again, unless a word was said meanwhile."""
        await _WARNED(self._client, ending.draft.id, milliseconds(ending.touched))

    async def erase(self, person: str) -> None:
        """Erase conversation, addresses, and the drafts of this person or by nobody else.

        Drafts for somebody else stay with their other authors. Errands under way find no draft.
        Somebody who writes again at this very moment keeps the address and begins anew.
        """
        await _ERASE(self._client, person)

    async def facts(self, most: int = 1000) -> tuple[StoredFact, ...]:
        """The oldest facts not yet projected; `forget_facts` after they are in SQL."""
        entries = await _FACTS(self._client, most)
        return tuple(_fact(entry_id.decode(), words) for entry_id, words in entries)

    async def forget_facts(self, facts: Sequence[StoredFact]) -> None:
        """These are in SQL now."""
        await _FORGET_FACTS(self._client, *(fact.id for fact in facts))

    async def _load(self, ids: Sequence[str]) -> tuple[Draft, ...]:
        bodies = await _LOAD(self._client, *ids) if ids else ()
        return tuple(
            draft_from_bytes(self._sealer.open(body, draft_place(draft_id)))
            for draft_id, body in zip(ids, bodies, strict=True)
            if body is not None
        )


def draft_place(draft_id: str) -> Place:
    """What a stored draft is bound to."""
    return "draft", "body", draft_id


def draft_sealed(sealer: Sealer, draft: Draft, version: int) -> bytes:
    """The draft as it is stored with this version."""
    return sealer.seal(draft_to_bytes(draft, version), draft_place(draft.id))


def fact_words(draft: Draft, fact: Fact | None) -> Words:
    """A fact as lua/drafts.lua reads it (`note_fact`)."""
    return ("", "", "") if fact is None else (draft.province, fact.question, fact.day.isoformat())


def _fact(entry_id: str, words: Sequence[bytes]) -> StoredFact:
    fields = {
        key.decode(): value.decode() for key, value in zip(words[::2], words[1::2], strict=True)
    }
    return StoredFact(
        id=entry_id,
        draft=fields["draft"],
        person=fields["person"],
        province=fields["province"],
        version=int(fields["version"]),
        question=fields["question"],
        day=date.fromisoformat(fields["day"]),
    )
