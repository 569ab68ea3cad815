"""A day of the calendar. `settings.range`: past (default), future or near."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from cases.values import JSON
from dialogs.form import Question
from dialogs.kinds.base import UNCLEAR, Accepted, Doubtful, Offer, Reading, Rejected, Row, Scene
from dialogs.kinds.checking import check_no_options, check_settings, check_text_setting
from dialogs.kinds.dating import (
    Moment,
    check_reach,
    not_before,
    outside,
    reach_of,
    shown,
    understood,
)
from dialogs.kinds.picking import suggestion, suggestion_taken
from dialogs.kinds.reading import heard
from dialogs.said import Spoken


class Date:
    """1965-03-05. `settings.not_before` names an answer that it may not precede."""

    name: ClassVar[str] = "date"
    texts: ClassVar[frozenset[str]] = frozenset(
        {"reject.unclear", "doubt.date.far", "echo.date"}
        | {
            f"reject.date.{reason}"
            for reason in ("lunar", "impossible", "incomplete", "future", "past", "before")
        }
    )

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question, "range", "not_before")
        check_text_setting(question, "not_before")
        check_reach(question)
        check_no_options(question)

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        if suggestion_taken(said, self.offers(question, scene)):
            return Accepted(scene.suggestion)
        found = understood(heard(said), scene.today, reach_of(question, "past"))
        if not isinstance(found, Moment):
            return UNCLEAR if found == "unclear" else Rejected(f"date.{found}")
        return Rejected("date.incomplete") if found.day is None else _judged(found, question, scene)

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        return suggestion(shown(scene.suggestion))

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        return shown(value)

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        return shown(value)


def _judged(found: Moment, question: Question, scene: Scene) -> Reading:
    day = {"date": shown(found.iso)}
    match outside(question, found, reach_of(question, "past"), scene):
        case "":
            return Accepted(found.iso, "echo.date", day) if found.guessed else Accepted(found.iso)
        case "far":
            return Doubtful(found.iso, "date.far", day)
        case "before":
            other = {"other": shown(not_before(question, scene))}
            return Rejected("date.before", day | other)
        case reason:
            return Rejected(f"date.{reason}", day)
