"""A draft meets a new version of its form halfway."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dialogs.conversation import Asking, Correcting
from dialogs.definition import Definition
from dialogs.draft import Draft
from dialogs.engine import hear
from dialogs.form import Form
from dialogs.moving_on import unfinished
from dialogs.route import place
from dialogs.said import Text
from dialogs.speak import speak
from dialogs.text_keys import ENGINE_TEXTS
from dialogs.texts import Texts
from tests.dialogs.given import NOW, Phone, finished, henan, known
from tests.dialogs.test_checker import built, read_own

Edit = Callable[[dict[str, Any]], None]
UPDATED = "申请表有更新"


def next_release(edit: Edit, **texts: str) -> Definition:
    """Henan's next release: the form as `edit` leaves it, these texts over its own."""
    form = henan().form.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    edit(form)
    sources = {**henan().texts.sources, **{k.replace("__", "."): v for k, v in texts.items()}}
    return replace(henan(), release=2, form=Form.model_validate(form), texts=Texts(sources))


def question(form: dict[str, Any], key: str) -> dict[str, Any]:
    asked: list[dict[str, Any]] = [one for part in form["sections"] for one in part["questions"]]
    return next(one for one in asked if one["key"] == key)


def unchanged(_: dict[str, Any]) -> None:
    """The same questions."""


def without(form: dict[str, Any], key: str) -> None:
    for part in form["sections"]:
        part["questions"] = [one for one in part["questions"] if one["key"] != key]


def said(phone: Phone, after: Definition, text: str) -> str:
    """She says it to the new release; what she hears. The draft has moved on."""
    before = henan() if phone.draft.release == 1 else None
    turn = hear(after, phone.conversation, phone.draft, Text(text), NOW, before)
    phone.conversation, phone.draft = turn.conversation, turn.draft
    assert phone.draft.release == 2
    return "\n".join(one.text for one in speak(after, turn, NOW))


def open_question(draft: Draft, after: Definition) -> str:
    found = place(after, draft, NOW.date()).open
    return found.key if found is not None else ""


def test_what_does_not_concern_her_is_not_mentioned() -> None:
    phone = known().say("全部正确")
    assert phone.open == "bank_name"
    after = next_release(lambda form: question(form, "delivery").update(off_form=False))
    heard = said(phone, after, "建行")
    assert UPDATED not in heard
    assert phone.draft.value("bank_name")
    assert open_question(phone.draft, after) == "bank_card"


def test_what_she_said_to_a_question_that_is_gone_answers_no_other() -> None:
    phone = known().say("全部正确")
    after = next_release(lambda form: without(form, "bank_name"))
    heard = said(phone, after, "6217000010000000128")
    assert heard.startswith(UPDATED)
    assert phone.draft.value("bank_card") is None
    assert open_question(phone.draft, after) == "bank_card"
    assert UPDATED not in said(phone, after, "6217000010000000128")
    assert phone.draft.value("bank_card") == "6217000010000000128"


def test_an_answer_that_can_no_longer_be_given_is_asked_again_by_name() -> None:
    phone = known().say("全部正确", "建行", "6217000010000000128")
    before = phone.draft.value("bank_card")

    def edit(form: dict[str, Any]) -> None:
        question(form, "bank_card")["settings"] = {}
        question(form, "bank_card")["kind"] = "text"

    after = next_release(edit)
    heard = said(phone, after, "不提取")
    label = henan().form.question("bank_card").label
    assert f"只有{label}要请您再答一次" in heard
    assert before == "6217000010000000128"
    assert "bank_card" not in phone.draft.answers
    assert "bank_card" not in phone.draft.shelved  # not offered to a question of another kind
    assert open_question(phone.draft, after) == "bank_card"
    assert phone.draft.value("wants_fund") is None


