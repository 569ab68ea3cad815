"""Rules that read `retirement_month` (YYYY-MM), seen from the month it is today."""

from datetime import date

from cases.ages import Month, month_of
from cases.values import Answers


def retires_in_over_12_months(answers: Answers, today: date) -> bool:
    """More than twelve months ahead: too early to apply (冀人社字〔2024〕108号 三; domain B13)."""
    left = _months_left(answers, today)
    return left is not None and left > 12


def retires_in_under_6_months(answers: Answers, today: date) -> bool:
    """Fewer than six months ahead, or past: allowed, and marked (domain B13)."""
    left = _months_left(answers, today)
    return left is not None and left < 6


def retirement_month_has_come(answers: Answers, today: date) -> bool:
    """The month of retirement is this one or past (冀人社规〔2017〕10号 四: who pays up then)."""
    left = _months_left(answers, today)
    return left is not None and left <= 0


def flexible_notice_under_3_months(answers: Answers, today: date) -> bool:
    """Fewer than three months for the written notice (人社部发〔2024〕94号 二: 至少前3个月)."""
    left = _months_left(answers, today)
    return left is not None and left < 3


def archive_month_differs(answers: Answers, today: date) -> bool:  # noqa: ARG001 — a Rule's shape
    """Identity card and archive lead to different months of retirement (domain B11)."""
    by_card, by_archive = answers.get("statutory_month"), answers.get("statutory_month_by_archive")
    return by_card is not None and by_archive is not None and by_card != by_archive


def _months_left(answers: Answers, today: date) -> int | None:
    month = month_of(answers.get("retirement_month"))
    return None if month is None else month.count - Month(today.year, today.month).count
