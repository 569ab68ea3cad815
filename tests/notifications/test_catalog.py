from collections.abc import Iterator
from itertools import count
from typing import get_args

import pytest

from cases.case import Missing
from cases.definition import Service
from cases.events import (
    CaseFinished,
    CaseOpened,
    Event,
    ItemAccepted,
    ItemDueChanged,
    ItemProgressed,
    ItemReturned,
)
from notifications.catalog import CATALOG, NOTICES, Told, Untold, notices_for, order_key
from notifications.notice import (
    NotANotice,
    Notice,
    Relation,
    notice_from_bytes,
    notice_to_bytes,
    text_from_bytes,
    text_to_bytes,
)
from notifications.outbox import NewRow
from tests.cases.journey import FILED, Journey


def told(
    journey: Journey, *happened: Event, parties: tuple[tuple[str, Relation], ...] = ()
) -> tuple[NewRow, ...]:
    ids: Iterator[str] = (f"row-{number}" for number in count(1))
    return notices_for(
        journey.case, happened, journey.service, parties, journey.now, lambda: next(ids)
    )


def test_every_event_has_its_rule() -> None:
    assert set(CATALOG) == set(get_args(Event))


def test_who_tells_nobody_says_why() -> None:
    assert all(rule.reason for rule in CATALOG.values() if isinstance(rule, Untold))


def test_what_is_overtaken_is_a_notice_too() -> None:
    assert all(rule.overtakes <= set(NOTICES) for rule in NOTICES.values())
    assert all("person" in rule.notices for rule in CATALOG.values() if isinstance(rule, Told))


def test_the_five_notices_of_the_plan_are_there() -> None:
    assert {"accepted", "refused", "returned", "done", "denied"} <= set(NOTICES)


def test_an_end_overtakes_what_led_to_it_and_never_another_end() -> None:
    ends = {key for key, rule in NOTICES.items() if rule.urgency == "result"}
    assert "accepted" in NOTICES["done"].overtakes
    assert not any(rule.overtakes & ends for rule in NOTICES.values())


def test_a_report_becomes_a_row_for_the_applicant(journey: Journey) -> None:
    happened = journey.hear("HN07", "accepted").events
    (row,) = told(journey, *happened)
    assert (row.kind, row.recipient, row.case_no) == ("notice", "p1", journey.case.case_no)
    assert row.id == row.client_msg_id == "row-1"
    assert row.due_at == journey.now
    assert row.order_key == order_key(journey.case.case_no, "p1")
    notice = notice_from_bytes(row.payload)
    assert (notice.key, notice.item, notice.province) == ("accepted", "HN07", "henan")
    assert notice.params["item_short"] == "医保转为退休待遇"
    assert notice.params["due_on"] == "2026-03-09"
    assert notice.params["phone"] == "12393"
    assert notice.params["applicant"] == "张建国"


def test_what_is_missing_is_named_at_once(journey: Journey) -> None:
    missing = (Missing("document", "retirement_form", "第二页"), Missing("answer", "phone"))
    happened = journey.hear("HN03", "returned", reason="看不清", missing=missing).events
    (row,) = told(journey, *happened)
    notice = notice_from_bytes(row.payload)
    assert notice.params["reason"] == "看不清"
    assert notice.params["missing"] == [
        {"kind": "document", "code": "retirement_form", "note": "第二页"},
        {"kind": "answer", "code": "phone", "note": ""},
    ]


def test_the_last_end_also_says_that_all_is_over(journey: Journey) -> None:
    (row,) = told(journey, CaseFinished(journey.case.case_no))
    notice = notice_from_bytes(row.payload)
    assert notice.key == "finished"
    assert notice.item == ""
    items = notice.params["items"]
    assert isinstance(items, list)
    assert {one["name"] for one in items} >= {"算养老金", "提取住房公积金"}


def test_a_new_promise_says_the_old_one_too(journey: Journey) -> None:
    day = journey.case.clock.due_on
    (row,) = told(journey, ItemDueChanged(journey.case.case_no, "HN03", day, day, True))
    params = notice_from_bytes(row.payload).params
    assert params["was_due_on"] == params["due_on"] == day.isoformat()
    assert params["provisional"] is True


def test_nobody_hears_twice_and_who_has_no_wording_hears_nothing(journey: Journey) -> None:
    accepted = ItemAccepted(journey.case.case_no, "HN07", None, False)
    parties: tuple[tuple[str, Relation], ...] = (("p1", "person"), ("p2", "relative"))
    assert [row.recipient for row in told(journey, accepted, parties=parties)] == ["p1"]


def test_what_is_only_journalled_makes_no_row(journey: Journey) -> None:
    assert told(journey, ItemProgressed(journey.case.case_no, "HN07", "初审")) == ()
    assert told(journey, CaseOpened("1", (), journey.case.clock.due_on, False)) == ()


@pytest.mark.parametrize(
    ("retired", "from_month"), [("2026-03", "2026-04"), ("2026-12", "2027-01"), ("never", "")]
)
def test_money_comes_from_the_month_after_retirement(
    henan: Service, journey: Journey, retired: str, from_month: str
) -> None:
    other = Journey.sent(henan, journey.calendar, retirement_month=retired)
    other.on("2027-03-01")
    (row,) = told(other, ItemAccepted(other.case.case_no, "HN03", None, False))
    assert notice_from_bytes(row.payload).params["benefit_month"] == from_month


def test_a_notice_goes_through_its_stored_form() -> None:
    notice = Notice("done", "4100", "henan", "HN03", FILED, {"a": [1, {"b": None}]}, "relative")
    assert notice_from_bytes(notice_to_bytes(notice)) == notice
    assert text_from_bytes(text_to_bytes("您好")) == "您好"


@pytest.mark.parametrize("payload", [b"", b"[]", b"{}", b'{"notice": "done"}', b'{"text": 1}'])
def test_a_strange_payload_is_refused(payload: bytes) -> None:
    with pytest.raises(NotANotice):
        notice_from_bytes(payload)
    with pytest.raises(NotANotice):
        text_from_bytes(payload)


def test_returned_events_carry_what_counts(journey: Journey) -> None:
    event = ItemReturned(journey.case.case_no, "HN03", "缺", (Missing("answer", "phone"),))
    (row,) = told(journey, event)
    assert notice_from_bytes(row.payload).params["reason"] == "缺"