def test_an_option_that_is_gone_is_chosen_again() -> None:
    phone = finished()

    def edit(form: dict[str, Any]) -> None:
        options: list[dict[str, Any]] = question(form, "delivery")["options"]
        chosen = phone.draft.value("delivery")
        options[:] = [one for one in options if one["id"] != chosen]

    after = next_release(edit)
    heard = said(phone, after, "提交")
    assert henan().form.question("delivery").label in heard
    assert "delivery" in phone.draft.shelved
    assert phone.draft.state == "open"
    assert open_question(phone.draft, after) == "delivery"


def test_a_choice_that_other_answers_no_longer_allow_is_made_again() -> None:
    phone = finished()
    chosen = phone.draft.value("delivery")

    def edit(form: dict[str, Any]) -> None:
        for option in question(form, "delivery")["options"]:
            if option["id"] == chosen:
                option["when"] = {"answer": "wants_fund", "is": True}

    after = next_release(edit)
    said(phone, after, "好的")
    assert open_question(phone.draft, after) == "delivery"


def test_leave_given_to_other_words_is_asked_for_again() -> None:
    phone = known()
    assert [one.what for one in phone.draft.consents] == ["registry_consent"]
    after = next_release(unchanged, ask__registry_consent="同意我们查询您的户籍和退休手续吗？")
    heard = said(phone, after, "全部正确")
    assert UPDATED in heard
    assert not phone.draft.consents
    assert open_question(phone.draft, after) == "registry_consent"
    said(phone, after, "同意")
    assert [one.text_version for one in phone.draft.consents] == ["henan-2:registry_consent"]


def test_leave_given_to_the_same_words_stays(phone: Phone) -> None:
    after = next_release(lambda form: without(form, "ethnicity"))
    said(phone, after, "全部正确")
    assert [one.text_version for one in phone.draft.consents] == ["henan-1:registry_consent"]


@pytest.fixture
def phone() -> Phone:
    return known()


def test_a_command_is_heard_all_the_same() -> None:
    phone = known().say("全部正确")
    after = next_release(lambda form: without(form, "bank_name"))
    heard = said(phone, after, "暂停")
    assert henan().texts.render("paused", {}) in heard


def test_a_correction_of_what_is_gone_is_dropped() -> None:
    phone = finished().say("修改 电话")
    assert isinstance(phone.conversation.focus, Correcting)
    after = next_release(lambda form: without(form, "phone"))
    said(phone, after, "13800000000")
    assert isinstance(phone.conversation.focus, Asking)
    assert phone.draft.value("phone") != "13800000000"


def test_who_had_finished_is_asked_what_is_new() -> None:
    phone = finished()
    new = {"key": "postcode", "kind": "text", "label": "邮编"}

    def edit(form: dict[str, Any]) -> None:
        form["sections"][-1]["questions"].append(new)

    after = next_release(edit, ask__postcode="请问邮编是多少？")
    heard = said(phone, after, "提交")
    assert heard.startswith(UPDATED)
    assert heard.endswith("请问邮编是多少？")
    assert phone.draft.state == "open"


def test_what_is_being_handed_in_is_left_alone() -> None:
    draft = replace(finished().draft, state="submitting")
    turn = hear(henan(), finished().conversation, draft, Text("好了吗"), NOW)
    assert turn.draft == draft


def test_a_draft_at_every_step_can_be_finished_in_the_next_release() -> None:
    assert unfinished(henan(), next_release(lambda form: without(form, "bank_name"))) == ()


def test_a_next_release_that_would_strand_a_draft_is_found_out() -> None:
    before = built({})
    stranding = {"key": "early", "options": [
        {"id": "normal", "label": "正常退休", "when": {"answer": "kind", "is": "own"}},
    ]}  # fmt: skip
    found = unfinished(before, replace(built({"questions": [stranding]}), release=2))
    assert found
    assert "could not be finished: nothing can be answered to early" in found[0]


def test_the_sentence_is_a_text() -> None:
    assert "form_updated" in ENGINE_TEXTS
    assert "form_updated" not in read_own()
