"""What was supplied is a page for each item that had asked, and for nobody else."""

from dataclasses import replace

from cases.case import Issued, Missing
from cases.supplement_pages import SUPPLEMENT_PAGE, pages, unmade_pages
from cases.supplements import supply
from cases.tasks import build_task
from tests.cases.journey import Journey

PAPER = Missing("document", "retirement_form", "第二页")
PHONE = Missing("answer", "phone")


def supplied(journey: Journey, **answers: str) -> None:
    journey.take(
        supply(journey.case, journey.service, journey.calendar, journey.supplement(**answers))
    )


def test_who_asked_is_remembered_with_what_and_why(journey: Journey) -> None:
    journey.on("2026-03-03").hear("HN07", "returned", missing=(PAPER, PHONE), reason="看不清")
    journey.hear("HN08", "returned", missing=(Missing("answer", "bank_card"),))
    returned_at = journey.item("HN07").returned_at
    supplied(journey, phone="13900001111")
    (asked,) = journey.case.supplements[0].asked
    assert (asked.item, asked.reason, asked.missing) == ("HN07", "看不清", (PAPER, PHONE))
    assert asked.asked_at == returned_at


def test_each_item_that_asked_has_a_page_of_its_own(journey: Journey) -> None:
    for item in ("HN03", "HN07"):
        journey.hear(item, "returned", missing=(PAPER,))
    supplied(journey)
    assert [one.after_form for one in journey.dispatches] == [True, True]
    case_no = journey.case.case_no
    ids = [f"{SUPPLEMENT_PAGE}-{case_no}-1-{item}" for item in ("HN03", "HN07")]
    assert [page.id for page in pages(journey.case)] == ids
    made = Issued(ids[0], SUPPLEMENT_PAGE, "HN03", journey.now)
    assert [one.id for one in unmade_pages(replace(journey.case, issued=(made,)))] == ids[1:]
    produced = {SUPPLEMENT_PAGE: tuple(ids)}
    task = build_task(journey.case, journey.service, journey.item("HN07"), produced)
    assert [one.id for one in task.documents if one.kind == SUPPLEMENT_PAGE] == ids[1:]
    other = build_task(journey.case, journey.service, journey.item("HN08"), produced)
    assert SUPPLEMENT_PAGE not in {one.kind for one in other.documents}


def test_a_page_that_is_not_made_yet_is_not_named(journey: Journey) -> None:
    journey.hear("HN07", "returned", missing=(PAPER,))
    supplied(journey)
    task = build_task(journey.case, journey.service, journey.item("HN07"))
    assert SUPPLEMENT_PAGE not in {one.kind for one in task.documents}
