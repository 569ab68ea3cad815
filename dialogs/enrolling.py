"""预审登记: a short talk of its own, beside the form, that ends in the register (HN-48, HN-14).

Who is verified says where and when; who is not says name, ID number and telephone, too. What the
draft knows is not asked again. Nothing is registered before she has seen it all and agreed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from cases.ages import retirement_age
from cases.values import JSON
from dialogs.asking import ask
from dialogs.consulting.facts import day, kinds, of_card, of_draft
from dialogs.conversation import About, Asking, Enrolling
from dialogs.form import Question
from dialogs.kinds.base import Accepted, Doubtful, Offer, Rejected, Scene
from dialogs.kinds.dating import shown
from dialogs.kinds.picking import by_number, chosen, polarity
from dialogs.said import Photo, Tap, Text
from dialogs.talk import Talk
from dialogs.turn import AnswerRejected, Enrol, EnrolAsked, FindEnrolled

STEPS: Final = ("name", "id_number", "phone", "insured_city", "retirement_month")
"""What the register wants to know, each read as the form's own question of that key."""
CONSENT: Final = "consent"
STATEMENT: Final = "pre_review"
YES: Final = "yes"
NO: Final = "no"


def enrol(talk: Talk, _: str = "") -> Talk:
    """She wants to be registered, or to know where that stands."""
    talk = _quiet(talk)
    if talk.role == "agent":
        return ask(talk.tell("pre_review.hers"))
    if not talk.definition.consulting.pre_review:
        ways = ("continue",) if talk.draft.state == "open" else ("apply",)
        return talk.tell("pre_review.none", *ways, **talk.definition.contacts)
    person = talk.conversation.speaking_for
    return talk.errand(FindEnrolled(person, talk.definition.province)).tell("pre_review.looking")


def begin(talk: Talk, known: Mapping[str, str]) -> Talk:
    """Nothing is registered of her yet: ask for what is missing."""
    facts = {**_of_draft(talk), **{key: value for key, value in known.items() if value}}
    if facts.get("id_number") != _of_draft(talk).get("id_number"):
        facts.pop("retirement_month", None)
    enrolling = Enrolling(facts)
    return put(talk.tell("pre_review.begin").focus(enrolling), enrolling)


def put(talk: Talk, enrolling: Enrolling, misses: int = 0) -> Talk:
    """What is to be said next."""
    step = missing(enrolling)
    return talk.happened(EnrolAsked(step, misses))


def missing(enrolling: Enrolling) -> str:
    """The first step that is not said yet."""
    return next((one for one in STEPS if one not in enrolling.facts), CONSENT)


def heard(talk: Talk, enrolling: Enrolling, said: Text | Tap | Photo) -> Talk | None:
    """Go on with what was said; None where it is nothing like an answer."""
    step = missing(enrolling)
    if step == CONSENT:
        return _decided(talk, enrolling, said)
    offer = _picked(talk, enrolling, said)
    if offer is not None:
        return _with(talk, enrolling, step, offer.id)
    question = talk.definition.form.question(step)
    reading = talk.kind(question).read(question, said, _scene(talk))
    match reading:
        case Accepted(value=str(value)) | Doubtful(value=str(value)):
            return _with(talk, enrolling, step, value)
        case Rejected() if not reading.unclear:
            rejected = AnswerRejected(question.key, reading.reason, reading.params)
            talk = talk.missed().happened(rejected)
            return put(talk, enrolling, talk.conversation.misses)
        case _:
            return None


def back(talk: Talk, enrolling: Enrolling) -> Talk:
    """The last step again; before the first one it all ends."""
    said = [one for one in STEPS if one in enrolling.asked]
    if not said:
        return leave(talk)
    facts = {key: value for key, value in enrolling.facts.items() if key != said[-1]}
    asked = tuple(one for one in enrolling.asked if one != said[-1])
    earlier = replace(enrolling, facts=facts, asked=asked)
    return put(talk.focus(earlier), earlier)


