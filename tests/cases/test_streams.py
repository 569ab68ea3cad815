"""Whatever departments say, in whatever order: no final state is left, repeats change nothing."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.case import Missing, case_state
from cases.change import Change
from cases.decide import STAGES
from cases.definition import Service, Stage
from cases.events import CaseFinished, DeskTaskNeeded
from cases.supplements import supply
from cases.watching import watch
from cases.workdays import Calendar
from tests.cases.journey import SENDERS, Journey

PAPER = Missing("document", "retirement_form")
PHONE = Missing("answer", "phone")
WORDS = st.tuples(
    st.sampled_from(sorted(SENDERS)),
    st.sampled_from(STAGES),
    st.sampled_from([{}, {"disability_allowance": True}, {"disability_allowance": False}]),
    st.lists(st.sampled_from([PAPER, PHONE]), min_size=1, max_size=2, unique=True),
    st.integers(-72, 24),
    st.booleans(),
)
Word = tuple[str, Stage, dict[str, bool], list[Missing], int, bool]


def _say(journey: Journey, word: Word) -> None:
    item, stage, facts, missing, hours, supplies = word
    journey.now += timedelta(hours=7)
    report = journey.report(
        item,
        stage,
        facts=facts,
        reason="因故",
        missing=tuple(missing) if stage == "returned" and item != "HN09" else (),
        occurred_at=journey.now + timedelta(hours=hours),
    )
    journey.hear_report(report)
    before = journey.case
    again = journey.hear_report(report)
    assert journey.case == before
    assert all(isinstance(one, DeskTaskNeeded) or stage == "progress" for one in again.events)
    if supplies:
        supplement = journey.supplement(report.report_id)
        change = supply(journey.case, journey.service, journey.calendar, supplement)
        if isinstance(change, Change):
            journey.take(change)
    journey.take(watch(journey.case, journey.service, journey.calendar, journey.now))


@settings(max_examples=60, deadline=None)
@given(words=st.lists(WORDS, max_size=25))
def test_random_streams(henan: Service, calendar: Calendar, words: list[Word]) -> None:
    journey = Journey.sent(henan, calendar)
    for word in words:
        ended = {one.code: one.state for one in journey.case.items if one.is_final}
        _say(journey, word)
        now = {one.code: one.state for one in journey.case.items}
        assert {code: now[code] for code in ended} == ended
    finished = [one for one in journey.events if isinstance(one, CaseFinished)]
    assert len(finished) == (case_state(journey.case) == "finished")
    for item in journey.case.items:
        assert (item.waiting_for is not None) == (item.state == "waiting")
        assert bool(item.missing) <= (item.state in {"returned", "withdrawn"})
        assert item.ended_at is not None or not item.is_final
    pension, allowance = journey.item("HN03"), journey.item("HN04")
    if allowance.state == "waiting":
        assert not pension.is_final or "disability_allowance" not in pension.facts
