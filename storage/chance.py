"""Random bytes from the system, fetched once for many uses.

A turn draws nine times (nonces, tokens, the prefix of an answer); asking the system costs 1 µs
and more each time, taking a piece of what it gave before 0.1 µs. No piece is given twice, in any
thread, nor by a forked process what its parent still holds.
"""

import os
from collections import deque
from collections.abc import Callable
from typing import Final

PIECE: Final = 20
"""Bytes; who wants more asks the system itself."""
PIECES: Final = 256


class Chance:
    """Gives random bytes. Calls `source` for `PIECES` pieces at once."""

    __slots__ = ("_pieces", "_source")

    def __init__(self, source: Callable[[int], bytes] = os.urandom) -> None:
        self._source = source
        self._pieces: deque[bytes] = deque()  # popleft is atomic: two threads get two pieces
        os.register_at_fork(after_in_child=self._pieces.clear)

    def __call__(self, count: int) -> bytes:
        """So many random bytes."""
        if count > PIECE:
            return self._source(count)
        try:
            return self._pieces.popleft()[:count]
        except IndexError:
            return self._fetched()[:count]

    def _fetched(self) -> bytes:
        drawn = self._source(PIECE * PIECES)
        first, *others = (drawn[at : at + PIECE] for at in range(0, len(drawn), PIECE))
        self._pieces.extend(others)
        return first


random_bytes: Final = Chance()
"""For everything in this process."""
