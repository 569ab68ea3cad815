"""What became of 预审登记: where she stands in the register, told first of all."""

from datetime import date

from cases.ages import Month
from dialogs import enrolling
from dialogs.asking import ask
from dialogs.consulting.facts import parsed
from dialogs.kinds.dating import shown
from dialogs.reminding import remind
from dialogs.said import Enrolled, EnrolledFound
from dialogs.talk import Talk


def enrolled(talk: Talk, result: EnrolledFound | Enrolled) -> Talk:
    """Tell where it stands; who is not registered yet is asked for what is missing."""
    if isinstance(result, Enrolled):
        return _on(_stands(talk, result, new=True))
    if not result.entries:
        return enrolling.begin(talk, result.known)
    for entry in result.entries:
        talk = _stands(talk, Enrolled(**dict(entry)))  # type: ignore[arg-type]  # its own fields
    return _on(talk)


def _stands(talk: Talk, entry: Enrolled, *, new: bool = False) -> Talk:
    """Registered, in order, or what is missing; and from when the papers may be applied for."""
    month, opens = parsed(entry.month), talk.definition.consulting.opens
    first, now = month.plus(-opens), Month(talk.today.year, talk.today.month)
    reminds = new and entry.hers and now < first
    if reminds:  # domain B13
        talk = remind(talk, "pre_review", date(month.year, month.month, 1))
    return talk.tell(
        "pre_review.standing",
        "human",
        month=shown(entry.month),
        state=entry.state if entry.hers else "registered",
        missing=entry.missing if entry.hers else "",
        reminds=reminds,
        opens=shown(str(first)) if now < first else "",
        **talk.definition.contacts,
    )


def _on(talk: Talk) -> Talk:
    return ask(talk) if talk.draft.state == "open" else talk
