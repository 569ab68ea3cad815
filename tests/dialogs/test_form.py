"""The form as data: keys, rounds, labels."""

import pytest
from pydantic import ValidationError

from dialogs.form import MORE, Group, Question, general_key, round_key
from tests.dialogs.given import henan

FORM = henan().form


def test_a_question_is_found_by_its_absolute_key() -> None:
    assert FORM.question("bank_card").kind == "bank_card"
    assert FORM.question("children.3.name").key == "children.3.name"
    assert FORM.question(f"children.3.{MORE}").kind == "yes_no"


@pytest.mark.parametrize("key", ["", "children", "children.name", "children.x.name", "a.b.c.d"])
def test_what_is_no_question_is_not_found(key: str) -> None:
    with pytest.raises(KeyError):
        FORM.question(key)


def test_conditions_and_settings_of_a_round_speak_of_that_round() -> None:
    adopted = FORM.question("children.2.adopted_on")
    assert adopted.settings["not_before"] == "children.2.born"
    assert adopted.when.model_dump(by_alias=True)["answer"] == "children.2.kind"


def test_a_round_is_called_by_its_number() -> None:
    assert FORM.question("children.1.name").label == "第2个孩子姓名"
    assert FORM.round_label("children.1") == "第2个孩子"
    assert FORM.round_label("bank_card") == ""
    assert FORM.round_label("children") == ""


def test_the_questions_of_a_round_are_made_once() -> None:
    (group,) = (entry for entry in FORM.entries() if isinstance(entry, Group))
    assert group.members(0) is group.members(0)


def test_every_question_stands_in_a_section() -> None:
    assert FORM.section_of("children.0.name").key == "only_child"
    assert FORM.section("payment").title == "社保卡"
    with pytest.raises(KeyError):
        FORM.section_of("colour")
    with pytest.raises(KeyError):
        FORM.section("colour")


def test_keys_of_rounds() -> None:
    assert general_key("children.12.name") == "children.name"
    assert general_key("bank_card") == "bank_card"
    assert round_key("children.12.name") == "children.12"
    assert round_key("bank_card") == ""


def test_a_misspelt_field_is_refused() -> None:
    with pytest.raises(ValidationError):
        Question.model_validate({"key": "a", "kind": "name", "label": "a", "whem": {}})
