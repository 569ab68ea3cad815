from cases.change import Refusal
from cases.decide import Outcome
from cases.definition import Service
from cases.reports import Sender
from cases.sending import dispatched, reassign, received
from cases.workdays import Calendar
from tests.cases.journey import Journey, opening


def test_a_task_is_sent_once(henan: Service, calendar: Calendar) -> None:
    journey = Journey(henan, calendar, opening(henan, calendar).case)
    journey.take(dispatched(journey.case, henan, calendar, "HN03", journey.now))
    journey.take(dispatched(journey.case, henan, calendar, "HN03", journey.now))
    journey.take(dispatched(journey.case, henan, calendar, "HN04", journey.now))
    assert journey.happened() == ["ItemSent"]


def test_each_departments_receipt_is_kept(journey: Journey) -> None:
    sent_at = journey.now
    journey.on("2026-03-04")
    journey.take(received(journey.case, journey.service, journey.calendar, "HN03", journey.now))
    journey.take(received(journey.case, journey.service, journey.calendar, "HN03", journey.now))
    assert journey.happened() == ["ItemReceived"]
    assert journey.item("HN03").received_at == journey.now
    assert journey.item("HN03").sent_at == sent_at


def test_where_receipt_is_acceptance(henan: Service, calendar: Calendar) -> None:
    items = tuple(
        item.model_copy(update={"acceptance": "automatic"}) if item.code == "HN07" else item
        for item in henan.items
    )
    service = henan.model_copy(update={"items": items})
    journey = Journey(service, calendar, opening(service, calendar).case)
    journey.take(dispatched(journey.case, service, calendar, "HN07", journey.now))
    assert journey.happened() == ["ItemSent", "ItemAccepted"]


def test_a_misrouted_item_goes_to_the_other_office_on_its_own_clock(journey: Journey) -> None:
    clock = journey.item("HN08").clock
    journey.on("2026-03-03")
    journey.hear("HN08", "misrouted", suggested_office="fund-410000", reason="省直单位")
    assert journey.happened() == ["ItemMisrouted", "DeskTaskNeeded"]
    journey.take(reassign(journey.case, "HN08", "fund-410000", journey.now))
    moved = journey.item("HN08")
    assert (moved.state, moved.office, moved.clock) == ("sent", "fund-410000", clock)
    assert [(one.office, one.revision) for one in journey.dispatches] == [("fund-410000", 2)]
    old = journey.hear("HN08", "done")
    assert old.outcome == Outcome("refused", "foreign")
    new = journey.hear_report(journey.report("HN08", "done"), Sender("fund", "fund-410000"))
    assert new.outcome.kind == "applied"


def test_only_a_misrouted_item_is_reassigned(journey: Journey) -> None:
    assert reassign(journey.case, "HN08", "x", journey.now) == Refusal("not_misrouted")
    assert reassign(journey.case, "HN99", "x", journey.now) == Refusal("unknown_item")
