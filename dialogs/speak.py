"""Putting events into words: one function an event, one table, texts by key.

The engine decides what happened; here it becomes bubbles with choices. Nothing here decides
anything, and no sentence stands here: they are all in the province's texts.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from cases.checks import findings
from cases.tellings import TELLINGS, TOLD
from cases.values import JSON
from dialogs import enrolling, taps
from dialogs.consulting.telling import PAPER
from dialogs.conversation import Change as ChangeProposal
from dialogs.conversation import Confirming, Correcting, Enrolling
from dialogs.deciding import decided_text
from dialogs.definition import Definition
from dialogs.form import Question, Section, general_key
from dialogs.kinds.phrase import sentence
from dialogs.parties import has_joined, is_shared, may_see
from dialogs.reviewing import card_lines, review_options
from dialogs.route import Place
from dialogs.say import Choice, Link, Utterance
from dialogs.steps import CARD, CONFIRMED, IDENTITY, LATER, NOTE
from dialogs.talk import Talk
from dialogs.turn import (
    AlreadyAnswered,
    AnswerAccepted,
    AnswerRejected,
    Asked,
    ChangeProposed,
    Decided,
    EnrolAsked,
    Event,
    FactAsked,
    KeepProposed,
    KnowledgeOffered,
    KnowledgeTold,
    Offered,
    Proposed,
    Reviewed,
    Told,
    Turn,
    Waited,
)

PROVISIONAL: Final = frozenset(
    {"looking_up", "looking_up.still", "submitting", "progress.looking", "withdrawing"}
    | {
        "pre_review.looking",
        "pre_review.enrolling",
        "inviting",
        "join.looking",
        "joining",
        "declining",
    }
)
"""Texts that are overtaken by the result they announce."""

LOGIN_PAGE: Final = "page:login"
PHOTOS: Final = "photos"

WITH_LOGIN: Final = frozenset({"login.link", "submit.verify_first", "submit.refused.identity"})
"""Texts that come with a link to the province's login."""


def speak(definition: Definition, turn: Turn, now: datetime) -> tuple[Utterance, ...]:
    """The bubbles of one step, in order; the channel may put several into one message."""
    definition = definition.of(turn.draft.province)
    talk = Talk(definition, turn.conversation, turn.draft, now)
    speech = _Speech(definition, turn, talk, talk.place())
    said: list[Utterance] = []
    for event in turn.events:
        said.extend(SPEAKERS[type(event)](speech, event))
    return tuple(said)


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
    talk: Talk
    here: Place

    def text(self, key: str, **params: JSON) -> str:
        return self.definition.texts.render(key, params)

    def first(self, *keys: str, **params: JSON) -> str:
        """The first of the texts that stands in a file; with the answers it mentions, as shown."""
        key = self.definition.texts.first(*keys)
        if key in self.definition.texts.mentioning_answers:
            params = {**params, "said": _answers_shown(self)}
        return self.text(key, **params)

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

    def corrects(self, question: Question) -> bool:
        """Whether another answer to this question is awaited."""
        return self.turn.conversation.focus == Correcting(question.key)


# ---- one function an event ----------------------------------------------------------------


def _told(speech: _Speech, event: Told) -> tuple[Utterance, ...]:
    commands = [name for name in event.commands if name != "login"]
    return (
        Utterance(
            speech.text(event.key, **event.params),
            tuple(speech.command(name) for name in commands),
            _login_link(speech) if event.key in WITH_LOGIN else (),
            provisional=event.key in PROVISIONAL,
        ),
    )


def _asked(speech: _Speech, event: Asked) -> tuple[Utterance, ...]:
    question = speech.question(event.question)
    return (
        Utterance(
            _asking_text(speech, question, event),
            (*_offers(speech, question, event.misses), *_ways_on(speech, question, event.misses)),
            _login_link(speech)
            if question.kind == IDENTITY or _can_log_in(speech, question)
            else (),
        ),
    )


