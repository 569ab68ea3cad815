"""Applying anew (重新申报, domain B8): a new draft with everything that was applied with.

What an application does not keep (that she logged in, that registers were asked) is as it was:
only who is known may submit. Papers are signed again, and what the law has her declare with every
application she declares when she submits this one.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from cases.case import Application, Case, current_answers
from cases.values import JSON
from dialogs.asking import ask
from dialogs.conversation import Anew
from dialogs.definition import Definition
from dialogs.draft import Answer, Consent, Draft, blank
from dialogs.form import Question
from dialogs.offering import propose
from dialogs.renewing import renewed_draft
from dialogs.route import place
from dialogs.said import AnewFound, NoAnew
from dialogs.steps import CARD, CONFIRMED, IDENTITY, PAPERS, REGISTRY, SKIPPED, STEPS, VERIFIED
from dialogs.talk import Talk, day_in_china
from dialogs.turn import EraseDraft

CONSENT: Final = "consent"
SIGNATURE: Final = "phrase"
_DONE: Final[Mapping[str, str]] = {
    IDENTITY: VERIFIED,
    REGISTRY: SKIPPED,
    PAPERS: SKIPPED,
    CARD: CONFIRMED,
}
"""What stands for the steps, which an application does not keep."""


def filled_again(
    before: Definition,
    after: Definition,
    case: Case,
    papers: Mapping[str, tuple[str, ...]],
    now: datetime,
) -> Draft:
    """A draft under `after` with what the case was applied with under `before`.

    `papers`: question → the ids of their new use in this draft. Answers that a later release
    would not take any more are shelved, as in every draft that moves on.
    """
    applied, today = case.application, day_in_china(now)
    begun = blank("", applied.province, applied.release, applied.person, now)
    photos: dict[str, JSON] = {
        key: [{"document": one} for one in ids] for key, ids in papers.items() if ids
    }
    said = {**current_answers(case), **photos}
    answers = {
        key: Answer(value, "citizen", now, known=_known(question, value, applied))
        for key, value in said.items()
        if (question := _asked(before, key)) is not None
    }
    steps = {
        one.key: Answer(_DONE[one.kind], "suggested", now)
        for one in before.form.entries()
        if isinstance(one, Question) and one.kind in _DONE
    }
    draft = replace(
        begun, state="open", level="verified", answers={**answers, **steps}, follows=case.case_no
    )
    draft = replace(draft, consents=_consents(applied, answers))
    if before is not after:
        draft = renewed_draft(before, after, draft, today)
    while (here := place(after, draft, today).open) is not None and here.skippable:
        draft = draft.with_answer(here.key, Answer(None, "citizen", now))  # it was skipped then
    return draft


def _asked(definition: Definition, key: str) -> Question | None:
    """The question that this answers; None for what is worked out, done or signed anew."""
    try:
        question = definition.form.question(key)
    except KeyError:
        return None
    return None if question.decide or question.kind in STEPS | {SIGNATURE} else question


def _known(question: Question, value: JSON, applied: Application) -> JSON:
    """What a register said beside it; her number is the one that she logged in with."""
    if question.identity == "id_number":
        return value
    return applied.recorded.get(question.key)


def _consents(applied: Application, answers: Mapping[str, Answer]) -> tuple[Consent, ...]:
    return tuple(
        Consent(one.statement, one.version, one.given_at)
        for one in applied.consents
        if one.statement in answers
    )


def begin_again(talk: Talk, result: AnewFound | NoAnew) -> Talk:
    """What was applied with lies on the table again, or why it does not."""
    if isinstance(result, NoAnew):
        ways = ("proxy",) if result.reason == "by_unit" else ("progress",)
        talk = talk.tell(f"anew.{result.reason}", *ways)
        return talk.tell("go_on", "continue") if talk.draft.state == "open" else talk
    if any(one.draft == result.of_draft for one in talk.conversation.subjects):
        return talk  # it was heard before
    if result.person != talk.conversation.speaking_for:  # 换人 meanwhile
        return talk.errand(EraseDraft(result.of_draft))
    if talk.draft.state in {"open", "submitting"}:  # which of the two is it to be?
        talk = talk.errand(EraseDraft(result.of_draft))
        return propose(talk, Anew(result.case_no)) if talk.draft.state == "open" else talk
    subject = talk.conversation.speaking_for
    begun = blank(result.of_draft, result.province, result.release, subject, talk.now)
    draft = replace(
        begun,
        state="open",
        authors=talk.draft.authors,
        level="verified",
        answers=result.answers,
        consents=result.consents,
        follows=result.case_no,
    )
    hers = replace(talk.conversation.subject, draft=draft.id, province=draft.province)
    talk = talk.with_draft(draft).with_subject(hers)
    return ask(talk.tell("anew.begun", case_no=result.case_no, reason=result.reason))
