from typing import Any

import pytest
from pydantic import ValidationError

from cases.conditions import answers_named, rules_named
from cases.definition import Service
from cases.rules import RULES


def test_henan_has_the_seven_online_items_in_the_plans_order(henan: Service) -> None:
    assert [item.code for item in henan.items] == [f"HN0{n}" for n in range(3, 10)]
    assert "".join(item.plan_no.text for item in henan.items) == "③④⑤⑥⑦⑧⑨"


def test_every_rule_that_henan_names_exists(henan: Service) -> None:
    conditions = [item.when for item in henan.items] + [one.when for one in henan.materials]
    for condition in conditions:
        assert rules_named(condition) <= set(RULES)


def test_spouse_and_children_are_seen_by_the_health_department_only(henan: Service) -> None:
    for item in henan.items:
        private = [key for key in item.needs.answers if key.startswith(("spouse", "children"))]
        assert not private or item.department == "health"


def test_the_last_two_items_are_applied_for_by_ticking_them(henan: Service) -> None:
    assert answers_named(henan.item("HN08").when) == {"wants_fund"}
    assert "wants_only_child" in answers_named(henan.item("HN09").when)


def test_a_row_of_a_table_may_be_asked_for_by_its_table(henan: Service) -> None:
    assert henan.item("HN09").may_ask_for("answer", "children.0.name")
    assert not henan.item("HN03").may_ask_for("answer", "children.0.name")
    assert not henan.item("HN03").may_ask_for("document", "phone")


def _broken(henan: Service, **changes: Any) -> dict[str, Any]:
    return {**henan.model_dump(by_alias=True, exclude_none=True), **changes}


def test_a_dumped_definition_is_read_back_the_same(henan: Service) -> None:
    assert Service.model_validate(_broken(henan)) == henan
    assert (
        Service.model_validate_json(henan.model_dump_json(by_alias=True, exclude_none=True))
        == henan
    )


@pytest.mark.parametrize(
    ("item", "change", "complaint"),
    [
        ("HN03", {"department": "nobody"}, "no department is called nobody"),
        ("HN04", {"opened": {"after": {"item": "HN09", "on": "done"}}}, "no earlier item"),
        ("HN04", {"opened": {"after": {"item": "HN03", "on": "done", "fact": "x"}}}, "no fact"),
        (
            "HN04",
            {"opened": {"after": {"item": "HN03", "on": "done", "fact": "publicity_from"}}},
            "must be yes_no",
        ),
        ("HN04", {"opened": {}}, "say after, month or both"),
        ("HN04", {"clock": {"limit_workdays": 5, "shared": "pension"}}, "two limits"),
        ("HN05", {"clock": {"limit_workdays": 5, "immediate": True}}, "exactly one of"),
        ("HN05", {"colour": "red"}, "Extra inputs"),
        ("HN05", {"code": "HN03"}, "twice"),
    ],
)
def test_a_broken_definition_is_caught(
    henan: Service, item: str, change: dict[str, Any], complaint: str
) -> None:
    items = [
        {**one.model_dump(by_alias=True, exclude_none=True), **(change if one.code == item else {})}
        for one in henan.items
    ]
    with pytest.raises(ValidationError, match=complaint):
        Service.model_validate(_broken(henan, items=items))