def leave(talk: Talk) -> Talk:
    """She does not want to after all."""
    talk = talk.focus(Asking()).tell("pre_review.left")
    return ask(talk) if talk.draft.state == "open" else talk


def offers(talk: Talk, enrolling: Enrolling) -> tuple[Offer, ...]:
    """What can be tapped: her statutory months, the places, yes and no."""
    step = missing(enrolling)
    if step == CONSENT:
        return tuple(Offer(one, talk.text(f"pre_review.{one}")) for one in (YES, NO))
    if step == "retirement_month":
        return tuple(_months(talk, enrolling))
    question = talk.definition.form.question(step)
    return talk.kind(question).offers(question, _scene(talk))


def params(talk: Talk, enrolling: Enrolling) -> dict[str, JSON]:
    """What is going to be registered, as it may stand on her screen."""
    form, scene = talk.definition.form, _scene(talk)
    questions: Iterator[Question] = (form.question(one) for one in STEPS)
    return {
        one.key: talk.kind(one).mask(one, enrolling.facts[one.key], scene)
        if one.key in enrolling.facts
        else ""
        for one in questions
    }


def _quiet(talk: Talk) -> Talk:
    """What was asked by the way is not waited for any more."""
    about = talk.conversation.about
    if about is None or not about.awaits:
        return talk
    return talk.with_conversation(replace(talk.conversation, about=replace(about, awaits="")))


def _of_draft(talk: Talk) -> dict[str, str]:
    values = ((one, talk.draft.value(one)) for one in STEPS)
    return {key: value for key, value in values if isinstance(value, str) and value}


def _with(talk: Talk, enrolling: Enrolling, step: str, value: str) -> Talk:
    facts = {**enrolling.facts, step: value}
    grown = replace(enrolling, facts=facts, asked=(*enrolling.asked, step))
    return put(talk.focus(grown), grown)


def _picked(talk: Talk, enrolling: Enrolling, said: Text | Tap | Photo) -> Offer | None:
    """An offer by tap or number; one month alone also by a plain yes."""
    found = offers(talk, enrolling)
    if isinstance(said, Tap):
        return chosen(said, found)
    if not isinstance(said, Text) or missing(enrolling) in {"id_number", "phone"}:
        return None
    only = len(found) == 1 and missing(enrolling) == "retirement_month" and polarity(said.text)
    return found[0] if only else by_number(said.text.strip(), found)


def _decided(talk: Talk, enrolling: Enrolling, said: Text | Tap | Photo) -> Talk | None:
    option = chosen(said, offers(talk, enrolling))
    plain = polarity(said.text) if option is None and isinstance(said, Text) else None
    if option is None and plain is None:
        return None
    if not (option.id == YES if option is not None else plain):
        return leave(talk)
    enrolled = Enrol(
        person=talk.conversation.person,
        subject=talk.conversation.speaking_for,
        province=talk.definition.province,
        consent=talk.definition.version_of(STATEMENT),
        facts=enrolling.facts,
    )
    return talk.focus(Asking()).errand(enrolled).tell("pre_review.enrolling")


def _months(talk: Talk, enrolling: Enrolling) -> Iterator[Offer]:
    """The statutory month of her ID number; two where her original age is not known."""
    about = of_card(About(""), enrolling.facts.get("id_number"))
    if about.born is None:
        return
    born = day(about.born[0])
    said = of_draft(talk.draft, "").post or (talk.conversation.about or about).post
    about = replace(about, post=said if about.sex == "female" else "")
    possible = kinds(about, talk.definition.consulting)
    for kind in possible:
        month = str(retirement_age(kind, born).statutory)
        who = talk.text(f"pre_review.of.{kind}") if len(possible) > 1 else ""
        yield Offer(month, shown(month) + who)


def _scene(talk: Talk) -> Scene:
    return Scene(answers={}, today=talk.today, lists=talk.definition.lists)