def _can_log_in(speech: _Speech, question: Question) -> bool:
    return question.login and speech.turn.draft.level == "typed"


def _login_link(speech: _Speech) -> tuple[Link, ...]:
    return (Link(LOGIN_PAGE, speech.text("login.label")),)


def _asking_text(speech: _Speech, question: Question, event: Asked) -> str:
    """The question; missed once: the hint; twice: an example; then a way out; and round again."""
    general, params = general_key(question.key), _asking_params(speech, question)
    if event.brief:
        return speech.text("ask_briefly", label=question.label)
    match _rung(event.misses):
        case "asked":
            return _in_full(speech, question, speech.first(*_wordings(speech, general), **params))
        case "hint":
            return speech.first(f"hint.{general}", f"hint.{question.kind}", **params)
        case "example":
            return speech.first(f"example.{general}", f"example.{question.kind}", **params)
        case "way_out":
            return speech.text("way_out", **speech.definition.contacts)


def _wordings(speech: _Speech, general: str) -> tuple[str, ...]:
    """The keys of a question's wording: who applies for her is not asked of “您的退休”."""
    asked = f"ask.{general}"
    return (f"ask_agent.{general}", asked) if speech.talk.role == "agent" else (asked,)


def _rung(misses: int) -> Literal["asked", "hint", "example", "way_out"]:
    """How much help is due after so many misses."""
    if not misses:
        return "asked"
    match misses % 3:
        case 1:
            return "hint"
        case 2:
            return "example"
        case _:
            return "way_out"


def _answers_shown(speech: _Speech) -> dict[str, JSON]:
    """Every answer on the route that may be seen; what is not there is empty: a text can ask."""
    talk, here = speech.talk, speech.here
    empty: dict[str, JSON] = dict.fromkeys(speech.definition.form.by_key, "")
    return empty | {
        one.key: shown(talk, one, here, masked=True)
        for one in here.answered
        if may_see(talk.role, one, talk.draft)
    }


def _asking_params(speech: _Speech, question: Question) -> dict[str, JSON]:
    """What the wording of a question may mention."""
    parts = question.key.split(".")
    statement = question.settings.get("statement")
    telling = TELLINGS.get(str(question.settings.get("tells")))
    told = telling(speech.here.answers, speech.talk.today) if telling is not None else {}
    return {
        **dict.fromkeys(TOLD, ""),
        **told,
        "label": question.label,
        "number": int(parts[1]) + 1 if len(parts) == 3 else 1,
        "window": speech.definition.contacts.get("window", ""),
        "phrase": sentence(question),
        "statement": speech.definition.form.statement(str(statement)),
    }


def _in_full(speech: _Speech, question: Question, asked: str) -> str:
    """With what she said before, when it is being corrected; with what a department wrote."""
    talk = speech.talk
    here = speech.here
    note = next(
        (one.note for one in talk.draft.wanted if _begins(one.code, question.key, here)), ""
    )
    if note:
        asked = speech.text("asked_with_note", asked=asked, note=note)
    if not speech.corrects(question) or question.key not in here.answers:
        return _with_kept_photos(speech, question, asked)
    now = shown(talk, question, here, masked=question.masked)
    return speech.text("correcting", asked=asked, now=now)


def _with_kept_photos(speech: _Speech, question: Question, asked: str) -> str:
    """Photos she sent before need not be sent again."""
    before = speech.talk.draft.shelved.get(question.key)
    growing = question.key in speech.talk.draft.answers
    if question.kind != PHOTOS or before is None or not before.done or growing:
        return asked
    kept = speech.talk.kind(question).show(
        question, before.value, speech.talk.scene(question, speech.here)
    )
    return speech.text("asked_with_photos", asked=asked, kept=kept)


def _begins(code: str, key: str, here: Place) -> bool:
    """Whether the question is the one that was wanted, or the first of the group that was."""
    first = next((one for one in here.route if one.partition(".")[0] == code), "")
    return key == first


