"""What is on offer at the moment besides the form's own choices, and taking one of them.

Lines to correct, persons to speak for, what to do with an unfinished draft, yes and no.
"""

from dataclasses import replace
from typing import assert_never

from dialogs.answering import accept, apply_change, correct
from dialogs.asking import ask, ask_again
from dialogs.conversation import (
    Asking,
    Change,
    Choosing,
    Confirming,
    Conversation,
    Delete,
    Keep,
    Proposal,
    StartAgain,
    Subject,
    Withdraw,
)
from dialogs.draft import blank
from dialogs.talk import Talk
from dialogs.turn import EraseDraft, Offered, Proposed, WithdrawCase

DRAFT_OPTIONS = ("continue", "restart", "delete")
RELATIONS = ("spouse", "father", "mother", "other")


def offer_draft(talk: Talk) -> Talk:
    """An unfinished application was found: go on, begin anew, or delete it?"""
    return _offer(talk, "draft", tuple((name, f"command.{name}") for name in DRAFT_OPTIONS))


def offer_lines(talk: Talk) -> Talk:
    """Which line is to be corrected?"""
    lines = tuple((one.key, one.label) for one in talk.place().answered if one.review)
    if not lines:
        return ask_again(talk.tell("change.nothing"))
    return _offer(talk, "line", lines)


def offer_persons(talk: Talk) -> Talk:
    """For whom is this phone speaking now?"""
    known = tuple((one.person, f"person.{one.label}") for one in talk.conversation.subjects)
    new = tuple(
        (name, f"person.{name}")
        for name in RELATIONS
        if name == "other" or name not in {one.label for one in talk.conversation.subjects}
    )
    return _offer(talk, "person", (*known, *new))


def propose(talk: Talk, proposal: StartAgain | Delete | Withdraw) -> Talk:
    """Yes or no to something that cannot simply be undone."""
    match proposal:
        case StartAgain():
            event = Proposed("restart")
        case Delete():
            event = Proposed("delete")
        case Withdraw(case_no=case_no):
            event = Proposed("withdraw", {"case_no": case_no})
        case _:
            assert_never(proposal)
    return talk.focus(Confirming(proposal)).happened(event)


def choose(talk: Talk, choosing: Choosing, option: str) -> Talk:
    """One of the things offered was chosen."""
    match choosing.what:
        case "line":
            question = talk.place().question(option)
            return ask(talk) if question is None else correct(talk, question)
        case "person":
            return _speak_for(talk, option)
        case "draft":
            return _with_found_draft(talk, option)
        case "case":
            return propose(talk, Withdraw(option))
        case _:
            assert_never(choosing.what)


def confirm(talk: Talk, proposal: Proposal) -> Talk:
    """Yes."""
    match proposal:
        case Change():
            return apply_change(talk, proposal)
        case Keep(key=key, value=value):
            return accept(talk, talk.definition.form.question(key), value)
        case StartAgain():
            return ask(_emptied(talk).tell("restarted"))
        case Delete():
            return _deleted(talk)
        case Withdraw(case_no=case_no):
            errand = WithdrawCase(talk.conversation.speaking_for, case_no)
            return talk.focus(Asking()).errand(errand).tell("withdrawing")
        case _:
            assert_never(proposal)


def decline(talk: Talk, proposal: Proposal) -> Talk:
    """No: everything stays as it is."""
    match proposal:
        case Keep(key=key):
            return _again(talk, key)
        case Change() | StartAgain() | Delete() | Withdraw():
            talk = talk.tell("left_as_it_is")
            return ask(talk) if talk.draft.state == "open" else talk.focus(Asking())
        case _:
            assert_never(proposal)


def _offer(talk: Talk, what: str, options: tuple[tuple[str, str], ...]) -> Talk:
    names = tuple(name for name, _ in options)
    match what:
        case "draft" | "line" | "person" | "case":
            choosing = Choosing(what, names)
        case _:
            raise ValueError(what)
    return talk.focus(choosing).happened(Offered(what, options))


def _again(talk: Talk, key: str) -> Talk:
    """The doubtful answer was a slip: ask for it again, in the form or in the correction."""
    question = talk.definition.form.question(key)
    here = talk.place()
    return ask(talk) if here.open == question else correct(talk, question)


def _with_found_draft(talk: Talk, option: str) -> Talk:
    if option == "continue":
        return ask(talk.tell("welcome_back"))
    return propose(talk, StartAgain() if option == "restart" else Delete())


def _emptied(talk: Talk) -> Talk:
    """The same draft with nothing in it; how surely she is known stays."""
    return talk.with_draft(
        replace(talk.draft, answers={}, shelved={}, consents=(), flags=(), state="open")
    )


def _deleted(talk: Talk) -> Talk:
    draft = talk.draft
    gone = blank(draft.id, draft.province, draft.release, draft.subject, talk.now)
    forgotten = replace(talk.conversation.subject, draft="")
    talk = talk.errand(EraseDraft(draft.id)).with_subject(forgotten).focus(Asking())
    return talk.with_draft(replace(gone, version=draft.version)).tell("deleted", "apply")


def _speak_for(talk: Talk, option: str) -> Talk:
    """From now on this phone speaks for that person, known or new."""
    subject = next((one for one in talk.conversation.subjects if one.person == option), None)
    if subject is None:
        subject = Subject(f"{talk.conversation.person}.{len(talk.conversation.subjects)}", option)
    talk = talk.with_subject(subject).focus(Asking())
    spoken: Conversation = replace(talk.conversation, speaking_for=subject.person)
    talk = replace(talk, conversation=spoken)
    return talk.tell("switched", "apply", "progress", person=f"person.{subject.label}")
