"""Applying anew (重新申报) after the deciding item was refused or denied (domain B8).

冀人社字〔2024〕108号 七(一)3, (四)3: “未通过的告知原因，可重新申报”. Which items lead to it is data
(`apply_anew`); where they do not, the item alone goes by its original channel.
"""

from typing import Literal, TypeAlias

from cases.case import Case, Item
from cases.conditions import holds
from cases.definition import Service
from cases.rules import RULES
from cases.workdays import day_of

AnewBy: TypeAlias = Literal["", "self", "unit"]
"""Who may file it anew: nobody, whoever has filed it alone, or who applied for her."""
NOT_GRANTED = frozenset({"refused", "denied"})


def failed_items(case: Case, service: Service) -> tuple[Item, ...]:
    """The items for whose sake the whole application may be filed anew; none while it goes on."""
    if not all(item.is_final for item in case.items):
        return ()
    answers, today = case.application.answers, day_of(case.application.submitted_at)
    return tuple(
        item
        for item in case.items
        if item.state in NOT_GRANTED
        and holds(service.item(item.code).apply_anew, answers, today, RULES)
    )


def anew_by(case: Case, service: Service) -> AnewBy:
    """Who may file the application anew. That it was done already, other cases say (`follows`)."""
    if not failed_items(case, service):
        return ""
    return "unit" if case.application.agent else "self"
