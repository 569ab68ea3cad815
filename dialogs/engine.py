"""The conversation as a function: what was said goes in, the next state comes out.

`hear` tries in this order: exact command (the whole message) → live tap → answer to what is
asked → knowledge question → not understood. It does no input or output, reads no clock and
makes no ids; between two steps everything may go to disk and come back.
"""

import unicodedata
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from dialogs import taps
from dialogs.answering import read, reject, take
from dialogs.asking import ask, ask_again
from dialogs.conversation import (
    Asking,
    Choosing,
    Confirming,
    Conversation,
    Correcting,
    Paused,
)
from dialogs.definition import Definition
from dialogs.draft import Answer, Draft
from dialogs.form import Question
from dialogs.kinds.base import Rejected
from dialogs.numbers import chosen_number
from dialogs.offering import choose, confirm, decline, offer_draft, offer_lines
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
from dialogs.steering import COMMANDS, steer, submit
from dialogs.steps import CARD, CONFIRMED, IDENTITY, LATER, LOOK_UPS
from dialogs.talk import Talk
from dialogs.turn import AlreadyAnswered, ErasePerson, KnowledgeTold, Turn


def hear(
    definition: Definition, conversation: Conversation, draft: Draft, said: Said, now: datetime
) -> Turn:
    """One step of the conversation.

    `draft` is the current one of the person spoken for, or a blank one with a fresh id;
    `now` has a time zone. Nothing that is said raises: what cannot be understood is asked again.
    """
    talk = Talk(definition, conversation, draft, now)
    if isinstance(said, Voice) and said.transcript:
        said = Text(said.transcript)
    if isinstance(said, (Text, Tap, Photo)):
        return _told(talk, said).turn()
    if isinstance(said, (Unfollowed, Followed, MenuTapped, Voice, Located, Unsupported)):
        return _happened(talk, said).turn()
    return learn(talk, said).turn()


def _told(talk: Talk, said: Text | Tap | Photo) -> Talk:
    """She says something."""
    if talk.draft.state == "submitting":
        return talk.tell("submitting.wait")
    match said:
        case Tap():
            return _tapped(talk, said)
        case Photo():
            return _answered(talk, said) if talk.draft.state == "open" else _stray_photo(talk)
        case Text():
            return _typed(talk, said)
        case _:
            assert_never(said)


def _happened(
    talk: Talk, said: Unfollowed | Followed | MenuTapped | Voice | Located | Unsupported
) -> Talk:
    """She does something, or sends what cannot be read."""
    match said:
        case Unfollowed():
            return talk.errand(ErasePerson(talk.conversation.person))
        case Followed():
            return _greet(talk)
        case MenuTapped(key=key):
            return steer(talk, key) if key in COMMANDS else _greet(talk)
        case Voice() | Located() | Unsupported():
            return _stand_open(talk.tell(_not_readable(said)))
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
    return talk.tell("greeting", "apply", "progress", "help", "human")


def _stand_open(talk: Talk) -> Talk:
    """Whatever stood open before is put once more."""
    if talk.draft.state == "open" and talk.is_asking:
        return ask_again(talk)
    return talk


def _stray_photo(talk: Talk) -> Talk:
    return talk.tell("photo.not_now", "apply", "supplement")


# ---- text ---------------------------------------------------------------------------------


def _typed(talk: Talk, said: Text) -> Talk:
    command, argument = _command(talk, said.text)
    if command:
        return steer(talk, command, argument)
    if talk.conversation.reminder and _among(said.text, talk.definition.words.thanks):
        noted = replace(talk, conversation=replace(talk.conversation, reminder=""))
        return noted.tell("thanks")
    if isinstance(talk.conversation.focus, Paused):
        return ask(talk.tell("welcome_back"))
    if talk.draft.state != "open" and isinstance(talk.conversation.focus, Asking):
        return _by_the_way(talk, said)
    return _answered(talk, said)


def _command(talk: Talk, typed: str) -> tuple[str, str]:
    """The command that the whole message is, and what it carries (修改 电话)."""
    text = _folded(typed)
    words = talk.definition.words
    for name, phrases in words.commands.items():
        if text in phrases:
            return name, ""
    for name, prefixes in words.prefixes.items():
        for prefix in prefixes:
            if text.startswith(prefix) and len(text) > len(prefix):
                return name, text.removeprefix(prefix)
    return "", ""


def _folded(typed: str) -> str:
    """Full-width to half-width, without blanks and closing punctuation."""
    text = unicodedata.normalize("NFKC", typed)
    return "".join(text.split()).rstrip("。.!！?？~,，")


def _among(typed: str, words: tuple[str, ...]) -> bool:
    return _folded(typed) in words


def _by_the_way(talk: Talk, said: Text) -> Talk:
    """Nothing stands open: a question of hers, or a greeting."""
    entry = talk.definition.knowledge.find(said.text)
    if entry is not None:
        return talk.happened(KnowledgeTold(entry.id)).tell("anything_else", "apply", "human")
    return _greet(talk)


# ---- an answer to what is being talked about ----------------------------------------------


def _answered(talk: Talk, said: Text | Photo | Tap) -> Talk:
    match talk.conversation.focus:
        case Asking() | Paused():
            return _to_open_question(talk, said)
        case Correcting(key=key):
            return _to_question(talk, talk.definition.form.question(key), said)
        case Confirming() | Choosing() if isinstance(said, Photo):
            return _to_open_question(talk, said)
        case Confirming(proposal=proposal):
            answer = _yes_or_no(talk, said)
            if answer is None:
                return _unclear(talk, said)
            return confirm(talk, proposal) if answer else decline(talk, proposal)
        case Choosing() as choosing:
            option = _option(choosing.options, said)
            return _unclear(talk, said) if option is None else choose(talk, choosing, option)
        case _:
            assert_never(talk.conversation.focus)


