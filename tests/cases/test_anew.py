"""Who may file an application anew, and when (domain B8)."""

from dataclasses import replace

import pytest

from cases.anew import anew_by, failed_items
from cases.definition import Service, Stage
from cases.workdays import Calendar
from tests.cases.journey import Journey
from tests.cases.test_situations import Told, begun


@pytest.mark.parametrize(
    ("situation", "item", "stage"),
    [("s1", "HB01", "denied"), ("s2", "HB02", "refused"), ("s6", "HB04", "denied")],
)
def test_not_confirmed_the_whole_may_be_filed_anew(
    hebei: Service, calendar: Calendar, situation: str, item: str, stage: Stage
) -> None:
    case = begun(hebei, calendar, situation=situation)
    assert anew_by(case.case, hebei) == ""
    case.tell(item, stage, reason="档案待核实")
    assert anew_by(case.case, hebei) == "self"
    assert [one.reason for one in failed_items(case.case, hebei)] == ["档案待核实"]


def test_a_calculation_that_comes_first_decides_for_all(hebei: Service, calendar: Calendar) -> None:
    case = begun(hebei, calendar, situation="s4", retirement_month="2026-05")
    case.tell("HB05", "denied", reason="欠费")
    assert anew_by(case.case, hebei) == "self"


def test_in_the_second_stage_the_item_goes_its_own_way(hebei: Service, calendar: Calendar) -> None:
    case = begun(hebei, calendar, situation="s3", retirement_month="2026-05")
    case.tell("HB05", "done")
    case.tell("HB06", "denied", reason="年限不足")
    case.tell("HB07", "done")
    assert anew_by(case.case, hebei) == ""


def test_what_a_unit_has_filed_the_unit_files_anew(hebei: Service, calendar: Calendar) -> None:
    case = begun(hebei, calendar).case
    case = replace(case, application=replace(case.application, agent="p2", applicant="employer"))
    journey = Told(hebei, calendar, case, case.application.submitted_at)
    journey.tell("HB01", "denied", reason="档案待核实")
    assert anew_by(journey.case, hebei) == "unit"


def test_where_no_plan_says_so_nothing_is_filed_anew(journey: Journey) -> None:
    for item in ("HN03", "HN05", "HN06", "HN07", "HN08", "HN09"):
        journey.hear(item, "denied", reason="不符合")
    assert all(one.is_final for one in journey.case.items)
    assert anew_by(journey.case, journey.service) == ""
