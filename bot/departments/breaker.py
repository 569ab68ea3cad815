"""A department that fails again and again is left alone for a while, then asked once."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

FAILURES: Final = 5
PAUSE: Final = timedelta(seconds=60)


@dataclass(slots=True)
class _State:
    failures: int = 0
    closed_until: datetime | None = None


@dataclass(slots=True)
class Breaker:
    """Counts per connection, in this process only: another one finds out by itself."""

    _states: dict[str, _State] = field(default_factory=dict)

    def closed_until(self, connection: str, now: datetime) -> datetime | None:
        """None when a request may go out now; else until when none may.

        When the pause is over one caller gets None, as the probe, and the pause begins anew for
        the others.
        """
        state = self._states.get(connection)
        if state is None or state.closed_until is None:
            return None
        if now < state.closed_until:
            return state.closed_until
        state.closed_until = now + PAUSE
        return None

    def answered(self, connection: str) -> None:
        """It works: whatever was counted is forgotten."""
        self._states.pop(connection, None)

    def failed(self, connection: str, now: datetime) -> None:
        """Another failure in a row."""
        state = self._states.setdefault(connection, _State())
        state.failures += 1
        if state.failures >= FAILURES:
            state.closed_until = now + PAUSE
