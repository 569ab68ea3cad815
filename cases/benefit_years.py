"""From which year the support for parents of one child is paid (豫人社办〔2024〕46号 四(四)8)."""

from datetime import date

_AGE = 60


def first_benefit_year(birth: date, applied_on: date) -> int | None:
    """The first year of benefit, subject to the health department; None before the age of 60.

    Applied for by 31 January (that day counts, A8) of the year in which she turns 60: that year.
    Later: the year after the application. `birth` is that of the identity card.
    """
    year_of_60 = birth.year + _AGE
    if (applied_on.year - _AGE, applied_on.month, applied_on.day) < (
        birth.year,
        birth.month,
        birth.day,
    ):
        return None
    in_time = applied_on <= date(year_of_60, 1, 31)
    return year_of_60 if in_time else applied_on.year + 1
