"""The commands that steer a conversation: one function each, found by name in one table."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from dialogs import enrolling
from dialogs.answering import correct, store_photo
from dialogs.asking import applies_for_nothing, ask, ask_again, due
from dialogs.conversation import (
    PRE_REVIEW,
    WITHDRAW,
    Asking,
    Confirming,
    Correcting,
    Delete,
    Enrolling,
    Forget,
    Part,
    Paused,
    StartAgain,
    Withdraw,
)
from dialogs.draft import Answer, Consent, is_known
from dialogs.form import Question
from dialogs.kinds.reading import asks
from dialogs.offering import (
    begin_application,
    decline,
    fetch_again,
    is_undecided,
    offer_draft,
    offer_lines,
    offer_persons,
    offer_provinces,
    propose,
)
from dialogs.parties import BEGINNING, has_joined, is_shared
from dialogs.proxies import EMPLOYEE, apply_for_employee, invite_again, join, not_yet, part
from dialogs.reviewing import changeable
from dialogs.steps import LOOK_UPS, SKIPPED, STEPS
from dialogs.talk import Talk
from dialogs.turn import FindProgress, FindWanted, OpenTask, StorePhoto, Submit, Supply

Command = Callable[[Talk, str], Talk]

OVERDUE: Final = timedelta(minutes=1)
"""A photo is kept within seconds; after this it is fetched once more when she submits."""


def steer(talk: Talk, command: str, argument: str = "") -> Talk:
    """Carry out a command. Raises KeyError for a name that stands in no table."""
    return COMMANDS[command](talk, argument)


def _apply(talk: Talk, _: str) -> Talk:
    if talk.draft.state == "open":
        return offer_draft(talk)
    if talk.conversation.subject.label == EMPLOYEE:
        return apply_for_employee(talk, "")
    return offer_provinces(talk) if is_undecided(talk) else begin_application(talk)


def _continue(talk: Talk, _: str) -> Talk:
    return ask(talk) if talk.draft.state == "open" else _nothing_open(talk)


def _back(talk: Talk, _: str) -> Talk:
    focus = talk.conversation.focus
    if isinstance(focus, Correcting):
        return _keep(talk, "")
    if isinstance(focus, Enrolling):
        return enrolling.back(talk, focus)
    before = _last_said(talk)
    if before is None:
        return ask_again(talk.tell("back.nothing"))
    return ask(talk.with_draft(talk.draft.without(before.key)))


def _keep(talk: Talk, _: str) -> Talk:
    """Nothing is to be changed after all; photos that were to be replaced are there again."""
    focus, draft = talk.conversation.focus, talk.draft
    if isinstance(focus, Confirming):
        return decline(talk, focus.proposal)
    if isinstance(focus, Enrolling):
        return enrolling.leave(talk)
    if draft.state != "open":
        return _nothing_open(talk)
    if isinstance(focus, Correcting):
        growing, before = draft.answers.get(focus.key), draft.shelved.get(focus.key)
        if growing is not None and not growing.done and before is not None:
            talk = talk.with_answer(focus.key, before)
    return ask(talk.tell("left_as_it_is"))


def _last_said(talk: Talk) -> Question | None:
    """The question she answered last; what was filled in for her stays.

    The last by time, then by the form: after a correction that is not the one before.
    """
    answers = talk.draft.answers
    hers = [
        question
        for question in changeable(talk)
        if question.key in answers and answers[question.key].source == talk.voice
    ]
    latest = max((answers[question.key].at for question in hers), default=None)
    return next((one for one in reversed(hers) if answers[one.key].at == latest), None)


def _change(talk: Talk, argument: str) -> Talk:
    if talk.draft.state != "open":
        return _nothing_open(talk)
    found = meant_lines(talk, argument) if argument else ()
    return correct(talk, found[0]) if len(found) == 1 else offer_lines(talk)


def meant_lines(talk: Talk, words: str) -> tuple[Question, ...]:
    """The answered questions that people call so: exactly so, else by a part of the label.

    Or in a few words around the name: 地址不太对.
    """
    said = [one for one in changeable(talk) if _is_line(one)]
    exact = tuple(one for one in said if words in {one.key, one.label, *one.also})
    if exact or asks(words):
        return exact
    lines = [one for one in said if one.review]
    part = tuple(one for one in lines if words in one.label)
    return part or tuple(one for one in lines if _mentions(words, one))


def _is_line(one: Question) -> bool:
    """How it began is changed by 请单位代办 and 自己办, which bring or part the other."""
    return one.kind not in STEPS and not one.decide and one.key != BEGINNING


def _mentions(words: str, question: Question) -> bool:
    names = (question.label, *question.also)
    return any(len(name) > 1 and name in words and len(words) <= len(name) + 6 for name in names)


def _progress(talk: Talk, _: str) -> Talk:
    return _looking(talk.with_conversation(replace(talk.conversation, reminder="")))


def _looking(talk: Talk) -> Talk:
    return talk.errand(FindProgress(talk.conversation.speaking_for)).tell("progress.looking")


def _supplement(talk: Talk, _: str) -> Talk:
    if talk.draft.state == "open" and talk.draft.kind == "supplement":
        return ask(talk)
    return talk.errand(FindWanted(talk.conversation.speaking_for)).tell("progress.looking")


def _help(talk: Talk, _: str) -> Talk:
    if talk.draft.state != "open":
        return talk.tell("help", "apply", "progress", "human")
    talk = talk.tell("help", "change", "back", "pause", "human")
    return ask_again(talk) if talk.is_asking else talk.tell("go_on", "continue")


def _pause(talk: Talk, _: str) -> Talk:
    if talk.draft.state != "open":
        return _nothing_open(talk)
    return talk.focus(Paused()).tell("paused", "continue")


def _restart(talk: Talk, _: str) -> Talk:
    if talk.draft.state == "open" and has_joined(talk.draft):
        return talk.tell("restart.shared", "change", "part")
    if talk.draft.state == "open":
        return propose(talk, StartAgain())
    return offer_provinces(talk) if len(talk.definition.served) > 1 else _apply(talk, "")


def _delete(talk: Talk, _: str) -> Talk:
    if talk.draft.state == "open" and has_joined(talk.draft) and talk.role == "agent":
        return propose(talk, Part())  # what is hers an agent does not delete
    return propose(talk, Delete()) if talk.draft.state == "open" else _nothing_open(talk)


def _forget(talk: Talk, _: str) -> Talk:
    return propose(talk, Forget())


def _switch(talk: Talk, _: str) -> Talk:
    return offer_persons(talk)


def _human(talk: Talk, note: str) -> Talk:
    """A person is one step away (design.md): whoever takes it up sees where she stands."""
    return _task(talk, "human", note)


def _complaint(talk: Talk, note: str) -> Talk:
    if note:
        return _task(talk, "complaint", note)
    # The next message is read as that, unless it is a command or a tap.
    asking = talk.with_conversation(replace(talk.conversation, reminder="complaint"))
    commands = ("continue",) if talk.draft.state == "open" else ()
    return asking.tell("complaint.ask", *commands, **talk.definition.contacts)


def _task(talk: Talk, kind: str, note: str) -> Talk:
    talk = talk.with_conversation(replace(talk.conversation, reminder=""))
    here = talk.open()
    question = here.key if here is not None and talk.draft.state == "open" else ""
    opened = OpenTask(
        person=talk.conversation.speaking_for,
        kind="complaint" if kind == "complaint" else "human",
        draft=talk.draft.id if talk.draft.state != "blank" else "",
        question=question,
        note=note,
    )
    talk = talk.errand(opened).tell(f"{kind}.taken", **talk.definition.contacts)
    return talk.tell("go_on", "continue") if talk.draft.state == "open" else talk


def _withdraw(talk: Talk, argument: str) -> Talk:
    """Named by its number it is proposed; else it is looked up what can be taken back."""
    if argument:
        return propose(talk, Withdraw(argument))
    return _looking(talk.with_conversation(replace(talk.conversation, reminder=WITHDRAW)))


def _anew(talk: Talk, argument: str) -> Talk:
    """File anew what was not granted; a draft that is open stays until it is known what is."""
    draft = talk.draft
    if draft.state == "open" and (draft.follows or has_joined(draft)):
        return ask(talk.tell("anew.open"))
    return fetch_again(talk, argument)


def _skip(talk: Talk, _: str) -> Talk:
    """Go on without the open question, where that is allowed; never wait for a look-up."""
    here = talk.open()
    if talk.draft.state != "open" or here is None:
        return _nothing_open(talk) if talk.draft.state != "open" else ask(talk)
    for question in due(talk):
        talk = talk.with_answer(question.key, Answer(SKIPPED, talk.voice, talk.now))
    if here.kind in LOOK_UPS:
        return ask(talk)
    if here.skippable:
        return ask(talk.with_answer(here.key, Answer(None, talk.voice, talk.now)))
    return ask_again(talk.tell("skip.needed"))


def submit(talk: Talk, _: str = "") -> Talk:
    """Hand everything in, if she is known surely enough and every photo is safe."""
    if talk.draft.state != "open":
        return _nothing_open(talk)
    done = talk.place().open is None and not applies_for_nothing(talk)
    if not done or (is_shared(talk.draft) and talk.role == "self"):
        return ask(talk)
    if is_shared(talk.draft) and (refused := not_yet(talk)) is not None:
        return refused
    if talk.draft.kind == "application" and (refused := _not_hers(talk)) is not None:
        return refused
    unsafe = _unsafe_photos(talk)
    if unsafe:
        overdue = [one for one in unsafe if _is_overdue(talk, one.question)]
        return talk.errand(*overdue).tell("submit.photos_pending", "submit")
    return _submitted(talk)


def _not_hers(talk: Talk) -> Talk | None:
    """Why it cannot be submitted as hers; None when it can. The draft stays as it is."""
    barred = talk.definition.service.by_unit_only
    if talk.definition.holds(barred, talk.place().answers, talk.today):
        return talk.tell("submit.by_unit", "human", **talk.definition.contacts)
    if not is_known(talk.draft):
        return talk.tell("submit.verify_first", "login", "human", **talk.definition.contacts)
    return None


def _submitted(talk: Talk) -> Talk:
    declared = tuple(
        Consent(statement.key, talk.definition.version_of(statement.key), talk.now)
        for statement in talk.definition.statements(talk.place().answers, talk.today)
    )
    version = talk.draft.version + 1
    draft = replace(talk.draft, state="submitting", consents=(*talk.draft.consents, *declared))
    talk = talk.with_draft(draft).focus(Asking()).tell("submitting")
    if draft.kind == "supplement":
        return talk.errand(Supply(draft.id, version, draft.case_no))
    return talk.errand(Submit(draft.id, version))


def _unsafe_photos(talk: Talk) -> tuple[StorePhoto, ...]:
    """Photos of which nobody has said yet that they are kept."""
    return tuple(
        store_photo(talk.draft, question.key, str(photo["media"]))
        for question in talk.place().answered
        if question.kind == "photos"
        for photo in _list(talk.draft.value(question.key))
        if isinstance(photo, dict) and photo.get("media") and not photo.get("document")
    )


def _is_overdue(talk: Talk, key: str) -> bool:
    """Whether a photo should long be kept: its result went astray while she spoke for another."""
    return talk.now - talk.draft.answers[key].at >= OVERDUE


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _login(talk: Talk, _: str) -> Talk:
    if talk.draft.state == "open" and talk.role == "agent":
        return ask(talk.tell("login.hers"))  # the draft is about her: the agent's login is no use
    return talk.tell("login.link", "continue")


def _pre_review(talk: Talk, _: str) -> Talk:
    if is_undecided(talk):
        wanted = replace(talk.conversation, reminder=PRE_REVIEW)
        return offer_provinces(talk.with_conversation(wanted))
    return enrolling.enrol(talk)


def _nothing_open(talk: Talk) -> Talk:
    return talk.tell("nothing_open", "apply", "progress")


COMMANDS: Final[Mapping[str, Command]] = {
    "apply": _apply,
    "continue": _continue,
    "back": _back,
    "keep": _keep,
    "change": _change,
    "progress": _progress,
    "supplement": _supplement,
    "help": _help,
    "pause": _pause,
    "restart": _restart,
    "delete": _delete,
    "forget": _forget,
    "switch": _switch,
    "human": _human,
    "complaint": _complaint,
    "withdraw": _withdraw,
    "anew": _anew,
    "skip": _skip,
    "submit": submit,
    "login": _login,
    "proxy": apply_for_employee,
    "invite": invite_again,
    "join": join,
    "part": part,
    "pre_review": _pre_review,
}
