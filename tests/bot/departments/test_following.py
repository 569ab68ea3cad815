from pathlib import Path

import pytest

from bot.departments.connections import Connections
from bot.departments.following import OnlyDispatch, desk_tasks_of, dispatch_rows
from cases.change import Change
from cases.events import DeskTaskNeeded, Dispatch, ItemReturned
from cases.opening import open_case
from cases.workdays import Calendar
from tests.bot.departments.world import TAKE_BACK, connections_text, henan_plan
from tests.cases.journey import FILED, application

CASE = open_case(application(), henan_plan(), Calendar(), FILED, "1", TAKE_BACK).case
TASK = Dispatch("task", "1-HN08", "HN08", "fund", "fund-410100", 1, FILED)


@pytest.fixture
def connections(tmp_path: Path) -> Connections:
    (tmp_path / "departments.yaml").write_text(connections_text(), encoding="utf-8")
    return Connections(tmp_path / "departments.yaml")


def test_a_dispatch_is_addressed_to_the_offices_own_connection(connections: Connections) -> None:
    (row,) = dispatch_rows(CASE, (TASK,), connections, FILED)
    assert (row.id, row.order_key, row.connection) == (
        "task/1-HN08/1",
        "1-HN08",
        "hn-fund-zhengzhou",
    )
    assert dispatch_rows(CASE, (TASK,), connections, FILED) == (row,)


def test_the_journal_holds_nothing_that_people_wrote(connections: Connections) -> None:
    event = ItemReturned("1", "HN08", "张建国的卡", ())
    then = OnlyDispatch(connections)(Change(CASE, (event,)), FILED)
    assert "张建国" not in str(then.journal)
    assert [entry.kind for entry in then.journal] == ["item_returned"]


def test_a_clerk_is_asked_each_thing_once_a_revision() -> None:
    one, other = (DeskTaskNeeded("1", "HN08", "contradiction", f"done ({n})") for n in "ab")
    ids = [task.id for task in desk_tasks_of(Change(CASE, (one, one, other)), FILED)]
    assert len(ids) == 3
    assert len(set(ids)) == 2
