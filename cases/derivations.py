"""Answers that follow from other answers, so that nobody is asked for them.

A derivation gives None while it has nothing to go by. Like a rule, its meaning never changes.
"""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, TypeAlias

from cases.ages import Kind, Month, RetirementAge, month_of, retirement_age
from cases.identity_numbers import IdentityNumber, read_identity_number
from cases.values import JSON, Answers

Derivation: TypeAlias = Callable[[Answers, date], JSON]
"""The answers on the route so far and today (Asia/Shanghai) in, an answer or None out."""


def sex_by_id_card(answers: Answers, today: date) -> JSON:  # noqa: ARG001 — a Derivation's shape
    """`male` or `female` by the 17th digit of `id_number` (GB 11643)."""
    number = answers.get("id_number")
    read = read_identity_number(number) if isinstance(number, str) else None
    return read.sex if isinstance(read, IdentityNumber) else None


def birth_date_by_id_card(answers: Answers, today: date) -> JSON:  # noqa: ARG001 — as above
    """The birth date in `id_number` (GB 11643), YYYY-MM-DD."""
    number = answers.get("id_number")
    read = read_identity_number(number) if isinstance(number, str) else None
    return read.birth_date.isoformat() if isinstance(read, IdentityNumber) else None


def own_name(answers: Answers, today: date) -> JSON:  # noqa: ARG001 — as above
    """`name`: the account that a pension is paid to is one's own (联办申请表, domain 1.2 D)."""
    return answers.get("name")


def insured_place(answers: Answers, today: date) -> JSON:  # noqa: ARG001 — as above
    """`insured_city`: the windows are those of the place where the pension is insured (HB-03)."""
    return answers.get("insured_city")


def statutory_month(answers: Answers, today: date) -> JSON:  # noqa: ARG001 — as above
    """The statutory month by `age_kind` and `birth_date` (2024 decision, 办法一), YYYY-MM."""
    age = _age(answers, "birth_date")
    return None if age is None else str(age.statutory)


def statutory_month_by_archive(answers: Answers, today: date) -> JSON:  # noqa: ARG001 — as above
    """The same by `archive_birth_date`: both are shown where they differ (domain B11, HB-30)."""
    age = _age(answers, "archive_birth_date")
    return None if age is None else str(age.statutory)


def earliest_month(answers: Answers, today: date) -> JSON:  # noqa: ARG001 — as above
    """The first month of flexible retirement by `age_kind` and `birth_date` (办法三), YYYY-MM."""
    age = _age(answers, "birth_date")
    return None if age is None else str(age.earliest)


def latest_month(answers: Answers, today: date) -> JSON:  # noqa: ARG001 — as above
    """The last month of flexible retirement by `age_kind` and `birth_date` (办法三), YYYY-MM."""
    age = _age(answers, "birth_date")
    return None if age is None else str(age.latest)


def month_after_retirement(answers: Answers, today: date) -> JSON:  # noqa: ARG001 — as above
    """The month after `retirement_month`: the pension's first (domain HB-29, A17)."""
    return _after(month_of(answers.get("retirement_month")))


def month_after_back_payment(answers: Answers, today: date) -> JSON:  # noqa: ARG001 — as above
    """The month after `back_payment_arrived`, at the earliest the one after retirement.

    冀人社规〔2017〕10号 四: 从补缴到账次月起发放养老金 (HB-29).
    """
    months = [month_of(answers.get(key)) for key in ("back_payment_arrived", "retirement_month")]
    return _after(max((one for one in months if one is not None), default=None))


def month_after_filing(answers: Answers, today: date) -> JSON:
    """The month after filing, at the earliest the one after `retirement_month`.

    人社厅发〔2016〕38号 五: 从单位办理申领手续的次月起发放养老金 (HB-29).
    """
    retired = month_of(answers.get("retirement_month"))
    return _after(None if retired is None else max(retired, Month(today.year, today.month)))


def _after(month: Month | None) -> JSON:
    return None if month is None else str(month.plus(1))


_AGE_KINDS: Final[Mapping[str, Kind]] = {
    "man_60": "man_60",
    "woman_55": "woman_55",
    "woman_50": "woman_50",
}


def _age(answers: Answers, birth: str) -> RetirementAge | None:
    kind, born = _AGE_KINDS.get(str(answers.get("age_kind"))), answers.get(birth)
    if kind is None or not isinstance(born, str):
        return None
    try:
        return retirement_age(kind, date.fromisoformat(born))
    except ValueError:
        return None


def begun_by_herself(answers: Answers, today: date) -> JSON:  # noqa: ARG001 — a Derivation's shape
    """`person`: nobody applies for her unless the draft was begun so (`beginning`)."""
    return "person"


def applicant(answers: Answers, today: date) -> JSON:  # noqa: ARG001 — a Derivation's shape
    """`person` for whom nobody applies; else it is asked who does (plan 三, HN-04…06)."""
    return "person" if answers.get("beginning") == "person" else None


def insured_as(answers: Answers, today: date) -> JSON:  # noqa: ARG001 — a Derivation's shape
    """What was said at the beginning, where somebody applies for her: not asked twice."""
    return answers.get("insured_as")


DERIVATIONS: Mapping[str, Derivation] = MappingProxyType(
    {
        "sex_by_id_card": sex_by_id_card,
        "birth_date_by_id_card": birth_date_by_id_card,
        "own_name": own_name,
        "insured_place": insured_place,
        "statutory_month": statutory_month,
        "statutory_month_by_archive": statutory_month_by_archive,
        "earliest_month": earliest_month,
        "latest_month": latest_month,
        "month_after_retirement": month_after_retirement,
        "month_after_back_payment": month_after_back_payment,
        "month_after_filing": month_after_filing,
        "begun_by_herself": begun_by_herself,
        "applicant": applicant,
        "insured_as": insured_as,
    }
)
"""Name in the definitions → derivation."""
