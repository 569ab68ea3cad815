"""A month of the calendar. `settings.range`: near (default), past or future."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
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


class Month:
    """2026-12. `settings.not_before` names an answer that it may not precede."""

    name: ClassVar[str] = "month"
    texts: ClassVar[frozenset[str]] = frozenset(
        {"reject.unclear", "doubt.month.far", "echo.month"}
        | {
            f"reject.month.{reason}"
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
        found = understood(heard(said), scene.today, reach_of(question, "near"))
        if not isinstance(found, Moment):
            return UNCLEAR if found == "unclear" else Rejected(f"month.{found}")
        return _judged(replace(found, day=None), question, scene)

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        return suggestion(shown(scene.suggestion))

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        return shown(value)

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        return shown(value)


def _judged(found: Moment, question: Question, scene: Scene) -> Reading:
    month = {"month": shown(found.iso)}
    match outside(question, found, reach_of(question, "near"), scene):
        case "":
            echo = "echo.month" if found.guessed else ""
            return Accepted(found.iso, echo, month if echo else {})
        case "far":
            return Doubtful(found.iso, "month.far", month)
        case "before":
            other = {"other": shown(not_before(question, scene))}
            return Rejected("month.before", month | other)
        case reason:
            return Rejected(f"month.{reason}", month)
