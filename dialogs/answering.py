"""An answer to the open question, a correction of an earlier one, and what either changes."""

from dataclasses import replace
from datetime import date
from typing import assert_never

from cases.ages import month_of
from cases.reminders import KINDS, Kind
from cases.rules.identity import sixtieth_birthday
from cases.values import JSON
from dialogs.asking import ask
from dialogs.conversation import Change, Confirming, Correcting, Keep
from dialogs.draft import SAID, Answer, Consent, Draft
from dialogs.form import Entry, Form, Group, Question
from dialogs.kinds.base import Accepted, Doubtful, Partial, Reading, Rejected
from dialogs.reminding import remind
from dialogs.route import Place, place
from dialogs.said import Spoken
from dialogs.steps import NOTE, STEPS
from dialogs.talk import Talk
from dialogs.turn import (
    AnswerAccepted,
    AnswerRejected,
    Asked,
    ChangeProposed,
    KeepProposed,
    StorePhoto,
)

CONSENT = "consent"
SIGNED = frozenset({CONSENT, "phrase"})
"""Kinds of question by which leave is given to words that are kept in their version."""
PHOTOS = "photos"
REMINDER = "reminder"


def read(talk: Talk, question: Question, said: Spoken) -> Reading:
    """What `said` means as an answer to `question`."""
    return talk.kind(question).read(question, said, talk.scene(question, talk.place()))


def take(talk: Talk, question: Question, reading: Reading) -> Talk:
    """Go on with what was read."""
    match reading:
        case Accepted():
            told = _echo(talk, question, reading)
            return accept(told, question, reading.value)
        case Partial():
            return _grow(talk, question, reading)
        case Doubtful(value=value, reason=reason, params=params):
            doubt = Confirming(Keep(question.key, value, reason, params))
            return talk.focus(doubt).happened(KeepProposed(question.key, value, reason, params))
        case Rejected():
            return reject(talk, question, reading)
        case _:
            assert_never(reading)


def accept(talk: Talk, question: Question, value: JSON) -> Talk:
    """Keep a finished answer; where it replaces one and costs others, ask first."""
    before = talk.draft.answers.get(question.key)
    if before is None or not before.done or before.value == value:
        return ask(_kept(talk, question, value))
    change = _cost(talk, question, value)
    if change.asks_again or change.drops:
        return talk.focus(Confirming(change)).happened(ChangeProposed(question.key, value))
    return ask(_changed(talk, question, value))


def apply_change(talk: Talk, change: Change) -> Talk:
    """She has seen what the change costs and wants it."""
    question = talk.definition.form.question(change.key)
    return ask(_changed(talk, question, change.value))


def reject(talk: Talk, question: Question, rejected: Rejected) -> Talk:
    """Say why it is no answer, and put the question again with more help than before."""
    talk = talk.missed()
    return talk.happened(
        AnswerRejected(question.key, rejected.reason, rejected.params),
        Asked(question.key, talk.conversation.misses),
    )


def correct(talk: Talk, question: Question) -> Talk:
    """Ask an answered question again."""
    return talk.focus(Correcting(question.key)).happened(Asked(question.key))


def _echo(talk: Talk, question: Question, reading: Accepted) -> Talk:
    if not reading.echo:
        return talk
    return talk.happened(AnswerAccepted(question.key, reading.echo, reading.params))


def _grow(talk: Talk, question: Question, reading: Partial) -> Talk:
    """Part of the answer came: keep it, fetch a photo that came, leave the question open."""
    before = talk.draft.answers.get(question.key)
    if before is not None and before.done:
        talk = talk.with_draft(talk.draft.without(question.key))
    part = Answer(reading.value, talk.voice, talk.now, done=False)
    talk = talk.with_answer(question.key, part)
    for media in _new_media(before, reading.value):
        talk = talk.errand(store_photo(talk.draft, question.key, media))
    echo = AnswerAccepted(question.key, reading.echo, reading.params)
    return talk.focus(talk.conversation.focus).happened(echo)


def store_photo(draft: Draft, key: str, media: str) -> StorePhoto:
    """Have a photo kept: once a better one was asked for, as it is, so that nobody is stuck."""
    return StorePhoto(draft.id, key, media, insists=better_wanted(key) in draft.flags)


def better_wanted(key: str) -> str:
    """The draft's flag that a better photo was asked for under this question."""
    return f"better_photo.{key}"


