from datetime import timedelta
from typing import get_args

import pytest

from cases.case import FINAL, ItemState, Missing, case_state
from cases.decide import _MOVES, STAGES, VERDICTS, Outcome
from cases.definition import Service, Stage
from cases.events import DeskTaskNeeded, ItemNotApplicable, ItemReturned
from cases.reports import Sender
from cases.workdays import Calendar
from tests.cases.journey import Journey, opening

PAPER = Missing("document", "retirement_form", "看不清")


def test_every_state_says_what_every_stage_means() -> None:
    assert set(VERDICTS) == set(get_args(ItemState))
    assert set(STAGES) == set(get_args(Stage))
    for row in VERDICTS.values():
        assert set(row) == set(STAGES)
    moving = {s for row in VERDICTS.values() for s, verdict in row.items() if verdict == "move"}
    assert moving == set(_MOVES)


def test_no_final_state_is_left() -> None:
    for state in FINAL:
        assert "move" not in VERDICTS[state].values()


def test_the_plain_way(journey: Journey) -> None:
    assert journey.hear("HN07", "accepted").outcome == Outcome("applied", "move")
    journey.hear("HN07", "progress", reason="复核中")
    journey.hear("HN07", "approved")
    journey.hear("HN07", "done", documents=("p1",), result={"years": 30})
    assert journey.happened() == ["ItemAccepted", "ItemProgressed", "ItemApproved", "ItemDone"]
    done = journey.item("HN07")
    assert (done.state, done.documents, done.result) == ("done", ("p1",), {"years": 30})
    assert case_state(journey.case) == "in_progress"


def test_done_before_accepted_implies_it(journey: Journey) -> None:
    journey.hear("HN07", "done")
    assert journey.item("HN07").accepted_at == journey.now
    late = journey.hear("HN07", "accepted")
    assert late.outcome == Outcome("recorded", "late")
    assert journey.happened() == ["ItemDone"]


def test_a_repeat_is_recorded_and_may_bring_papers(journey: Journey) -> None:
    journey.hear("HN07", "done")
    again = journey.hear("HN07", "done", documents=("p1",))
    assert again.outcome == Outcome("recorded", "repeat")
    assert journey.item("HN07").documents == ("p1",)


def test_a_stranger_decides_nothing(journey: Journey) -> None:
    before = journey.case
    for item, sender in (
        ("HN03", Sender("medical", "*")),
        ("HN08", Sender("fund", "fund-410000")),
    ):
        decision = journey.hear_report(journey.report(item, "done"), sender)
        assert decision.outcome == Outcome("refused", "foreign")
    assert journey.case == before


def test_what_is_not_there_is_refused(journey: Journey) -> None:
    hrss = Sender("hrss", "*")
    unknown = journey.hear_report(journey.report("HN99", "done"), hrss)
    other = journey.hear_report(journey.report("HN03", "done", case_no="other"), hrss)
    assert (unknown.outcome.code, other.outcome.code) == ("unknown_item", "wrong_case")


def test_nothing_is_decided_before_it_was_sent(henan: Service, calendar: Calendar) -> None:
    journey = Journey(henan, calendar, opening(henan, calendar).case)
    for item in ("HN04", "HN07"):
        assert journey.hear(item, "done").outcome == Outcome("refused", "not_sent")
    assert journey.happened() == []


def test_its_own_department_knows_first_whose_turn_it_is(journey: Journey) -> None:
    decision = journey.hear("HN04", "accepted")
    assert decision.outcome.kind == "applied"
    assert [one.item for one in decision.dispatches] == ["HN04"]
    assert journey.happened() == ["ItemSent", "ItemAccepted"]


class TestInTurn:
    def test_an_allowance_being_paid_opens_the_next_item(self, journey: Journey) -> None:
        decision = journey.hear("HN03", "done", facts={"disability_allowance": True})
        assert journey.item("HN04").state == "sent"
        assert [one.item for one in decision.dispatches] == ["HN04"]
        assert journey.happened() == ["ItemDone", "ItemSent"]

    def test_no_allowance_closes_it(self, journey: Journey) -> None:
        journey.hear("HN03", "done", facts={"disability_allowance": False})
        assert journey.item("HN04").state == "not_applicable"
        assert journey.item("HN04").reason == "not_concerned"

    @pytest.mark.parametrize("facts", [{}, {"disability_allowance": None}])
    def test_not_known_asks_the_desk_and_closes_nothing(
        self, journey: Journey, facts: dict[str, None]
    ) -> None:
        journey.hear("HN03", "done", facts=facts)
        assert journey.item("HN04").state == "waiting"
        asked = [one for one in journey.events if isinstance(one, DeskTaskNeeded)]
        assert [(one.item, one.kind) for one in asked] == [("HN04", "fact_unknown")]

    def test_the_fact_may_come_later(self, journey: Journey) -> None:
        journey.hear("HN03", "done")
        journey.hear("HN03", "progress", facts={"disability_allowance": True})
        assert journey.item("HN04").state == "sent"

    def test_the_fact_may_come_earlier(self, journey: Journey) -> None:
        journey.hear("HN03", "accepted", facts={"disability_allowance": True})
        assert journey.item("HN04").state == "waiting"
        journey.hear("HN03", "done")
        assert journey.item("HN04").state == "sent"

    @pytest.mark.parametrize("stage", ["refused", "denied"])
    def test_no_pension_no_supplement(self, journey: Journey, stage: Stage) -> None:
        journey.hear("HN03", stage, reason="缴费年限不足")
        closed = [one for one in journey.events if isinstance(one, ItemNotApplicable)]
        assert [(one.item, one.reason) for one in closed] == [("HN04", "缴费年限不足")]

    def test_a_fact_that_changes_its_mind_asks_the_desk(self, journey: Journey) -> None:
        journey.hear("HN03", "done", facts={"disability_allowance": False})
        journey.happened()
        journey.hear("HN03", "done", facts={"disability_allowance": True})
        assert journey.item("HN04").state == "not_applicable"
        assert journey.happened() == ["DeskTaskNeeded"]

    @pytest.mark.parametrize(
        "facts", [{"disability_allowance": "yes"}, {"disability_allowance": 1}, {"shoe_size": 42}]
    )
    def test_an_untyped_fact_is_refused(self, journey: Journey, facts: dict[str, object]) -> None:
        decision = journey.hear("HN03", "done", facts=facts)
        assert decision.outcome == Outcome("refused", "unknown_fact")
        assert journey.item("HN03").state == "sent"


