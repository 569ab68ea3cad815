"""What she checks: the card of facts that were filled in for her, and everything at the end."""

from dialogs.form import Question
from dialogs.parties import is_shared, may_change
from dialogs.talk import Talk


def card_lines(talk: Talk) -> tuple[str, ...]:
    """The questions that were filled in for her, in the order of the form.

    What she had said before, and a register only bears out, she need not check again.
    """
    return tuple(
        question.key
        for question in talk.place().answered
        if question.review
        and (question.registry or question.identity or question.papers)
        and _was_filled(talk, question.key)
    )


def _was_filled(talk: Talk, key: str) -> bool:
    answer = talk.draft.answers.get(key)
    if answer is None:
        return False
    return answer.source != "citizen" or answer.known not in (None, answer.value)


def changeable(talk: Talk) -> tuple[Question, ...]:
    """The answered questions to which whoever speaks may give another answer."""
    answered = talk.place().answered
    if not is_shared(talk.draft):
        return answered
    return tuple(one for one in answered if may_change(talk.role, one, talk.draft))


def review_options(talk: Talk) -> tuple[tuple[str, str], ...]:
    """What can be done with what was checked: (id, label). An agent's application they submit."""
    if is_shared(talk.draft) and talk.role == "self":
        return (("change", talk.text("review.change")),)
    submit = "review.submit" if talk.draft.kind == "application" else "command.submit"
    return (("submit", talk.text(submit)), ("change", talk.text("review.change")))
