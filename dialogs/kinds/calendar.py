"""What a day and a month of the calendar share: two kinds that differ in how exact they are.

`settings.range`: past, future or near (by default past for a day, near for a month).
`settings.not_before` names an answer that it may not precede. `settings.reached` with
`settings.age`: before that many years after the answer named (a birth date), she is asked
whether it is meant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from cases.values import JSON
from dialogs.form import Question
from dialogs.kinds.base import UNCLEAR, Accepted, Doubtful, Offer, Reading, Rejected, Row, Scene
from dialogs.kinds.checking import (
    check_no_options,
    check_number_setting,
    check_settings,
    check_text_setting,
    number_setting,
)
from dialogs.kinds.dating import (
    Moment,
    Reach,
    check_reach,
    not_before,
    outside,
    reach_of,
    shown,
    too_young,
    understood,
)
from dialogs.kinds.picking import suggestion, suggestion_taken
from dialogs.kinds.reading import heard
from dialogs.said import Spoken

_REASONS = ("lunar", "impossible", "incomplete", "future", "past", "before")


def calendar_texts(name: str) -> frozenset[str]:
    """What such a kind may speak."""
    said = {f"doubt.{name}.far", f"doubt.{name}.young", f"echo.{name}"}
    return frozenset({"reject.unclear", *said, *(f"reject.{name}.{one}" for one in _REASONS)})


class Calendar:
    """A moment of the calendar, `to_the_day` or to the month."""

    name: ClassVar[str]
    texts: ClassVar[frozenset[str]]
    reach: ClassVar[Reach]
    to_the_day: ClassVar[bool]

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question, "range", "not_before", "reached", "age")
        check_text_setting(question, "not_before")
        check_text_setting(question, "reached")
        check_number_setting(question, "age", 1, 120)
        check_reach(question)
        check_no_options(question)

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        if suggestion_taken(said, self.offers(question, scene)):
            return Accepted(scene.suggestion)
        found = understood(heard(said), scene.today, reach_of(question, self.reach))
        if not isinstance(found, Moment):
            return UNCLEAR if found == "unclear" else Rejected(f"{self.name}.{found}")
        if not self.to_the_day:
            return self._judged(replace(found, day=None), question, scene)
        if found.day is None:
            return Rejected(f"{self.name}.incomplete")
        return self._judged(found, question, scene)

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        return suggestion(shown(scene.suggestion))

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        return shown(value)

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        return shown(value)

    def _judged(self, found: Moment, question: Question, scene: Scene) -> Reading:
        said = {self.name: shown(found.iso)}
        match outside(question, found, reach_of(question, self.reach), scene):
            case "" if too_young(question, found, scene):
                age = str(number_setting(question, "age", 0))
                return Doubtful(found.iso, f"{self.name}.young", said | {"count": age})
            case "" if found.guessed:
                return Accepted(found.iso, f"echo.{self.name}", said)
            case "":
                return Accepted(found.iso)
            case "far":
                return Doubtful(found.iso, f"{self.name}.far", said)
            case "before":
                other = {"other": shown(not_before(question, scene))}
                return Rejected(f"{self.name}.before", said | other)
            case reason:
                return Rejected(f"{self.name}.{reason}", said)
