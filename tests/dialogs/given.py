"""Henan's service as loaded, and a phone to talk with it, for the tests of the conversation."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from dialogs.conversation import Conversation, begin
from dialogs.definition import Definition
from dialogs.draft import Draft, blank
from dialogs.engine import hear
from dialogs.route import Place, place
from dialogs.said import (
    IdentityConfirmed,
    PapersAnswered,
    RegistryAnswered,
    Said,
    Tap,
    Text,
)
from dialogs.say import Choice, Utterance
from dialogs.speak import speak
from dialogs.talk import CHINA
from dialogs.turn import Turn
from storage.definitions import load
from storage.redis.stored import (
    conversation_from_bytes,
    conversation_to_bytes,
    draft_from_bytes,
    draft_to_bytes,
)
from tests.transcripts.facts import HOUSEHOLDS, PAPERS

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
SERVICES = Path(__file__).parents[2] / "services"


@cache
def henan() -> Definition:
    return load(SERVICES, "henan")


@dataclass
class Phone:
    """Says and hears; what is kept is written out and read back at each step."""

    conversation: Conversation = field(default_factory=lambda: begin("p1"))
    draft: Draft = field(default_factory=lambda: blank("d1", "henan", 1, "p1", NOW))
    turn: Turn | None = None
    bubbles: tuple[Utterance, ...] = ()
    now: datetime = NOW

    def say(self, *said: str | Said) -> "Phone":
        for one in said:
            self._hear(Text(one) if isinstance(one, str) else one)
        return self

    def _hear(self, said: Said) -> None:
        self.turn = hear(henan(), self.conversation, self.draft, said, self.now)
        self.bubbles = speak(henan(), self.turn, self.now)
        self.conversation = conversation_from_bytes(conversation_to_bytes(self.turn.conversation))
        self.draft = draft_from_bytes(draft_to_bytes(self.turn.draft))
        assert self.conversation == self.turn.conversation
        assert self.draft == self.turn.draft

    def tap(self, label: str) -> "Phone":
        return self.say(Tap(self.choice(label).id, label))

    def choice(self, label: str) -> Choice:
        return next(choice for choice in self.choices if choice.label == label)

    @property
    def choices(self) -> tuple[Choice, ...]:
        return tuple(choice for bubble in self.bubbles for choice in bubble.choices)

    @property
    def text(self) -> str:
        return "\n".join(bubble.text for bubble in self.bubbles)

    @property
    def last(self) -> Turn:
        assert self.turn is not None
        return self.turn

    @property
    def place(self) -> Place:
        return place(henan(), self.draft, self.now.astimezone(CHINA).date())

    @property
    def open(self) -> str:
        question = self.place.open
        return question.key if question is not None else ""


def known(house: str = "", papers: str = "") -> Phone:
    """She logged in, was looked up, and looks at the card."""
    return Phone().say(
        "办理退休",
        "盖了",
        IdentityConfirmed("d1", "王建国", "410105196606129011", "19900000001"),
        "同意",
        RegistryAnswered("d1", "found", HOUSEHOLDS[house]),
        PapersAnswered("d1", "found", PAPERS[papers]),
    )


def finished() -> Phone:
    """Everything is answered; the review is shown."""
    return known().say(
        "全部正确", "建行", "6217000010000000128", "不提取", "不申请", "自己去领", "1"
    )
