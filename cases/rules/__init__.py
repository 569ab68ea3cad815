"""Named rules: what a condition in the data cannot say by itself.

A released rule's meaning never changes; a new meaning is a new name. Every rule names its
source. `today` is the day in Asia/Shanghai.
"""

from collections.abc import Mapping
from types import MappingProxyType

from cases.conditions import Rule
from cases.rules.acceptance import (
    below_age_for_illness,
    below_age_for_special_trade,
    needs_over_15_years,
    over_5_years_before_original_age,
    over_10_years_before_original_age,
    retires_before_flexible_range,
    retires_below_any_statutory_age,
)
from cases.rules.children import several_children
from cases.rules.identity import (
    aged_60_by_id_card,
    aged_60_this_year_by_id_card,
    female_by_id_card,
    male_by_id_card,
    sex_differs_from_id_card,
)
from cases.rules.retirement import (
    archive_month_differs,
    flexible_notice_under_3_months,
    retirement_month_has_come,
    retires_in_over_12_months,
    retires_in_under_6_months,
)

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "aged_60_by_id_card": aged_60_by_id_card,
        "aged_60_this_year_by_id_card": aged_60_this_year_by_id_card,
        "below_age_for_illness": below_age_for_illness,
        "below_age_for_special_trade": below_age_for_special_trade,
        "needs_over_15_years": needs_over_15_years,
        "over_10_years_before_original_age": over_10_years_before_original_age,
        "over_5_years_before_original_age": over_5_years_before_original_age,
        "retires_below_any_statutory_age": retires_below_any_statutory_age,
        "retires_before_flexible_range": retires_before_flexible_range,
        "female_by_id_card": female_by_id_card,
        "male_by_id_card": male_by_id_card,
        "several_children": several_children,
        "sex_differs_from_id_card": sex_differs_from_id_card,
        "archive_month_differs": archive_month_differs,
        "flexible_notice_under_3_months": flexible_notice_under_3_months,
        "retirement_month_has_come": retirement_month_has_come,
        "retires_in_over_12_months": retires_in_over_12_months,
        "retires_in_under_6_months": retires_in_under_6_months,
    }
)
"""Name in the definitions → rule."""

_AGE_AND_MONTH = frozenset({"birth_date", "id_number", "sex", "retirement_month"})
_KIND_AND_MONTH = frozenset({"birth_date", "id_number", "age_kind", "retirement_month"})

READS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "aged_60_by_id_card": frozenset({"id_number"}),
        "aged_60_this_year_by_id_card": frozenset({"id_number"}),
        "female_by_id_card": frozenset({"id_number"}),
        "male_by_id_card": frozenset({"id_number"}),
        "sex_differs_from_id_card": frozenset({"id_number", "sex"}),
        "below_age_for_illness": _AGE_AND_MONTH,
        "below_age_for_special_trade": _AGE_AND_MONTH,
        "needs_over_15_years": frozenset({"retirement_month", "statutory_month"}),
        "over_10_years_before_original_age": _KIND_AND_MONTH,
        "over_5_years_before_original_age": _KIND_AND_MONTH,
        "retires_before_flexible_range": _KIND_AND_MONTH,
        "retires_below_any_statutory_age": _AGE_AND_MONTH,
        "archive_month_differs": frozenset({"statutory_month", "statutory_month_by_archive"}),
        "flexible_notice_under_3_months": frozenset({"retirement_month"}),
        "retirement_month_has_come": frozenset({"retirement_month"}),
        "retires_in_over_12_months": frozenset({"retirement_month"}),
        "retires_in_under_6_months": frozenset({"retirement_month"}),
        "several_children": frozenset({"children.0.more"}),
    }
)
"""Rule → the answers it reads: who walks every way through a form tries them out."""

__all__ = ["READS", "RULES"]
