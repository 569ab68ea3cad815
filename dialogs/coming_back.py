"""She comes back to what she was reminded of."""

from dataclasses import replace
from typing import Final

from cases.reminders import KINDS
from dialogs.replying import among
from dialogs.said import Text
from dialogs.talk import Talk

WHERE: Final = "channel."
"""What the ids of answers begin with that say where something is done (knowledge.yaml)."""


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
