"""Where the stand-ins get the time and their chance from.

Both are arguments: a test hands in its own and freezes nothing.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class World:
    """`now` gives Unix seconds, `token` a string nobody can guess."""

    now: Callable[[], float]
    token: Callable[[], str]


def real_world(shift: float = 0) -> World:
    """Wall clock, `shift` seconds ahead, and system randomness."""
    clock = time.time  # noqa: TID251 the sandbox's one clock; it may not import ours
    return World(
        now=lambda: clock() + shift,
        token=lambda: secrets.token_urlsafe(24),
    )
