from datetime import date

from cases.checks import findings
from cases.definition import Check, Service
from cases.values import JSON

TODAY = date(2026, 11, 21)
ANSWERS: dict[str, JSON] = {
    "id_number": "410105196606129011",
    "person_kind": "enterprise",
    "retirement_kind": "normal",
    "retirement_month": "2026-11",
}


def _codes(service: Service, **answers: JSON) -> list[tuple[str, str]]:
    found = findings(service, {**ANSWERS, **answers}, TODAY)
    return [(one.check.code, one.standing) for one in found]


def test_everything_that_fails_is_said_at_once(henan: Service) -> None:
    assert _codes(henan) == []
    early = {"retirement_kind": "early_illness", "retirement_month": "2015-01"}
    assert _codes(henan, **early) == [("illness_age", "fails"), ("illness_allowance", "fails")]


def test_a_condition_of_an_item_that_is_not_applied_for_concerns_nobody(henan: Service) -> None:
    children: dict[str, JSON] = {"children.0.name": "张小", "children.1.name": "张二"}
    assert _codes(henan, **children) == []
    applied: dict[str, JSON] = {
        "wants_only_child": True,
        "household_kind": "urban",
        "marital_status": "first_marriage",
    }
    assert _codes(henan, **children, **applied) == [("one_child", "fails")]


def test_what_she_does_not_know_is_left_to_the_department(henan: Service) -> None:
    check = Check.model_validate(
        {
            "code": "years",
            "about": "缴费年限",
            "source": "社会保险法 16",
            "fails": {"answer": "years_enough", "is": "no"},
            "unknown": {"not": {"answer": "years_enough", "is": "yes"}},
        }
    )
    service = henan.model_copy(update={"checks": (check,)})
    assert _codes(service) == [("years", "unknown")]
    assert _codes(service, years_enough="unsure") == [("years", "unknown")]
    assert _codes(service, years_enough="no") == [("years", "fails")]
    assert _codes(service, years_enough="yes") == []
