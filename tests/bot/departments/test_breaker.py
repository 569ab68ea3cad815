from datetime import UTC, datetime, timedelta

from bot.departments.breaker import FAILURES, PAUSE, Breaker

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def broken() -> Breaker:
    breaker = Breaker()
    for _ in range(FAILURES):
        assert breaker.closed_until("a", NOW) is None
        breaker.failed("a", NOW)
    return breaker


def test_five_failures_in_a_row_pause_that_connection_only() -> None:
    breaker = broken()
    assert breaker.closed_until("a", NOW) == NOW + PAUSE
    assert breaker.closed_until("b", NOW) is None


def test_a_success_in_between_begins_the_count_anew() -> None:
    breaker = Breaker()
    for _ in range(3):
        for _ in range(FAILURES - 1):
            breaker.failed("a", NOW)
        breaker.answered("a")
    assert breaker.closed_until("a", NOW) is None


def test_after_the_pause_one_probe_goes_out() -> None:
    breaker, after = broken(), NOW + PAUSE
    assert breaker.closed_until("a", after - timedelta(seconds=1)) == after
    assert breaker.closed_until("a", after) is None
    assert breaker.closed_until("a", after) == after + PAUSE
    breaker.answered("a")
    assert breaker.closed_until("a", after) is None


def test_a_probe_that_fails_pauses_again() -> None:
    breaker, after = broken(), NOW + PAUSE
    breaker.closed_until("a", after)
    breaker.failed("a", after)
    assert breaker.closed_until("a", after) == after + PAUSE
