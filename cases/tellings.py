"""Facts that follow from answers and are worth a sentence while the form is filled in.

A question names one in its settings (`tells`); its wording may mention what is in it.
"""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, TypeAlias

from cases.benefit_years import benefit_start
from cases.identity_numbers import IdentityNumber, read_identity_number
from cases.rules.identity import sixtieth_birthday
from cases.values import JSON, Answers

Telling: TypeAlias = Callable[[Answers, date], Mapping[str, JSON]]
"""The answers on the route so far and today (Asia/Shanghai) in; nothing while it is unknown."""


def turns_60(answers: Answers, today: date) -> Mapping[str, JSON]:  # noqa: ARG001 — a Telling's shape
    """Year and month of the sixtieth birthday by identity card (domain A7)."""
    day = sixtieth_birthday(answers)
    return {} if day is None else {"year": day.year, "month": day.month}


def paid_from(answers: Answers, today: date) -> Mapping[str, JSON]:
    """From which year the support of ⑨ is paid when it is applied for today (HN-24)."""
    number = answers.get("id_number")
    read = read_identity_number(number) if isinstance(number, str) else None
    if not isinstance(read, IdentityNumber):
        return {}
    start = benefit_start(read.birth_date, today)
    return {"year": start.year, "paid": start.by}


def children(answers: Answers, today: date) -> Mapping[str, JSON]:  # noqa: ARG001 — as above
    """How many children were filled in (domain A9)."""
    return {"count": sum(key.startswith("children.") and key.endswith(".name") for key in answers)}


TELLINGS: Final[Mapping[str, Telling]] = MappingProxyType(
    {"turns_60": turns_60, "paid_from": paid_from, "children": children}
)
"""Name in the definitions → telling."""
TOLD: Final = frozenset({"year", "month", "paid", "count"})
"""What a wording may mention of all of them."""
