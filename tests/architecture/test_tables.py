"""“Where is X handled?” has one answer, given by a table; here each table is pinned complete."""

from typing import get_args

from bot.errands.runner import DOERS, QUICK
from bot.stepping import FORGET, LOOK_UP, REMEMBER
from dialogs.speak import SPEAKERS
from dialogs.turn import AskRegistry, Errand, Event, FetchPapers
from storage.redis.errands import SAY

TOGETHER = {AskRegistry.__name__, FetchPapers.__name__}
"""Done as one: they come back together (bot/hearing.py)."""


def test_every_errand_has_a_doer() -> None:
    asked = {kind.__name__ for kind in get_args(Errand)} - TOGETHER
    assert set(DOERS) == asked | {FORGET, LOOK_UP, REMEMBER, SAY}


def test_quick_errands_are_errands() -> None:
    assert set(DOERS) >= QUICK


def test_every_event_has_a_speaker() -> None:
    assert set(SPEAKERS) == set(get_args(Event))
