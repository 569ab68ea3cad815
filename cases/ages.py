"""Statutory retirement age and the flexible range (国务院关于渐进式延迟法定退休年龄的办法, 2025).

Months are counted as `year * 12 + month - 1`, so that one month is one.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from cases.values import JSON

Kind: TypeAlias = Literal["man_60", "woman_55", "woman_50"]
"""The original statutory age: 男60、女55（干部）、女50（工人）."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year."""

    year: int
    month: int

    @property
    def count(self) -> int:
        """Months since year 0."""
        return self.year * 12 + self.month - 1

    def plus(self, months: int) -> "Month":
        """The month that many months later."""
        year, month = divmod(self.count + months, 12)
        return Month(year, month + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def month_of(value: JSON) -> Month | None:
    """The month of an answer (`2026-12`, `1966-07-01`), or None for what is none."""
    found = _WRITTEN.match(value) if isinstance(value, str) else None
    return None if found is None else Month(int(found[1]), int(found[2]))


_WRITTEN = re.compile(r"(\d{4})-(0[1-9]|1[0-2])(?=-\d\d$|$)", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Delay:
    base: int
    first: Month
    step: int
    cap: int


_DELAYS = {  # 办法一: every `step` months of birth delay one month more, from `first`, to `cap`
    "man_60": _Delay(60, Month(1965, 1), 4, 36),
    "woman_55": _Delay(55, Month(1970, 1), 4, 36),
    "woman_50": _Delay(50, Month(1975, 1), 2, 60),
}
_FLEXIBLE = 36  # 办法三: at most three years either way


@dataclass(frozen=True, slots=True)
class RetirementAge:
    """When somebody may retire. `delay` and `age` are in months."""

    delay: int
    age: int
    statutory: Month
    earliest: Month
    latest: Month

    @property
    def years_and_months(self) -> tuple[int, int]:
        """The statutory age as years and months."""
        return divmod(self.age, 12)


def retirement_age(kind: Kind, birth: date) -> RetirementAge:
    """The statutory month and the flexible range (never below the original age, 办法三)."""
    rule = _DELAYS[kind]
    born = Month(birth.year, birth.month)
    after = born.count - rule.first.count
    delay = 0 if after < 0 else min(after // rule.step + 1, rule.cap)
    age = rule.base * 12 + delay
    statutory = born.plus(age)
    return RetirementAge(
        delay=delay,
        age=age,
        statutory=statutory,
        earliest=max(born.plus(rule.base * 12), statutory.plus(-_FLEXIBLE)),
        latest=statutory.plus(_FLEXIBLE),
    )


def lowest_contribution_months(year: int) -> int:
    """How long contributions must have been paid by somebody retiring in `year` (办法二)."""
    return 15 * 12 + 6 * min(max(year - 2029, 0), 10)
