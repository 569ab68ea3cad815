"""The plans' conditions of acceptance, looked at before she submits: everything at once.

Nothing here decides: what a condition fails by is said with what to do about it, what nobody can
know yet is left to the department, and she submits all the same (HB-10…HB-18; 附件1 备注).
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from cases.conditions import holds
from cases.definition import Check, Service
from cases.rules import RULES
from cases.values import Answers

Standing: TypeAlias = Literal["fails", "unknown", "holds"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition that her answers do not meet, or that they leave open."""

    check: Check
    standing: Standing


def standing(check: Check, answers: Answers, today: date) -> Standing:
    """How the answers stand to a condition; one that does not concern her holds."""
    if not holds(check.when, answers, today, RULES):
        return "holds"
    if holds(check.fails, answers, today, RULES):
        return "fails"
    return "unknown" if holds(check.unknown, answers, today, RULES) else "holds"


def findings(service: Service, answers: Answers, today: date) -> tuple[Finding, ...]:
    """Everything that fails or is not known, of the items applied for, in the plan's order."""
    applied = {item.code for item in service.items if holds(item.when, answers, today, RULES)}
    return tuple(
        Finding(check, how)
        for check in service.checks
        if check.item is None or check.item in applied
        if (how := standing(check, answers, today)) != "holds"
    )
