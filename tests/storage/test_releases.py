"""A release is frozen: today's files say what the newest says, old ones serve their cases."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dialogs.definition import Definition
from storage.definitions import (
    DefinitionBroken,
    freeze,
    is_frozen,
    load,
    load_all,
    load_releases,
)
from storage.releases import ReleaseBroken, read_releases

SERVICES = Path(__file__).parents[2] / "services"
NAME = "henan"
ONLY_CHILD_TITLE = "title: 本人信息"


@pytest.fixture
def services(tmp_path: Path) -> Path:
    """The services with nothing frozen yet, to be released and changed."""
    copied = shutil.copytree(SERVICES, tmp_path / "services")
    shutil.rmtree(copied / NAME / "releases", ignore_errors=True)
    return copied


@pytest.fixture
def change(services: Path) -> Callable[[str, str, str], None]:
    def change(file: str, old: str, new: str) -> None:
        path = services / NAME / file
        text = path.read_text(encoding="utf-8")
        assert old in text, old
        path.write_text(text.replace(old, new), encoding="utf-8")

    return change


Change = Callable[[str, str, str], None]


def test_before_the_first_release_the_files_are_release_1(services: Path, change: Change) -> None:
    assert not is_frozen(services, NAME)
    change("service.yaml", "case: {limit_workdays: 20}", "case: {limit_workdays: 21}")
    (only,) = load_releases(services, NAME)
    assert (only.release, only.service.case.limit_workdays) == (1, 21)


def test_what_is_frozen_comes_back_as_it_was(services: Path) -> None:
    before = load(services, NAME)
    path = freeze(services, NAME)
    assert path is not None
    assert path.name == "1.json"
    assert is_frozen(services, NAME)
    (release,) = read_releases(services / NAME)
    assert release.service == before.service
    assert release.form.model_dump() == before.form.model_dump()
    assert "ask.registry_consent" in release.consents
    assert load(services, NAME).release == 1


def test_freezing_again_without_a_change_makes_nothing(services: Path) -> None:
    freeze(services, NAME)
    assert freeze(services, NAME) is None


def test_wordings_are_outside_a_release(services: Path, change: Change) -> None:
    freeze(services, NAME)
    change("form.yaml", ONLY_CHILD_TITLE, "title: 您的信息")
    change("service.yaml", 'phone: "12329"', 'phone: "12345"')
    change("texts.yaml", "hint.registry_consent: 同意就回复 1", "hint.registry_consent: 同意请回 1")
    assert freeze(services, NAME) is None
    assert load(services, NAME).service.department("fund").phone == "12345"


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        ("form.yaml", "kind: ethnicity", "kind: ethnicity, off_form: true", "question ethnicity"),
        ("form.yaml", "id: ahead", "id: later", "question papers_first"),
        ("service.yaml", "limit_workdays: 5}", "limit_workdays: 6}", "item HN07"),
        ("service.yaml", "case: {limit_workdays: 20}", "case: {limit_workdays: 9}", "case.limit"),
        ("texts.yaml", "ask.registry_consent: |-", "ask.registry_consent: |-\n  您好！", "consent"),
    ],
)  # fmt: skip
def test_what_differs_from_the_release_stops_the_start_by_name(
    services: Path, change: Change, file: str, old: str, new: str, named: str
) -> None:
    freeze(services, NAME)
    change(file, old, new)
    with pytest.raises(DefinitionBroken) as broken:
        load(services, NAME)
    assert named in str(broken.value)
    assert "differs from release 1, which is frozen" in str(broken.value)
    assert "python -m bot freeze" in str(broken.value)


def test_the_next_release_leaves_the_old_one_to_its_cases(services: Path, change: Change) -> None:
    freeze(services, NAME)
    change("service.yaml", "limit_workdays: 5}", "limit_workdays: 6}")
    change("service.yaml", 'phone: "12393"', 'phone: "12345"')
    path = freeze(services, NAME)
    assert path is not None
    assert path.name == "2.json"
    definitions = load_all(services, [NAME])
    old, new = definitions.of(NAME, 1), definitions.of(NAME, 2)
    assert new is definitions[NAME]
    assert [one.release for one in definitions.releases(NAME)] == [2, 1]
    assert [_medical_days(one) for one in (old, new)] == [5, 6]
    # whom to call is no question of the release
    assert [one.service.department("medical").phone for one in (old, new)] == ["12345"] * 2
    assert definitions.of(NAME, 3) is new  # another machine was upgraded first


def _medical_days(definition: Definition) -> int | None:
    return definition.service.item("HN07").clock.limit_workdays


def test_the_words_of_an_old_consent_and_question_are_kept(services: Path, change: Change) -> None:
    freeze(services, NAME)
    before = load(services, NAME).texts.sources
    change("texts.yaml", "ask.registry_consent: |-\n", "ask.registry_consent: |-\n  您好！\n")
    freeze(services, NAME)
    old, new = load_releases(services, NAME)
    assert old.texts.sources["ask.registry_consent"] == before["ask.registry_consent"]
    assert new.texts.sources["ask.registry_consent"].startswith("您好！")


def test_a_release_that_was_changed_by_hand_is_refused(services: Path) -> None:
    path = freeze(services, NAME)
    assert path is not None
    path.write_text(path.read_text("utf-8").replace("HN07", "HN77"), "utf-8")
    with pytest.raises(ReleaseBroken, match=r"releases/1\.json was changed after it was frozen"):
        load(services, NAME)


def test_a_release_of_another_version_is_refused(services: Path) -> None:
    path = freeze(services, NAME)
    assert path is not None
    path.write_text("{}", "utf-8")
    with pytest.raises(ReleaseBroken, match=r"1\.json is not what freeze has written"):
        load(services, NAME)


def test_releases_have_no_gaps(services: Path) -> None:
    path = freeze(services, NAME)
    assert path is not None
    path.rename(path.with_name("2.json"))
    with pytest.raises(ReleaseBroken, match=r"releases/1\.json is missing"):
        load(services, NAME)


def test_a_rule_that_an_old_release_needs_may_not_go(services: Path) -> None:
    """A released rule's meaning never changes; nor does its name."""
    path = freeze(services, NAME)
    assert path is not None
    frozen = json.loads(path.read_text("utf-8"))
    assert "aged_60_by_id_card" in frozen["release"]["rules"]


def test_nothing_is_frozen_that_is_not_sound(services: Path, change: Change) -> None:
    change("texts.yaml", "ask.phone:", "ask.phones:")
    with pytest.raises(DefinitionBroken, match=r"text ask\.phone is missing"):
        freeze(services, NAME)
    assert not is_frozen(services, NAME)
