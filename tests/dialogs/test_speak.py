"""Every event is put into words, with choices that come back where they belong."""

from typing import get_args

import pytest

from dialogs.draft import Answer
from dialogs.said import Photo, Tap
from dialogs.speak import LOGIN_PAGE, PROVISIONAL, SPEAKERS, WITH_LOGIN, shown
from dialogs.steering import COMMANDS
from dialogs.taps import parse
from dialogs.text_keys import ENGINE_TEXTS
from dialogs.turn import Event
from tests.dialogs.given import NOW, Phone, finished, henan, known

SECRET = ("410105196606129011", "6217000010000000128")


def test_there_is_a_speaker_for_every_event() -> None:
    assert set(SPEAKERS) == set(get_args(Event))


def test_tables_name_texts() -> None:
    assert set(ENGINE_TEXTS) >= PROVISIONAL | WITH_LOGIN


@pytest.mark.parametrize("phone", [known(), finished(), Phone().say("你好")])
def test_every_choice_is_a_reference_that_reads_back(phone: Phone) -> None:
    assert phone.choices
    for choice in phone.choices:
        ref = parse(choice.id)
        assert ref is not None
        assert (ref.draft, ref.asking) == ("d1", phone.conversation.asking)
        assert choice.label.strip() == choice.label


def test_id_and_card_numbers_are_never_shown_whole_once_they_are_answered() -> None:
    phone = finished()
    for word in ("修改 身份证号", "上一步", "修改 卡号", "上一步", "我要修改"):
        assert not any(number in phone.text for number in SECRET)
        assert not any(number in choice.label for choice in phone.choices for number in SECRET)
        phone.say(word)


def test_a_new_id_number_is_masked_in_the_preview() -> None:
    phone = finished().say("修改 身份证号", "410105197106159024")
    assert "4101**********9024" in phone.text
    assert "410105197106159024" not in phone.text


def test_the_login_comes_as_a_page() -> None:
    (link,) = Phone().say("办理退休", "盖了").bubbles[-1].links
    assert link.url == LOGIN_PAGE


def test_a_look_up_is_provisional_and_its_result_is_not() -> None:
    phone = Phone().say("进度")
    assert all(bubble.provisional for bubble in phone.bubbles)
    assert not any(bubble.provisional for bubble in known().bubbles)


def test_what_has_no_answer_is_shown_as_not_given() -> None:
    phone = finished()
    phone.draft = phone.draft.with_answer("phone", Answer(None, "citizen", NOW))
    talk_text = phone.say("修改 电话").text
    assert "（没填）" in talk_text


def test_an_answer_of_a_step_is_never_shown() -> None:
    assert shown.__doc__
    assert "verified" not in finished().text
    assert "confirmed" not in finished().text


def test_numbers_are_given_to_answers_and_not_to_commands() -> None:
    phone = known().say("都对", "啊", "啊", "啊")
    numbered = [choice.label for choice in phone.choices if choice.number]
    plain = [choice.label for choice in phone.choices if not choice.number]
    assert "中国建设银行" in numbered
    assert plain == ["人工", "暂停"]


def test_every_command_that_stands_on_a_button_can_be_tapped() -> None:
    for name in COMMANDS:
        phone = finished().say(Tap(f"d1:1:!:{name}", name))
        assert phone.text or phone.last.errands


def test_photos_offer_to_end_only_when_one_is_there() -> None:
    phone = known(papers="facts").say("都对")
    assert phone.choices == ()
    assert [choice.label for choice in phone.say(Photo("m1")).choices] == ["发完了"]


def test_no_wording_of_henan_is_left_with_a_brace() -> None:
    assert not any("{" in line for line in (known().text, finished().text))
    assert henan().province == "henan"
