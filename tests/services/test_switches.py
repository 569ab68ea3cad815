"""Both positions of Henan's switches give a sound form."""

import shutil
from pathlib import Path

import pytest

from dialogs.checker import mistakes
from dialogs.definition import Definition
from dialogs.draft import Answer, blank
from dialogs.route import place
from dialogs.talk import day_in_china as day_there
from storage.definitions import read
from tests.transcripts.stage import CLOCK

SERVICES = Path(__file__).parents[2] / "services"


def henan(tmp_path: Path, **switches: str) -> Definition:
    """Henan with other readings than it has chosen."""
    for name in ("henan", "shared"):
        shutil.copytree(SERVICES / name, tmp_path / name)
    file = tmp_path / "henan" / "service.yaml"
    text = file.read_text(encoding="utf-8")
    for name, value in switches.items():
        other = {"true": "false", "false": "true"}[value]
        assert f"  {name}: {other}" in text
        text = text.replace(f"  {name}: {other}", f"  {name}: {value}")
    file.write_text(text, encoding="utf-8")
    return read(tmp_path, "henan")


@pytest.mark.parametrize("alone", ["true", "false"])
def test_the_form_is_sound_either_way(tmp_path: Path, alone: str) -> None:
    switches = {} if alone == "true" else {"only_child_alone": "false"}
    assert mistakes(henan(tmp_path, **switches), thorough=True) == ()
    assert mistakes(henan(tmp_path / "wide", **switches, allow_year_of_60="true")) == ()


def asked(definition: Definition, number: str, holds_papers: str) -> tuple[str, ...]:
    draft = blank("d", "henan", 1, "p", CLOCK)
    for key, value in {"holds_papers": holds_papers, "id_number": number}.items():
        draft = draft.with_answer(key, Answer(value, "citizen", CLOCK))
    return place(definition, draft, day_there(CLOCK)).route


BORN_DECEMBER_1966 = "410105196612129018"


def test_the_age_that_opens_the_support_follows_the_switch(tmp_path: Path) -> None:
    """A8, on 21 November 2026: sixty next month."""
    strict = asked(henan(tmp_path / "strict"), BORN_DECEMBER_1966, "yes")
    wide = henan(tmp_path / "wide", allow_year_of_60="true")
    assert "only_child_reminder" in strict
    assert "wants_only_child" not in strict
    assert "wants_only_child" in asked(wide, BORN_DECEMBER_1966, "yes")


def test_alone_or_referred(tmp_path: Path) -> None:
    """A1: off, she is referred to the 居(村)民委员会 and the whole form goes on."""
    number = "410105196606129011"
    on = asked(henan(tmp_path / "on"), number, "only_child")
    off = asked(henan(tmp_path / "off", only_child_alone="false"), number, "only_child")
    assert "household_kind" in on
    assert not {"person_kind", "wants_fund", "only_child_elsewhere"} & set(on)
    assert {"person_kind", "wants_fund", "only_child_elsewhere"} <= set(off)
