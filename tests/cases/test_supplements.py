from datetime import date

from cases.case import Missing, current_documents
from cases.change import Refusal
from cases.decide import Outcome
from cases.supplements import supply, wanted
from tests.cases.journey import Journey

PAPER = Missing("document", "retirement_form")
PHONE = Missing("answer", "phone")


def _due(journey: Journey, item: str) -> date:
    clock = journey.item(item).clock
    assert clock is not None
    return clock.due_on


def _supply(journey: Journey, **answers: str) -> None:
    journey.take(
        supply(journey.case, journey.service, journey.calendar, journey.supplement(**answers))
    )


def test_row_24_completed_before_acceptance_counts_anew(journey: Journey) -> None:
    journey.on("2026-03-03").hear("HN08", "returned", missing=(PAPER,))
    journey.on("2026-03-10")
    _supply(journey)
    item = journey.item("HN08")
    assert (item.state, item.revision, item.missing) == ("sent", 2, ())
    assert _due(journey, "HN08") == date(2026, 3, 13)
    assert item.clock is not None
    assert item.clock.original_due_on == date(2026, 3, 5)
    assert journey.happened() == ["ItemReturned", "ItemSupplied", "ItemSent"]
    assert [(one.item, one.revision) for one in journey.dispatches] == [("HN08", 2)]
    assert current_documents(journey.case)["retirement_form"] == ("f3",)


def test_completed_after_acceptance_only_the_rest_runs(journey: Journey) -> None:
    journey.on("2026-03-03").hear("HN07", "accepted")
    journey.on("2026-03-04").hear("HN07", "returned", missing=(PAPER,))
    journey.on("2026-03-10")
    _supply(journey)
    assert _due(journey, "HN07") == date(2026, 3, 13)  # three of five days


def test_a_shared_clock_is_wound_for_both(journey: Journey) -> None:
    journey.on("2026-03-03").hear("HN03", "returned", missing=(PAPER,))
    journey.on("2026-03-10")
    _supply(journey)
    assert journey.item("HN04").clock == journey.item("HN03").clock
    assert journey.case.clock.due_on == _due(journey, "HN03")


def test_one_paper_answers_every_item_that_asked_for_it(journey: Journey) -> None:
    for item in ("HN03", "HN07", "HN08"):
        journey.hear(item, "returned", missing=(PAPER,))
    assert wanted(journey.case) == (PAPER,)
    _supply(journey)
    assert {journey.item(item).state for item in ("HN03", "HN07", "HN08")} == {"sent"}


def test_half_of_it_leaves_the_rest_to_ask_for(journey: Journey) -> None:
    journey.hear("HN07", "returned", missing=(PAPER, PHONE))
    _supply(journey)
    assert journey.item("HN07").state == "returned"
    assert wanted(journey.case) == (PHONE,)
    assert wanted(journey.case, ["HN08"]) == ()


def test_a_supplement_is_taken_once(journey: Journey) -> None:
    journey.hear("HN07", "returned", missing=(PAPER,))
    _supply(journey)
    before = journey.case
    _supply(journey)
    assert journey.case == before


def test_nothing_asked_for_nothing_taken(journey: Journey) -> None:
    def given(**answers: str) -> object:
        supplement = journey.supplement(**answers)
        return supply(journey.case, journey.service, journey.calendar, supplement)

    assert given() == Refusal("not_returned")
    journey.hear("HN07", "returned", missing=(PAPER,))
    assert given(phone="13800000001") == Refusal("nothing_asked_for")


def test_a_return_of_the_earlier_revision_comes_too_late(journey: Journey) -> None:
    journey.on("2026-03-03")
    earlier = journey.now
    journey.hear("HN07", "returned", missing=(PAPER,))
    journey.on("2026-03-10")
    _supply(journey)
    decision = journey.hear("HN07", "returned", missing=(PAPER,), occurred_at=earlier)
    assert decision.outcome == Outcome("recorded", "late")
    assert journey.item("HN07").state == "sent"
