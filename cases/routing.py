"""Which office of which department an item goes to (HN-30, HN-32; HB: place of insurance)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cases.definition import ANY_OFFICE, ItemDefinition, OfficeByAnswer
from cases.values import JSON, Answers

INSURED_AT: Final = "insured_city"
"""The answer that says where the pension is insured, in every province."""


@dataclass(frozen=True, slots=True)
class Route:
    """Whose item it is; `area` is empty where the case's own city says all."""

    department: str
    office: str
    area: str = ""


def route(item: ItemDefinition, answers: Answers) -> Route:
    """Where the item goes. Raises ValueError when the form let the deciding answer out."""
    area = _county(answers.get(item.area)) if item.area else ""
    if not isinstance(item.office, OfficeByAnswer):
        return Route(item.department, item.office, area)
    office = answers.get(item.office.by_answer)
    if not isinstance(office, str) or not office:
        raise ValueError(f"{item.code} cannot be routed without {item.office.by_answer}")
    return Route(item.department, office, area)


def counter_of(item: ItemDefinition, office: str, answers: Answers) -> str:
    """By which code the lists may know the counter of an item's original channel.

    `office`: where the item went. The office itself, else the place of insurance; empty where the
    household decides (`area`), whose counters no list has.
    """
    if office and office != ANY_OFFICE:
        return office
    return "" if item.area else str(answers.get(INSURED_AT) or "")


def _county(address: JSON) -> str:
    """The county of an address, or its city's code; empty where neither is known by its code."""
    if not isinstance(address, Mapping):
        return ""
    return str(address.get("county_code") or address.get("city_code") or "")[:6]