def _to_open_question(talk: Talk, said: Text | Photo | Tap) -> Talk:
    question = talk.place().open
    if question is None:
        return _to_review(talk, said)
    return _to_question(talk, question, said)


def _to_question(talk: Talk, question: Question, said: Text | Photo | Tap) -> Talk:
    if isinstance(said, Photo) and question.kind != "photos":
        return ask_again(talk.tell("photo.not_now_form"))
    if question.kind in LOOK_UPS:
        return _unclear(talk, said)
    if question.kind in {IDENTITY, CARD}:
        return _to_step(talk, question, said)
    reading = read(talk, question, said)
    if isinstance(reading, Rejected):
        return _unclear(talk, said) if _is_question(talk, said) else reject(talk, question, reading)
    return take(talk, question, reading)


def _to_step(talk: Talk, question: Question, said: Text | Photo | Tap) -> Talk:
    """Login: on without it. Card: all correct, or the line that is wrong."""
    options = (LATER,) if question.kind == IDENTITY else (CONFIRMED, *card_lines(talk))
    option = _option(options, said)
    if option is None and isinstance(said, Text) and _among(said.text, talk.definition.words.yes):
        option = CONFIRMED if question.kind == CARD else None
    if option is None:
        return _unclear(talk, said)
    if option in {LATER, CONFIRMED}:
        return ask(talk.with_answer(question.key, Answer(option, "citizen", talk.now)))
    return choose(talk, Choosing("line", options), option)


def card_lines(talk: Talk) -> tuple[str, ...]:
    """The questions that were filled in for her, in the order of the form."""
    return tuple(
        question.key
        for question in talk.place().answered
        if question.review
        and (question.registry or question.identity or question.papers)
        and _was_filled(talk, question.key)
    )


def _was_filled(talk: Talk, key: str) -> bool:
    answer = talk.draft.answers.get(key)
    return answer is not None and (answer.known is not None or answer.source != "citizen")


def _to_review(talk: Talk, said: Text | Photo | Tap) -> Talk:
    option = _option(("submit", "change"), said)
    if option == "submit":
        return submit(talk)
    if option == "change":
        return offer_lines(talk)
    return _unclear(talk, said)


def _is_question(talk: Talk, said: Text | Photo | Tap) -> bool:
    return isinstance(said, Text) and talk.definition.knowledge.find(said.text) is not None


def _unclear(talk: Talk, said: Text | Photo | Tap) -> Talk:
    """Her own question is answered first; then what stood open is put again, with more help."""
    entry = talk.definition.knowledge.find(said.text) if isinstance(said, Text) else None
    if entry is not None:
        return _put_again(talk.happened(KnowledgeTold(entry.id)))
    return _put_again(talk.missed("unclear").tell("unclear"))


def _put_again(talk: Talk) -> Talk:
    focus = talk.conversation.focus
    if isinstance(focus, Correcting):
        from_form = talk.definition.form.question(focus.key)
        return reject(talk, from_form, Rejected("unclear"))
    if isinstance(focus, Choosing) and focus.what == "line":
        return offer_lines(talk)
    if isinstance(focus, (Confirming, Choosing)):
        return talk.tell("answer_by_number")
    return ask_again(talk)


def _yes_or_no(talk: Talk, said: Text | Photo | Tap) -> bool | None:
    option = _option(("yes", "no"), said)
    if option is not None:
        return option == "yes"
    if not isinstance(said, Text):
        return None
    if _among(said.text, talk.definition.words.yes):
        return True
    return False if _among(said.text, talk.definition.words.no) else None


def _option(options: tuple[str, ...], said: Text | Photo | Tap) -> str | None:
    """The option that a number or a tap names."""
    if isinstance(said, Tap):
        return said.id if said.id in options else None
    if isinstance(said, Photo):
        return None
    number = chosen_number(said.text)
    return options[number - 1] if number is not None and 0 < number <= len(options) else None


# ---- taps ---------------------------------------------------------------------------------


def _tapped(talk: Talk, tap: Tap) -> Talk:
    """A live tap answers what is asked; an old one says what was answered then."""
    ref = taps.parse(tap.id)
    if ref is None:
        return _typed(talk, Text(tap.label))
    if ref.question == taps.COMMAND:
        name, _, argument = ref.choice.partition(".")
        return steer(talk, name, argument) if name in COMMANDS else _greet(talk)
    if ref.draft != talk.draft.id or talk.draft.state == "blank":
        return _stand_open(talk.tell("tap.other_draft", "progress"))
    choice = Tap(ref.choice, tap.label)
    if _is_live(talk, ref):
        return _answered(talk, choice)
    return _old_tap(talk, ref)


def _is_live(talk: Talk, ref: taps.Ref) -> bool:
    """Whether the tap belongs to what is being asked right now."""
    focus = talk.conversation.focus
    this_asking = ref.asking == talk.conversation.asking
    match ref.question:
        case taps.PROPOSAL:
            return isinstance(focus, Confirming) and this_asking
        case taps.OFFERED:
            return isinstance(focus, Choosing) and this_asking
        case taps.REVIEW:
            return talk.is_asking and this_asking and talk.place().open is None
        case key if isinstance(focus, Correcting):
            return focus.key == key
        case key:
            here = talk.place().open
            return talk.is_asking and here is not None and here.key == key


def _old_tap(talk: Talk, ref: taps.Ref) -> Talk:
    question = talk.place().question(ref.question)
    answer = talk.draft.answers.get(ref.question)
    if question is None or answer is None or not answer.done:
        return _stand_open(talk.tell("tap.old"))
    return _stand_open(talk.happened(AlreadyAnswered(question.key)))
