"""Rules of the conditions of acceptance that compute: ages and distances at retirement.

Ages of the plans of 2024 are re-read by the law of 2025 (domain 2.6): special trades (男55女45) and
illness (男50女45) are not delayed; “距退休年龄不超过5年/10年” counts to the original statutory age
(domain B12). An answer that is missing or cannot be read makes a rule false: nobody is told that
a condition fails for want of an answer.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from cases.ages import Kind, Month, lowest_contribution_months, retirement_age
from cases.identity_numbers import IdentityNumber, read_identity_number
from cases.values import Answers

_ORIGINAL: Final[Mapping[Kind, int]] = MappingProxyType(
    {"man_60": 60, "woman_55": 55, "woman_50": 50}
)
_TRADE: Final[Mapping[str, int]] = MappingProxyType({"male": 55, "female": 45})
_ILLNESS: Final[Mapping[str, int]] = MappingProxyType({"male": 50, "female": 45})
_LOWEST_ORIGINAL: Final[Mapping[str, int]] = MappingProxyType({"male": 60, "female": 50})
_FIFTEEN_YEARS: Final = 15 * 12


def retires_below_any_statutory_age(answers: Answers, today: date) -> bool:  # noqa: ARG001 — a Rule's shape
    """Is the month before 60 (men), 50 (women)? Nothing flexible comes earlier (domain 2.1)."""
    return _younger_than(answers, _LOWEST_ORIGINAL)


def retires_before_flexible_range(answers: Answers, today: date) -> bool:  # noqa: ARG001 — as above
    """Is the month before the first of flexible retirement, by `age_kind`? (domain HB-10, 2.1)"""
    month, born, kind = _month(answers, "retirement_month"), _born(answers), _kind(answers)
    if month is None or born is None or kind is None:
        return False
    return month < retirement_age(kind, date(born.year, born.month, 1)).earliest


def below_age_for_special_trade(answers: Answers, today: date) -> bool:  # noqa: ARG001 — as above
    """男年满五十五周岁、女年满四十五周岁 (冀人社字〔2024〕108号 三 2; domain HB-11)."""
    return _younger_than(answers, _TRADE)


def below_age_for_illness(answers: Answers, today: date) -> bool:  # noqa: ARG001 — as above
    """男年满五十周岁，女年满四十五周岁 (冀人社字〔2024〕108号 三 3, HB-12)."""
    return _younger_than(answers, _ILLNESS)


def over_5_years_before_original_age(answers: Answers, today: date) -> bool:  # noqa: ARG001 — as above
    """提前退休的距退休年龄不超过5年（含5年）, to the original age (domain HB-15, B12)."""
    distance = _months_before_original(answers)
    return distance is not None and distance > 5 * 12


def over_10_years_before_original_age(answers: Answers, today: date) -> bool:  # noqa: ARG001 — as above
    """因病退休不超过10年（含10年）, to the original age (domain HB-15, B12)."""
    distance = _months_before_original(answers)
    return distance is not None and distance > 10 * 12


def needs_over_15_years(answers: Answers, today: date) -> bool:  # noqa: ARG001 — as above
    """Retiring from 2030 on, more than 15 years are needed (办法二, domain 2.1).

    Who retires later than the statutory month (弹性延迟) goes by the statutory month's year.
    """
    month, statutory = _month(answers, "retirement_month"), _month(answers, "statutory_month")
    if month is None:
        return False
    year = month.year if statutory is None else min(month, statutory).year
    return lowest_contribution_months(year) > _FIFTEEN_YEARS


def _younger_than(answers: Answers, ages: Mapping[str, int]) -> bool:
    """Whether the month of retirement comes before the birthday's, which itself counts."""
    month, born = _month(answers, "retirement_month"), _born(answers)
    age = ages.get(_sex(answers))
    return (
        month is not None and born is not None and age is not None and (month < born.plus(age * 12))
    )


def _months_before_original(answers: Answers) -> int | None:
    """How many months before the original statutory age she retires; negative: after it."""
    month, born, kind = _month(answers, "retirement_month"), _born(answers), _kind(answers)
    if month is None or born is None or kind is None:
        return None
    return born.plus(_ORIGINAL[kind] * 12).count - month.count


def _kind(answers: Answers) -> Kind | None:
    return next((kind for kind in _ORIGINAL if kind == answers.get("age_kind")), None)


def _born(answers: Answers) -> Month | None:
    """By the birth date she gave, else by the identity card."""
    said = _month(answers, "birth_date")
    card = _card(answers)
    if said is not None or card is None:
        return said
    return Month(card.birth_date.year, card.birth_date.month)


def _sex(answers: Answers) -> str:
    card = _card(answers)
    return card.sex if card is not None else str(answers.get("sex"))


def _card(answers: Answers) -> IdentityNumber | None:
    number = answers.get("id_number")
    read = read_identity_number(number) if isinstance(number, str) else None
    return read if isinstance(read, IdentityNumber) else None


def _month(answers: Answers, key: str) -> Month | None:
    """The month of `2026-12` or `1966-07-01`."""
    said = str(answers.get(key))[:7]
    try:
        day = date.fromisoformat(f"{said}-01")
    except ValueError:
        return None
    return Month(day.year, day.month)
