"""What people write of their birth and work is read as they mean it."""

from datetime import date

import pytest

from dialogs.consulting.reading import Heard, hear, may_ask
from tests.dialogs.given import henan

TODAY = date(2026, 11, 21)
YEAR = ("1966-01", "1966-12")
JULY = ("1966-07", "1966-07")
NOVEMBER = ("1975-11", "1975-11")
FIFTY_NINE = ("1966-11", "1967-11")

SAID: list[tuple[str, Heard]] = [
    ("我1966年7月生，男，什么时候退休？", Heard(JULY, sex="male", about="self", wish="when")),
    ("女工人 75年11月的几岁退", Heard(NOVEMBER, sex="female", post="worker", wish="when")),
    ("灵活就业最早什么时候能退", Heard(post="flexible", wish="when")),
    ("还要交几年社保", Heard(wish="years")),
    ("１９６６年７月的，男，啥时候退", Heard(JULY, sex="male", wish="when")),
    ("一九六六年七月生的男的哪年退休", Heard(JULY, sex="male", wish="when")),
    ("六六年七月的男的几时退", Heard(JULY, sex="male", wish="when")),
    ("66.7 男 多大退休", Heard(JULY, sex="male", wish="when")),
    ("1966-07-12 男 能退了吗", Heard(JULY, sex="male", wish="when")),
    ("19660712生 男 还有几年退", Heard(JULY, sex="male", wish="when")),
    ("阳历66年7月份的，男，到年龄了没有能退吗", Heard(JULY, sex="male", wish="when")),
    ("今年59，男，啥时候能退", Heard(FIFTY_NINE, sex="male", wish="when")),
    ("今年五十九什么时候能退", Heard(FIFTY_NINE, wish="when")),
    ("我59了还要几年退", Heard(FIFTY_NINE, about="self", wish="when")),
    ("虚岁60 男 几几年退休", Heard(FIFTY_NINE, sex="male", wish="when")),
    ("66年的男的哪年退", Heard(YEAR, sex="male", wish="when")),
    (
        "六六年的女干部啥时候退",
        Heard(YEAR, sex="female", post="cadre", wish="when"),
    ),
    ("农历66年六月的啥时候退", Heard(YEAR, wish="when")),
    (
        "俺妈75年11月的车间工人多大退休",
        Heard(NOVEMBER, sex="female", post="worker", about="other", wish="when"),
    ),
    ("我老公66年7月的，哪年能退", Heard(JULY, sex="male", about="other", wish="when")),
    ("我是老师，女，75年11月", Heard(NOVEMBER, sex="female", post="cadre", about="self")),
    ("不是干部，75年11月的", Heard(NOVEMBER, post="worker")),
    ("410105196606129011 什么时候退", Heard(("1966-06", "1966-06"), sex="male", wish="when")),
    ("我交了13年社保，66年7月男", Heard(JULY, sex="male", paid=156, about="self")),
    ("社保交了三十年", Heard(paid=360)),
    ("养老保险交了15年半够不够", Heard(paid=186, wish="years")),
    ("2030年退休要交几年", Heard(retires=2030, wish="years")),
    ("档案和身份证不一致", Heard(wish="archive")),
    (
        "档案上是1965年3月，身份证是1966年7月，对不上咋办",
        Heard(JULY, archive=("1965-03", "1965-03"), wish="archive"),
    ),
    ("66年7月的男的，今年12月能退吗", Heard(JULY, sex="male", wish="when")),
    ("想提前3年退，66年7月男", Heard(JULY, sex="male")),
]

NOTHING = [
    "退休金什么时候发",
    "公积金几年能取",
    "医保还要交几年",
    "什么时候能申请退休",
    "失业金领几年",
    "特殊工种几岁能退",
    "王建国",
    "13900000000",
    "郑州市金水区花园路1号院",
    "6217000010000000128",
]
ANSWERS = ["2026年12月", "今年12月", "下个月", "都对", "建行", "要提取"]


@pytest.mark.parametrize(("typed", "heard"), SAID, ids=[typed for typed, _ in SAID])
def test_what_is_said_of_a_birth(typed: str, heard: Heard) -> None:
    assert hear(typed, TODAY) == heard


@pytest.mark.parametrize("typed", NOTHING)
def test_other_questions_ask_nothing_here(typed: str) -> None:
    assert hear(typed, TODAY).wish == ""


@pytest.mark.parametrize("typed", ANSWERS)
def test_an_answer_to_the_form_tells_and_asks_nothing_here(typed: str) -> None:
    heard = hear(typed, TODAY)
    assert (heard.wish, heard.born) == ("", None)


def test_whatever_asks_something_here_looks_like_it() -> None:
    texts = [*(typed for typed, _ in SAID), *NOTHING, *ANSWERS, *_phrasings()]
    asking = [typed for typed in texts if hear(typed, TODAY).wish]
    assert len(asking) > 30
    assert [typed for typed in asking if not may_ask(typed)] == []
    assert not any(map(may_ask, ["2026年12月", "建行", "郑州市金水区花园路1号院"]))


def _phrasings() -> list[str]:
    knowledge = henan().knowledge
    return [phrasing for entry in knowledge.entries for phrasing in entry.phrasings]
