"""The place in the form, derived from the answers.

Walks the form in its order and asks of every question whether it applies, given the answers
found *so far on the way*: an answer that left the route is seen by no condition and submitted
to nobody, though the draft still keeps it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from cases.conditions import ALWAYS, holds
from cases.values import JSON
from dialogs.definition import Definition
from dialogs.draft import Draft
from dialogs.form import Entry, Form, Group, Question, Step, step


@dataclass(frozen=True, slots=True)
class Place:
    """Where a draft stands: what is answered on the route, and what is still to be asked."""

    answered: tuple[Question, ...]
    pending: tuple[Question, ...]
    answers: Mapping[str, JSON]
    stop: tuple[int, int] = field(default=(0, 0), repr=False, compare=False)
    """Where the walk came upon the open question: the entry, and how many were answered before."""

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
    """The walk, from the question on that was answered just now: half of a turn's walking."""
    walk = _Walk(definition, draft, today)
    supplement = draft.kind == "supplement"
    form = definition.form
    steps = tuple(map(step, wanted_entries(form, draft))) if supplement else form.steps
    earlier = _before_the_answer(definition, draft, today)
    first, known = earlier.stop if earlier is not None else (0, 0)
    if earlier is not None:
        walk.know(earlier, known)
    stop = walk.go(steps, first)
    return Place(tuple(walk.answered), tuple(walk.pending), walk.answers, stop)


def _before_the_answer(definition: Definition, draft: Draft, today: date) -> Place | None:
    """The place one answer ago, if that was the answer to the question that stood open."""
    for key, places in draft.earlier.items():
        of, found = places.get(today, (None, None))
        if of is definition and isinstance(found, Place):
            return found if found.open is not None and found.open.key == key else None
    return None


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
        self.closed = False

    def know(self, earlier: Place, known: int) -> None:
        """Begin where an earlier walk had found so many answers."""
        self.answered = [*earlier.answered[:known]]
        self.answers = {one.key: earlier.answers[one.key] for one in self.answered}

    def go(self, steps: Sequence[Step], first: int) -> tuple[int, int]:
        """Walk on from step `first`; where the open question stands, and what was known there."""
        stop = first, len(self.answered)
        for index in range(first, len(steps)):
            if self.closed:  # behind a gate nothing is asked
                break
            if not self.pending:
                stop = index, len(self.answered)
            step = steps[index]
            if step.test is not None and not step.test(self.answers, self.today, self.rules):
                continue
            if step.question is not None:
                self.visit(step.key, step.question)
            elif step.group is not None:
                self.go_round(step.group)
        return stop

    def visit(self, key: str, question: Question) -> None:
        if question.decide:
            self._settle(question)
            return
        answer = self.said.get(key)
        if answer is not None and answer.done:
            self.answers[key] = answer.value
            self.answered.append(question)
            return
        derived = None if question.derive is None else self._by(question.derive)
        if derived is not None:
            self.answers[key] = derived
            self.answered.append(question)
            return
        self.pending.append(question)
        self.closed = self.closed or question.gate

    def go_round(self, group: Group) -> None:
        """One child after the other, as long as there is another."""
        for index in range(group.most):
            for member in group.steps(index):
                if member.question is not None and (
                    member.test is None or member.test(self.answers, self.today, self.rules)
                ):
                    self.visit(member.key, member.question)
            if index + 1 == group.most:
                return
            more = group.more_after(index)
            self.visit(more.key, more)
            if self.answers.get(more.key) is not True:
                return

    def _settle(self, question: Question) -> None:
        """By its table, whatever a draft or a register has of it; nobody is asked."""
        for row in question.decide:
            if holds(row.when, self.answers, self.today, self.rules):
                value = row.value if row.derive is None else self._by(row.derive)
                if value is not None:
                    self.answers[question.key] = value
                    self.answered.append(question)
                return

    def _by(self, derivation: str) -> JSON:
        derived: JSON = self.derivations[derivation](self.answers, self.today)
        return derived