def _offers(speech: _Speech, question: Question, misses: int = 0) -> tuple[Choice, ...]:
    """What can be tapped: the kind's offers; of a step, on without login, or the card's lines."""
    talk = speech.talk
    if question.kind == NOTE:
        options = []
    elif question.kind == IDENTITY:
        options = [(LATER, speech.text("login.later"))]
    elif question.kind == CARD:
        lines = () if _rung(misses) == "way_out" else _card_lines(speech)
        options = [(CONFIRMED, speech.text("card.confirm")), *lines]
    else:
        offers = talk.kind(question).offers(question, talk.scene(question, speech.here))
        options = [(offer.id, offer.label) for offer in offers]
    return speech.numbered(question.key, options)


def _card_lines(speech: _Speech) -> Iterator[tuple[str, str]]:
    """Every fact is a line that can be tapped when it is wrong."""
    for key in card_lines(speech.talk):
        yield key, speech.text("card.line", **_line(speech, speech.question(key)))


def _line(speech: _Speech, question: Question) -> dict[str, JSON]:
    talk = speech.talk
    value = shown(talk, question, speech.here, masked=question.masked)
    return {"label": question.label, "value": value}


def _ways_on(speech: _Speech, question: Question, misses: int) -> tuple[Choice, ...]:
    names = [*question.commands, *(["skip"] if question.skippable else [])]
    if speech.corrects(question):
        names.append("keep")
    if question.kind == CARD and _rung(misses) == "way_out":
        names.append("change")  # in place of its lines
    return (*map(speech.command, names), *_ways_out(speech, misses))


def _ways_out(speech: _Speech, misses: int) -> tuple[Choice, ...]:
    if _rung(misses) != "way_out":
        return ()
    names = ["human", "pause"] if speech.turn.draft.state == "open" else ["human"]
    return tuple(map(speech.command, names))


def _decided(speech: _Speech, event: Decided) -> tuple[Utterance, ...]:
    params = _asking_params(speech, speech.question(event.question))
    return (Utterance(speech.first(decided_text(event.question, event.value), **params)),)


def _accepted(speech: _Speech, event: AnswerAccepted) -> tuple[Utterance, ...]:
    text = speech.text(event.echo, **event.params)
    question = speech.question(event.question)
    answer = speech.turn.draft.answers.get(event.question)
    if answer is None or answer.done:
        return (Utterance(text),)
    keep = (speech.command("keep"),) if speech.corrects(question) else ()
    return (Utterance(text, (*_offers(speech, question), *keep)),)


def _rejected(speech: _Speech, event: AnswerRejected) -> tuple[Utterance, ...]:
    return (Utterance(speech.text(f"reject.{event.reason}", **event.params)),)


def _change_proposed(speech: _Speech, event: ChangeProposed) -> tuple[Utterance, ...]:
    focus = speech.turn.conversation.focus
    if not isinstance(focus, Confirming) or not isinstance(focus.proposal, ChangeProposal):
        return ()
    question = speech.question(event.question)
    talk = speech.talk
    here = speech.here
    kind = talk.kind(question)
    show = kind.mask if question.masked else kind.show
    new = show(question, event.value, talk.scene(question, here))
    text = speech.text(
        "confirm.change",
        label=question.label,
        new=new,
        asks_again=_labels(speech, focus.proposal.asks_again),
        drops=_labels(speech, focus.proposal.drops),
    )
    return (_decision(speech, text, "change", event.misses),)


def _labels(speech: _Speech, keys: Iterable[str]) -> list[JSON]:
    labels = [speech.question(key).label for key in keys]
    return list(dict.fromkeys(labels))


def _keep_proposed(speech: _Speech, event: KeepProposed) -> tuple[Utterance, ...]:
    text = speech.text(f"doubt.{event.reason}", **event.params)
    return (_decision(speech, text, "keep", event.misses),)


