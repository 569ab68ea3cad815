"""What waits for a person is seen by who handles it, and ends with an answer that she gets."""

import re
from pathlib import Path
from typing import get_args

from ruamel.yaml import YAML

from bot.desk.tasks import WHO
from storage.sql.records import DeskTaskKind
from tests.journeys.city import City
from tests.journeys.staff import Clerk, clerk
from tests.journeys.steps import applied


def test_every_kind_of_task_is_somebodys_and_has_words() -> None:
    words = YAML(typ="safe").load(Path("services/shared/desk.yaml"))["tasks"]
    kinds = set(get_args(DeskTaskKind))
    assert {kind for handled in WHO.values() for kind in handled} == kinds
    assert set(words["kinds"]) == set(words["how"]) == kinds


async def opened(henan: City, somebody: Clerk, name: str) -> str:
    """Wait for a task of that name and open it; its id."""
    found: list[str] = []

    async def there() -> bool:
        page = await somebody.page("/desk/tasks")
        found[:] = re.findall(rf'href="/desk/task\?id=([^"]+)">{name}', page)
        return bool(found)

    await henan.until(there, f"a task called {name}")
    await somebody.page(f"/desk/task?id={found[0]}")
    return found[0].replace("%3A", ":")


async def test_who_asks_for_a_person_is_answered_on_her_phone(henan: City) -> None:
    phone = await henan.phone(0)
    await phone.say("人工 我想问退休证在哪领")
    async with clerk(henan, "window") as somebody, clerk(henan, "auditor") as auditor:
        task = await opened(henan, somebody, "找人工")
        page = await somebody.send("/desk/task", {"id": task, "do": "take"})
        assert "退休证" in page
        answer = {"id": task, "do": "message", "answer": "您好，退休证在区政务大厅 3 号窗口领。"}
        assert "退休证在区" not in await somebody.send("/desk/task", answer)
        await phone.sees("退休证在区政务大厅")
        await somebody.send("/desk/task", answer)
        said = [one for one in await phone.messages() if "3 号窗口" in str(one.get("text"))]
        assert len(said) == 1
        assert "答复任务" in await auditor.page("/desk/audit")


async def test_a_task_laid_back_can_be_taken_by_a_colleague(henan: City) -> None:
    phone = await henan.phone(0)
    await phone.say("人工")
    async with clerk(henan, "window") as somebody, clerk(henan, "window") as colleague:
        task = await opened(henan, somebody, "找人工")
        await somebody.send("/desk/task", {"id": task, "do": "take"})
        await opened(henan, colleague, "找人工")
        assert "我来办" in await colleague.send("/desk/task", {"id": task, "do": "take"})
        await somebody.send("/desk/task", {"id": task, "do": "give_back"})
        assert "放回去" in await colleague.send("/desk/task", {"id": task, "do": "take"})


async def test_a_misrouted_item_goes_to_the_office_it_belongs_to(henan: City) -> None:
    phone = await applied(henan)
    await henan.task("hn-medical", "HN07")
    await henan.report("hn-medical", "HN07", "misrouted", suggested_office="medical-410101")
    async with clerk(henan) as somebody, clerk(henan, department="fund") as other:
        task = await opened(henan, somebody, "转办")
        assert "转办" not in await other.page("/desk/tasks")
        await other.page(f"/desk/task?id={task}", 404)
        await somebody.send("/desk/task", {"id": task, "do": "reassign", "office": "medical-1"})
        assert "转办中" not in await phone.say("进度")
