"""The table of domain.md 2.3."""

from datetime import date

import pytest

from cases.ages import Kind, lowest_contribution_months, retirement_age

ROWS: list[tuple[Kind, str, int, tuple[int, int], str, str, str, float]] = [
    ("man_60", "1965-01", 1, (60, 1), "2025-02", "2025-01", "2028-02", 15),
    ("man_60", "1965-05", 2, (60, 2), "2025-07", "2025-05", "2028-07", 15),
    ("man_60", "1966-07", 5, (60, 5), "2026-12", "2026-07", "2029-12", 15),
    ("man_60", "1967-05", 8, (60, 8), "2028-01", "2027-05", "2031-01", 15),
    ("man_60", "1976-08", 35, (62, 11), "2039-07", "2036-08", "2042-07", 20),
    ("man_60", "1976-09", 36, (63, 0), "2039-09", "2036-09", "2042-09", 20),
    ("woman_55", "1970-01", 1, (55, 1), "2025-02", "2025-01", "2028-02", 15),
    ("woman_55", "1971-04", 4, (55, 4), "2026-08", "2026-04", "2029-08", 15),
    ("woman_55", "1974-10", 15, (56, 3), "2031-01", "2029-10", "2034-01", 16),
    ("woman_50", "1975-01", 1, (50, 1), "2025-02", "2025-01", "2028-02", 15),
    ("woman_50", "1975-11", 6, (50, 6), "2026-05", "2025-11", "2029-05", 15),
    ("woman_50", "1980-11", 36, (53, 0), "2033-11", "2030-11", "2036-11", 17),
    ("woman_50", "1984-11", 60, (55, 0), "2039-11", "2036-11", "2042-11", 20),
]


@pytest.mark.parametrize("row", ROWS)
def test_the_table(row: tuple[Kind, str, int, tuple[int, int], str, str, str, float]) -> None:
    kind, birth, delay, age, statutory, earliest, latest, years = row
    found = retirement_age(kind, date.fromisoformat(birth + "-15"))
    assert (found.delay, found.years_and_months) == (delay, age)
    assert (str(found.statutory), str(found.earliest), str(found.latest)) == (
        statutory,
        earliest,
        latest,
    )
    assert lowest_contribution_months(found.statutory.year) == years * 12


def test_nobody_born_before_the_first_month_is_delayed() -> None:
    assert retirement_age("man_60", date(1964, 12, 31)).delay == 0
    assert retirement_age("woman_50", date(1985, 12, 31)).delay == 60


def test_the_lowest_contribution_time_grows_by_half_a_year() -> None:
    years = {2029: 15, 2030: 15.5, 2031: 16, 2038: 19.5, 2039: 20, 2045: 20}
    assert {year: lowest_contribution_months(year) / 12 for year in years} == years
