"""The working value of one step: state so far, what happened, what is to be done.

Every part of the engine takes a `Talk` and gives one back; `hear` turns the last into a Turn.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from cases.values import JSON
from dialogs.conversation import Asking, Conversation, Focus, Paused, Subject
from dialogs.definition import Definition
from dialogs.draft import Answer, Draft, Source
from dialogs.form import Question
from dialogs.kinds.base import Kind, Scene
from dialogs.parties import Role, pending_for, role
from dialogs.route import Place, place
from dialogs.turn import Errand, Event, Told, Turn

CHINA: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China keeps one time without daylight saving since 1992."""


@lru_cache(maxsize=16)
def day_in_china(now: datetime) -> date:
    """The day it is there at this moment; one step asks this ten times of the same moment."""
    return now.astimezone(CHINA).date()


@dataclass(frozen=True, slots=True)
class Talk:
    """One step under way."""

    definition: Definition
    conversation: Conversation
    draft: Draft
    now: datetime
    events: tuple[Event, ...] = ()
    errands: tuple[Errand, ...] = ()

    @property
    def today(self) -> date:
        """The day it is where she lives."""
        return day_in_china(self.now)

    def place(self) -> Place:
        """Where the draft stands in the form."""
        return place(self.definition, self.draft, self.today)

    @property
    def role(self) -> Role:
        """Whether she herself speaks, or who applies for her."""
        return role(self.conversation, self.draft)

    @property
    def voice(self) -> Source:
        """What an answer given now has as its source."""
        return "agent" if self.role == "agent" else "citizen"

    def pending(self) -> tuple[Question, ...]:
        """What is still to be asked of whoever speaks."""
        return pending_for(self.role, self.place(), self.draft)

    def open(self) -> Question | None:
        """What is to be asked of whoever speaks, now."""
        pending = self.pending()
        return pending[0] if pending else None

    def kind(self, question: Question) -> Kind:
        """What reads this question. Raises KeyError for a step, which nothing reads."""
        return self.definition.kinds[question.kind]

    def scene(self, question: Question, here: Place) -> Scene:
        """What the question's kind may look at."""
        return scene(self.definition, self.draft, question, here, self.today)

    def tell(self, key: str, *commands: str, **params: JSON) -> "Talk":
        """Also say the text `key`."""
        return self.happened(Told(key, params, commands))

    def happened(self, *events: Event) -> "Talk":
        """Also this happened."""
        return Talk(  # written out: every step does it, and `replace` takes four times as long
            self.definition,
            self.conversation,
            self.draft,
            self.now,
            (*self.events, *events),
            self.errands,
        )

    def errand(self, *errands: Errand) -> "Talk":
        """Also have this done."""
        return replace(self, errands=(*self.errands, *errands))

    def text(self, key: str) -> str:
        """A text that mentions nothing: the label of a thing that can be tapped."""
        return self.definition.texts.render(key, {})

    def focus(self, focus: Focus) -> "Talk":
        """Talk about something else; whatever was missed before is forgotten."""
        numbered = replace(
            self.conversation, focus=focus, asking=self.conversation.asking + 1, misses=0
        )
        return self.with_conversation(numbered)

    def missed(self) -> "Talk":
        """What was said was not understood, once more."""
        heard = self.conversation
        return self.with_conversation(replace(heard, misses=heard.misses + 1))

    def with_conversation(self, conversation: Conversation) -> "Talk":
        """Go on with this conversation."""
        return Talk(self.definition, conversation, self.draft, self.now, self.events, self.errands)

    def with_draft(self, draft: Draft) -> "Talk":
        """Go on with this draft."""
        return Talk(self.definition, self.conversation, draft, self.now, self.events, self.errands)

    def with_answer(self, key: str, answer: Answer) -> "Talk":
        """Keep this answer."""
        return self.with_draft(self.draft.with_answer(key, answer))

    def with_subject(self, subject: Subject) -> "Talk":
        """Remember this of the person who is spoken for (or of a new one)."""
        others = tuple(
            subject if one.person == subject.person else one for one in self.conversation.subjects
        )
        if subject not in others:
            others = (*others, subject)
        return self.with_conversation(replace(self.conversation, subjects=others))

    def turn(self) -> Turn:
        """The finished step."""
        return Turn(self.conversation, self.draft, self.events, self.errands)

    @property
    def is_asking(self) -> bool:
        """Whether the form's open question is what is being talked about."""
        return isinstance(self.conversation.focus, (Asking, Paused))


def scene(
    definition: Definition, draft: Draft, question: Question, here: Place, today: date
) -> Scene:
    """What a kind may look at: answers on the route, lists, what was begun or suggested."""
    begun = draft.answers.get(question.key)
    return Scene(
        answers=here.answers,
        today=today,
        lists=definition.lists,
        options=tuple(
            option
            for option in question.options
            if definition.holds(option.when, here.answers, today)
        ),
        partial=begun.value if begun is not None and not begun.done else None,
        suggestion=_suggestion(draft, question, here),
    )


def _suggestion(draft: Draft, question: Question, here: Place) -> JSON:
    """What she said here before, else what another answer suggests."""
    before = draft.shelved.get(question.key)
    if before is not None and before.done:
        return before.value
    return here.answers.get(question.suggest) if question.suggest is not None else None
