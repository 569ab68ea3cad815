"""What she checks: the card of facts that were filled in for her, and everything at the end."""

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


def review_options(talk: Talk) -> tuple[tuple[str, str], ...]:
    """What can be done with what she has checked: (id, label)."""
    submit = "review.submit" if talk.draft.kind == "application" else "command.submit"
    return (("submit", talk.text(submit)), ("change", talk.text("review.change")))
