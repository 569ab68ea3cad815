"""The examples of domain.md 3.3."""

from datetime import date

import pytest

from cases.benefit_years import first_benefit_year


@pytest.mark.parametrize(
    ("birth", "applied", "year"),
    [
        ("1966-01-20", "2026-01-25", 2026),
        ("1966-01-31", "2026-01-31", 2026),
        ("1966-01-20", "2026-02-02", 2027),
        ("1966-03-05", "2026-01-10", None),
        ("1966-01-20", "2028-01-10", 2029),
    ],
)
def test_first_year(birth: str, applied: str, year: int | None) -> None:
    assert first_benefit_year(date.fromisoformat(birth), date.fromisoformat(applied)) == year
