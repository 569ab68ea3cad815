"""The conversation as a function: what was said goes in, the next state comes out.

`hear` tries in this order: exact command (the whole message) → live tap → answer to what is
asked → knowledge question → not understood. It does no input or output, reads no clock and
makes no ids; between two steps everything may go to disk and come back.
"""

import unicodedata
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeAlias, assert_never

from dialogs import steps, taps
from dialogs.answering import correct, read, reject, take
from dialogs.asking import ask, ask_again
from dialogs.conversation import (
    Asking,
    Change,
    Choosing,
    Confirming,
    Conversation,
    Correcting,
    Delete,
    Paused,
    Proposal,
    StartAgain,
    Withdraw,
)
from dialogs.definition import Definition
from dialogs.draft import Answer, Draft
from dialogs.form import Question
from dialogs.kinds.base import Offer, Rejected
from dialogs.kinds.picking import chosen, polarity
from dialogs.kinds.reading import as_digits
from dialogs.knowledge import OUTRIGHT
from dialogs.offering import (
    choose,
    confirm,
    decline,
    labelled,
    offer_again,
    offer_draft,
    offer_lines,
    propose_again,
)
from dialogs.results import learn
from dialogs.reviewing import card_lines, review_options
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
from dialogs.steering import COMMANDS, meant_lines, steer, submit
from dialogs.steps import CONFIRMED, LATER, STEPS
from dialogs.talk import Talk
from dialogs.turn import AlreadyAnswered, Asked, ErasePerson, KnowledgeTold, Turn
from dialogs.varying import varied

Words: TypeAlias = Text | Tap | Photo
"""What may be an answer."""

SAME_AS: Final[dict[type[Proposal], str]] = {
    Change: "change",
    StartAgain: "restart",
    Delete: "delete",
    Withdraw: "withdraw",
}
"""Commands that, repeated when they are to be confirmed, mean yes."""

HELPERS: Final = frozenset({"human", "complaint"})
"""Commands that are heard even while an application is being submitted."""


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
    return varied(_heard(talk, said)).turn()


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
            return _answered(talk, said) if talk.draft.state == "open" else _stray_photo(talk)
        case Text():
            return _typed(talk, said)
        case _:
            assert_never(said)


def _while_submitting(talk: Talk, said: Words) -> Talk:
    """Nothing but its own result touches the draft; help is there all the same."""
    command, _ = _command(talk, said.text) if isinstance(said, Text) else ("", "")
    ref = taps.parse(said.id) if isinstance(said, Tap) else None
    if ref is not None and ref.question == taps.COMMAND:
        command = ref.choice
    return steer(talk, command) if command in HELPERS else talk.tell("submitting.wait")


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
            return _again(talk.tell(_not_readable(said)))
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


def _stray_photo(talk: Talk) -> Talk:
    return talk.tell("photo.not_now", "apply", "supplement")


# ---- text ---------------------------------------------------------------------------------


def _typed(talk: Talk, said: Text) -> Talk:
    command, argument = _command(talk, said.text)
    focus = talk.conversation.focus
    if command and isinstance(focus, Confirming) and SAME_AS.get(type(focus.proposal)) == command:
        return confirm(talk, focus.proposal)
    if command:
        return steer(talk, command, argument)
    if talk.conversation.reminder and _among(said.text, talk.definition.words.thanks):
        noted = replace(talk, conversation=replace(talk.conversation, reminder=""))
        return noted.tell("thanks")
    if _among(said.text, talk.definition.words.greetings):
        return _greet(talk)
    if isinstance(focus, Paused) or (talk.draft.state != "open" and isinstance(focus, Asking)):
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
            carried = text.removeprefix(prefix)
            if carried != text and (len(prefix) > 1 or meant_lines(talk, carried)):
                return name, carried  # 改 alone may begin anything: 改天再说
    return "", ""


def _folded(typed: str) -> str:
    """Full-width to half-width, without blanks and closing punctuation."""
    text = unicodedata.normalize("NFKC", typed)
    return "".join(text.split()).rstrip("。.!！?？~,，")


def _among(typed: str, words: tuple[str, ...]) -> bool:
    return _folded(typed) in words


def _by_the_way(talk: Talk, said: Text) -> Talk:
    """Nothing stands open just now: a question of hers, or a word to go on."""
    entry = talk.definition.knowledge.find(said.text)
    paused = isinstance(talk.conversation.focus, Paused)
    if entry is not None:
        talk = talk.happened(KnowledgeTold(entry.id))
        return talk.tell("go_on", "continue") if paused else _anything_else(talk)
    if _among(said.text, talk.definition.words.thanks):
        return talk.tell("thanks")
    return ask(talk.tell("welcome_back")) if paused else _greet(talk)


