"""Facts: what a department tells beside its decision, each of a declared kind."""

import re
from collections.abc import Callable, Mapping
from datetime import date

from cases.case import Item
from cases.definition import FactKind, Service
from cases.reports import Report
from cases.values import JSON

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)


def facts_are_valid(service: Service, facts: Mapping[str, JSON]) -> bool:
    """Whether every fact is one the plan knows, of its kind or null (not known)."""
    kinds = {one.code: one.kind for one in service.facts}
    return all(
        code in kinds and (value is None or _KINDS[kinds[code]](value))
        for code, value in facts.items()
    )


def new_facts(item: Item, report: Report) -> dict[str, JSON]:
    """What the report adds or changes; a null says that it is not known, and changes nothing."""
    return {
        code: value
        for code, value in report.facts.items()
        if value is not None and item.facts.get(code) != value
    }


def _is_date(value: JSON) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


_KINDS: Mapping[FactKind, Callable[[JSON], bool]] = {
    "yes_no": lambda value: isinstance(value, bool),
    "date": _is_date,
    "month": lambda value: isinstance(value, str) and _MONTH.fullmatch(value) is not None,
    "text": lambda value: isinstance(value, str),
}
