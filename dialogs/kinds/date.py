"""A day of the calendar; its settings stand in `calendar.py`."""

from typing import ClassVar

from dialogs.kinds.calendar import Calendar, calendar_texts
from dialogs.kinds.dating import Reach


class Date(Calendar):
    """1965-03-05."""

    name: ClassVar[str] = "date"
    texts: ClassVar[frozenset[str]] = calendar_texts("date")
    reach: ClassVar[Reach] = "past"
    to_the_day: ClassVar[bool] = True
