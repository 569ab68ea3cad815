"""Questions by the way are found in whatever words; what is no question finds nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dialogs.knowledge import Entry, Knowledge
from dialogs.said import Tap
from tests.dialogs.given import Phone, finished, henan, known

KNOWLEDGE = Knowledge(
    (
        Entry("fee", "办理", ("要交钱吗", "收费吗"), "不收费。"),
        Entry("where", "渠道", ("退休在哪里办", "去哪儿办"), "在这里。"),
    )
)


@pytest.mark.parametrize(
    ("typed", "entry"),
    [
        ("要交钱吗", "fee"),
        ("请问办这个要交钱吗？", "fee"),
        ("收 费 吗", "fee"),
        ("退休在哪里办呀", "where"),
    ],
)
def test_the_entry_that_fits_best(typed: str, entry: str) -> None:
    found = KNOWLEDGE.find(typed)
    assert found is not None
    assert found.id == entry


@pytest.mark.parametrize("typed", ["", "好", "1", "王建国", "13900000000", "？？？", "😀"])
def test_what_is_no_question_finds_nothing(typed: str) -> None:
    assert KNOWLEDGE.find(typed) is None
    assert Knowledge(()).find(typed) is None


def test_an_entry_by_its_id() -> None:
    assert KNOWLEDGE.entry("fee").answer == "不收费。"
    with pytest.raises(KeyError):
        KNOWLEDGE.entry("colour")


def just_begun() -> Phone:
    return Phone().say("办理退休")


def by_hand() -> Phone:
    return Phone().say("办理退休", "盖了", "先不认证，自己填")


def asking_for_a_bank() -> Phone:
    return known().say("都对")


def asking_yes_or_no() -> Phone:
    return known().say("都对", "建行", "6217000010000000128")


def confirming() -> Phone:
    return finished().say("重新开始")


COMMANDS = {phrase for phrases in henan().words.commands.values() for phrase in phrases}
STARTS = (just_begun, by_hand, known, asking_for_a_bank, asking_yes_or_no, confirming, finished)


@pytest.mark.parametrize("start", STARTS)
def test_every_question_is_answered_in_the_middle_and_what_stood_open_stands_open(
    start: Callable[[], Phone],
) -> None:
    before = start()
    for entry in henan().knowledge.entries:
        for phrasing in set(entry.phrasings) - COMMANDS:
            after = replace(before).say(phrasing)
            assert entry.answer in after.text or _calculated(after, entry), phrasing
            assert after.open == before.open
            assert after.draft == before.draft
            assert after.conversation.focus == before.conversation.focus


def _calculated(phone: Phone, entry: Entry) -> bool:
    """Of whom the birth is known she is told her own month instead of the rule."""
    about = phone.conversation.about
    return entry.id.startswith("age.") and about is not None and about.born is not None


def test_a_question_that_may_mean_several_is_asked_back_and_answered_by_a_tap() -> None:
    phone = just_begun().say("几样事必须一块办完吗能不能挑着办")
    asked_back = phone.bubbles[0]
    assert 1 <= len(asked_back.choices) <= 3
    assert all(choice.number is None for choice in asked_back.choices)
    assert phone.bubbles[1].choices[0].number == "1"  # the form's question stands open again
    phone.tap("能不能只办一项")
    assert henan().knowledge.entry("items.choose").answer in phone.text
    assert phone.open == "holds_papers"


def test_an_entry_of_an_older_release_is_an_old_tap() -> None:
    phone = just_begun().say(Tap("d1:1:#:gone.long_ago", "从前的问题"))
    assert phone.text.startswith(henan().texts.sources["tap.old"])


def test_what_says_of_nothing_means_nothing() -> None:
    for typed in ("啥意思呀", "哪一项呀", "咋弄", "是什么", "行不行"):
        assert henan().knowledge.meant(typed).perhaps == ()
