"""Answers that follow from other answers, so that nobody is asked for them.

A derivation gives None while it has nothing to go by. Like a rule, its meaning never changes.
"""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import TypeAlias

from cases.identity_numbers import IdentityNumber, read_identity_number
from cases.values import JSON, Answers

Derivation: TypeAlias = Callable[[Answers, date], JSON]
"""The answers on the route so far and today (Asia/Shanghai) in, an answer or None out."""


def sex_by_id_card(answers: Answers, today: date) -> JSON:  # noqa: ARG001 — a Derivation's shape
    """`male` or `female` by the 17th digit of `id_number` (GB 11643)."""
    number = answers.get("id_number")
    read = read_identity_number(number) if isinstance(number, str) else None
    return read.sex if isinstance(read, IdentityNumber) else None


DERIVATIONS: Mapping[str, Derivation] = MappingProxyType({"sex_by_id_card": sex_by_id_card})
"""Name in the definitions → derivation."""
