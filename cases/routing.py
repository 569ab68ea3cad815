"""Which office of which department an item goes to (HN-30, HN-32; HB: place of insurance)."""

from dataclasses import dataclass

from cases.definition import ItemDefinition, OfficeByAnswer
from cases.values import Answers


@dataclass(frozen=True, slots=True)
class Route:
    department: str
    office: str


def route(item: ItemDefinition, answers: Answers) -> Route:
    """Where the item goes. Raises ValueError when the form let the deciding answer out."""
    if not isinstance(item.office, OfficeByAnswer):
        return Route(item.department, item.office)
    office = answers.get(item.office.by_answer)
    if not isinstance(office, str) or not office:
        raise ValueError(f"{item.code} cannot be routed without {item.office.by_answer}")
    return Route(item.department, office)
