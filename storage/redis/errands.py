"""Errands: what must be done outside Redis after a turn was saved."""

from dataclasses import dataclass
from datetime import datetime

SAY = "say"
"""The kind of errand that sends a customer message: at most once; every other kind at least once."""


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to do outside Redis after a turn: ask a register, fetch a photo, submit, say.

    `id` names the work, not the attempt (`errand_id`): an errand that is already there is not
    added again. `due` is when a worker other than the one that saved it may take it up; who
    saved it may begin at once, so give it a few seconds. `reply_to` is the message whose HTTP
    answer its result would like to be in.
    """

    id: str
    person: str
    draft: str
    kind: str
    payload: bytes
    due: datetime
    reply_to: str = ""
    attempts: int = 0


def errand_id(draft: str, version: int, kind: str, detail: str = "") -> str:
    """The same draft, version, kind and detail are the same errand."""
    return ":".join((draft, str(version), kind, *((detail,) if detail else ())))
