"""No sentence three times running.

What was said word for word in each of the last two turns is not said a third time: it is left
out where something else is said, shortened where it is a question, and replaced by a way to a
person where it would have been everything.
"""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2s
from typing import Final

from cases.values import JSON
from dialogs.speak import PROVISIONAL
from dialogs.talk import Talk
from dialogs.turn import AnswerRejected, Asked, Event, Told

STUCK: Final = "still_here"
"""Said instead of what would be the same answer for the third time."""


def varied(talk: Talk) -> Talk:
    """The step with nothing in it that the last two turns both said; it remembers what it says.

    A step that says nothing (a photo was stored) is no turn of hers and changes no memory.
    """
    if not talk.events:
        return talk
    stale = _stale(talk.conversation.last)
    kept = [one for event in talk.events if (one := _fresh(event, stale)) is not None]
    if not kept:
        talk = replace(talk, events=()).tell(STUCK, "human", **talk.definition.contacts)
        kept = list(talk.events)
    said = " ".join(sorted(filter(None, map(_key, kept))))
    remembers = replace(talk.conversation, last=_remembered(talk.conversation.last, said))
    return Talk(talk.definition, remembers, talk.draft, talk.now, tuple(kept), talk.errands)


def _remembered(last: tuple[str, ...], said: str) -> tuple[str, ...]:
    """The last two turns; what was announced and what it brought are one."""
    if _announces(said):
        return (*last[-2:], said)
    if last and _announces(last[-1]):
        return (*last[-2:-1], f"{last[-1]} {said}")
    return (*last[-1:], said)


def _announces(said: str) -> bool:
    """Whether nothing was said yet but that something is being looked up or handed in."""
    return bool(said) and PROVISIONAL.issuperset(said.split())


def _stale(last: tuple[str, ...]) -> frozenset[str]:
    """The keys that stand in both of the last two turns; what was announced may be again."""
    if last and _announces(last[-1]):
        return _in_both(last) | (_in_both(last[:-1]) - PROVISIONAL)
    return _in_both(last) - PROVISIONAL


def _in_both(turns: tuple[str, ...]) -> frozenset[str]:
    if len(turns) < 2:
        return frozenset()
    return frozenset(turns[-1].split()) & frozenset(turns[-2].split())


def _fresh(event: Event, stale: frozenset[str]) -> Event | None:
    """The event, a shorter one, or nothing."""
    if _key(event) not in stale:
        return event
    if isinstance(event, Told) and event.key == "progress.case":
        return Told("progress.same", {"case_no": event.params["case_no"]}, event.commands)
    return replace(event, brief=True) if isinstance(event, Asked) else None


def _key(event: Event) -> str:
    """What is said word for word alike; empty for what differs each time or climbs a ladder."""
    match event:
        case Told(key=key, params=params):
            return _joined(key, params)
        case AnswerRejected(reason=reason, params=params):
            return _joined(f"reject.{reason}", params)
        case Asked(question=question, misses=0, brief=False):
            return f"ask.{question}"
        case _:
            return ""


def _joined(key: str, params: Mapping[str, JSON]) -> str:
    """The key with what the sentence mentions: 还差 3 位 and 还差 2 位 are two sentences."""
    mentioned = (part if isinstance(part, str) else _digest(part) for part in params.values())
    return "".join("/".join((key, *mentioned)).split())


def _digest(part: JSON) -> str:
    """A list of items is remembered by this: it is long, and hers."""
    return blake2s(repr(part).encode(), digest_size=6).hexdigest() if part else ""