def _anything_else(talk: Talk) -> Talk:
    return talk.tell("anything_else", "apply", "human")


# ---- an answer to what is being talked about ----------------------------------------------


def _answered(talk: Talk, said: Words) -> Talk:
    match talk.conversation.focus:
        case Asking() | Paused():
            return _to_open_question(talk, said)
        case Correcting(key=key):
            return _to_question(talk, talk.definition.form.question(key), said)
        case Confirming() | Choosing() if isinstance(said, Photo):
            return _photo_by_the_way(talk, said)
        case Confirming(proposal=proposal):
            return _to_proposal(talk, proposal, said)
        case Choosing() as choosing:
            return _to_choice(talk, choosing, said)
        case _:
            assert_never(talk.conversation.focus)


def _to_proposal(talk: Talk, proposal: Proposal, said: Words) -> Talk:
    """Yes or no, in whatever words; a question of hers is neither."""
    what = SAME_AS.get(type(proposal), "keep")
    option = _option((("yes", talk.text(f"yes.{what}")), ("no", talk.text(f"no.{what}"))), said)
    plain = _polarity(talk, said) if option is None else option == "yes"
    if plain is None:
        return _unclear(talk, said)
    return confirm(talk, proposal) if plain else decline(talk, proposal)


def _to_choice(talk: Talk, choosing: Choosing, said: Words) -> Talk:
    option = _option(labelled(talk, choosing), said)
    if option is None and choosing.what == "line":
        option = _line_meant(talk, said)
    return _unclear(talk, said) if option is None else choose(talk, choosing, option)


def _polarity(talk: Talk, said: Words) -> bool | None:
    """Yes, no or neither; 要跑几趟 begins like a yes and is a question."""
    if not isinstance(said, Text) or talk.definition.knowledge.find(said.text) is not None:
        return None
    return polarity(said.text)


def _line_meant(talk: Talk, said: Words) -> str | None:
    """A line by its name, where only the parts of the form are offered, or everything."""
    if not isinstance(said, Text) or talk.definition.knowledge.find(said.text) is not None:
        return None
    found = meant_lines(talk, _folded(said.text))
    return found[0].key if len(found) == 1 else None


def _photo_by_the_way(talk: Talk, said: Photo) -> Talk:
    """A photo that the form waits for is welcome at any time."""
    question = talk.place().open
    if talk.draft.state == "open" and question is not None and question.kind == "photos":
        return _to_question(talk, question, said)
    return _again(talk.tell("photo.not_now_form"))


def _to_open_question(talk: Talk, said: Words) -> Talk:
    question = talk.place().open
    if question is None:
        return _to_review(talk, said)
    return _to_question(talk, question, said)


def _to_question(talk: Talk, question: Question, said: Words) -> Talk:
    if isinstance(said, Photo) and question.kind != "photos":
        return _again(talk.tell("photo.not_now_form"))
    if question.kind in STEPS:
        return _to_step(talk, question, said)
    if isinstance(said, Text) and _asks_outright(talk, question, said):
        return _unclear(talk, said)
    reading = read(talk, question, said)
    if isinstance(reading, Rejected):
        return _aside(talk, said) or _noted(talk, said) or reject(talk, question, reading)
    return take(talk, question, reading)


def _to_step(talk: Talk, question: Question, said: Words) -> Talk:
    match question.kind:
        case steps.IDENTITY:
            return _to_login(talk, question, said)
        case steps.CARD:
            return _to_card(talk, question, said)
        case _:  # a look-up, which answers itself
            return _aside(talk, said) or _again(talk)


def _to_login(talk: Talk, question: Question, said: Words) -> Talk:
    """On without it; or where it is done, for who says 好."""
    wanted = _polarity(talk, said)
    if wanted is True:
        return steer(talk, "login")
    later = ((LATER, talk.text("login.later")),)
    if wanted is False or _option(later, said) is not None:
        return ask(talk.with_answer(question.key, Answer(LATER, "citizen", talk.now)))
    return _unclear(talk, said)


def _to_card(talk: Talk, question: Question, said: Words) -> Talk:
    """All correct, or the line that is wrong."""
    lines = tuple((key, talk.definition.form.question(key).label) for key in card_lines(talk))
    right = _polarity(talk, said)
    option = _option(((CONFIRMED, talk.text("card.confirm")), *lines), said)
    option = option or _line_meant(talk, said)
    if right is False and option is None:
        return offer_lines(talk)
    if right is True or option == CONFIRMED:
        return ask(talk.with_answer(question.key, Answer(CONFIRMED, "citizen", talk.now)))
    if option is None:
        return _unclear(talk, said)
    return correct(talk, talk.definition.form.question(option))


