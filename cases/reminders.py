"""What somebody can be reminded of because it can be done only later, and on which day.

A kind is also the key of its notice (`notifications/catalog.py`, `PERSONAL`) and, with `reminder.`
before it, of what the conversation says when she comes back to it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

from cases.ages import Month

Kind: TypeAlias = Literal["only_child_60", "pre_review"]
"""only_child_60: she turns 60 by her ID card and may apply for ⑨ by itself (domain A7).
pre_review: the papers may be applied for, so many months before the statutory month as the
province says (豫人社办〔2024〕46号 四(四): 3, HN-14; 冀人社字〔2024〕108号 三: 12, HB-10, B13)."""
KINDS: Final[tuple[Kind, ...]] = ("only_child_60", "pre_review")


@dataclass(frozen=True, slots=True)
class Reminder:
    """`subject` is whom it is about, `person` whose phone is told; one for each subject and kind.

    `month` (YYYY-MM) is what it speaks of: that of the sixtieth birthday, or of retirement;
    `due_on` the day on which it is told, in Asia/Shanghai.
    """

    person: str
    subject: str
    province: str
    kind: Kind
    month: str
    due_on: date


def due_on(kind: Kind, when: date, ahead: int) -> date:
    """The day on which to remind.

    `when`: the sixtieth birthday, or any day of the statutory month of retirement; `ahead`: so
    many months before that month the papers may be applied for.
    """
    if kind == "only_child_60":
        return when
    first = Month(when.year, when.month).plus(-ahead)
    return date(first.year, first.month, 1)
