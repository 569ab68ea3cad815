"""How the items of a case are opened: which of an item's ways its answers lead to (HB: 六种情形).

The way is derived from the application as it was submitted and never stored: nothing that is
handed in later sends an item another way.
"""

from collections.abc import Iterator
from datetime import date

from cases.case import Application, Case, Item
from cases.clocks import Readings, month_of
from cases.conditions import holds
from cases.definition import AfterItem, InMonth, ItemDefinition, Opened
from cases.rules import RULES
from cases.values import Answers
from cases.workdays import day_of


def way(definition: ItemDefinition, answers: Answers, today: date) -> Opened:
    """The first way whose condition the answers meet on that day; the last one always does."""
    for one in definition.ways[:-1]:
        if holds(one.when, answers, today, RULES):
            return one
    return definition.ways[-1]


def way_in(case: Case, definition: ItemDefinition) -> Opened:
    """The way by which an item of this case is opened."""
    return way_of(case.application, definition)


def way_of(application: Application, definition: ItemDefinition) -> Opened:
    """The way by which the application opens an item."""
    return way(definition, application.answers, day_of(application.submitted_at))


def predecessors(case: Case, definition: ItemDefinition) -> tuple[tuple[AfterItem, Item], ...]:
    """What this item comes after, as far as the case has it: nobody waits for what is not there."""
    after = way_in(case, definition).after
    return tuple((one, item) for one in after if (item := case.item(one.item)) is not None)


def month_opens_on(month: InMonth, answers: Answers, readings: Readings) -> date | None:
    """The day on which an item waiting for a month is sent; None: nothing to wait for."""
    said = month_of(answers.get(month.answer))
    return None if said is None else readings.calendar.nth_workday_of_month(*said, month.workday)


def opens_on(case: Case, definition: ItemDefinition, readings: Readings) -> date | None:
    """The same in a case: a month that a department has confirmed goes before hers (B11)."""
    month = way_in(case, definition).month
    if month is None:
        return None
    confirmed = month_of(next(_confirmed(case, month), None))
    if confirmed is not None:
        return readings.calendar.nth_workday_of_month(*confirmed, month.workday)
    return month_opens_on(month, case.application.answers, readings)


def _confirmed(case: Case, month: InMonth) -> Iterator[object]:
    if month.fact is not None:
        yield from (item.facts[month.fact] for item in case.items if month.fact in item.facts)
