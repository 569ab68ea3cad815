"""What a tap carries: draft, asking number, question and choice, in that order.

d7k2m9:14:person_kind:enterprise     a choice of a question
d7k2m9:14:!:back                     a command
d7k2m9:14:?:yes                      yes to what was proposed
d7k2m9:14:=:retirement_month         one of the things offered
d7k2m9:14:~:worker                   what was asked to say when she may retire
d7k2m9:14:#:channel.where            a question that she may have meant
d7k2m9:14:+:2027-03                  what the register of 提前预审 wants
"""

from dataclasses import dataclass
from typing import Final

COMMAND: Final = "!"
PROPOSAL: Final = "?"
OFFERED: Final = "="
REVIEW: Final = "."
CONSULTED: Final = "~"
MEANT: Final = "#"
ENROLLING: Final = "+"


@dataclass(frozen=True, slots=True)
class Ref:
    """Where a tap belongs."""

    draft: str
    asking: int
    question: str
    choice: str

    def __str__(self) -> str:
        return f"{self.draft}:{self.asking}:{self.question}:{self.choice}"


def parse(tap_id: str) -> Ref | None:
    """The reference in a tap's id, or None for what is none of ours."""
    parts = tap_id.split(":", 3)
    if len(parts) != 4 or not parts[1].isdecimal() or len(tap_id) > 200:
        return None
    return Ref(parts[0], int(parts[1]), parts[2], parts[3])