def _new_media(before: Answer | None, value: JSON) -> tuple[str, ...]:
    known = _media(before.value) if before is not None and not before.done else ()
    return tuple(media for media in _media(value) if media not in known)


def _media(value: JSON) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)):
        return ()
    return tuple(
        photo["media"]
        for photo in value
        if isinstance(photo, dict) and isinstance(photo.get("media"), str)
    )


def _kept(talk: Talk, question: Question, value: JSON) -> Talk:
    if question.kind in SIGNED:
        talk = _with_consent(talk, question, value)
    if question.kind == REMINDER and value is True:
        talk = _reminding(talk, question)
    return talk.with_draft(_put(talk.draft, question, value, talk))


def _reminding(talk: Talk, question: Question) -> Talk:
    """She wants to hear of it when the day has come."""
    about = next((kind for kind in KINDS if kind == question.settings.get("about")), KINDS[0])
    day = _reminded_of(talk, about)
    return talk if day is None else remind(talk, about, day)


def _reminded_of(talk: Talk, about: Kind) -> date | None:
    answers = talk.place().answers
    if about == "only_child_60":
        return sixtieth_birthday(answers)
    month = month_of(answers.get(talk.definition.service.switches.retirement_month))
    return None if month is None else date(month.year, month.month, 1)


def _changed(talk: Talk, question: Question, value: JSON) -> Talk:
    if question.kind in SIGNED:
        talk = _with_consent(talk, question, value)
    talk = talk.with_draft(_replaced(talk, question, value))
    return talk.tell("changed", label=question.label)


def _replaced(talk: Talk, question: Question, value: JSON) -> Draft:
    """The draft with another answer, without those that rested on the old one."""
    draft = _put(talk.draft, question, value, talk)
    stale = [key for key in _depending(talk.definition.form, question.key) if key in draft.answers]
    draft = draft.without(*stale)
    if question.identity == "id_number" and draft.level == "verified":
        return _unvouched(talk.definition.form, draft)
    return draft


def _unvouched(form: Form, draft: Draft) -> Draft:
    """Another ID number is perhaps another person: who she is must be shown anew.

    Nothing stays that was known or fetched for the old number, nor the leave to ask for it.
    """
    asked_anew = {
        one.key
        for entry in form.entries()
        for one in _questions(entry)
        if one.kind in STEPS or one.kind == CONSENT
    }
    answers = {
        key: replace(answer, known=None)
        for key, answer in draft.answers.items()
        if answer.source in SAID and key not in asked_anew
    }
    return replace(draft, level="typed", answers=answers, consents=(), flags=())


def _put(draft: Draft, question: Question, value: JSON, talk: Talk) -> Draft:
    """What she says wins; what a register said stays beside it."""
    before = draft.answers.get(question.key) or draft.shelved.get(question.key)
    known = before.known if before is not None else None
    return draft.with_answer(question.key, Answer(value, talk.voice, talk.now, known=known))


def _with_consent(talk: Talk, question: Question, value: JSON) -> Talk:
    others = tuple(one for one in talk.draft.consents if one.what != question.key)
    if value is not True:
        return talk.with_draft(replace(talk.draft, consents=others))
    given = Consent(question.key, talk.definition.version_of(question.key), talk.now)
    return talk.with_draft(replace(talk.draft, consents=(*others, given)))


def _cost(talk: Talk, question: Question, value: JSON) -> Change:
    """Which questions a change would ask (again), and which answers would no longer count."""
    now = talk.place()
    then = place(talk.definition, _replaced(talk, question, value), talk.today)
    return Change(
        key=question.key,
        value=value,
        asks_again=tuple(
            one.key for one in then.pending if one.key not in _pending(now) and one.kind != NOTE
        ),
        drops=tuple(one.key for one in now.answered if one.key not in then.route and one.review),
    )


def _pending(here: Place) -> frozenset[str]:
    return frozenset(question.key for question in here.pending)


def _depending(form: Form, key: str) -> list[str]:
    """Questions to be asked again when `key` changes."""
    return [
        question.key
        for entry in form.entries()
        for question in _questions(entry)
        if key in question.depends
    ]


def _questions(entry: Entry) -> tuple[Question, ...]:
    return entry.questions if isinstance(entry, Group) else (entry,)
