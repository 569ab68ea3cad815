"""Putting the next question, whatever it is: a question, a look-up, a card, the review."""

from cases.values import JSON
from dialogs.conversation import Asking
from dialogs.draft import Answer, Consent
from dialogs.form import Question
from dialogs.steps import LOOK_UPS, REGISTRY
from dialogs.talk import Talk
from dialogs.turn import Asked, AskRegistry, Errand, FetchPapers, Reviewed

LOOKING: JSON = "asked"
"""The unfinished answer of a look-up that is under way."""


def ask(talk: Talk) -> Talk:
    """Put the open question, or show everything for checking when none is open."""
    here = talk.place()
    talk = talk.focus(Asking())
    if here.open is None:
        return talk.happened(Reviewed())
    if here.open.kind in LOOK_UPS:
        return _look_up(talk)
    return talk.happened(Asked(here.open.key))


def ask_again(talk: Talk) -> Talk:
    """Put what is open once more, after something was said by the way."""
    here = talk.place()
    if here.open is None:
        return talk.happened(Reviewed())
    if here.open.kind in LOOK_UPS:
        return talk.tell("looking_up", "skip")
    return talk.happened(Asked(here.open.key, talk.conversation.misses))


def _look_up(talk: Talk) -> Talk:
    """Start every look-up that is due now, together, and say that it takes a moment."""
    for question in talk.place().pending:
        if question.kind not in LOOK_UPS:
            break
        if question.key not in talk.draft.answers:
            talk = talk.with_answer(
                question.key, Answer(LOOKING, "suggested", talk.now, done=False)
            ).errand(_errand(talk, question))
    return talk.tell("looking_up", "skip")


def _errand(talk: Talk, question: Question) -> Errand:
    name, id_number = talk.draft.value("name"), talk.draft.value("id_number")
    consent = next(
        (one for one in reversed(talk.draft.consents) if one.what == "registry_consent"),
        Consent("registry_consent", "", talk.now),
    )
    errand = AskRegistry if question.kind == REGISTRY else FetchPapers
    return errand(talk.draft.id, str(name), str(id_number), consent)
