"""A month of the calendar; its settings stand in `calendar.py`."""

from typing import ClassVar

from dialogs.kinds.calendar import Calendar, calendar_texts
from dialogs.kinds.dating import Reach


class Month(Calendar):
    """2026-12."""

    name: ClassVar[str] = "month"
    texts: ClassVar[frozenset[str]] = calendar_texts("month")
    reach: ClassVar[Reach] = "near"
    to_the_day: ClassVar[bool] = False
