"""Being told later of what can be done only later."""

from dataclasses import replace
from datetime import date

from cases.reminders import Kind, due_on
from dialogs.talk import Talk
from dialogs.turn import Remind


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
