"""A new release comes into force while cases and drafts are on their way."""

from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

from cases.case import Case
from dialogs.definition import Definition
from dialogs.form import Form
from tests.journeys.city import City
from tests.journeys.steps import applied

NAME = "henan"


def upgrade(city: City, new: Definition) -> None:
    """What a restart with a new release does to what a process knows."""
    definitions = city.world.definitions
    current, old = definitions.current, definitions.old
    assert isinstance(current, MutableMapping)
    assert isinstance(old, MutableMapping)
    old[NAME, 1] = current[NAME]
    current[NAME] = new


def without_question(definition: Definition, key: str) -> Definition:
    """Release 2: the question is gone, and medical has seven days instead of five."""
    form = definition.form.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for part in form["sections"]:
        part["questions"] = [one for one in part["questions"] if one["key"] != key]
    items = tuple(
        one.model_copy(update={"clock": one.clock.model_copy(update={"limit_workdays": 7})})
        if one.code == "HN07"
        else one
        for one in definition.service.items
    )
    service = definition.service.model_copy(update={"items": items})
    return replace(definition, release=2, form=Form.model_validate(form), service=service)


async def test_a_case_keeps_the_release_it_was_opened_under(henan: City) -> None:
    phone = await applied(henan)
    await henan.task("hn-medical", "HN07")
    upgrade(henan, without_question(henan.world.definitions[NAME], "phone"))

    missing: list[dict[str, Any]] = [{"kind": "answer", "code": "phone", "note": ""}]
    await henan.report("hn-medical", "HN07", "returned", reason="打不通", missing=missing)
    await phone.is_noticed("补")
    await phone.say("补材料")
    await phone.sees("电话")
    await phone.say("19900009999")
    await phone.is_offered("提交")
    await phone.tap("提交")
    await phone.sees("交上去了")

    async def supplied() -> bool:
        task = await henan.task("hn-medical", "HN07")
        return bool(task["revision"] == 2)

    await henan.until(supplied, "the supplement at the department")
    again = await henan.task("hn-medical", "HN07")
    case = await case_of(henan, again)
    assert case.application.release == 1
    assert henan.world.desk.service(case).item("HN07").clock.limit_workdays == 5
    item = case.item("HN07")
    assert item is not None
    assert item.clock is not None
    assert item.clock.workdays == 5


async def test_a_draft_goes_on_in_the_new_release(henan: City) -> None:
    phone = await henan.phone(2)
    await phone.say("办理退休")
    await phone.say("1")
    assert await phone.log_in("wang_jianguo") == 200
    await phone.is_offered("同意")
    await phone.say("1")
    await phone.say("1")
    await phone.sees("银行")
    upgrade(henan, without_question(henan.world.definitions[NAME], "bank_name"))
    await phone.say("建行")
    await phone.sees("申请表有更新")
    for answer in ("6217000010000000128", "2", "2", "1", "1", "1"):
        await phone.say(answer)
    await phone.sees("提交成功")
    task = await henan.task("hn-medical", "HN07")
    assert (await case_of(henan, task)).application.release == 2


async def case_of(city: City, task: dict[str, Any]) -> Case:
    """The case that a department's task belongs to."""
    case = await city.world.desk.cases.load(task["key"].rpartition("-")[0])
    assert case is not None
    return case
