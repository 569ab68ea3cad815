"""What follows from her answers by a table, said in a sentence when it first does (or changes).

Nobody is asked for it, so she learns it beside the next question: which way hers is.
"""

from cases.values import JSON
from dialogs.talk import Talk
from dialogs.turn import Asked, Decided, Event, Reviewed


def decided_text(key: str, value: JSON) -> str:
    """The text that says that the table of `key` came out so; many stand in no file."""
    word = value if isinstance(value, str) else {True: "yes", False: "no"}.get(value is True)
    return f"decided.{key}.{word}"


def announced(before: Talk, after: Talk) -> Talk:
    """The step with a sentence for each table that comes out otherwise than before it."""
    decided = after.definition.form.decided
    if not decided or after.draft.state != "open" or before.draft is after.draft:
        return after
    then, now = before.place().answers, after.place().answers
    new = [
        Decided(one.key, now[one.key])
        for one in decided
        if one.key in now
        and now[one.key] != then.get(one.key)
        and decided_text(one.key, now[one.key]) in after.definition.texts
    ]
    return _inserted(after, new) if new else after


def _inserted(talk: Talk, new: list[Decided]) -> Talk:
    """Before what is asked next, so that a question stands last."""
    events: list[Event] = list(talk.events)
    at = next((n for n, one in enumerate(events) if isinstance(one, Asked | Reviewed)), len(events))
    return Talk(
        talk.definition,
        talk.conversation,
        talk.draft,
        talk.now,
        (*events[:at], *new, *events[at:]),
        talk.errands,
    )
