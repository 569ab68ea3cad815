"""Putting the next question, whatever it is: a question, a look-up, a card, the review."""

from itertools import takewhile

from cases.values import JSON
from dialogs.conversation import Asking
from dialogs.draft import Answer, Consent
from dialogs.form import Question
from dialogs.reviewing import card_lines
from dialogs.steps import CARD, CONFIRMED, LOOK_UPS, REGISTRY
from dialogs.talk import Talk
from dialogs.turn import Asked, AskRegistry, Errand, FetchPapers, Reviewed

LOOKING: JSON = "asked"
"""The unfinished answer of a look-up that is under way."""


def ask(talk: Talk) -> Talk:
    """Put the open question, or show everything for checking when none is open."""
    talk = _past_an_empty_card(talk.focus(Asking()))
    here = talk.place()
    if here.open is None:
        return talk.happened(Reviewed())
    if here.open.kind in LOOK_UPS:
        return _look_up(talk)
    return talk.happened(Asked(here.open.key))


def ask_again(talk: Talk, misses: int = 0) -> Talk:
    """Put what is open once more: after something said by the way, or with more help."""
    here = talk.place()
    if here.open is None:
        return talk.happened(Reviewed(misses))
    if here.open.kind in LOOK_UPS:
        return talk.tell("looking_up.still", "skip")
    return talk.happened(Asked(here.open.key, misses))


def _past_an_empty_card(talk: Talk) -> Talk:
    """A card with nothing on it that she did not say herself is not shown."""
    question = talk.place().open
    if question is None or question.kind != CARD or card_lines(talk):
        return talk
    return talk.with_answer(question.key, Answer(CONFIRMED, "suggested", talk.now))


def _look_up(talk: Talk) -> Talk:
    """Start every look-up that is due now, together, and say that it takes a moment."""
    new = [one for one in due(talk) if one.key not in talk.draft.answers]
    for question in new:
        begun = Answer(LOOKING, "suggested", talk.now, done=False)
        talk = talk.with_answer(question.key, begun).errand(_errand(talk, question))
    return talk.tell("looking_up" if new else "looking_up.still", "skip")


def due(talk: Talk) -> tuple[Question, ...]:
    """The look-ups that stand before anything else."""
    return tuple(takewhile(lambda one: one.kind in LOOK_UPS, talk.place().pending))


def _errand(talk: Talk, question: Question) -> Errand:
    name, id_number = talk.draft.value("name"), talk.draft.value("id_number")
    consent = next(
        (one for one in reversed(talk.draft.consents) if one.what == "registry_consent"),
        Consent("registry_consent", "", talk.now),
    )
    errand = AskRegistry if question.kind == REGISTRY else FetchPapers
    return errand(talk.draft.id, str(name), str(id_number), consent)
