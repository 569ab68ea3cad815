"""A workflow of another shape, as in Hebei: confirmed first, pushed in the month of retirement."""

import pytest

from cases.definition import Service
from cases.sending import dispatched
from cases.watching import watch
from cases.workdays import Calendar
from tests.cases.journey import Journey, opening


@pytest.fixture
def pushed(henan: Service, calendar: Calendar) -> Journey:
    confirmation = {
        "clock": {"limit_workdays": 5, "starts": "when_sent"},
        "acceptance": "automatic",
    }
    pension = {
        "opened": {
            "after": {"item": "HN03", "on": "done"},
            "month": {"answer": "retirement_month", "workday": 1},
        },
        **confirmation,
    }
    changes = {"HN03": confirmation, "HN04": pension}
    items = [
        {**one.model_dump(by_alias=True, exclude_none=True), **changes[one.code]}
        for one in henan.items[:2]
    ]
    data = henan.model_dump(by_alias=True, exclude_none=True)
    service = Service.model_validate({**data, "items": items, "checks": []})
    case = opening(service, calendar, retirement_month="2026-12").case
    journey = Journey(service, calendar, case).on("2026-05-20")
    journey.take(dispatched(journey.case, service, calendar, "HN03", journey.now))
    return journey


def _days(journey: Journey, item: str) -> tuple[str, str, str]:
    clock = journey.item(item).clock
    assert clock is not None
    return str(clock.starts_on), str(clock.due_on), str(clock.warn_on)


def _watch(journey: Journey) -> None:
    journey.take(watch(journey.case, journey.service, journey.calendar, journey.now))


def test_rows_25_and_27(pushed: Journey) -> None:
    assert pushed.item("HN03").state == "accepted"
    assert _days(pushed, "HN03") == ("2026-05-20", "2026-05-27", "2026-05-26")
    pushed.on("2026-05-26").hear("HN03", "done")
    assert pushed.item("HN04").waiting_for == "month"
    _watch(pushed.on("2026-11-30"))
    assert pushed.item("HN04").waiting_for == "month"
    _watch(pushed.on("2026-12-01"))
    pushed.take(dispatched(pushed.case, pushed.service, pushed.calendar, "HN04", pushed.now))
    assert _days(pushed, "HN04") == ("2026-12-01", "2026-12-08", "2026-12-07")


def test_confirmed_in_the_month_itself_it_is_pushed_at_once(pushed: Journey) -> None:
    pushed.on("2026-12-10").hear("HN03", "done")
    assert pushed.item("HN04").state == "accepted"
    assert _days(pushed, "HN04")[0] == "2026-12-10"
