"""From which year the support for parents of one child is paid (豫人社办〔2024〕46号 四(四)8)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

_AGE = 60


@dataclass(frozen=True, slots=True)
class BenefitStart:
    """The first year, and by which sentence of the plan.

    `this_year`: by 31 January of the year of 60; `next_year`: later in that year; `after`: applied
    for in a later year, which the plan passes over: literally 下一年度, 由卫健部门确认 (A8).
    """

    year: int
    by: Literal["this_year", "next_year", "after"]


def benefit_start(birth: date, applied_on: date) -> BenefitStart:
    """The first year for somebody who may apply on that day; `birth` is that of the ID card.

    31 January itself is in time (A8).
    """
    year_of_60 = birth.year + _AGE
    if applied_on <= date(year_of_60, 1, 31):
        return BenefitStart(year_of_60, "this_year")
    by: Literal["next_year", "after"] = "next_year" if applied_on.year == year_of_60 else "after"
    return BenefitStart(applied_on.year + 1, by)


def first_benefit_year(birth: date, applied_on: date) -> int | None:
    """The first year of benefit, subject to the health department; None before the age of 60."""
    if (applied_on.year - _AGE, applied_on.month, applied_on.day) < (
        birth.year,
        birth.month,
        birth.day,
    ):
        return None
    return benefit_start(birth, applied_on).year
