"""Answers that follow from others."""

from datetime import date

import pytest

from cases.derivations import DERIVATIONS
from cases.values import JSON

TODAY = date(2026, 11, 21)
MAN = {"age_kind": "man_60", "birth_date": "1966-07-12", "id_number": "410105196606129011"}


def derived(name: str, /, **answers: JSON) -> JSON:
    return DERIVATIONS[name](answers, TODAY)


def test_the_birth_date_is_the_identity_cards() -> None:
    assert derived("birth_date_by_id_card", **MAN) == "1966-06-12"
    assert derived("birth_date_by_id_card", id_number="410105196606129012") is None


def test_the_months_are_those_of_the_2025_rules() -> None:
    assert derived("statutory_month", **MAN) == "2026-12"
    assert derived("earliest_month", **MAN) == "2026-07"
    assert derived("latest_month", **MAN) == "2029-12"


def test_card_and_archive_give_two_months() -> None:
    both = {**MAN, "archive_birth_date": "1966-03-01"}
    assert derived("statutory_month", **both) == "2026-12"
    assert derived("statutory_month_by_archive", **both) == "2026-07"
    assert derived("statutory_month_by_archive", **MAN) is None


def test_without_a_category_there_is_no_month() -> None:
    assert derived("statutory_month", **{**MAN, "age_kind": "unsure"}) is None
    assert derived("statutory_month", **{**MAN, "birth_date": "1966-13-40"}) is None


@pytest.mark.parametrize(
    ("name", "answers", "month"),
    [
        ("month_after_retirement", {"retirement_month": "2026-12"}, "2027-01"),
        ("month_after_retirement", {}, None),
        (
            "month_after_back_payment",
            {"retirement_month": "2026-03", "back_payment_arrived": "2026-10"},
            "2026-11",
        ),
        (
            "month_after_back_payment",
            {"retirement_month": "2026-12", "back_payment_arrived": "2026-10"},
            "2027-01",
        ),
        ("month_after_filing", {"retirement_month": "2026-03"}, "2026-12"),
        ("month_after_filing", {"retirement_month": "2027-03"}, "2027-04"),
    ],
)
def test_the_first_month_of_the_pension(
    name: str, answers: dict[str, JSON], month: str | None
) -> None:
    """HB-29: after retirement, after the back-payment, in institutions after filing."""
    assert derived(name, **answers) == month


def test_the_account_is_her_own_and_the_window_that_of_her_place() -> None:
    assert derived("own_name", name="王秀英") == "王秀英"
    assert derived("insured_place", insured_city="131000") == "131000"
