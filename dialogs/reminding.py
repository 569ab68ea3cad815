"""Being told later of what can be done only later, and coming back to it when the day has come."""

from dataclasses import replace
from datetime import date
from typing import Final

from cases.reminders import KINDS, Kind, due_on
from dialogs.replying import among
from dialogs.said import Text
from dialogs.talk import Talk
from dialogs.turn import Remind

WHERE: Final = "channel."
"""What the ids of answers begin with that say where something is done (knowledge.yaml)."""


def remind(talk: Talk, kind: Kind, when: date) -> Talk:
    """Also have the person spoken for reminded; asked twice, or for a day that moved, it is one.

    `when`: the sixtieth birthday, or any day of the statutory month of retirement.
    """
    spoken_for = talk.conversation
    return talk.errand(
        Remind(
            person=spoken_for.person,
            subject=spoken_for.speaking_for,
            province=talk.definition.province,
            kind=kind,
            month=f"{when:%Y-%m}",
            due_on=due_on(kind, when, talk.definition.consulting.opens).isoformat(),
        )
    )


def reminded(talk: Talk, kind: Kind) -> Talk:
    """She was told just now; what the desk waits to hear from her comes first."""
    if talk.conversation.reminder:
        return talk
    return talk.with_conversation(replace(talk.conversation, reminder=kind))


def come_back(talk: Talk, said: Text) -> Talk | None:
    """好 or 去哪办 after a reminder is about that; None for everything else."""
    kind = talk.conversation.reminder
    agrees = among(said.text, talk.definition.words.thanks)
    if not kind or not (agrees or (kind in KINDS and _asks_where(talk, said))):
        return None
    noted = talk.with_conversation(replace(talk.conversation, reminder=""))
    if kind not in KINDS:
        return noted.tell("thanks")
    way_on = "continue" if talk.draft.state == "open" else "apply"
    return noted.tell(f"reminder.{kind}", way_on, "human", **talk.definition.contacts)


def _asks_where(talk: Talk, said: Text) -> bool:
    entry = talk.definition.knowledge.find(said.text)
    return entry is not None and entry.id.startswith(WHERE)
