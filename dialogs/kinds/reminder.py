"""An offer to be reminded: 提醒我 or 不用. Yes also has it kept (`dialogs/answering.py`)."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from cases.reminders import KINDS
from dialogs.form import Question
from dialogs.kinds.base import Accepted, Reading, Row, Scene
from dialogs.kinds.checking import check_option_ids, check_settings
from dialogs.kinds.yes_no import YesNo
from dialogs.said import Spoken


class Reminder(YesNo):
    """`settings.about` is the kind of reminder (`cases/reminders.py`), the first by default."""

    name: ClassVar[str] = "reminder"
    texts: ClassVar[frozenset[str]] = frozenset({"reject.unclear", "echo.reminder"})

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question, "about", "tells")
        check_option_ids(question, frozenset({"yes", "no"}))
        if question.settings.get("about", KINDS[0]) not in KINDS:
            raise ValueError(f"settings.about must be one of {', '.join(KINDS)}")

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        reading = super().read(question, said, scene)
        wanted = isinstance(reading, Accepted) and reading.value is True
        return Accepted(True, "echo.reminder") if wanted else reading