class TestReturned:
    def test_everything_missing_is_named(self, journey: Journey) -> None:
        journey.hear("HN07", "returned", reason="材料不清", missing=(PAPER,))
        assert journey.item("HN07").state == "returned"
        assert case_state(journey.case) == "needs_applicant"
        event = journey.events[-1]
        assert isinstance(event, ItemReturned)
        assert event.missing == (PAPER,)

    def test_what_the_item_does_not_need_cannot_be_missing(self, journey: Journey) -> None:
        missing = (Missing("answer", "spouse_name"),)
        decision = journey.hear("HN07", "returned", missing=missing)
        assert decision.outcome == Outcome("refused", "unknown_missing")

    def test_a_second_return_adds_what_it_names(self, journey: Journey) -> None:
        phone = Missing("answer", "phone")
        journey.hear("HN07", "returned", missing=(PAPER,))
        same = journey.hear("HN07", "returned", missing=(PAPER,))
        more = journey.hear("HN07", "returned", missing=(phone,))
        assert (same.outcome.code, more.outcome.code) == ("repeat", "move")
        assert journey.item("HN07").missing == (PAPER, phone)

    def test_an_acceptance_told_late_is_kept_for_the_clock(self, journey: Journey) -> None:
        earlier = journey.now
        journey.on("2026-03-03").hear("HN07", "returned", missing=(PAPER,))
        late = journey.hear("HN07", "accepted", occurred_at=earlier)
        assert late.outcome == Outcome("recorded", "late")
        assert journey.item("HN07").state == "returned"
        assert journey.item("HN07").accepted_at == earlier

    def test_a_department_may_go_on_without_her(self, journey: Journey) -> None:
        journey.hear("HN07", "returned", missing=(PAPER,))
        journey.on("2026-03-06").hear("HN07", "accepted")
        item = journey.item("HN07")
        assert (item.state, item.missing) == ("accepted", ())
        assert item.clock is not None
        assert str(item.clock.starts_on) == "2026-03-06"

    def test_another_office_asks_anew(self, journey: Journey) -> None:
        journey.hear("HN08", "returned", missing=(PAPER,))
        journey.hear("HN08", "misrouted", suggested_office="fund-410000")
        assert (journey.item("HN08").state, journey.item("HN08").missing) == ("misrouted", ())


class TestContradictions:
    def test_a_denial_after_the_end_asks_the_desk(self, journey: Journey) -> None:
        journey.hear("HN07", "done")
        decision = journey.hear("HN07", "denied", reason="错了")
        assert decision.outcome == Outcome("refused", "contradiction")
        assert isinstance(decision.events[0], DeskTaskNeeded)
        assert journey.item("HN07").state == "done"

    def test_a_return_after_approval_is_too_late(self, journey: Journey) -> None:
        journey.hear("HN07", "approved")
        decision = journey.hear("HN07", "returned", missing=(PAPER,))
        assert decision.outcome == Outcome("refused", "too_late")


def test_a_time_out_of_range_is_brought_into_it(journey: Journey) -> None:
    sent_at = journey.item("HN07").sent_at
    journey.on("2026-03-05")
    journey.hear("HN07", "accepted", occurred_at=journey.now - timedelta(days=99))
    journey.hear("HN05", "accepted", occurred_at=journey.now + timedelta(days=99))
    assert journey.item("HN07").accepted_at == sent_at
    assert journey.item("HN05").accepted_at == journey.now


def test_the_case_is_finished_once(journey: Journey) -> None:
    for item in ("HN05", "HN06", "HN07", "HN08", "HN09"):
        journey.hear(item, "done")
    journey.happened()
    journey.hear("HN03", "done", facts={"disability_allowance": False})
    assert journey.happened() == ["ItemDone", "ItemNotApplicable", "CaseFinished"]
    journey.hear("HN03", "done", documents=("p9",))
    assert journey.happened() == []
    assert case_state(journey.case) == "finished"
