"""What is on offer at the moment besides the form's own choices, and taking one of them.

Lines to correct, persons to speak for, what to do with an unfinished draft, yes and no.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias, assert_never

from dialogs.answering import accept, apply_change, correct
from dialogs.asking import ask, ask_again
from dialogs.conversation import (
    Anew,
    Asking,
    Change,
    Choosing,
    Confirming,
    Delete,
    Forget,
    Join,
    Keep,
    Part,
    Proposal,
    StartAgain,
    Subject,
    Withdraw,
)
from dialogs.definition import Definition
from dialogs.draft import blank
from dialogs.form import Question, round_key
from dialogs.parties import has_joined, hers_alone
from dialogs.reviewing import changeable
from dialogs.talk import Talk
from dialogs.turn import (
    AnswerInvitation,
    ApplyAnew,
    ChangeProposed,
    EraseDraft,
    ErasePerson,
    Event,
    KeepProposed,
    Offered,
    Proposed,
    TellParty,
    WithdrawCase,
)

Labelled: TypeAlias = tuple[tuple[str, str], ...]
"""What can be chosen: (id, label)."""

DRAFT_OPTIONS: Final = ("continue", "restart", "delete")
RELATIONS: Final = ("spouse", "father", "mother", "other")
EMPLOYEE: Final = "employee"
"""How somebody is called whom this phone applies for by office: employer, agency."""
MOST_LINES: Final = 8
"""More lines than this are offered by the part of the form they stand in."""
INSURED: Final = "insured_city"
"""The question of every form where the pension is insured: its list names the province's places."""
SHORTEST_PLACE: Final = 2
"""Characters that are left of a place's name at least."""
SECTION: Final = "section."
"""What the id of a part of the form begins with; no question's key does."""


def offer_draft(talk: Talk) -> Talk:
    """An unfinished application was found: go on, begin anew, or delete it?"""
    return _offer(talk, Choosing("draft", DRAFT_OPTIONS))


