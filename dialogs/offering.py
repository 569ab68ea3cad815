"""What is on offer at the moment besides the form's own choices, and taking one of them.

Lines to correct, persons to speak for, what to do with an unfinished draft, yes and no.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeAlias, assert_never

from dialogs.answering import accept, apply_change, correct
from dialogs.asking import ask, ask_again
from dialogs.conversation import (
    Asking,
    Change,
    Choosing,
    Confirming,
    Delete,
    Keep,
    Proposal,
    StartAgain,
    Subject,
    Withdraw,
)
from dialogs.draft import blank
from dialogs.form import Question, round_key
from dialogs.talk import Talk
from dialogs.turn import (
    ChangeProposed,
    EraseDraft,
    Event,
    KeepProposed,
    Offered,
    Proposed,
    WithdrawCase,
)

Labelled: TypeAlias = tuple[tuple[str, str], ...]
"""What can be chosen: (id, label)."""

DRAFT_OPTIONS: Final = ("continue", "restart", "delete")
RELATIONS: Final = ("spouse", "father", "mother", "other")
MOST_LINES: Final = 8
"""More lines than this are offered by the part of the form they stand in."""
SECTION: Final = "section."
"""What the id of a part of the form begins with; no question's key does."""


def offer_draft(talk: Talk) -> Talk:
    """An unfinished application was found: go on, begin anew, or delete it?"""
    return _offer(talk, Choosing("draft", DRAFT_OPTIONS))


def offer_lines(talk: Talk, within: str = "") -> Talk:
    """Which line is to be corrected? `within`: a part of the form, or a round of a group."""
    lines = [
        one
        for one in talk.place().answered
        if one.review and not one.decide and _stands_in(talk, one, within)
    ]
    if not lines:
        return ask_again(talk.tell("change.nothing"))
    return _offer(talk, Choosing("line", _grouped(talk, lines, within)))


def offer_persons(talk: Talk) -> Talk:
    """For whom is this phone speaking now?"""
    known = [one.person for one in talk.conversation.subjects]
    labels = {one.label for one in talk.conversation.subjects}
    new = [name for name in RELATIONS if name == "other" or name not in labels]
    return _offer(talk, Choosing("person", (*known, *new)))


def offer_again(talk: Talk, choosing: Choosing, misses: int = 0) -> Talk:
    """The same choice once more."""
    parts = any(option.startswith(SECTION) for option in choosing.options)
    what = "section" if parts else choosing.what
    return talk.happened(Offered(what, labelled(talk, choosing), misses))


def labelled(talk: Talk, choosing: Choosing) -> Labelled:
    """What can be chosen, as it reads."""
    return tuple((option, _label(talk, choosing.what, option)) for option in choosing.options)


def propose(talk: Talk, proposal: StartAgain | Delete | Withdraw) -> Talk:
    """Yes or no to something that cannot simply be undone."""
    return propose_again(talk.focus(Confirming(proposal)), proposal)


def propose_again(talk: Talk, proposal: Proposal, misses: int = 0) -> Talk:
    """The same yes or no once more."""
    return talk.happened(_proposing(proposal, misses))


def _proposing(proposal: Proposal, misses: int) -> Event:
    match proposal:
        case Change(key=key, value=value):
            return ChangeProposed(key, value, misses)
        case Keep(key=key, value=value, reason=reason, params=params):
            return KeepProposed(key, value, reason, params, misses)
        case StartAgain():
            return Proposed("restart", misses=misses)
        case Delete():
            return Proposed("delete", misses=misses)
        case Withdraw(case_no=case_no):
            return Proposed("withdraw", {"case_no": case_no}, misses)
        case _:
            assert_never(proposal)


def choose(talk: Talk, choosing: Choosing, option: str) -> Talk:
    """One of the things offered was chosen."""
    match choosing.what:
        case "line":
            question = talk.place().question(option)
            return offer_lines(talk, option) if question is None else correct(talk, question)
        case "person":
            return _speak_for(talk, option)
        case "draft":
            return _with_found_draft(talk, option)
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
            return _once_more(talk, key)
        case Change() | StartAgain() | Delete() | Withdraw():
            talk = talk.tell("left_as_it_is")
            return ask(talk) if talk.draft.state == "open" else talk.focus(Asking())
        case _:
            assert_never(proposal)


# ---- lines, by part of the form where there are many ---------------------------------------


def _offer(talk: Talk, choosing: Choosing) -> Talk:
    return offer_again(talk.focus(choosing), choosing)


def _stands_in(talk: Talk, question: Question, part: str) -> bool:
    if part.startswith(SECTION):
        return _section(talk, question) == part
    return not part or round_key(question.key) == part


def _section(talk: Talk, question: Question) -> str:
    return SECTION + talk.definition.form.section_of(question.key).key


def _grouped(talk: Talk, lines: Sequence[Question], within: str) -> tuple[str, ...]:
    """The lines themselves if they are few, else the parts or rounds that they stand in."""
    if len(lines) <= MOST_LINES:
        return tuple(one.key for one in lines)
    if not within:
        return tuple(dict.fromkeys(_section(talk, one) for one in lines))
    return tuple(dict.fromkeys(round_key(one.key) or one.key for one in lines))


def _label(talk: Talk, what: str, option: str) -> str:
    if what == "draft":
        return talk.text(f"command.{option}")
    if what == "person":
        return _called(talk, option)
    form = talk.definition.form
    if option.startswith(SECTION):
        return form.section(option.removeprefix(SECTION)).title
    return form.round_label(option) or form.question(option).label


def _called(talk: Talk, option: str) -> str:
    """老伴; the second of those who are called alike: 其他家人2."""
    labels = {one.person: one.label for one in talk.conversation.subjects}
    label = labels.get(option, option)
    alike = [person for person, called in labels.items() if called == label]
    number = alike.index(option) + 1 if option in alike else len(alike) + 1
    return talk.text(f"person.{label}") + (str(number) if number > 1 else "")


# ---- what a yes does -----------------------------------------------------------------------


def _once_more(talk: Talk, key: str) -> Talk:
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
    talk = replace(talk, conversation=replace(talk.conversation, speaking_for=subject.person))
    way_on = "continue" if subject.draft else "apply"
    person = _called(talk, subject.person)
    return talk.tell("switched", way_on, "progress", person=person)