def _proposed(speech: _Speech, event: Proposed) -> tuple[Utterance, ...]:
    text = speech.text(f"confirm.{event.key}", **event.params)
    return (_decision(speech, text, event.key, event.misses),)


def _decision(speech: _Speech, text: str, what: str, misses: int) -> Utterance:
    options = (("yes", speech.text(f"yes.{what}")), ("no", speech.text(f"no.{what}")))
    return _choosing(speech, text, taps.PROPOSAL, options, misses)


def _offered(speech: _Speech, event: Offered) -> tuple[Utterance, ...]:
    text = speech.text(f"choose.{event.what}")
    return (_choosing(speech, text, taps.OFFERED, event.options, event.misses),)


def _choosing(
    speech: _Speech, text: str, where: str, options: Sequence[tuple[str, str]], misses: int
) -> Utterance:
    """Something to choose from; the choices stay, the help grows."""
    match _rung(misses):
        case "hint":
            text = speech.text("answer_by_number")
        case "example":
            text = speech.text("answer_by_example", first=options[0][1] if options else "")
        case "way_out":
            text = speech.text("way_out", **speech.definition.contacts)
        case "asked":
            pass
    return Utterance(text, (*speech.numbered(where, options), *_ways_out(speech, misses)))


def _reviewed(speech: _Speech, event: Reviewed) -> tuple[Utterance, ...]:
    options = review_options(speech.talk)
    if event.misses:
        return (_choosing(speech, "", taps.REVIEW, options, event.misses),)
    talk = speech.talk
    if is_shared(talk.draft) and talk.role == "self":
        whole = Utterance(speech.text("review.application", sections=_sections(speech)))
        then = speech.text("review.by_agent", **_parties(speech))
        return (whole, Utterance(then, (speech.command("change"), speech.command("part"))))
    kind = talk.draft.kind
    declared = speech.definition.statements(speech.here.answers, talk.today)
    statements: list[JSON] = [one.text for one in declared] if kind == "application" else []
    return (
        *_checks(speech),
        Utterance(speech.text(f"review.{kind}", sections=_sections(speech))),
        Utterance(
            speech.text("review.declare", statements=statements),
            speech.numbered(taps.REVIEW, options),
        ),
    )


def _checks(speech: _Speech) -> tuple[Utterance, ...]:
    """What her answers do not meet, all of it at once, and what is left to the departments."""
    talk = speech.talk
    if talk.draft.kind != "application":
        return ()
    found = findings(speech.definition.service, speech.here.answers, talk.today)
    fails = [one.check for one in found if one.standing == "fails"]
    if not found:
        return ()
    said: list[JSON] = [speech.text(f"check.{one.code}") for one in fails]
    left = (one.check.about for one in found if one.standing == "unknown")
    unknown: list[JSON] = list(dict.fromkeys(left))
    ways = ("human",) if any(one.kind == "referral" for one in fails) else ()
    return (
        Utterance(
            speech.text("review.checks", fails=said, unknown=unknown),
            tuple(speech.command(name) for name in ways),
        ),
    )


def _sections(speech: _Speech) -> list[JSON]:
    """What was answered, under the titles of the form."""
    form, talk = speech.definition.form, speech.talk
    lines: dict[str, tuple[Section, list[JSON]]] = {}
    hidden: dict[str, JSON] = {"label": speech.text("hers.label"), "value": speech.text("hers")}
    for question in speech.here.answered:
        if not question.review:
            continue
        section = form.section_of(question.key)
        said = lines.setdefault(section.key, (section, []))[1]
        if may_see(talk.role, question, talk.draft):
            said.append(_line(speech, question))
        elif hidden not in said:  # not what is asked of her, either: 去世年月
            said.append(hidden)
    return [{"title": section.title, "lines": said} for section, said in lines.values()]


