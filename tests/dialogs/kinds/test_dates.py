"""`date` and `month` together: they read the same ways of writing."""

import pytest

from dialogs.kinds.base import UNCLEAR, Accepted, Doubtful, Rejected
from tests.dialogs.kinds.asked import Asked

FIFTH = "1965-03-05"


@pytest.mark.parametrize(
    "typed",
    [
        "1965年3月5日",
        "1965年3月5号",
        "1965年03月05日",
        "1965-3-5",
        "1965.3.5",
        "1965/3/5",
        "1965 3 5",
        "19650305",
        "一九六五年三月五日",
        "１９６５年３月５日",
        "我是1965年3月5日生的",
        "1965年3月5",
    ],
)
def test_a_day_is_read_however_it_is_written(typed: str) -> None:
    assert Asked("date").read(typed) == Accepted(FIFTH)


@pytest.mark.parametrize("typed", ["65.3.5", "65年3月5日", "六五年三月五号", "650305", "65-03-05"])
def test_a_short_year_is_worked_out_and_said(typed: str) -> None:
    echo = {"date": "1965年3月5日"}
    assert Asked("date").read(typed) == Accepted(FIFTH, "echo.date", echo)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("26.3.5", "2026-03-05"),
        ("昨天", "2026-11-20"),
        ("3月5日", "2026-03-05"),
        ("去年十二月三十一", "2025-12-31"),
    ],
)
def test_a_day_that_has_passed_is_the_last_such_day(typed: str, day: str) -> None:
    read = Asked("date").read(typed)
    assert isinstance(read, Accepted)
    assert read.value == day


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("1965年2月30日", "impossible"),
        ("1965年13月1日", "impossible"),
        ("1965年3月", "incomplete"),
        ("1965年", "incomplete"),
        ("农历三月初五", "lunar"),
        ("腊月二十三", "lunar"),
    ],
)
def test_every_fault_of_a_day_has_its_own_reason(typed: str, reason: str) -> None:
    assert Asked("date").read(typed) == Rejected(f"date.{reason}")


def test_a_day_to_come_is_refused_where_it_must_have_passed() -> None:
    rejected = Rejected("date.future", {"date": "2027年1月1日"})
    assert Asked("date").read("2027年1月1日") == rejected
    assert Asked("date", settings={"range": "future"}).read("2027年1月1日") == Accepted(
        "2027-01-01"
    )


@pytest.mark.parametrize("typed", ["", "好的", "不记得", "哪天？", "65岁", "410105196606129011"])
def test_words_are_no_day(typed: str) -> None:
    assert Asked("date").read(typed) is UNCLEAR


@pytest.mark.parametrize(
    "typed",
    [
        "2026年12月",
        "2026年12月份",
        "2026.12",
        "2026-12",
        "202612",
        "12/2026",
        "二〇二六年十二月",
        "2026-12-01",
    ],
)
def test_a_month_is_read_however_it_is_written(typed: str) -> None:
    assert Asked("month").read(typed) == Accepted("2026-12")


@pytest.mark.parametrize("typed", ["26年12月", "下个月", "12月", "十二月份", "今年12月"])
def test_the_year_of_a_month_is_worked_out_and_said(typed: str) -> None:
    echo = {"month": "2026年12月"}
    assert Asked("month").read(typed) == Accepted("2026-12", "echo.month", echo)


def test_a_month_far_away_is_asked_about() -> None:
    doubt = Doubtful("1996-12", "month.far", {"month": "1996年12月"})
    assert Asked("month").read("1996年12月") == doubt


def test_a_year_alone_lacks_the_month() -> None:
    assert Asked("month").read("2026年") == Rejected("month.incomplete")


def test_an_adoption_does_not_precede_the_birth() -> None:
    adopted = Asked("month", settings={"range": "past", "not_before": "children.0.born"})
    born = {"children.0.born": "1990-05"}
    params = {"month": "1989年5月", "other": "1990年5月"}
    assert adopted.read("1989年5月", answers=born) == Rejected("month.before", params)
    assert adopted.read("1990年5月", answers=born) == Accepted("1990-05")


def test_a_range_that_is_none_is_refused_at_load() -> None:
    month = Asked("month", settings={"range": "soon"})
    with pytest.raises(ValueError, match="future, near, past"):
        month.kind.check(month.question, {})


def test_work_before_sixteen_is_asked_about() -> None:
    """冀人社字〔2024〕108号 五: ≥ birth + 16 is a warning, no wall (domain 1.2 D)."""
    started = Asked(
        "month",
        settings={"range": "past", "reached": "birth_date", "age": 16},
    )
    born = {"birth_date": "1966-06-12"}
    young = {"month": "1982年5月", "count": "16"}
    assert started.read("1982年5月", answers=born) == Doubtful("1982-05", "month.young", young)
    assert started.read("1982年6月", answers=born) == Accepted("1982-06")
