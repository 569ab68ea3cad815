"""Putting the next question, whatever it is: a question, a look-up, a card, the review."""

from itertools import takewhile

from cases.opening import items_applied_for
from cases.values import JSON
from dialogs.conversation import Asking
from dialogs.draft import Answer, Consent
from dialogs.form import Question
from dialogs.parties import Role, is_shared
from dialogs.reviewing import card_lines
from dialogs.steps import CARD, CONFIRMED, INVITATION, LOOK_UPS, NOTE, REGISTRY, TOLD
from dialogs.talk import Talk
from dialogs.turn import Asked, AskRegistry, Errand, FetchPapers, Invite, Reviewed, Waited

LOOKING: JSON = "asked"
"""The unfinished answer of a look-up that is under way."""


def ask(talk: Talk) -> Talk:
    """Put the open question, or show everything for checking when none is open."""
    talk = _past_notes(_past_an_empty_card(talk.focus(Asking())))
    question = talk.open()
    if question is None:
        return _nothing_to_ask(talk)
    if question.kind in LOOK_UPS:
        return _look_up(talk)
    if question.kind == INVITATION:
        return invite(talk)
    return talk.happened(Asked(question.key))


def ask_again(talk: Talk, misses: int = 0) -> Talk:
    """Put what is open once more: after something said by the way, or with more help."""
    question = talk.open()
    if question is None:
        return _nothing_to_ask(talk, misses)
    if question.kind in LOOK_UPS:
        return talk.tell("looking_up.still", "skip")
    if question.kind == INVITATION:
        return invite(talk)
    return talk.happened(Asked(question.key, misses))


def invite(talk: Talk) -> Talk:
    """Have a code made by which the other comes to this draft."""
    side: Role = "agent" if talk.role == "self" else "self"
    asked = Answer(LOOKING, "suggested", talk.now, done=False)
    talk = talk.with_answer(INVITATION, asked).errand(Invite(talk.draft.id, side))
    return talk.tell("inviting")


def _nothing_to_ask(talk: Talk, misses: int = 0) -> Talk:
    """All is said: the review; where the other has still something to say, that we wait.

    Where nothing can be applied for, that is said instead.
    """
    waits = is_shared(talk.draft) and bool(talk.place().pending)
    if not waits and applies_for_nothing(talk):
        return talk.tell("review.nothing", "restart", "human", **talk.definition.contacts)
    return talk.happened(Waited(misses) if waits else Reviewed(misses))


def _past_an_empty_card(talk: Talk) -> Talk:
    """A card with nothing on it that she did not say herself is not shown."""
    question = talk.open()
    if question is None or question.kind != CARD or card_lines(talk):
        return talk
    return talk.with_answer(question.key, Answer(CONFIRMED, "suggested", talk.now))


def _past_notes(talk: Talk) -> Talk:
    """What she is only told is said, and nothing waits for an answer to it."""
    question = talk.open()
    while question is not None and question.kind == NOTE:
        talk = talk.happened(Asked(question.key))
        talk = talk.with_answer(question.key, Answer(TOLD, "suggested", talk.now))
        question = talk.open()
    return talk


def applies_for_nothing(talk: Talk) -> bool:
    """Whether what was answered leads to no item at all."""
    if talk.draft.kind != "application":
        return False
    service, answers = talk.definition.service, talk.place().answers
    return not items_applied_for(service, answers, talk.today)


def _look_up(talk: Talk) -> Talk:
    """Start every look-up that is due now, together, and say that it takes a moment."""
    new = [one for one in due(talk) if one.key not in talk.draft.answers]
    for question in new:
        begun = Answer(LOOKING, "suggested", talk.now, done=False)
        talk = talk.with_answer(question.key, begun).errand(_errand(talk, question))
    return talk.tell("looking_up" if new else "looking_up.still", "skip")


def due(talk: Talk) -> tuple[Question, ...]:
    """The look-ups that stand before anything else."""
    return tuple(takewhile(lambda one: one.kind in LOOK_UPS, talk.pending()))


def _errand(talk: Talk, question: Question) -> Errand:
    name, id_number = talk.draft.value("name"), talk.draft.value("id_number")
    consent = next(
        (one for one in reversed(talk.draft.consents) if one.what == "registry_consent"),
        Consent("registry_consent", "", talk.now),
    )
    errand = AskRegistry if question.kind == REGISTRY else FetchPapers
    return errand(talk.draft.id, str(name), str(id_number), consent)
