"""The conclusion comes first, what is missing is asked once, what was said is remembered."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.ages import Kind, retirement_age
from dialogs.kinds.dating import shown
from dialogs.said import MenuTapped, Tap
from dialogs.turn import AskRegistry, FactAsked, Remind
from tests.cases.test_ages import ROWS
from tests.dialogs.given import Phone, known

WHO: dict[Kind, str] = {"man_60": "男", "woman_55": "女干部", "woman_50": "女工人"}


def asked(phone: Phone) -> list[str]:
    return [event.what for event in phone.last.events if isinstance(event, FactAsked)]


def conclusion(phone: Phone) -> str:
    return phone.bubbles[0].text


@pytest.mark.parametrize("row", ROWS)
def test_every_row_of_the_table_is_told(
    row: tuple[Kind, str, int, tuple[int, int], str, str, str, float],
) -> None:
    kind, birth, _, (years, months), statutory, earliest, latest, least = row
    phone = Phone().say(f"我{shown(birth)}生，{WHO[kind]}，什么时候退休？")
    said = conclusion(phone)
    first, *_ = said.splitlines()
    age = f"{years}岁{months}个月" if months else f"{years}岁"
    assert shown(statutory) in first
    assert age in first
    assert f"最早{shown(earliest)}，最晚{shown(latest)}" in said
    whole, half = divmod(least * 2, 2)
    assert f"至少交满{int(whole)}年{'零6个月' if half else ''}" in said
    assert asked(phone) in ([], ["remind"])


@given(
    kind=st.sampled_from(list(WHO)),
    birth=st.dates(date(1955, 1, 1), date(1990, 12, 31)),
)
def test_the_month_told_is_the_month_of_the_law(kind: Kind, birth: date) -> None:
    phone = Phone().say(f"{birth.year}年{birth.month}月生的{WHO[kind]}，哪年退休")
    age = retirement_age(kind, birth)
    assert shown(str(age.statutory)) in conclusion(phone).splitlines()[0]
    assert shown(str(age.earliest)) in conclusion(phone)
    assert shown(str(age.latest)) in conclusion(phone)


def test_what_is_missing_is_asked_once_with_taps_and_remembered() -> None:
    phone = Phone().say("我75年11月生的，什么时候退休")
    assert "2026年5月" in conclusion(phone)  # 女工人, of the ends that may be hers
    assert asked(phone) == ["post"]
    assert [one.label for one in phone.choices][:1] == ["男"]
    phone.tap("女工人")
    assert "2026年5月" in conclusion(phone)
    phone.say("那最早呢")
    assert "最早2025年11月" in phone.text
    assert asked(phone) == []


def test_a_number_answers_what_was_asked() -> None:
    assert "2026年12月" in conclusion(Phone().say("66年7月的啥时候能退", "1"))


def test_a_second_failure_gets_the_rule_and_is_not_asked_again() -> None:
    phone = Phone().say("还要交几年社保", "说不清呀")
    assert "2030 年起慢慢加到 20 年" in phone.text
    assert asked(phone) == []
    phone.say("到底什么时候能退休")
    assert asked(phone) != ["both"]
    phone.say("唉", "我什么时候能退休")
    assert asked(phone) == []


def test_a_year_narrows_to_a_month() -> None:
    phone = Phone().say("66年的男的哪年退休")
    assert "2026年5月到2027年6月之间" in conclusion(phone)
    assert asked(phone) == ["month"]
    assert "2026年12月" in conclusion(phone.say("7月"))


def test_archive_and_id_card_are_both_told() -> None:
    phone = Phone().say("档案和身份证不一致", "档案上是1965年3月，身份证是1966年7月", "男")
    said = "\n".join(bubble.text for bubble in phone.bubbles)
    assert "身份证1966年7月，男职工：2026年12月" in said
    assert "档案1965年3月，男职工：2025年4月" in said
    assert "人社部门审核档案后认定" in said


def test_who_cannot_be_computed_gets_both_ends() -> None:
    said = conclusion(Phone().say("我是灵活就业的女的，76年5月生，啥时候能退"))
    assert "2033年1月" in said
    assert "2027年2月" in said
    assert "人社部门核定" in said


def test_contributions_are_counted_to_the_month_of_retirement() -> None:
    phone = Phone().say("67年5月的男的，交了13年社保，几岁退")
    assert "还差2年" in phone.text
    assert "还差10个月" in phone.text


def test_a_year_of_retirement_is_enough_for_the_minimum() -> None:
    assert "至少要交满15年零6个月" in conclusion(Phone().say("2030年退休要交几年社保"))


def test_what_the_form_knows_is_not_asked_and_the_form_goes_on() -> None:
    before = known().say("都对")
    opened = before.open
    before.say("我什么时候退休")
    assert "2026年11月" in conclusion(before)
    assert before.open == opened
    assert before.bubbles[-1].text.startswith("您的社保卡是哪家银行的")


def test_an_answer_to_the_form_is_no_answer_here() -> None:
    phone = Phone().say("办理退休", "女工人多大退休")
    assert asked(phone) == ["born"]
    phone.say("已经盖章了")
    assert phone.open == "identity"
    assert phone.conversation.about is not None
    assert phone.conversation.about.awaits == ""


def test_somebody_else_is_somebody_else() -> None:
    phone = known().say("都对", "我妈75年11月生的工人，几岁退")
    assert "2026年5月" in conclusion(phone)
    assert "2026年11月" in conclusion(phone.say("我什么时候退休"))


def test_nothing_is_looked_up_or_kept_of_a_number_typed_by_the_way() -> None:
    phone = Phone().say("410105196606129011 什么时候退休")
    assert "2026年11月" in conclusion(phone)
    assert not any(isinstance(one, AskRegistry) for one in phone.last.errands)
    assert "410105" not in repr(phone.conversation)


def test_an_old_tap_still_counts() -> None:
    phone = Phone().say("76年8月生的啥时候退")
    tap = phone.choice("男")
    phone.say(MenuTapped("help"), "76年8月的女工人几岁退")
    assert "2039年7月" in conclusion(phone.say(Tap(tap.id, tap.label)))


def reminders(phone: Phone) -> list[Remind]:
    return [one for one in phone.last.errands if isinstance(one, Remind)]


@pytest.mark.parametrize("reply", ["提醒我", "好", "1", "要"])
def test_who_is_early_may_be_reminded_when_the_window_opens(reply: str) -> None:
    phone = Phone().say("67年5月的男的，啥时候退")
    assert asked(phone) == ["remind"]
    phone.say(reply)
    (errand,) = reminders(phone)
    assert (errand.kind, errand.month, errand.due_on) == ("pre_review", "2028-01", "2027-10-01")
    assert "2027年10月" in phone.text
    assert asked(phone.say("那最早呢")) == []


@pytest.mark.parametrize("reply", ["不用", "2", "王建国"])
def test_nobody_is_reminded_who_does_not_want_it(reply: str) -> None:
    phone = Phone().say("67年5月的男的，啥时候退", reply)
    assert reminders(phone) == []
    assert "慢慢延到" not in phone.text


def test_a_reminder_is_offered_for_the_person_spoken_for() -> None:
    assert asked(Phone().say("我老公67年5月的，啥时候退")) == []
