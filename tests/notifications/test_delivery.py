from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cases.workdays import SHANGHAI
from notifications.catalog import NOTICES
from notifications.delivery import (
    GIVE_UP_AFTER,
    Pace,
    QuietHours,
    after_unknown,
    pause,
    send_at,
    still_true,
)
from notifications.notice import Notice

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=SHANGHAI).astimezone(UTC)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(  # noqa: DTZ001 — next line
    lambda at: at.replace(tzinfo=UTC)
)
CLOCKS = st.times().map(lambda at: at.replace(microsecond=0))
NOTICE = st.builds(
    Notice,
    key=st.sampled_from(sorted(NOTICES)),
    case_no=st.just("41"),
    province=st.just("henan"),
    item=st.sampled_from(["HN03", "HN07"]),
    at=st.just(NOON),
)


def shanghai(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 2, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def notice(key: str, item: str = "HN03") -> Notice:
    return Notice(key, "41", "henan", item, NOON)


def test_by_day_the_first_notice_goes_at_once() -> None:
    assert send_at(NOON, None, Pace()) == NOON


def test_by_night_it_waits_for_the_morning() -> None:
    morning = datetime(2026, 3, 3, 8, 0, tzinfo=SHANGHAI)
    assert send_at(shanghai(21, 30), None, Pace()) == morning
    assert send_at(shanghai(7, 59), None, Pace()) == shanghai(8)
    assert send_at(shanghai(8), None, Pace()) == shanghai(8)


def test_the_next_one_waits_for_the_rest_of_the_minute() -> None:
    last = NOON - timedelta(seconds=10)
    assert send_at(NOON, last, Pace()) == NOON + timedelta(seconds=50)
    assert send_at(NOON, NOON - timedelta(seconds=60), Pace()) == NOON


def test_who_waits_into_the_night_waits_for_the_morning() -> None:
    now = shanghai(21, 29)
    assert send_at(now, now, Pace()) == datetime(2026, 3, 3, 8, 0, tzinfo=SHANGHAI)


@given(MOMENTS, CLOCKS, CLOCKS)
def test_quiet_hours_end_within_a_day_and_outside_themselves(
    now: datetime, begins: time, ends: time
) -> None:
    quiet = QuietHours(begins, ends)
    end = quiet.end_after(now)
    if end is not None:
        assert timedelta() < end - now <= timedelta(days=1)
        assert quiet.end_after(end) is None


@given(MOMENTS, st.integers(0, 200))
def test_what_may_go_may_go_when_its_time_has_come(now: datetime, seconds: int) -> None:
    last = now - timedelta(seconds=seconds)
    at = send_at(now, last, Pace())
    assert at >= now
    assert at >= last + Pace().apart
    assert send_at(at, last, Pace()) == at


def test_accepted_is_overtaken_by_done() -> None:
    assert still_true((notice("accepted"), notice("done"))) == (notice("done"),)


def test_another_item_s_end_overtakes_nothing() -> None:
    both = (notice("accepted"), notice("done", "HN07"))
    assert still_true(both) == both


def test_an_acceptance_told_late_does_not_overtake_the_end() -> None:
    both = (notice("done"), notice("accepted"))
    assert still_true(both) == both


@given(st.lists(NOTICE, max_size=8))
def test_nothing_is_left_out_without_somebody_later_saying_more(notices: list[Notice]) -> None:
    kept = still_true(notices)
    assert still_true(kept) == kept
    assert [one for one in notices if any(one is other for other in kept)] == list(kept)
    if notices:
        assert kept[-1] is notices[-1]
    ends = [one for one in notices if NOTICES[one.key].urgency == "result"]
    assert [one for one in kept if NOTICES[one.key].urgency == "result"] == ends


def test_an_unknown_fate_is_repeated_for_nine_minutes() -> None:
    assert after_unknown(NOON, NOON + timedelta(minutes=8)) == "repeat"
    assert after_unknown(NOON, NOON + timedelta(minutes=9)) == "uncertain"


@given(st.timedeltas(timedelta(), GIVE_UP_AFTER * 2))
def test_pauses_grow_and_end(waited: timedelta) -> None:
    found = pause(NOON, NOON + waited)
    assert (found is None) == (waited >= GIVE_UP_AFTER)
    assert found is None or timedelta(seconds=2) <= found <= timedelta(minutes=30)
