"""No sentence three times running."""

from dialogs.said import Located, ProgressFound, Voice
from dialogs.turn import Asked, Told
from tests.dialogs.given import Phone, known
from tests.transcripts.facts import CASES


def told(phone: Phone) -> list[str]:
    return [event.key for event in phone.last.events if isinstance(event, Told)]


def test_the_third_time_is_left_out_where_something_else_is_said() -> None:
    phone = known().say("都对", Voice(), Voice())
    assert told(phone) == ["unreadable.voice"]
    phone.say(Voice())
    assert told(phone) == []
    assert phone.last.events == (Asked("bank_name"),)


def test_the_third_time_a_question_is_only_named() -> None:
    phone = known().say("都对", Located())
    assert phone.last.events[-1] == Asked("bank_name")
    phone.say(Located())
    assert phone.last.events[-1] == Asked("bank_name", brief=True)


def test_what_would_be_everything_becomes_a_way_to_a_person() -> None:
    phone = Phone().say(Located(), Located())
    assert told(phone) == ["unreadable.place"]
    assert told(phone.say(Located())) == ["still_here"]
    assert [choice.label for choice in phone.choices] == ["人工"]


def test_sentences_that_mention_something_else_are_others() -> None:
    phone = known().say("都对", "建行")
    for digits in ("62170", "621700", "6217000"):
        phone.say(digits)
        assert f"现在是 {len(digits)} 位" in phone.text


def test_only_two_turns_are_remembered() -> None:
    phone = known().say("都对", Voice(), Voice(), Voice(), Voice())
    assert len(phone.conversation.last) == 2


def progress(phone: Phone, *cases: str) -> Phone:
    return phone.say("进度", ProgressFound(tuple(CASES[one] for one in cases)))


def test_progress_that_is_the_same_is_told_in_full_only_twice() -> None:
    phone = progress(progress(Phone(), "early"), "early")
    assert "最晚" in phone.text
    assert "没有新变化" in progress(phone, "early").text
    assert "最晚" in progress(phone, "early").text


def test_progress_that_has_changed_is_told_in_full() -> None:
    phone = progress(progress(Phone(), "early"), "early")
    assert "转办中" in progress(phone, "middle").text


def test_what_is_never_answered_is_not_announced_for_ever() -> None:
    phone = Phone().say("进度", "进度", "进度")
    assert [choice.label for choice in phone.choices] == ["人工"]
