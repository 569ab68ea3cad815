from dataclasses import replace

from pydantic import TypeAdapter

from cases.case import Case, Missing, current_answers
from cases.supplements import supply
from cases.values import JSON
from tests.cases.journey import Journey


def test_a_case_comes_back_from_json_as_it_was(journey: Journey) -> None:
    journey.hear("HN03", "accepted", facts={"disability_allowance": True})
    journey.hear("HN07", "returned", missing=(Missing("document", "retirement_form", "不清"),))
    supplement = journey.supplement()
    journey.take(supply(journey.case, journey.service, journey.calendar, supplement))
    kept: TypeAdapter[Case] = TypeAdapter(Case)
    assert kept.validate_json(kept.dump_json(journey.case)) == journey.case


def test_a_table_is_told_whole_and_nothing_of_the_old_one_remains(journey: Journey) -> None:
    """Else the old child's day of death would stand beside the new child's name."""
    before: dict[str, JSON] = {
        "children.0.name": "王小明",
        "children.0.died_on": "2001-05",
        "children.0.more": True,
        "children.1.name": "王小红",
    }
    applied = replace(journey.case.application, answers={"phone": "1", **before})
    told = replace(journey.supplement(), answers={"children.0.name": "王小虹"})
    case = replace(journey.case, application=applied, supplements=(told,))
    assert current_answers(case) == {"phone": "1", "children.0.name": "王小虹"}