def _waited(speech: _Speech, event: Waited) -> tuple[Utterance, ...]:
    """The one is done: whom we wait for, what can be done meanwhile."""
    del event
    role, joined = speech.talk.role, has_joined(speech.turn.draft)
    text = speech.text(f"waiting.{role}" if joined else f"waiting.{role}_alone", **_parties(speech))
    names = ("change", "part") if joined else ("invite", "part" if role == "self" else "delete")
    return (Utterance(text, tuple(map(speech.command, names))),)


def _parties(speech: _Speech) -> dict[str, JSON]:
    """How the two call each other."""
    answers = speech.here.answers
    return {
        "name": str(answers.get("employee_name") or ""),
        "organisation": str(answers.get("employer_name") or ""),
    }


def _already_answered(speech: _Speech, event: AlreadyAnswered) -> tuple[Utterance, ...]:
    question = speech.question(event.question)
    text = speech.text("tap.answered", **_line(speech, question))
    return (Utterance(text, (speech.command(f"change.{question.key}"),)),)


def _knowledge(speech: _Speech, event: KnowledgeTold) -> tuple[Utterance, ...]:
    return (Utterance(speech.definition.knowledge.entry(event.entry).answer),)


def _knowledge_offered(speech: _Speech, event: KnowledgeOffered) -> tuple[Utterance, ...]:
    """Without numbers: those belong to the question that stands open."""
    entries = map(speech.definition.knowledge.entry, event.entries)
    choices = tuple(speech.choice(taps.MEANT, one.id, one.phrasings[0]) for one in entries)
    return (Utterance(speech.text("knowledge.meant"), choices),)


def _fact_asked(speech: _Speech, event: FactAsked) -> tuple[Utterance, ...]:
    form, consulting = speech.definition.form, speech.definition.consulting
    asked = form.by_key.get(consulting.came_to_work)
    named = asked.options if isinstance(asked, Question) else ()
    labels = {one.id: one.label for one in named} if event.what == PAPER else {}
    options = [
        (one, labels.get(one) or speech.text(f"consulting.option.{one}")) for one in event.options
    ]
    text = speech.text(f"consulting.ask.{event.what}")
    return (Utterance(text, speech.numbered(taps.CONSULTED, options)),)


def _enrol_asked(speech: _Speech, event: EnrolAsked) -> tuple[Utterance, ...]:
    """The next step of 预审登记; before she agrees, all of it as it will be registered."""
    focus, talk = speech.turn.conversation.focus, speech.talk
    if not isinstance(focus, Enrolling):
        return ()
    offers = [(one.id, one.label) for one in enrolling.offers(talk, focus)]
    key = f"pre_review.ask.{event.step}"
    if _rung(event.misses) == "way_out":
        text = speech.text("way_out", **speech.definition.contacts)
    elif event.step == enrolling.CONSENT:
        text = speech.text(key, **enrolling.params(talk, focus))
    else:
        text = speech.text(key)
    ways = map(speech.command, ("keep", "human") if event.misses else ())
    return (Utterance(text, (*speech.numbered(taps.ENROLLING, offers), *ways)),)


Speaker: TypeAlias = Callable[[_Speech, Any], tuple[Utterance, ...]]

SPEAKERS: Final[Mapping[type[Event], Speaker]] = {
    Told: _told,
    Asked: _asked,
    Decided: _decided,
    AnswerAccepted: _accepted,
    AnswerRejected: _rejected,
    ChangeProposed: _change_proposed,
    KeepProposed: _keep_proposed,
    Proposed: _proposed,
    Offered: _offered,
    Reviewed: _reviewed,
    AlreadyAnswered: _already_answered,
    KnowledgeTold: _knowledge,
    KnowledgeOffered: _knowledge_offered,
    FactAsked: _fact_asked,
    EnrolAsked: _enrol_asked,
    Waited: _waited,
}
"""Who puts which event into words; a test holds it complete."""
