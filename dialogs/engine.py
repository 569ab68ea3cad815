"""The conversation as a function: what was said goes in, the next state comes out.

`hear` tries in this order: exact command (the whole message) → live tap → an option of what is
asked, word for word → when somebody may retire → answer to what is asked → knowledge question →
not understood. It does no input or
output, reads no clock and makes no ids; between two steps everything may go to disk and come back.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, assert_never

from cases.reminders import KINDS
from dialogs import taps
from dialogs.asking import ask
from dialogs.coming_back import come_back
from dialogs.consulting import telling
from dialogs.conversation import (
    Asking,
    Choosing,
    Confirming,
    Conversation,
    Correcting,
    Enrolling,
    Paused,
)
from dialogs.deciding import announced
from dialogs.definition import Definition
from dialogs.draft import Draft
from dialogs.kinds.reading import as_digits, asks
from dialogs.knowledge import OUTRIGHT
from dialogs.offering import (
    confirm,
    is_undecided,
    offer_draft,
    offer_provinces,
)
from dialogs.parties import is_shared, may_see
from dialogs.proxies import CODE, handed_on
from dialogs.renewing import renew
from dialogs.replying import (
    SAME_AS,
    Words,
    again,
    among,
    answered,
    by_the_way,
    folded,
    names_option,
)
from dialogs.results import learn
from dialogs.said import (
    Followed,
    Located,
    MenuTapped,
    Photo,
    Said,
    Tap,
    Text,
    Unfollowed,
    Unsupported,
    Voice,
)
from dialogs.steering import COMMANDS, meant_lines, steer
from dialogs.steps import STEPS
from dialogs.talk import Talk
from dialogs.turn import (
    AlreadyAnswered,
    AnswerRejected,
    ErasePerson,
    Event,
    KnowledgeTold,
    Told,
    Turn,
)
from dialogs.varying import varied

HELPERS: Final = frozenset({"human", "complaint"})
"""Commands that are heard even while an application is being submitted; what stands behind one,
or is said after it, is a note for the desk."""
LOST: Final = frozenset({"unclear", "greeting", "greeting.back", "welcome_back"})
"""Texts that say, or show, that nothing was made of what she said."""
AWAITED: Final[Mapping[str, type[Confirming | Choosing | Enrolling]]] = {
    taps.PROPOSAL: Confirming,
    taps.OFFERED: Choosing,
    taps.ENROLLING: Enrolling,
}
"""What such a tap answers, while it is being talked about."""
BREAKS: Final = " \u3000:：,，.。;；!！、\n"
"""What parts a command from the note behind it."""


def hear(
    definition: Definition,
    conversation: Conversation,
    draft: Draft,
    said: Said,
    now: datetime,
    before: Definition | None = None,
) -> Turn:
    """One step of the conversation.

    `before` is the definition that the draft was begun with, where that is an older release.

    `draft` is the current one of the person spoken for, or a blank one with a fresh id;
    `now` has a time zone. Nothing that is said raises: what cannot be understood is asked again.
    """
    talk = Talk(definition, conversation, draft, now)
    if isinstance(said, Voice) and said.transcript:
        said = Text(said.transcript)
    if before is None:
        return varied(_finished(talk, _heard(talk, said))).turn()
    new = renew(before, talk)
    heard = ask(new.talk) if new.elsewhere and _answers(talk, said) else _heard(new.talk, said)
    return varied(_finished(new.talk, heard, talk)).turn()


def _finished(before: Talk, after: Talk, first: Talk | None = None) -> Talk:
    """What was decided is said; of two people at one draft the other hears when it is their turn.

    `first`: the step as it began, before the draft moved to another release.
    """
    after = announced(first or before, after)
    return handed_on(before, after) if is_shared(after.draft) else after


def _answers(talk: Talk, said: Said) -> bool:
    """Whether it was meant for the question that she saw; a command is meant for nothing."""
    match said:
        case Text(text=text):
            return not _command(talk, text)[0]
        case Tap(id=tap_id):
            ref = taps.parse(tap_id)
            return ref is None or ref.question != taps.COMMAND
        case _:
            return isinstance(said, Photo)


def _heard(talk: Talk, said: Said) -> Talk:
    if isinstance(said, (Text, Tap, Photo)):
        return _told(talk, said)
    if isinstance(said, (Unfollowed, Followed, MenuTapped, Voice, Located, Unsupported)):
        return _happened(talk, said)
    return learn(talk, said)


def _told(talk: Talk, said: Words) -> Talk:
    """She says something."""
    if talk.draft.state == "submitting":
        return _while_submitting(talk, said)
    match said:
        case Tap():
            return _tapped(talk, said)
        case Photo():
            talk = _moved_on(talk)
            return answered(talk, said) if talk.draft.state == "open" else _stray_photo(talk)
        case Text():
            return _typed(talk, said)
        case _:
            assert_never(said)


def _while_submitting(talk: Talk, said: Words | MenuTapped) -> Talk:
    """Nothing but its own result touches the draft; help is there all the same."""
    command = argument = ""
    match said:
        case Text(text=text):
            command, argument = _command(talk, text)
        case Tap(id=tap_id) if (ref := taps.parse(tap_id)) and ref.question == taps.COMMAND:
            command = ref.choice
        case MenuTapped(key=key):
            command = key
        case _:
            pass
    if command in HELPERS:
        return steer(talk, command, argument)
    return talk.tell("submitting.wait")


def _happened(
    talk: Talk, said: Unfollowed | Followed | MenuTapped | Voice | Located | Unsupported
) -> Talk:
    """She does something, or sends what cannot be read."""
    match said:
        case Unfollowed():
            return talk.errand(ErasePerson(talk.conversation.person))
        case Followed(scene=scene) if (code := CODE.search(scene)) is not None:
            return steer(talk, "join", code[0])
        case Followed():
            return _greet(talk)
        case MenuTapped() if talk.draft.state == "submitting":
            return _while_submitting(talk, said)
        case MenuTapped(key=key):
            return _steered(talk, key) if key in COMMANDS else _greet(talk)
        case Voice() | Located() | Unsupported():
            return again(talk.tell(_not_readable(said)))
        case _:
            assert_never(said)


def _not_readable(said: Voice | Located | Unsupported) -> str:
    match said:
        case Voice():
            return "unreadable.voice"
        case Located():
            return "unreadable.place"
        case Unsupported():
            return "unreadable.other"
        case _:
            assert_never(said)


def _greet(talk: Talk) -> Talk:
    if talk.draft.state == "open":
        return offer_draft(talk.tell("greeting.back"))
    if is_undecided(talk):
        return offer_provinces(talk.tell("greeting", "progress", "help", "human"))
    proxy = ("proxy",) if talk.definition.takes_agents else ()
    return talk.tell("greeting", "apply", *proxy, "progress", "help", "human")


def _stray_photo(talk: Talk) -> Talk:
    return talk.tell("photo.not_now", "apply", "supplement")


# ---- text ---------------------------------------------------------------------------------


def _typed(talk: Talk, said: Text) -> Talk:
    command, argument = _command(talk, said.text)
    focus = talk.conversation.focus
    if command and isinstance(focus, Confirming) and SAME_AS.get(type(focus.proposal)) == command:
        return confirm(talk, focus.proposal)
    if command:
        return _steered(talk, command, argument)
    back = come_back(talk, said)
    if back is not None:
        return back
    if _comes_first(talk, said.text):
        return answered(talk, said)
    if among(said.text, talk.definition.words.greetings):
        return _greet(talk)
    consulted = telling.consult(talk, said.text)
    return _plainly(talk, said) if consulted is None else _aside_said(consulted)


def _comes_first(talk: Talk, typed: str) -> bool:
    """Whether it is an answer, even where it might be a question of when one may retire.

    An option word for word; while she is registered for 提前预审, her ID number.
    """
    if isinstance(talk.conversation.focus, Enrolling):
        greets = among(typed, talk.definition.words.greetings)
        return not asks(typed) and not greets
    return not telling.awaits(talk) and names_option(talk, typed)


def _plainly(talk: Talk, said: Text) -> Talk:
    """What she says is an answer, or a question of another kind."""
    focus, on = talk.conversation.focus, telling.left(talk)
    if isinstance(focus, Paused) or (talk.draft.state != "open" and isinstance(focus, Asking)):
        heard = _by_the_way(on, said)
    else:
        heard = answered(on, said)
    given_up = telling.given_up(talk) if any(map(_at_a_loss, heard.events)) else None
    return heard if given_up is None else _aside_said(given_up)


def _at_a_loss(event: Event) -> bool:
    """Whether this says that she was not understood."""
    return isinstance(event, AnswerRejected) or (isinstance(event, Told) and event.key in LOST)


def _aside_said(talk: Talk) -> Talk:
    """What stood open stands open again, unless what was said by the way asks something itself."""
    if telling.awaits(talk):
        return talk
    if isinstance(talk.conversation.focus, Paused):
        return talk.tell("go_on", "continue")
    if talk.draft.state != "open" and isinstance(talk.conversation.focus, Asking):
        return _anything_else(talk)
    return again(talk)


def _command(talk: Talk, typed: str) -> tuple[str, str]:
    """The command that the whole message is, and what it carries (修改 电话)."""
    text = folded(typed)
    words = talk.definition.words
    for name, phrases in words.commands.items():
        if text in phrases:
            return name, ""
    for name, prefixes in words.prefixes.items():
        for prefix in prefixes:
            carried = _carried(talk, name, prefix, typed)
            if carried is not None:
                return name, carried
    return _awaited(talk, typed)


def _carried(talk: Talk, name: str, prefix: str, typed: str) -> str | None:
    """What stands behind the prefix; None where the message only begins like it."""
    if name in HELPERS:
        return _note(talk, name, prefix, typed.strip())
    carried = folded(typed).removeprefix(prefix)
    if carried == folded(typed):
        return None
    if name == "join":  # and 代办要什么材料 is a question
        code = CODE.fullmatch(as_digits(carried.lstrip(BREAKS)))
        return code[0] if code is not None else None
    # 改 alone may begin anything: 改天再说
    return carried if len(prefix) > 1 or meant_lines(talk, carried) else None


def _note(talk: Talk, name: str, prefix: str, typed: str) -> str | None:
    """Her own words behind 投诉 or 人工, as she wrote them."""
    if not typed.startswith(prefix):
        return None
    behind = typed.removeprefix(prefix)
    if behind[:1] in BREAKS:
        return behind.strip().lstrip(BREAKS)
    # 人工湖 is a place, and 投诉电话是多少 a question
    asked = talk.definition.knowledge.find(typed, OUTRIGHT) is not None
    return None if name == "human" or asked else behind


def _awaited(talk: Talk, typed: str) -> tuple[str, str]:
    """What she was asked to say to the desk; 好的 and 在吗 are not yet it."""
    awaited, words = talk.conversation.reminder, talk.definition.words
    if awaited not in HELPERS:
        return "", ""
    return awaited, "" if among(typed, (*words.thanks, *words.greetings)) else typed.strip()


def _steered(talk: Talk, command: str, argument: str = "") -> Talk:
    return steer(talk if command in HELPERS else _moved_on(talk), command, argument)


def _moved_on(talk: Talk) -> Talk:
    """She does something else than say what the desk was to hear: that is awaited no more.

    Nor is what she was reminded of still spoken of.
    """
    if talk.conversation.reminder not in HELPERS.union(KINDS):
        return talk
    return talk.with_conversation(replace(talk.conversation, reminder=""))


def _by_the_way(talk: Talk, said: Text) -> Talk:
    """Nothing stands open just now: a question of hers, or a word to go on."""
    if among(said.text, talk.definition.words.thanks):
        return talk.tell("thanks")
    told = by_the_way(talk, said.text, only_questions=False)
    if told is not None:
        return _aside_said(told)
    paused = isinstance(talk.conversation.focus, Paused)
    return ask(talk.tell("welcome_back")) if paused else _greet(talk)


def _anything_else(talk: Talk) -> Talk:
    return talk.tell("anything_else", "apply", "human")


# ---- taps ---------------------------------------------------------------------------------


def _tapped(talk: Talk, tap: Tap) -> Talk:
    """A live tap answers what is asked; an old one says what was answered then."""
    ref = taps.parse(tap.id)
    if ref is None:
        return _typed(talk, Text(tap.label))
    if ref.question == taps.COMMAND:
        name, _, argument = ref.choice.partition(".")
        return _steered(talk, name, argument) if name in COMMANDS else _greet(talk)
    if ref.question in {taps.CONSULTED, taps.MEANT}:
        return _by_the_way_tapped(talk, ref)
    talk = telling.left(_moved_on(talk))
    if _is_live(talk, ref):
        return answered(talk, Tap(ref.choice, tap.label))
    if ref.draft != talk.draft.id or talk.draft.state == "blank":
        return again(talk.tell("tap.other_draft", "progress"))
    return _old_tap(talk, ref)


def _by_the_way_tapped(talk: Talk, ref: taps.Ref) -> Talk:
    """What was missing to say when she may retire; or the question she meant, if still known."""
    if ref.question == taps.CONSULTED:
        return _aside_said(telling.tapped(talk, ref.choice))
    talk = telling.left(talk)
    if all(entry.id != ref.choice for entry in talk.definition.knowledge.entries):
        return again(talk.tell("tap.old"))
    return _aside_said(talk.happened(KnowledgeTold(ref.choice)))


def _is_live(talk: Talk, ref: taps.Ref) -> bool:
    """Whether the tap belongs to what is being asked right now."""
    focus = talk.conversation.focus
    if ref.question in AWAITED:
        # one's asking number is enough: a blank draft has another id each time
        awaited = AWAITED[ref.question]
        return isinstance(focus, awaited) and ref.asking == talk.conversation.asking
    if ref.draft != talk.draft.id or talk.draft.state != "open":
        return False
    if isinstance(focus, Correcting):
        return focus.key == ref.question
    here = talk.open()
    if ref.question == taps.REVIEW:
        return talk.is_asking and here is None and ref.asking == talk.conversation.asking
    return talk.is_asking and here is not None and here.key == ref.question


def _old_tap(talk: Talk, ref: taps.Ref) -> Talk:
    question = talk.place().question(ref.question)
    answer = talk.draft.answers.get(ref.question)
    if question is None or question.kind in STEPS or answer is None or not answer.done:
        return again(talk.tell("tap.old"))
    if not may_see(talk.role, question, talk.draft):
        return again(talk.tell("tap.old"))
    return again(talk.happened(AlreadyAnswered(question.key)))
