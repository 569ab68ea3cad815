"""The six situations of the Hebei plan (冀人社字〔2024〕108号 七; domain 1.2 F, 3.3)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Self

import pytest

from cases.case import Application, Missing, Supplement, case_state
from cases.definition import Service, Stage
from cases.events import ItemAccepted, ItemReturned
from cases.opening import Opening, open_case
from cases.reports import Sender
from cases.sending import dispatched, received
from cases.supplements import supply, wanted
from cases.tasks import build_task
from cases.values import JSON
from cases.watching import recount, watch
from cases.workdays import Calendar, announced_year
from tests.cases.journey import Journey

SENDERS = {
    "HB01": Sender("hrss", "*"),
    "HB02": Sender("hrss", "*"),
    "HB04": Sender("hrss", "*"),
    "HB05": Sender("pension", "*"),
    "HB06": Sender("medical", "*"),
    "HB07": Sender("fund", "fund-131000"),
}
ANSWERS: Mapping[str, JSON] = {
    "name": "赵玉兰",
    "id_number": "131003197603089042",
    "phone": "13800000001",
    "retirement_month": "2026-12",
    "situation": "s1",
    "insured_city": "131000",
    "wants_fund": True,
    "fund_centre": "fund-131000",
}
FILED = datetime(2026, 5, 20, 1, 0, tzinfo=UTC)


def _open(
    service: Service, calendar: Calendar, filed: datetime = FILED, **answers: JSON
) -> Opening:
    application = Application(
        draft="d1",
        person="p1",
        province="hebei",
        release=1,
        answers={**ANSWERS, **answers},
        documents={"id_card": ("f1",)},
        consents=(),
        submitted_at=filed,
        digest="0" * 64,
    )
    return open_case(application, service, calendar, filed, "130000202605200001", timedelta(0))


class Told(Journey):
    """A journey whose senders are those of this province."""

    def tell(self, item: str, stage: Stage, **rest: object) -> None:
        report = self.report(item, stage, **rest)
        self.hear_report(report, SENDERS[item])

    def watch(self, day: str) -> Self:
        self.on(day)
        self.take(watch(self.case, self.service, self.calendar, self.now))
        self.send()
        return self

    def send(self) -> None:
        for item in self.case.items:
            self.take(dispatched(self.case, self.service, self.calendar, item.code, self.now))

    def states(self) -> dict[str, str]:
        return {
            one.code: f"waiting {one.waiting_for}" if one.state == "waiting" else one.state
            for one in self.case.items
        }

    def due(self, item: str) -> str:
        clock = self.item(item).clock
        assert clock is not None
        return f"{clock.starts_on:%m-%d} {clock.due_on:%m-%d}"


def begun(service: Service, calendar: Calendar, filed: datetime = FILED, **answers: JSON) -> Told:
    told = Told(service, calendar, _open(service, calendar, filed, **answers).case, filed)
    told.send()
    return told


@pytest.mark.parametrize(("situation", "first"), [("s1", "HB01"), ("s2", "HB02"), ("s6", "HB04")])
def test_confirmed_first_then_pushed_together_in_the_month(
    hebei: Service, calendar: Calendar, situation: str, first: str
) -> None:
    told = begun(hebei, calendar, situation=situation)
    waiting = dict.fromkeys(("HB05", "HB06", "HB07"), "waiting turn")
    assert told.states() == {first: "accepted", **waiting}
    assert told.due(first) == "05-20 05-27"
    told.on("2026-05-26").tell(first, "done")
    waiting = dict.fromkeys(("HB05", "HB06", "HB07"), "waiting month")
    assert told.states() == {first: "done", **waiting}
    told.watch("2026-11-30")
    assert told.states()["HB05"] == "waiting month"
    told.watch("2026-12-01")
    pushed = dict.fromkeys(("HB05", "HB06", "HB07"), "accepted")
    assert told.states() == {first: "done", **pushed}
    assert told.due("HB05") == told.due("HB06") == "12-01 12-08"  # domain 3.3, rows 27 and 28
    assert told.due("HB07") == "12-01 12-04"
    task = build_task(told.case, hebei, told.item("HB06"))
    assert [one.item for one in task.previous_results] == [first]


@pytest.mark.parametrize("situation", ["s3", "s5"])
def test_what_is_already_approved_is_pushed_at_once_or_in_the_month(
    hebei: Service, calendar: Calendar, situation: str
) -> None:
    early = begun(hebei, calendar, situation=situation)
    assert set(early.states().values()) == {"waiting month"}
    early.watch("2026-12-01")
    assert set(early.states().values()) == {"accepted"}
    late = begun(hebei, calendar, situation=situation, retirement_month="2026-04")
    assert set(late.states().values()) == {"accepted"}
    assert set(late.states()) == {"HB05", "HB06", "HB07"}


def test_without_confirmation_the_calculation_comes_first(
    hebei: Service, calendar: Calendar
) -> None:
    filed = datetime(2026, 4, 29, 1, 0, tzinfo=UTC)
    told = begun(hebei, calendar, filed, situation="s4", retirement_month="2026-04")
    after = {"HB06": "waiting turn", "HB07": "waiting turn"}
    assert told.states() == {"HB05": "accepted", **after}
    assert told.due("HB05") == "04-29 05-09"  # domain 3.3, row 33
    told.on("2026-05-08").tell("HB05", "done")
    assert told.states() == {"HB05": "done", "HB06": "accepted", "HB07": "accepted"}
    assert told.due("HB06") == "05-08 05-14"


def test_confirmed_after_the_push_it_goes_on_the_next_working_day(
    hebei: Service, calendar: Calendar
) -> None:
    told = begun(hebei, calendar)
    told.on("2026-12-11").tell("HB01", "done")  # a Friday
    assert told.item("HB05").opens_on == date(2026, 12, 14)
    told.watch("2026-12-13")
    assert told.states()["HB05"] == "waiting month"
    told.watch("2026-12-14")
    assert told.due("HB05").startswith("12-14")


def test_the_month_that_has_been_confirmed_drives_the_push(
    hebei: Service, calendar: Calendar
) -> None:
    told = begun(hebei, calendar)
    told.on("2026-05-26").tell("HB01", "done", facts={"confirmed_month": "2026-10"})
    assert told.item("HB05").opens_on == date(2026, 10, 8)
    told.tell("HB01", "done", facts={"confirmed_month": "2026-11"})
    assert {told.item(code).opens_on for code in ("HB05", "HB06", "HB07")} == {date(2026, 11, 2)}


def test_an_imported_calendar_moves_the_day_of_the_push(hebei: Service, calendar: Calendar) -> None:
    told = begun(hebei, calendar, retirement_month="2027-01")
    told.on("2026-05-26").tell("HB01", "done")
    assert told.item("HB05").opens_on == date(2027, 1, 4)
    days = [date(2027, 1, one) for one in (1, 4, 5)]
    imported = Calendar({2027: announced_year(2027, days, [], "国办发明电")})
    told.take(recount(told.case, hebei, imported))
    assert told.item("HB05").opens_on == date(2027, 1, 6)


def test_not_confirmed_the_rest_ends_with_the_reason_and_all_may_be_filed_anew(
    hebei: Service, calendar: Calendar
) -> None:
    told = begun(hebei, calendar)
    told.on("2026-05-26").tell("HB01", "denied", reason="档案出生时间待核")
    ended = dict.fromkeys(("HB05", "HB06", "HB07"), "not_applicable")
    assert told.states() == {"HB01": "denied", **ended}
    assert told.item("HB07").reason == "档案出生时间待核"
    assert case_state(told.case) == "finished"


def test_one_item_denied_in_the_second_stage_leaves_the_others(
    hebei: Service, calendar: Calendar
) -> None:
    told = begun(hebei, calendar, situation="s3", retirement_month="2026-04")
    told.tell("HB06", "denied", reason="年限不足")
    told.tell("HB05", "done")
    told.tell("HB07", "done")
    assert told.states() == {"HB05": "done", "HB06": "denied", "HB07": "done"}


def test_who_wants_the_calculation_waits_for_it_and_its_clock_starts_then(
    hebei: Service, calendar: Calendar
) -> None:
    told = begun(hebei, calendar).on("2026-05-26")
    told.tell("HB01", "done")
    told.watch("2026-12-01")
    told.events.clear()
    told.on("2026-12-02").tell("HB07", "returned", missing=(Missing("result", "HB05"),))
    assert told.states()["HB07"] == "waiting result"
    assert not any(isinstance(one, ItemReturned) for one in told.events)
    assert wanted(told.case) == ()
    told.events.clear()
    told.on("2026-12-08").tell("HB05", "done")
    assert told.states()["HB07"] == "accepted"
    assert told.due("HB07") == "12-08 12-11"
    assert told.item("HB07").revision == 2
    assert any(isinstance(one, ItemAccepted) and one.item == "HB07" for one in told.events)


def test_a_paper_that_will_never_come_ends_who_waits_for_it(
    hebei: Service, calendar: Calendar
) -> None:
    told = begun(hebei, calendar, situation="s3", retirement_month="2026-04")
    told.tell("HB07", "returned", missing=(Missing("result", "HB05"),))
    told.tell("HB05", "denied", reason="欠费")
    assert told.states()["HB07"] == "not_applicable"
    assert told.item("HB07").reason == "欠费"


def test_hers_and_another_items_are_both_waited_for(hebei: Service, calendar: Calendar) -> None:
    told = begun(hebei, calendar, situation="s3", retirement_month="2026-04")
    both = (Missing("result", "HB05"), Missing("document", "fund_card_photo"))
    told.tell("HB07", "returned", missing=both)
    assert told.states()["HB07"] == "returned"
    assert [one.code for one in wanted(told.case)] == ["fund_card_photo"]
    paper = Supplement("s1", {}, {"fund_card_photo": ("f9",)}, told.now)
    told.take(supply(told.case, hebei, calendar, paper))
    assert told.states()["HB07"] == "waiting result"
    told.tell("HB05", "done")
    assert told.states()["HB07"] == "accepted"


def test_a_return_where_receipt_is_acceptance_leaves_the_rest_of_the_limit(
    hebei: Service, calendar: Calendar
) -> None:
    told = begun(hebei, calendar)
    told.on("2026-05-22").tell("HB01", "returned", missing=(Missing("document", "archive_pages"),))
    told.on("2026-06-01")
    paper = Supplement("s1", {}, {"archive_pages": ("f9",)}, told.now)
    told.take(supply(told.case, hebei, calendar, paper))
    assert told.states()["HB01"] == "accepted"
    assert told.due("HB01").endswith("06-04")  # three of the five were left


def test_a_limit_runs_from_the_receipt(hebei: Service, calendar: Calendar) -> None:
    told = begun(hebei, calendar)
    told.on("2026-05-22")
    told.take(received(told.case, hebei, calendar, "HB01", told.now))
    assert told.due("HB01") == "05-22 05-29"
    assert told.item("HB01").received_at == told.now


def test_the_last_way_of_an_item_has_no_condition(hebei: Service) -> None:
    data = hebei.model_dump(by_alias=True, exclude_none=True)
    item = next(one for one in data["items"] if one["code"] == "HB05")
    item["opened"] = item["opened"][:1]
    with pytest.raises(ValueError, match="the last way has no condition"):
        Service.model_validate(data)
