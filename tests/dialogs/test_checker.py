"""For each promise of the form checker a broken definition is kept that it must catch."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cases.definition import Service
from cases.switches import never
from dialogs.checker import mistakes, questions
from dialogs.definition import Definition
from dialogs.exploring import explore
from dialogs.form import Form
from dialogs.knowledge import Entry, Knowledge
from dialogs.texts import Texts
from tests.dialogs.given import henan

FOLDER = Path(__file__).parent / "broken"
BROKEN = sorted(file for file in FOLDER.glob("*.yaml") if file.stem != "sound")


def read(file: Path) -> dict[str, Any]:
    data = YAML(typ="safe").load(file)
    assert isinstance(data, dict)
    return data


@cache
def shared_texts() -> Mapping[str, str]:
    own = set(read_own())
    return {key: text for key, text in henan().texts.sources.items() if key not in own}


def read_own() -> dict[str, str]:
    return dict(YAML(typ="safe").load(FOLDER.parents[2] / "services" / "henan" / "texts.yaml"))


def built(overlay: Mapping[str, Any]) -> Definition:
    """The sound definition with the overlay laid over it."""
    sound = read(FOLDER / "sound.yaml")
    over = {one["key"]: one for one in overlay.get("questions", ())}
    asked = [{**one, **over.get(one["key"], {})} for one in sound["questions"]]
    form = {
        "sections": [
            {"key": "all", "title": "全部", "questions": [*asked, *overlay.get("more", ())]}
        ],
        "statements": overlay.get("statements", ()),
    }
    return replace(
        henan(),
        form=Form.model_validate(form),
        texts=Texts(_laid_over({**shared_texts(), **sound["texts"]}, overlay.get("texts", {}))),
        words=replace(
            henan().words,
            commands=_commands(overlay.get("commands", {})),
        ),
        knowledge=_knowledge(sound["knowledge"], overlay.get("knowledge", ())),
        service=_service(overlay, sound["service"]),
        contacts=_laid_over(henan().contacts, overlay.get("contacts", {})),
    )


def _laid_over(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**under, **over}.items() if value is not None}


def _commands(over: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    laid = _laid_over(henan().words.commands, over)
    return {
        name: (*henan().words.commands.get(name, ()), *words) if name in over else words
        for name, words in laid.items()
    }


def _knowledge(sound: Any, over: Any) -> Knowledge:
    entries = {one["id"]: one for one in (*sound, *over)}
    return Knowledge(
        tuple(
            Entry(one["id"], one["topic"], tuple(one["phrasings"]), one["answer"])
            for one in entries.values()
        )
    )


def _service(overlay: Mapping[str, Any], sound: Mapping[str, Any]) -> Service:
    """The sound plan; `service` lies over the whole, `item` over its item."""
    item = {**sound["items"][0], **overlay.get("item", {})}
    return Service.model_validate({**sound, "items": [item], **overlay.get("service", {})})


@cache
def caught(file: Path) -> tuple[str, ...]:
    return mistakes(built(read(file)), thorough=True)


def test_the_sound_definition_is_sound() -> None:
    assert mistakes(built({}), thorough=True) == ()


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_a_broken_definition_is_caught(file: Path) -> None:
    assert any(read(file)["expects"] in one for one in caught(file)), caught(file)


def test_no_file_breaks_more_than_it_must() -> None:
    """A mistake that brings a dozen others with it would hide what is wrong."""
    assert all(len(caught(file)) <= 4 for file in BROKEN)


def test_henan_keeps_every_promise() -> None:
    assert mistakes(henan(), thorough=True) == ()


def test_every_question_of_henan_is_reached_on_some_way() -> None:
    found = explore(henan())
    open_ = {one.key for one in questions(henan()) if not never(one.when)}
    assert found.questions == open_
    assert ("retirement_kind", "early") in found.options
    signed = {"commitment", "mandate"}
    assert found.statements == {"statement_1", "statement_2", "unit_opinion"} | signed
    assert found.dead_ends == {}
