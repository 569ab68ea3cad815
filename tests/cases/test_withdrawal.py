from cases.case import case_state
from cases.change import Change, Refusal
from cases.definition import Service
from cases.sending import dispatched
from cases.withdrawal import take_back, withdraw
from cases.workdays import Calendar
from tests.cases.journey import Journey, opening


def test_an_application_is_taken_back_before_anything_left(
    henan: Service, calendar: Calendar
) -> None:
    journey = Journey(henan, calendar, opening(henan, calendar).case)
    journey.take(take_back(journey.case, journey.now))
    journey.take(take_back(journey.case, journey.now))
    assert journey.happened() == ["CaseTakenBack"]
    assert case_state(journey.case) == "taken_back"
    # The outbox row is still there, but nothing may be sent for it any more.
    assert not dispatched(journey.case, henan, calendar, "HN03", journey.now).events


def test_not_after_a_task_has_left(journey: Journey) -> None:
    assert take_back(journey.case, journey.now) == Refusal("already_sent")


def test_an_item_is_withdrawn_until_it_is_accepted(journey: Journey) -> None:
    journey.hear("HN07", "accepted")
    assert _withdraw(journey, "HN07") == Refusal("already_accepted")
    change = _withdraw(journey, "HN08")
    assert isinstance(change, Change)
    assert [(one.kind, one.item) for one in change.dispatches] == [("withdrawal", "HN08")]
    journey.take(change)
    assert journey.hear("HN08", "done").outcome.code == "closed"


def test_without_the_pension_its_supplement_is_not_hers(journey: Journey) -> None:
    change = _withdraw(journey, "HN03")
    journey.take(change)
    assert journey.item("HN04").state == "not_applicable"


def test_everything_is_withdrawn_when_nothing_is_named(journey: Journey) -> None:
    journey.take(_withdraw(journey))
    assert case_state(journey.case) == "withdrawn"
    assert journey.happened()[-1] == "CaseWithdrawn"
    assert _withdraw(journey) == Refusal("already_accepted")
    assert _withdraw(journey, "HN99") == Refusal("unknown_item")


def test_withdrawing_the_rest_finishes_the_case(journey: Journey) -> None:
    journey.hear("HN07", "done")
    journey.take(_withdraw(journey))
    assert journey.happened()[-1] == "CaseFinished"
    assert case_state(journey.case) == "finished"


def _withdraw(journey: Journey, *codes: str) -> Change | Refusal:
    return withdraw(journey.case, journey.service, journey.calendar, codes, journey.now)
