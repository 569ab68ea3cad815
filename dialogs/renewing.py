"""A draft moves on to the next release of its form the next time it is touched.

Questions keep their keys, so what still has its place is kept. What is no longer asked, or could
not be answered so any more, is shelved; she hears of it in one short sentence, and only when
something changes for her.
"""

from dataclasses import dataclass, replace
from datetime import date

from dialogs.conversation import Asking, Change, Confirming, Correcting, Focus, Keep
from dialogs.definition import Definition
from dialogs.draft import Answer, Draft
from dialogs.form import Question
from dialogs.releases import consent_words
from dialogs.route import place
from dialogs.talk import Talk


@dataclass(frozen=True, slots=True)
class Renewed:
    """The step under the new release. `elsewhere`: she now stands at another question."""

    talk: Talk
    elsewhere: bool


def renew(before: Definition, talk: Talk) -> Renewed:
    """Take the draft from the release `before` into that of the talk."""
    stood = place(before, talk.draft, talk.today)
    draft = renewed_draft(before, talk.definition, talk.draft, talk.today)
    talk = talk.with_draft(draft)
    if draft.state != "open":
        return Renewed(talk, elsewhere=False)
    kept = _focus(talk, talk.conversation.focus)
    stands = talk.place()
    then, now = stood.open, stands.open
    elsewhere = kept != talk.conversation.focus or _key(then) != _key(now)
    answered = {question.key for question in stood.answered}
    again = [question.label for question in stands.pending if question.key in answered]
    if kept != talk.conversation.focus:
        talk = talk.focus(kept)
    if elsewhere or again:
        talk = talk.tell("form_updated", again=again)
    return Renewed(talk, elsewhere)


def renewed_draft(before: Definition, after: Definition, draft: Draft, today: date) -> Draft:
    """The draft under the new release: what no longer fits is shelved, with the leave it gave."""
    unfit = [key for key, answer in draft.answers.items() if not _fits(before, after, key, answer)]
    kept = replace(draft.without(*unfit), release=after.release)
    while barred := _barred(after, kept, today):
        unfit.append(barred)
        kept = kept.without(barred)
    shelved = {key: old for key, old in kept.shelved.items() if _readable(before, after, key)}
    consents = tuple(one for one in kept.consents if one.what not in unfit)
    return replace(kept, shelved=shelved, consents=consents)


def _barred(after: Definition, draft: Draft, today: date) -> str:
    """The first choice on the route that her other answers no longer allow."""
    here = place(after, draft, today)
    for question in here.answered:
        chosen = here.answers[question.key]
        for option in question.options if question.kind == "choice" else ():
            if option.id == chosen and not after.holds(option.when, here.answers, today):
                return question.key if question.key in draft.answers else ""
    return ""


def _fits(before: Definition, after: Definition, key: str, answer: Answer) -> bool:
    """Whether the answer still answers the question of that key."""
    old, new = _question(before, key), _question(after, key)
    if old is None or new is None or not _alike(old, new):
        return False
    if new.kind == "choice":
        return answer.value in {option.id for option in new.options}
    if new.kind in {"consent", "phrase"}:
        words = f"ask.{key}"
        return consent_words(before).get(words) == consent_words(after).get(words)
    return True


def _readable(before: Definition, after: Definition, key: str) -> bool:
    """Whether a shelved value may be offered again: not to a question of another kind."""
    old, new = _question(before, key), _question(after, key)
    return new is None or (old is not None and _alike(old, new))


def _alike(old: Question, new: Question) -> bool:
    return (old.kind, old.list, old.settings) == (new.kind, new.list, new.settings)


def _question(definition: Definition, key: str) -> Question | None:
    try:
        return definition.form.question(key)
    except KeyError:
        return None


def _key(question: Question | None) -> str:
    return "" if question is None else question.key


def _focus(talk: Talk, focus: Focus) -> Focus:
    """What was being talked about, unless it has gone."""
    match focus:
        case Correcting(key=key) | Confirming(proposal=Change(key=key) | Keep(key=key)):
            return focus if talk.place().question(key) is not None else Asking()
        case _:
            return focus
