from datetime import date

from cases.case import Missing
from cases.definition import InMonth, Opened, Service
from cases.events import ItemDueChanged, ItemOverdue, ItemWarning
from cases.watching import recount, watch
from cases.workdays import Calendar, announced_year
from tests.cases.journey import Journey, opening


def _watch(journey: Journey) -> None:
    journey.take(watch(journey.case, journey.service, journey.calendar, journey.now))


def test_a_limit_warns_and_then_passes_each_once(journey: Journey) -> None:
    for item in ("HN03", "HN05", "HN06", "HN08", "HN09"):
        journey.hear(item, "accepted")
    journey.hear("HN07", "accepted")
    journey.events.clear()
    seen: dict[str, list[str]] = {}
    for day in range(2, 31):
        _watch(journey.on(f"2026-03-{day:02}"))
        _watch(journey)
        seen[f"03-{day:02}"] = [
            f"{type(one).__name__} {one.item}"
            for one in journey.events
            if isinstance(one, ItemWarning | ItemOverdue)
        ]
        journey.events.clear()
    assert seen["03-04"] == ["ItemWarning HN08"]
    assert seen["03-06"] == ["ItemWarning HN07", "ItemOverdue HN08"]
    assert seen["03-10"] == ["ItemOverdue HN07"]
    assert seen["03-27"] == ["ItemWarning HN03", "ItemWarning HN09"]
    assert "HN04" not in str(seen)  # it is nobody's turn


def test_nobody_is_late_with_what_she_has_to_complete(journey: Journey) -> None:
    journey.hear("HN07", "returned", missing=(Missing("answer", "phone"),))
    journey.events.clear()
    _watch(journey.on("2026-03-20"))
    assert not [one for one in journey.events if getattr(one, "item", "") == "HN07"]


def test_the_case_has_its_own_limit(journey: Journey) -> None:
    _watch(journey.on("2026-03-31"))
    assert journey.happened().count("CaseOverdue") == 1
    _watch(journey)
    assert journey.happened() == []


def test_an_acceptance_that_is_late_is_the_desks_business(journey: Journey) -> None:
    _watch(journey.on("2026-03-03"))
    assert "DeskTaskNeeded" not in journey.happened()
    _watch(journey.on("2026-03-04"))
    assert journey.happened().count("DeskTaskNeeded") == 6
    _watch(journey)
    assert "DeskTaskNeeded" not in journey.happened()


def test_an_item_of_a_month_is_sent_in_that_month(henan: Service, calendar: Calendar) -> None:
    opened = Opened(month=InMonth(answer="retirement_month", workday=1))
    items = tuple(
        item.model_copy(update={"opened": opened}) if item.code == "HN07" else item
        for item in henan.items
    )
    service = henan.model_copy(update={"items": items})
    started = opening(service, calendar, retirement_month="2026-05")
    assert "HN07" not in [one.item for one in started.dispatches]
    journey = Journey(service, calendar, started.case)
    assert journey.item("HN07").waiting_for == "month"
    _watch(journey.on("2026-05-05"))
    assert not journey.dispatches
    _watch(journey.on("2026-05-06"))
    assert [(one.item, one.after_form) for one in journey.dispatches] == [("HN07", True)]
    assert journey.item("HN07").waiting_for == "document"
    late = opening(service, calendar, retirement_month="2026-01").case.item("HN07")
    assert late is not None
    assert late.waiting_for == "document"


def test_an_imported_calendar_moves_open_limits(henan: Service, calendar: Calendar) -> None:
    journey = Journey.sent(henan, calendar, retirement_month="2027-01")
    assert journey.case.clock.provisional
    journey.hear("HN07", "done")
    journey.events.clear()
    new_year = [date(2027, 1, 1), date(2027, 1, 4)]
    imported = Calendar({2027: announced_year(2027, new_year, [], "国办发明电")})
    before = {item.code: item.clock for item in journey.case.items}
    journey.take(recount(journey.case, henan, imported))
    changed = {one.item: one for one in journey.events if isinstance(one, ItemDueChanged)}
    assert set(changed) == {"HN03", "HN04", "HN05", "HN06", "HN08", "HN09"}
    assert changed["HN05"].due_on == date(2027, 1, 7)
    assert changed["HN05"].was_due_on == date(2027, 1, 6)
    assert journey.item("HN07").clock == before["HN07"]
    assert not journey.case.clock.provisional
    journey.events.clear()
    journey.take(recount(journey.case, henan, imported))
    assert journey.happened() == []
