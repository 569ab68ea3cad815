"""A province's readings inside conditions: `when: {switch: only_child_alone}` (domain 1.3).

A switch never changes while a definition is in use, so it is settled when the definition is
loaded: what stands in its place from then on always holds, or never.
"""

from collections.abc import Mapping
from typing import Any as _Some

from cases.conditions import All, Any, Condition, Not

SWITCH = "switch"


def settled(data: _Some, switches: Mapping[str, _Some]) -> _Some:
    """Definition data as YAML has it, with every switch replaced by what it is set to.

    Raises ValueError for a switch that is not there, or that is no yes or no.
    """
    if isinstance(data, Mapping):
        if set(data) == {SWITCH}:
            return {"all": []} if _is_on(data[SWITCH], switches) else {"any": []}
        return {key: settled(part, switches) for key, part in data.items()}
    if isinstance(data, (list, tuple)):
        return [settled(part, switches) for part in data]
    return data


def never(condition: Condition) -> bool:
    """Whether the condition can hold of nobody, because a switch is set so."""
    match condition:
        case Any(any=parts):
            return all(never(part) for part in parts)
        case All(all=parts):
            return any(never(part) for part in parts)
        case Not(not_=part):
            return _always(part)
        case _:
            return False


def _always(condition: Condition) -> bool:
    match condition:
        case Any(any=parts):
            return any(_always(part) for part in parts)
        case All(all=parts):
            return all(_always(part) for part in parts)
        case Not(not_=part):
            return never(part)
        case _:
            return False


def _is_on(name: object, switches: Mapping[str, _Some]) -> bool:
    value = switches.get(name) if isinstance(name, str) else None
    if not isinstance(value, bool):
        raise ValueError(f"no switch is called {name}")  # noqa: TRY004 — pydantic reports these
    return value
