"""The one place that makes ids. They say nothing about whom they name."""

import hashlib
import secrets
from typing import Final

from storage.chance import random_bytes

_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
"""No 0, 1, i, l, o: a draft's id may be read over the telephone."""


def short_id(length: int = 10) -> str:
    """An id of a draft: 31^10 ≈ 8·10^14 of them, short enough to ride in a tap."""
    number = secrets.randbelow(len(_LETTERS) ** length)  # one draw: `choice` asks once a letter
    letters = []
    for _ in range(length):
        number, letter = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[letter])
    return "".join(letters)


def digits(length: int) -> str:
    """A code to be read out and typed, zeros in front included."""
    return str(secrets.randbelow(10**length)).zfill(length)


def long_id() -> str:
    """An id that nobody can guess: 160 bits."""
    return random_bytes(20).hex()


def same_id(*parts: str) -> str:
    """The same id for the same parts, for what must bear being done twice.

    As long as `long_id`, whatever the parts: an errand's own id does not fit every column.
    """
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]
