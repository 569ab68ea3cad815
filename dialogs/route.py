"""The place in the form, derived from the answers.

Walks the form in its order and asks of every question whether it applies, given the answers
found *so far on the way*: an answer that left the route is seen by no condition and submitted
to nobody, though the draft still keeps it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from cases.conditions import ALWAYS, holds
from cases.values import JSON
from dialogs.definition import Definition
from dialogs.draft import Draft
from dialogs.form import MORE, Entry, Form, Group, Question, more_question


@dataclass(frozen=True, slots=True)
class Place:
    """Where a draft stands: what is answered on the route, and what is still to be asked."""

    answered: tuple[Question, ...]
    pending: tuple[Question, ...]
    answers: Mapping[str, JSON]

    @property
    def open(self) -> Question | None:
        """The question to ask now; None when everything is answered."""
        return self.pending[0] if self.pending else None

    @property
    def route(self) -> tuple[str, ...]:
        """The keys of all questions that apply, answered or not."""
        return tuple(question.key for question in (*self.answered, *self.pending))

    def question(self, key: str) -> Question | None:
        """The question on the route with this key."""
        for question in (*self.answered, *self.pending):
            if question.key == key:
                return question
        return None


def place(definition: Definition, draft: Draft, today: date) -> Place:
    """Where `draft` stands in the form on `today` (Asia/Shanghai).

    One step asks this six times (a review: sixty times) of the same two drafts; each keeps it.
    """
    of, found = draft.places.get(today, (None, None))
    if of is definition and isinstance(found, Place):
        return found
    here = _walked(definition, draft, today)
    draft.places[today] = (definition, here)
    return here


def _walked(definition: Definition, draft: Draft, today: date) -> Place:
    walk = _Walk(definition, draft, today)
    if draft.kind == "supplement":
        for entry in wanted_entries(definition.form, draft):
            walk.enter(entry)
    else:
        for entry in definition.form.entries():
            walk.enter(entry)
    return Place(tuple(walk.answered), tuple(walk.pending), walk.answers)


def wanted_entries(form: Form, draft: Draft) -> tuple[Entry, ...]:
    """What a supplement asks: exactly what was named, whatever the form's conditions say."""
    codes = [wanted.code for wanted in draft.wanted]
    return tuple(
        entry.model_copy(update={"when": ALWAYS}) for entry in form.entries() if entry.key in codes
    )


class _Walk:
    def __init__(self, definition: Definition, draft: Draft, today: date) -> None:
        self.rules = definition.rules
        self.derivations = definition.derivations
        self.said = draft.answers
        self.today = today
        self.answered: list[Question] = []
        self.pending: list[Question] = []
        self.answers: dict[str, JSON] = {}

    def enter(self, entry: Entry) -> None:
        when = entry.when
        if when is not ALWAYS and not holds(when, self.answers, self.today, self.rules):
            return
        if isinstance(entry, Question):
            self.visit(entry)
            return
        for question in self._rounds(entry):
            if holds(question.when, self.answers, self.today, self.rules):
                self.visit(question)

    def visit(self, question: Question) -> None:
        answer = self.said.get(question.key)
        if answer is not None and answer.done:
            self.answers[question.key] = answer.value
            self.answered.append(question)
            return
        derived = self._derived(question)
        if derived is not None:
            self.answers[question.key] = derived
            self.answered.append(question)
            return
        self.pending.append(question)

    def _rounds(self, group: Group) -> Iterator[Question]:
        for index in range(group.most):
            yield from group.members(index)
            if index + 1 == group.most:
                return
            more = more_question(group, index)
            yield more
            if self.answers.get(f"{group.key}.{index}.{MORE}") is not True:
                return

    def _derived(self, question: Question) -> JSON:
        if question.derive is None:
            return None
        derived: JSON = self.derivations[question.derive](self.answers, self.today)
        return derived
