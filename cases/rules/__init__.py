"""Named rules: what a condition in the data cannot say by itself.

A released rule's meaning never changes; a new meaning is a new name. Every rule names its
source. `today` is the day in Asia/Shanghai.
"""

from collections.abc import Mapping
from types import MappingProxyType

from cases.conditions import Rule
from cases.rules.identity import (
    aged_60_by_id_card,
    aged_60_this_year_by_id_card,
    female_by_id_card,
    male_by_id_card,
    sex_differs_from_id_card,
)

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "aged_60_by_id_card": aged_60_by_id_card,
        "aged_60_this_year_by_id_card": aged_60_this_year_by_id_card,
        "female_by_id_card": female_by_id_card,
        "male_by_id_card": male_by_id_card,
        "sex_differs_from_id_card": sex_differs_from_id_card,
    }
)
"""Name in the definitions → rule."""

__all__ = ["RULES"]
