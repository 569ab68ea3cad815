"""Both provinces' forms, answered anyhow: they end, everything can be corrected, and what is
submitted is what stands on the route.

Somebody who says random but possible things, through the engine, as messages: every choice may be
tapped, every typed answer is one of a few, and what is not taken is said otherwise.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.applying import application
from cases.values import JSON
from dialogs.conversation import Asking, Confirming, Conversation, Correcting, begin
from dialogs.definition import Definition
from dialogs.draft import Draft, blank
from dialogs.engine import hear
from dialogs.form import Entry, Group, Question, more_question
from dialogs.route import Place, place
from dialogs.said import (
    IdentityConfirmed,
    PapersAnswered,
    Photo,
    PhotoStored,
    RegistryAnswered,
    Said,
    Text,
)
from dialogs.steps import STEPS
from storage.definitions import load

SERVICES: Final = Path(__file__).parents[2] / "services"
NOW: Final = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
TODAY: Final = date(2026, 11, 21)
MOST_MESSAGES: Final = 400
EXAMPLES: Final = 12
CORRECTIONS: Final = 4

TYPED: Final[Mapping[str, Sequence[str]]] = {
    "name": ("王建国", "李秀兰"),
    "id_number": (
        "410105196606129011", "410105197106159024", "131003197603089042", "13010219710520902X",
    ),
    "phone": ("13900000001",),
    "uscc": ("91410105731234567D",),
    "text": ("廊坊市广阳区示范路5号院1号楼", "065000", "13100000123456"),
    "ethnicity": ("汉族", "回族"),
    "address": ("郑州市金水区花园路街道省委社区3号院", "郑州市金水区经八路街道示范社区1号院"),
    "bank": ("建行", "工商银行"),
    "bank_card": ("6217000010000000128",),
    "date": ("1966年6月1日", "1971年6月15日", "今天"),
    "month": ("1985年9月", "1992年5月", "2026年10月", "2026年12月", "2027年3月", "2028年6月"),
}  # fmt: skip
"""For each kind that is typed: what somebody might say; which fits is found out by saying it."""


@cache
def province(name: str) -> Definition:
    return load(SERVICES, name)


class Somebody:
    """Answers whatever is asked, by chance."""

    def __init__(self, definition: Definition, chance: Random) -> None:
        self.definition, self.chance = definition, chance
        self.conversation: Conversation = begin("p1")
        self.draft: Draft = blank("d1", definition.province, definition.release, "p1", NOW)
        self.photos = count(1)

    @property
    def place(self) -> Place:
        return place(self.definition, self.draft, TODAY)

    def say(self, *said: str | Said) -> None:
        for one in said:
            heard = Text(one) if isinstance(one, str) else one
            turn = hear(self.definition, self.conversation, self.draft, heard, NOW)
            self.conversation, self.draft = turn.conversation, turn.draft

    def go_on(self) -> None:
        """Answer until nothing is asked any more."""
        for _ in range(MOST_MESSAGES):
            match self.conversation.focus:
                case Confirming():
                    self.say("1")
                case Correcting(key=key):
                    self._answer(next(one for one in self.place.answered if one.key == key))
                case Asking() if (question := self.place.open) is not None:
                    self._answer(question)
                case Asking():
                    return
                case other:
                    raise AssertionError(f"nobody asked for {other}")
        raise AssertionError(f"the form does not end: {self.place.open}")

    def correct(self, key: str) -> None:
        self.say(f"修改 {key}")
        assert self.conversation.focus == Correcting(key)
        self.go_on()

    def _answer(self, question: Question) -> None:
        if question.skippable and self.chance.random() < 0.3:
            self.say("跳过")
        elif question.kind in _IN_A_WAY:
            _IN_A_WAY[question.kind](self, question)
        elif question.options:
            options = [one for one in question.options if self._holds(one.when)]
            self.say(self.chance.choice(options).label)
        elif question.list and question.kind == "office":
            self.say(self.chance.choice(self.definition.lists[question.list]).name)
        else:
            self.say(self.chance.choice(TYPED[question.kind]))

    def _holds(self, condition: object) -> bool:
        return self.definition.holds(condition, self.place.answers, TODAY)  # type: ignore[arg-type] # an option's own


def _identity(one: Somebody, _: Question) -> None:
    number = one.chance.choice(TYPED["id_number"])
    one.say(one.chance.choice(("先不认证，自己填", IdentityConfirmed("d1", "王建国", number))))


def _photos(one: Somebody, question: Question) -> None:
    media = f"m{next(one.photos)}"
    one.say(Photo(media), PhotoStored("d1", question.key, media, f"doc-{media}"), "发完了")


_IN_A_WAY: Final[Mapping[str, Callable[[Somebody, Question], None]]] = {
    "identity": _identity,
    "registry": lambda one, _: one.say(RegistryAnswered("d1", "nothing")),
    "papers": lambda one, _: one.say(PapersAnswered("d1", "nothing")),
    "card": lambda one, _: one.say("全部正确"),
    "notice": lambda one, _: one.say("1"),
    "consent": lambda one, _: one.say(one.chance.choice(("同意", "不同意"))),
    "photos": _photos,
}


def on_the_route(definition: Definition, answers: Mapping[str, JSON]) -> Iterator[str]:
    """The questions that apply, found anew: each condition sees what was said before it."""
    seen: dict[str, JSON] = {}
    for entry in definition.form.entries():
        if definition.holds(entry.when, seen, TODAY):
            for key in _of(definition, entry, answers, seen):
                seen[key] = answers.get(key)
                yield key


def _of(
    definition: Definition, entry: Entry, answers: Mapping[str, JSON], seen: Mapping[str, JSON]
) -> Iterator[str]:
    if not isinstance(entry, Group):
        yield entry.key
        return
    for number in count():
        for member in entry.members(number):
            if definition.holds(member.when, seen, TODAY):
                yield member.key
        more = more_question(entry, number).key
        if more in answers:
            yield more
        if answers.get(more) is not True:
            return


@pytest.mark.parametrize("name", ["henan", "hebei"])
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
def test_whatever_is_answered_and_corrected_the_form_ends_and_submits_its_route(
    name: str, seed: int
) -> None:
    chance = Random(seed)
    somebody = Somebody(province(name), chance)
    somebody.say("办理退休")
    somebody.go_on()
    for _ in range(CORRECTIONS):
        submits_its_route(somebody)
        somebody.correct(chance.choice(correctable(somebody.place)))
    submits_its_route(somebody)


@pytest.mark.parametrize("name", ["henan", "hebei"])
def test_how_it_began_is_no_line_to_correct(name: str) -> None:
    """Else she would wait for a unit that nobody has invited; 请单位代办 is the way."""
    somebody = Somebody(province(name), Random(1))
    somebody.say("办理退休")
    somebody.go_on()
    somebody.say("修改 谁来申请")
    assert somebody.conversation.focus != Correcting("beginning")


def correctable(here: Place) -> list[str]:
    """All that was answered but the look-ups, what a table says, and how it all began."""
    said = (one for one in here.answered if one.kind not in STEPS and not one.decide)
    return [one.key for one in said if one.key != "beginning"]


def submits_its_route(somebody: Somebody) -> None:
    definition, here = somebody.definition, somebody.place
    kinds = {one.key: one.kind for one in here.answered}
    route = set(on_the_route(definition, here.answers))
    filed = application(definition, somebody.draft, NOW)
    left_open = {key for key in route if here.answers.get(key) is None}
    steps = {key for key in route if kinds[key] in STEPS}
    assert {*filed.answers, *filed.documents} == route - steps - (left_open - set(filed.documents))
