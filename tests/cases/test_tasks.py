from cases.tasks import build_task
from tests.cases.journey import Journey


def test_a_department_sees_what_its_item_needs(journey: Journey) -> None:
    task = build_task(journey.case, journey.service, journey.item("HN07"))
    assert task.key == f"{journey.case.case_no}-HN07"
    assert task.answers["name"] == "张建国"
    assert not {"spouse_name", "bank_card", "children.0.name"} & set(task.answers)
    assert [(one.kind, one.id) for one in task.documents] == [
        ("retirement_form", "f1"),
        ("retirement_form", "f2"),
    ]


def test_rows_of_a_table_go_with_it(journey: Journey) -> None:
    task = build_task(journey.case, journey.service, journey.item("HN09"))
    assert task.answers["children.0.name"] == "张小"


def test_what_the_registry_says_goes_to_the_owner_of_the_fact(journey: Journey) -> None:
    fund = build_task(journey.case, journey.service, journey.item("HN08"))
    medical = build_task(journey.case, journey.service, journey.item("HN07"))
    assert medical.answers["sex"] == "男"
    assert medical.answers["sex.recorded"] == "女"
    assert "sex.recorded" not in fund.answers
    assert "spouse_name.recorded" not in medical.answers


def test_papers_that_we_produced_go_along(journey: Journey) -> None:
    produced = {"application_form": ("pdf1",), "other": ("x",)}
    task = build_task(journey.case, journey.service, journey.item("HN07"), produced)
    assert task.documents[0].id == "pdf1"
    assert "x" not in [one.id for one in task.documents]


def test_the_second_in_turn_sees_the_first_ones_result(journey: Journey) -> None:
    journey.hear(
        "HN03", "done", facts={"disability_allowance": True}, result={"monthly": "3210.50"}
    )
    task = build_task(journey.case, journey.service, journey.item("HN04"))
    assert [(one.item, one.stage, one.result) for one in task.previous_results] == [
        ("HN03", "done", {"monthly": "3210.50"})
    ]
