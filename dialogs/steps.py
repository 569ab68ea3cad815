"""Steps of the form that are not answered by typing: login, look-ups, the card of facts.

They are questions like all others (their answers decide the route), but what answers them is
the result of an errand or a tap on what was found.
"""

from typing import Final

IDENTITY: Final = "identity"
"""Answered `verified` by the province's login, `later` by going on without."""
REGISTRY: Final = "registry"
"""Answered by the household registry: `found`, `nothing`, `referral`, or `skipped`."""
PAPERS: Final = "papers"
"""Answered by the store of retirement papers: `found`, `nothing`, or `skipped`."""
CARD: Final = "card"
"""Answered `confirmed` when she has seen everything that was filled in for her."""
INVITATION: Final = "invitation"
"""Answered `joined` when the other of two people has come to the draft by the code they were sent;
before that it holds, unfinished, under which name the code is kept."""

NOTE: Final = "note"
"""Something she is told on the way: `told` as soon as it was said, with the next question."""

LOOK_UPS: Final = frozenset({REGISTRY, PAPERS})
STEPS: Final = frozenset({IDENTITY, CARD, INVITATION, NOTE}) | LOOK_UPS

VERIFIED: Final = "verified"
LATER: Final = "later"
SKIPPED: Final = "skipped"
CONFIRMED: Final = "confirmed"
JOINED: Final = "joined"
TOLD: Final = "told"
