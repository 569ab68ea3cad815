from datetime import timedelta

import pytest

from cases.case import case_state
from cases.definition import Service
from cases.events import CaseOpened
from cases.opening import open_case
from cases.workdays import Calendar
from tests.cases.journey import FILED, application, opening


def test_seven_items_when_both_boxes_are_ticked(henan: Service, calendar: Calendar) -> None:
    opened = opening(henan, calendar)
    assert [item.code for item in opened.case.items] == [f"HN0{n}" for n in range(3, 10)]
    assert case_state(opened.case) == "submitted"
    assert isinstance(opened.events[0], CaseOpened)


def test_the_fund_only_for_her_who_wants_it(henan: Service, calendar: Calendar) -> None:
    case = opening(henan, calendar, wants_fund=False, wants_only_child=False).case
    assert case.item("HN08") is None
    assert case.item("HN09") is None


@pytest.mark.parametrize("answer", [{"household_kind": "rural"}, {"marital_status": "widowed"}])
def test_who_is_referred_to_the_committee_has_no_ninth_item(
    henan: Service, calendar: Calendar, answer: dict[str, str]
) -> None:
    assert opening(henan, calendar, **answer).case.item("HN09") is None


def test_the_fund_goes_to_the_chosen_centre(henan: Service, calendar: Calendar) -> None:
    case = opening(henan, calendar, fund_centre="fund-410000").case
    fund = case.item("HN08")
    assert fund is not None
    assert fund.office == "fund-410000"


def test_tasks_leave_after_the_time_for_taking_back(henan: Service, calendar: Calendar) -> None:
    opened = opening(henan, calendar)
    assert [one.item for one in opened.dispatches] == [
        "HN03", "HN05", "HN06", "HN07", "HN08", "HN09",
    ]  # fmt: skip
    for dispatch in opened.dispatches:
        assert dispatch.not_before == FILED + timedelta(minutes=10)
        assert dispatch.after_form
        assert dispatch.key == f"{opened.case.case_no}-{dispatch.item}"


def test_the_second_in_turn_waits_on_the_same_clock(henan: Service, calendar: Calendar) -> None:
    case = opening(henan, calendar).case
    pension, allowance = case.item("HN03"), case.item("HN04")
    assert pension is not None
    assert allowance is not None
    assert (allowance.state, allowance.waiting_for) == ("waiting", "turn")
    assert allowance.clock == pension.clock


def test_clocks_look_at_the_submission_not_at_the_opening(
    henan: Service, calendar: Calendar
) -> None:
    later = FILED + timedelta(days=2)
    case = open_case(application(), henan, calendar, later, "n", timedelta(minutes=10)).case
    assert case.clock == opening(henan, calendar).case.clock
    assert case.sendable_at == later + timedelta(minutes=10)


def test_nothing_applied_for_is_a_broken_promise(henan: Service, calendar: Calendar) -> None:
    only_fund = henan.model_copy(update={"items": (henan.item("HN08"),)})
    with pytest.raises(ValueError, match="nothing"):
        opening(only_fund, calendar, wants_fund=False)


def test_the_fund_without_a_centre_is_a_broken_promise(henan: Service, calendar: Calendar) -> None:
    with pytest.raises(ValueError, match="cannot be routed"):
        opening(henan, calendar, fund_centre=None)
