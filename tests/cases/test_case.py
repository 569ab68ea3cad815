from pydantic import TypeAdapter

from cases.case import Case, Missing
from cases.supplements import supply
from tests.cases.journey import Journey


def test_a_case_comes_back_from_json_as_it_was(journey: Journey) -> None:
    journey.hear("HN03", "accepted", facts={"disability_allowance": True})
    journey.hear("HN07", "returned", missing=(Missing("document", "retirement_form", "不清"),))
    supplement = journey.supplement()
    journey.take(supply(journey.case, journey.service, journey.calendar, supplement))
    kept: TypeAdapter[Case] = TypeAdapter(Case)
    assert kept.validate_json(kept.dump_json(journey.case)) == journey.case
