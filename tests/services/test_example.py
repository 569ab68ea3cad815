"""The worked example of docs/add-a-province.md: a province is a folder, and no Python.

It is copied beside `services/shared`, loaded, checked, talked with to the end, opened as a case,
printed, and worded: with everything a real province goes through.
"""

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from bot.applying import application
from bot.forms import print_form
from cases.case import Case
from cases.opening import open_case
from cases.workdays import Calendar
from dialogs.checker import mistakes
from dialogs.definition import Definition
from storage.definitions import freeze, load, provinces
from storage.letters import load_letters
from storage.notices import load_notices
from storage.redis.stored import draft_from_bytes
from tests.storage.test_pdf import words
from tests.transcripts.stage import CLOCK, Shelf, Stage

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CHAT = HERE / "example" / "apply.chat"
NAME = "anning"


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What SERVICES_DIR names: the shared folder and this one province."""
    folder = tmp_path_factory.mktemp("services")
    shutil.copytree(ROOT / "services" / "shared", folder / "shared")
    shutil.copytree(HERE / "example" / NAME, folder / NAME)
    return folder


@pytest.fixture(scope="session")
def anning(services: Path) -> Definition:
    return load(services, NAME)


def test_it_is_a_province(services: Path) -> None:
    assert provinces(services) == (NAME,)


def test_it_keeps_every_promise(anning: Definition) -> None:
    assert mistakes(anning, thorough=True) == ()


def test_it_has_three_items(anning: Definition) -> None:
    assert [item.code for item in anning.service.items] == ["AN01", "AN02", "AN03"]


def test_a_conversation_runs_to_submission(
    anning: Definition, request: pytest.FixtureRequest
) -> None:
    stage, now = Stage(anning), ""
    for line in hers():
        now += "".join(f"{part}\n" for part in (line, *_answered(stage, line)))
    if request.config.getoption("--update-transcripts"):
        CHAT.write_text(now, encoding="utf-8")
    assert now == CHAT.read_text(encoding="utf-8")
    assert "提交成功" in now


def hers() -> list[str]:
    """The lines of the transcript without what is answered to them."""
    lines = CHAT.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and line[0] not in "< "]


def _answered(stage: Stage, line: str) -> list[str]:
    return [] if line.startswith("#") else stage.play(line)


@pytest.fixture
def case(anning: Definition) -> Case:
    """What the conversation leads to."""
    shelf = Shelf()
    stage = Stage(anning, shelf=shelf)
    for line in hers():
        if line.startswith("! opened"):
            break
        _answered(stage, line)
    (kept,) = shelf.drafts.values()
    filed = application(anning, draft_from_bytes(kept), CLOCK)
    return open_case(filed, anning.service, Calendar(), CLOCK, "1", timedelta()).case


def test_what_she_handed_in_opens_its_items(case: Case) -> None:
    states = {item.code: (item.state, item.waiting_for, item.office) for item in case.items}
    assert states == {
        "AN01": ("waiting", "document", "*"),
        "AN02": ("waiting", "document", "*"),
        "AN03": ("waiting", "turn", "fund-990200"),
    }
    assert case.application.answers["fund_centre"] == "fund-990200"
    assert set(case.application.documents) == {"retirement_form"}


def test_her_form_is_printed(anning: Definition, services: Path, case: Case) -> None:
    (document,) = anning.service.documents
    printed = print_form(anning, case, services / NAME / document.template)
    assert printed.missing == ()
    text = words(printed.pdf)
    for said in ("安宁省退休联办申请表", "王建国", "410105196606129011", "退休提取住房公积金"):
        assert said in text


def test_it_words_every_notice_and_letter(anning: Definition, services: Path) -> None:
    """Those of services/shared do, until the province says something of its own."""
    load_notices(services, anning)
    load_letters(services, anning)


def test_it_can_be_released(services: Path, tmp_path: Path) -> None:
    copied = shutil.copytree(services, tmp_path / "services")
    path = freeze(copied, NAME)
    assert path is not None
    assert path.name == "1.json"
    assert freeze(copied, NAME) is None


def test_the_handbook_shows_what_is_really_there() -> None:
    """Every file is named in it, and every excerpt in it stands in the example word for word."""
    text = (ROOT / "docs" / "add-a-province.md").read_text(encoding="utf-8")
    files = [path for path in (HERE / "example" / NAME).rglob("*") if path.is_file()]
    assert [path.name for path in files if path.name not in text] == []
    excerpts = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    assert len(excerpts) >= 3
    sources = "\n".join(path.read_text(encoding="utf-8") for path in files)
    assert [one for one in excerpts if one not in sources] == []
