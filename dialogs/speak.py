"""Putting events into words: one function an event, one table, texts by key.

The engine decides what happened; here it becomes bubbles with choices. Nothing here decides
anything, and no sentence stands here: they are all in the province's texts.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from cases.values import JSON
from dialogs import taps
from dialogs.conversation import Change as ChangeProposal
from dialogs.conversation import Confirming, Correcting
from dialogs.definition import Definition
from dialogs.engine import card_lines
from dialogs.form import Question, general_key
from dialogs.route import Place
from dialogs.say import Choice, Link, Utterance
from dialogs.steps import CARD, CONFIRMED, IDENTITY, LATER, LOOK_UPS
from dialogs.talk import Talk
from dialogs.turn import (
    AlreadyAnswered,
    AnswerAccepted,
    AnswerRejected,
    Asked,
    ChangeProposed,
    Event,
    KeepProposed,
    KnowledgeTold,
    Offered,
    Proposed,
    Reviewed,
    Told,
    Turn,
)

PROVISIONAL: Final = frozenset({"looking_up", "submitting", "progress.looking", "withdrawing"})
"""Texts that are overtaken by the result they announce."""

LOGIN_PAGE: Final = "page:login"


def speak(definition: Definition, turn: Turn, now: datetime) -> tuple[Utterance, ...]:
    """The bubbles of one step, in order; the channel may put several into one message."""
    speech = _Speech(definition, turn, now)
    said: list[Utterance] = []
    for event in turn.events:
        said.extend(SPEAKERS[type(event)](speech, event))
    return tuple(said)


def merged(utterances: Iterable[Utterance]) -> tuple[Utterance, ...]:
    """As few bubbles as possible: one, or two where a long one comes before a decision."""
    pieces = tuple(utterances)
    if not pieces:
        return ()
    return (
        Utterance(
            text="\n\n".join(piece.text for piece in pieces if piece.text),
            choices=tuple(choice for piece in pieces for choice in piece.choices),
            links=tuple(link for piece in pieces for link in piece.links),
        ),
    )


def shown(talk: Talk, question: Question, here: Place, *, masked: bool) -> str:
    """An answer on the route as it may be read on her phone."""
    value = here.answers.get(question.key)
    if value is None or question.kind not in talk.definition.kinds:
        return talk.definition.texts.render("not_given", {})
    kind = talk.kind(question)
    show = kind.mask if masked else kind.show
    return show(question, value, talk.scene(question, here))


@dataclass(frozen=True, slots=True)
class _Speech:
    definition: Definition
    turn: Turn
    now: datetime

    @property
    def talk(self) -> Talk:
        return Talk(self.definition, self.turn.conversation, self.turn.draft, self.now)

    def text(self, key: str, **params: JSON) -> str:
        return self.definition.texts.render(key, params)

    def first(self, *keys: str, **params: JSON) -> str:
        return self.text(self.definition.texts.first(*keys), **params)

    def choice(self, question: str, choice: str, label: str, number: int | None = None) -> Choice:
        ref = taps.Ref(self.turn.draft.id, self.turn.conversation.asking, question, choice)
        return Choice(str(ref), label, None if number is None else str(number))

    def command(self, command: str) -> Choice:
        name, _, argument = command.partition(".")
        key = f"command.{name}_this" if name == "change" and argument else f"command.{name}"
        return self.choice(taps.COMMAND, command, self.text(key))

    def numbered(self, question: str, options: Iterable[tuple[str, str]]) -> tuple[Choice, ...]:
        return tuple(
            self.choice(question, option, label, number)
            for number, (option, label) in enumerate(options, start=1)
        )

    def question(self, key: str) -> Question:
        return self.definition.form.question(key)


# ---- one function an event ----------------------------------------------------------------


def _told(speech: _Speech, event: Told) -> tuple[Utterance, ...]:
    params = {name: _worded(speech, value) for name, value in event.params.items()}
    commands = [name for name in event.commands if name != "login"]
    return (
        Utterance(
            speech.text(event.key, **params),
            tuple(speech.command(name) for name in commands),
            _login_link(speech) if event.key in {"login.link", "submit.verify_first"} else (),
            provisional=event.key in PROVISIONAL,
        ),
    )


def _worded(speech: _Speech, value: JSON) -> JSON:
    """A person is named by a text key (`person.spouse`); everything else is itself."""
    if isinstance(value, str) and value.startswith("person.") and value in speech.definition.texts:
        return speech.text(value)
    return value


def _asked(speech: _Speech, event: Asked) -> tuple[Utterance, ...]:
    question = speech.question(event.question)
    if question.kind == IDENTITY:
        return (_identity(speech, question),)
    if question.kind == CARD:
        return (_card(speech, question),)
    if question.kind in LOOK_UPS:
        return (Utterance(speech.text("looking_up"), (speech.command("skip"),), provisional=True),)
    return (
        Utterance(
            _asking_text(speech, question, event.misses),
            (*_offers(speech, question), *_ways_on(speech, question, event.misses)),
        ),
    )


def _identity(speech: _Speech, question: Question) -> Utterance:
    later = speech.choice(question.key, LATER, speech.text("login.later"), 1)
    return Utterance(speech.text(f"ask.{question.key}"), (later,), _login_link(speech))


def _login_link(speech: _Speech) -> tuple[Link, ...]:
    return (Link(LOGIN_PAGE, speech.text("login.label")),)


def _card(speech: _Speech, question: Question) -> Utterance:
    keys = card_lines(speech.talk)
    options = [(CONFIRMED, speech.text("card.confirm"))]
    options += [(key, speech.text("card.change", label=speech.question(key).label)) for key in keys]
    text = speech.text(f"ask.{question.key}", lines=_lines(speech, keys))
    return Utterance(text, speech.numbered(question.key, options))


def _lines(speech: _Speech, keys: Iterable[str]) -> list[JSON]:
    talk = speech.talk
    here = talk.place()
    return [
        {
            "label": question.label,
            "value": shown(talk, question, here, masked=question.masked),
        }
        for question in map(speech.question, keys)
    ]


def _asking_text(speech: _Speech, question: Question, misses: int) -> str:
    """The question; missed once: the hint; twice: an example; then a way out; and round again."""
    general = general_key(question.key)
    params = _asking_params(speech, question)
    match misses % 3 if misses else -1:
        case -1:
            asked = speech.first(f"ask.{general}", **params)
            return speech.text("correcting", **params, asked=asked) if params["now"] else asked
        case 1:
            return speech.first(f"hint.{general}", f"hint.{question.kind}", **params)
        case 2:
            return speech.first(f"example.{general}", f"example.{question.kind}", **params)
        case _:
            return speech.text("way_out", **speech.definition.contacts)


def _asking_params(speech: _Speech, question: Question) -> dict[str, JSON]:
    """What the wording of a question may mention."""
    talk = speech.talk
    here = talk.place()
    parts = question.key.split(".")
    correcting = speech.turn.conversation.focus == Correcting(question.key)
    wanted = next((one.note for one in talk.draft.wanted if one.code == question.key), "")
    return {
        "label": question.label,
        "number": int(parts[1]) + 1 if len(parts) == 3 else 1,
        "now": shown(talk, question, here, masked=question.masked)
        if correcting and question.key in here.answers
        else "",
        "wanted": wanted,
    }


def _offers(speech: _Speech, question: Question) -> tuple[Choice, ...]:
    talk = speech.talk
    offers = talk.kind(question).offers(question, talk.scene(question, talk.place()))
    return speech.numbered(question.key, ((offer.id, offer.label) for offer in offers))


def _ways_on(speech: _Speech, question: Question, misses: int) -> tuple[Choice, ...]:
    names = ["skip"] if question.skippable else []
    if misses >= 3 and misses % 3 == 0:
        names += ["human", "pause"]
    return tuple(speech.command(name) for name in names)


def _accepted(speech: _Speech, event: AnswerAccepted) -> tuple[Utterance, ...]:
    text = speech.text(event.echo, **event.params)
    question = speech.question(event.question)
    answer = speech.turn.draft.answers.get(event.question)
    growing = answer is not None and not answer.done
    return (Utterance(text, _offers(speech, question) if growing else ()),)


def _rejected(speech: _Speech, event: AnswerRejected) -> tuple[Utterance, ...]:
    return (Utterance(speech.text(f"reject.{event.reason}", **event.params)),)


def _change_proposed(speech: _Speech, event: ChangeProposed) -> tuple[Utterance, ...]:
    focus = speech.turn.conversation.focus
    if not isinstance(focus, Confirming) or not isinstance(focus.proposal, ChangeProposal):
        return ()
    question = speech.question(event.question)
    talk = speech.talk
    here = talk.place()
    new = talk.kind(question).show(question, event.value, talk.scene(question, here))
    text = speech.text(
        "confirm.change",
        label=question.label,
        new=new,
        asks_again=_labels(speech, focus.proposal.asks_again),
        drops=_labels(speech, focus.proposal.drops),
    )
    return (Utterance(text, _yes_no(speech, "change")),)


def _labels(speech: _Speech, keys: Iterable[str]) -> list[JSON]:
    labels = [speech.question(key).label for key in keys]
    return list(dict.fromkeys(labels))


def _keep_proposed(speech: _Speech, event: KeepProposed) -> tuple[Utterance, ...]:
    return (
        Utterance(speech.text(f"doubt.{event.reason}", **event.params), _yes_no(speech, "keep")),
    )


def _proposed(speech: _Speech, event: Proposed) -> tuple[Utterance, ...]:
    return (
        Utterance(speech.text(f"confirm.{event.key}", **event.params), _yes_no(speech, event.key)),
    )


def _yes_no(speech: _Speech, what: str) -> tuple[Choice, ...]:
    return speech.numbered(
        taps.PROPOSAL, (("yes", speech.text(f"yes.{what}")), ("no", speech.text(f"no.{what}")))
    )


def _offered(speech: _Speech, event: Offered) -> tuple[Utterance, ...]:
    texts = speech.definition.texts
    options = (
        (option, speech.text(label) if label in texts else label) for option, label in event.options
    )
    text = speech.text(f"choose.{event.what}", **event.params)
    return (Utterance(text, speech.numbered(taps.OFFERED, options)),)


def _reviewed(speech: _Speech, _: Reviewed) -> tuple[Utterance, ...]:
    talk = speech.talk
    here = talk.place()
    keys = [question.key for question in here.answered if question.review]
    statements: list[JSON] = [
        one.text for one in speech.definition.statements(here.answers, talk.today)
    ]
    kind = talk.draft.kind
    options = (("submit", speech.text("review.submit")), ("change", speech.text("review.change")))
    return (
        Utterance(speech.text(f"review.{kind}", lines=_lines(speech, keys))),
        Utterance(
            speech.text(
                "review.declare",
                statements=statements if kind == "application" else [],
            ),
            speech.numbered(taps.REVIEW, options),
        ),
    )


def _already_answered(speech: _Speech, event: AlreadyAnswered) -> tuple[Utterance, ...]:
    question = speech.question(event.question)
    talk = speech.talk
    value = shown(talk, question, talk.place(), masked=question.masked)
    text = speech.text("tap.answered", label=question.label, value=value)
    return (Utterance(text, (speech.command(f"change.{question.key}"),)),)


def _knowledge(speech: _Speech, event: KnowledgeTold) -> tuple[Utterance, ...]:
    return (Utterance(speech.definition.knowledge.entry(event.entry).answer),)


Speaker: TypeAlias = Callable[[_Speech, Any], tuple[Utterance, ...]]

SPEAKERS: Final[Mapping[type[Event], Speaker]] = {
    Told: _told,
    Asked: _asked,
    AnswerAccepted: _accepted,
    AnswerRejected: _rejected,
    ChangeProposed: _change_proposed,
    KeepProposed: _keep_proposed,
    Proposed: _proposed,
    Offered: _offered,
    Reviewed: _reviewed,
    AlreadyAnswered: _already_answered,
    KnowledgeTold: _knowledge,
}
"""Who puts which event into words; a test holds it complete."""
