"""Proves of two releases that a draft at every step of the one can be finished in the other.

Ways through the older form are taken with stand-ins for what people type; at each of their steps
the draft is moved on (`dialogs/renewing.py`) and answered to the end of the newer one.
"""

import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from dialogs.definition import Definition
from dialogs.draft import Answer, Draft, blank
from dialogs.exploring import ANY_DAY, values_for
from dialogs.form import Question
from dialogs.renewing import renewed_draft
from dialogs.route import place

WAYS: Final = 6
"""So many ways are taken; which values each chooses depends on its number and the question."""
MOST_STEPS: Final = 500
_AT: Final = datetime(ANY_DAY.year, ANY_DAY.month, ANY_DAY.day, tzinfo=UTC)


def unfinished(before: Definition, after: Definition) -> tuple[str, ...]:
    """Where a draft of `before` stands that could not be finished in `after`; empty when none."""
    found: dict[str, str] = {}
    for way in range(WAYS):
        for stands_at, draft in _steps(before, way):
            stuck = _stuck(after, renewed_draft(before, after, draft, ANY_DAY), way)
            if stuck:
                found.setdefault(stands_at, stuck)
    return tuple(
        f"a draft of release {before.release} that stands at {at} could not be finished: nothing"
        f" can be answered to {stuck}"
        for at, stuck in found.items()
    )


def _steps(definition: Definition, way: int) -> Iterator[tuple[str, Draft]]:
    """Every step of one way through the form, with the question that stands open there."""
    draft = blank("any", definition.province, definition.release, "any", _AT)
    for _ in range(MOST_STEPS):
        question = place(definition, draft, ANY_DAY).open
        yield (question.key if question is not None else "the review"), draft
        answered = None if question is None else _answered(definition, draft, question, way)
        if answered is None:
            return
        draft = answered


def _stuck(definition: Definition, draft: Draft, way: int) -> str:
    """The question that nothing can be answered to on the way to the end; empty: it ends."""
    question = place(definition, draft, ANY_DAY).open
    for _ in range(MOST_STEPS):
        if question is None:
            return ""
        answered = _answered(definition, draft, question, way)
        if answered is None:
            return question.key
        draft = answered
        question = place(definition, draft, ANY_DAY).open
    return question.key if question is not None else ""


def _answered(definition: Definition, draft: Draft, question: Question, way: int) -> Draft | None:
    answers = place(definition, draft, ANY_DAY).answers
    values = values_for(definition, question, answers)
    if not values:
        return None
    chosen = values[zlib.crc32(f"{way} {question.key}".encode()) % len(values)]
    return draft.with_answer(question.key, Answer(chosen, "citizen", _AT))