def _to_review(talk: Talk, said: Words) -> Talk:
    """Only the whole word or its number submits: it declares what the law holds her to."""
    option = _option(review_options(talk), said)
    if option == "submit":
        return submit(talk)
    line = _line_meant(talk, said) if option is None else None
    if line is not None:
        return correct(talk, talk.definition.form.question(line))
    if option == "change" or _polarity(talk, said) is False:
        return offer_lines(talk)
    return _unclear(talk, said)


def _option(options: tuple[tuple[str, str], ...], said: Words) -> str | None:
    """The option that a tap, a number or its name means."""
    offers = tuple(Offer(name, label) for name, label in options)
    offer = chosen(said, offers)
    if offer is None and isinstance(said, Text):
        offer = chosen(Text(as_digits(said.text)), offers)  # 第一个孩子
    return offer.id if offer is not None else None


# ---- not understood -----------------------------------------------------------------------


def _unclear(talk: Talk, said: Words) -> Talk:
    """Her own question is answered first; else what stood open is put again, with more help."""
    aside = _aside(talk, said) or _noted(talk, said)
    if aside is not None:
        return aside
    talk = talk.missed()
    return _again(talk.tell("unclear"), talk.conversation.misses)


def _asks_outright(talk: Talk, question: Question, said: Text) -> bool:
    """Nearly word for word what people ask, and not what an option is called."""
    options = (word for one in question.options for word in (one.label, *one.also))
    if _among(said.text, tuple(options)):
        return False
    return talk.definition.knowledge.find(said.text, OUTRIGHT) is not None


def _noted(talk: Talk, said: Words) -> Talk | None:
    """好的, 知道了: no answer, but nothing to find unclear either."""
    if isinstance(said, Text) and _among(said.text, talk.definition.words.thanks):
        return _again(talk.tell("noted"))
    return None


def _aside(talk: Talk, said: Words) -> Talk | None:
    """The answer to a question by the way, after which what stood open stands open again."""
    entry = talk.definition.knowledge.find(said.text) if isinstance(said, Text) else None
    return _again(talk.happened(KnowledgeTold(entry.id))) if entry is not None else None


def _again(talk: Talk, misses: int = 0) -> Talk:
    """Whatever is being talked about is put once more."""
    match talk.conversation.focus:
        case Asking() | Paused():
            return ask_again(talk, misses) if talk.draft.state == "open" else talk
        case Correcting(key=key):
            return talk.happened(Asked(key, misses))
        case Confirming(proposal=proposal):
            return propose_again(talk, proposal, misses)
        case Choosing() as choosing:
            return offer_again(talk, choosing, misses)
        case _:
            assert_never(talk.conversation.focus)


# ---- taps ---------------------------------------------------------------------------------


def _tapped(talk: Talk, tap: Tap) -> Talk:
    """A live tap answers what is asked; an old one says what was answered then."""
    ref = taps.parse(tap.id)
    if ref is None:
        return _typed(talk, Text(tap.label))
    if ref.question == taps.COMMAND:
        name, _, argument = ref.choice.partition(".")
        return steer(talk, name, argument) if name in COMMANDS else _greet(talk)
    if _is_live(talk, ref):
        return _answered(talk, Tap(ref.choice, tap.label))
    if ref.draft != talk.draft.id or talk.draft.state == "blank":
        return _again(talk.tell("tap.other_draft", "progress"))
    return _old_tap(talk, ref)


def _is_live(talk: Talk, ref: taps.Ref) -> bool:
    """Whether the tap belongs to what is being asked right now."""
    focus = talk.conversation.focus
    if ref.question in {taps.PROPOSAL, taps.OFFERED}:
        # one's asking number is enough: a blank draft has another id each time
        awaited = Confirming if ref.question == taps.PROPOSAL else Choosing
        return isinstance(focus, awaited) and ref.asking == talk.conversation.asking
    if ref.draft != talk.draft.id or talk.draft.state != "open":
        return False
    if isinstance(focus, Correcting):
        return focus.key == ref.question
    here = talk.place().open
    if ref.question == taps.REVIEW:
        return talk.is_asking and here is None and ref.asking == talk.conversation.asking
    return talk.is_asking and here is not None and here.key == ref.question


def _old_tap(talk: Talk, ref: taps.Ref) -> Talk:
    question = talk.place().question(ref.question)
    answer = talk.draft.answers.get(ref.question)
    if question is None or not question.review or answer is None or not answer.done:
        return _again(talk.tell("tap.old"))
    return _again(talk.happened(AlreadyAnswered(question.key)))
