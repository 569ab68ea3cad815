"""The one place that reads the clock."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Gives the time now, in UTC, with its time zone."""


def system_clock(shift_seconds: int = 0) -> Clock:
    """The machine's clock, moved by `shift_seconds` (CLOCK_SHIFT, for rehearsals only)."""
    shift = timedelta(seconds=shift_seconds)

    def now() -> datetime:
        return datetime.now(UTC) + shift  # noqa: TID251 — the one place

    return now