def offer_lines(talk: Talk, within: str = "") -> Talk:
    """Which line is to be corrected? `within`: a part of the form, or a round of a group."""
    lines = [
        one
        for one in changeable(talk)
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


def offer_provinces(talk: Talk) -> Talk:
    """Where is the pension insured? Asked once of everybody, where several provinces are served."""
    return _offer(talk, Choosing("province", tuple(talk.definition.served)))


def is_undecided(talk: Talk) -> bool:
    """Whether it is still to be said in which province this is."""
    several = len(talk.definition.served) > 1
    return several and talk.draft.state != "open" and not talk.conversation.subject.province


def province_meant(talk: Talk, said: str) -> str | None:
    """The one province that is named, or one of whose places is: 我在郑州交的."""
    named = [
        code
        for code, one in talk.definition.served.items()
        if any(name in said for name in _names(one))
    ]
    return named[0] if len(named) == 1 else None


def _names(definition: Definition) -> Iterator[str]:
    """What a province is called, and the places where one can be insured in it."""
    asked = definition.form.by_key.get(INSURED)
    listed = asked.list if isinstance(asked, Question) else None
    rows = definition.lists.get(listed or "", ())
    for name in (definition.service.name, *(row.name for row in rows)):
        ends = definition.words.place_endings
        short = next((name.removesuffix(end) for end in ends if name.endswith(end)), name)
        yield short if len(short) >= SHORTEST_PLACE else name


def begin_application(talk: Talk) -> Talk:
    """The first question of the form, in the province that is hers."""
    draft = replace(talk.draft, state="open")
    begun = talk.with_draft(draft).with_subject(replace(talk.conversation.subject, draft=draft.id))
    return ask(begun.tell("welcome"))


def _in_province(talk: Talk, code: str) -> Talk:
    """From now on this is about that province; a draft that was emptied goes there too."""
    definition = talk.definition.of(code)
    draft = replace(talk.draft, province=definition.province, release=definition.release)
    there = replace(talk, definition=definition, draft=draft)
    there = there.with_subject(replace(talk.conversation.subject, province=code))
    return there.focus(Asking())


def offer_again(talk: Talk, choosing: Choosing, misses: int = 0) -> Talk:
    """The same choice once more."""
    parts = any(option.startswith(SECTION) for option in choosing.options)
    what = "section" if parts else choosing.what
    return talk.happened(Offered(what, labelled(talk, choosing), misses))


def labelled(talk: Talk, choosing: Choosing) -> Labelled:
    """What can be chosen, as it reads."""
    return tuple((option, _label(talk, choosing.what, option)) for option in choosing.options)


def propose(
    talk: Talk, proposal: StartAgain | Delete | Forget | Withdraw | Anew | Join | Part
) -> Talk:
    """Yes or no to something that cannot simply be undone."""
    return propose_again(talk.focus(Confirming(proposal)), proposal)


def propose_again(talk: Talk, proposal: Proposal, misses: int = 0) -> Talk:
    """The same yes or no once more."""
    return talk.happened(_proposing(proposal, misses))


_BARE: Final[Mapping[type[StartAgain | Delete | Forget | Part], str]] = {
    StartAgain: "restart",
    Delete: "delete",
    Forget: "forget",
    Part: "part",
}
"""Proposals that mention nothing, by the key of their wording."""


def _proposing(proposal: Proposal, misses: int) -> Event:
    match proposal:
        case Change(key=key, value=value):
            return ChangeProposed(key, value, misses)
        case Keep(key=key, value=value, reason=reason, params=params):
            return KeepProposed(key, value, reason, params, misses)
        case StartAgain() | Delete() | Forget() | Part():
            return Proposed(_BARE[type(proposal)], misses=misses)
        case Withdraw(case_no=case_no):
            return Proposed("withdraw", {"case_no": case_no}, misses)
        case Anew():
            return Proposed("anew", misses=misses)
        case Join(side=side, params=params):
            return Proposed(f"join_{side}", params, misses)
        case _:
            assert_never(proposal)


def choose(talk: Talk, choosing: Choosing, option: str) -> Talk:
    """One of the things offered was chosen."""
    match choosing.what:
        case "line":
            question = talk.place().question(option)
            if question is not None and question not in changeable(talk):
                return ask_again(talk)
            return offer_lines(talk, option) if question is None else correct(talk, question)
        case "person":
            return _speak_for(talk, option)
        case "draft":
            return _with_found_draft(talk, option)
        case "province":
            return _in_province(talk, option)  # what is done there, `_to_choice` knows
        case _:
            assert_never(choosing.what)


def confirm(talk: Talk, proposal: Proposal) -> Talk:
    """Yes."""
    match proposal:
        case Change():
            return apply_change(talk, proposal)
        case Keep(key=key, value=value):
            return accept(talk, talk.definition.form.question(key), value)
        case StartAgain() | Delete() | Forget() | Part():
            return _ended(talk, proposal)
        case Withdraw(case_no=case_no):
            errand = WithdrawCase(talk.conversation.speaking_for, case_no)
            return talk.focus(Asking()).errand(errand).tell("withdrawing")
        case Anew(case_no=case_no):
            return fetch_again(_deleted(talk), case_no)
        case Join():
            return _answer_invitation(talk, proposal, agreed=True)
        case _:
            assert_never(proposal)


def _ended(talk: Talk, proposal: StartAgain | Delete | Forget | Part) -> Talk:
    """The draft is no longer what it was."""
    match proposal:
        case StartAgain():
            talk = _emptied(talk).tell("restarted")
            return offer_provinces(talk) if len(talk.definition.served) > 1 else ask(talk)
        case Delete():
            return _deleted(talk).tell("deleted", "apply")
        case Forget():
            return _forgotten(talk)
        case Part():
            return left(talk)
        case _:
            assert_never(proposal)


def decline(talk: Talk, proposal: Proposal) -> Talk:
    """No: everything stays as it is."""
    match proposal:
        case Keep(key=key):
            return _once_more(talk, key)
        case Join():
            return _answer_invitation(talk, proposal, agreed=False)
        case Change() | StartAgain() | Delete() | Forget() | Withdraw() | Anew() | Part():
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
    if what == "province":
        return talk.definition.of(option).service.name
    form = talk.definition.form
    if option.startswith(SECTION):
        return form.section(option.removeprefix(SECTION)).title
    return form.round_label(option) or form.question(option).label


def _called(talk: Talk, option: str) -> str:
    """老伴; the second of those who are called alike: 其他家人2."""
    named = {one.person: one.name for one in talk.conversation.subjects if one.name}
    if option in named:
        return named[option]
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
    return ask(talk) if question in here.pending else correct(talk, question)


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
    return talk.with_draft(replace(gone, version=draft.version))


def fetch_again(talk: Talk, case_no: str) -> Talk:
    """Have fetched what she applied with, to file it anew (`dialogs/anew.py` goes on)."""
    errand = ApplyAnew(talk.conversation.speaking_for, case_no)
    return talk.errand(errand).tell("progress.looking")


def _forgotten(talk: Talk) -> Talk:
    """What she has not handed in goes, drafts and all; the errand sees to it once this is said."""
    return talk.errand(ErasePerson(talk.conversation.person)).focus(Asking()).tell("forgotten")


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


# ---- two people ------------------------------------------------------------------------------


def _answer_invitation(talk: Talk, join: Join, *, agreed: bool) -> Talk:
    """Come to the other's draft, or decline to; the errand looks whether it may still be."""
    talk = _as_who_comes(talk, join) if agreed else talk
    answer = AnswerInvitation(
        join.of_draft, join.reference, join.side, talk.conversation.speaking_for, agreed
    )
    return talk.focus(Asking()).errand(answer).tell("joining" if agreed else "declining")


def _as_who_comes(talk: Talk, join: Join) -> Talk:
    """She comes as herself; an agent comes for another employee. The draft lies on the table."""
    conversation = talk.conversation
    comes = conversation.person
    label, name = "self", ""
    if join.side == "agent":
        comes, label = f"{conversation.person}.{len(conversation.subjects)}", EMPLOYEE
        name = str(join.params.get("name") or "")
    talk = talk.with_subject(Subject(comes, label, join.of_draft, name))
    return talk.with_conversation(replace(talk.conversation, speaking_for=comes))


def left(talk: Talk) -> Talk:
    """She goes on by herself; the other is told. An agent who leaves has the draft no longer."""
    draft, role = talk.draft, talk.role
    other = draft.agent if role == "self" else draft.subject
    talk = talk.with_draft(hers_alone(talk.definition, draft, talk.today))
    if has_joined(draft):
        talk = talk.errand(TellParty(other, f"proxy_left_{role}", draft.id))
    if role == "self":
        return ask(talk.tell("parted.self"))
    gone = talk.with_subject(replace(talk.conversation.subject, draft="", name=""))
    return gone.focus(Asking()).tell("parted.agent")
