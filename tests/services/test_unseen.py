"""Held out questions find their answers, and what is no question is not answered.

The numbers are those reached when this was written, less a little: who changes the matcher, the
synonyms or the phrasings sees at once whether people are understood better or worse.
"""

from functools import cache
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from dialogs.knowledge import Knowledge, Meant
from storage.definitions import read
from tests.services.rows import SERVICES

HERE = Path(__file__).parent
PROVINCES = ("henan", "hebei")
TOP_1 = 0.54
"""Share of questions that are answered outright, and rightly."""
TOP_3 = 0.84
"""Share of questions whose answer is told, or offered among at most three."""
WRONG = 0.04
"""Share of questions that may be answered outright with something else."""

BLIND = 0.63
BLIND_WRONG = 0.14
"""Of questions that nobody had in mind: told or offered, and told wrongly."""


@cache
def knowledge(province: str) -> Knowledge:
    return read(SERVICES, province).knowledge


def unseen(province: str) -> list[tuple[str, str]]:
    rows = YAML(typ="safe").load(HERE / "unseen.yaml")
    return [(row["typed"], row.get(province) or row["entry"]) for row in rows]


def meant(province: str, typed: str) -> Meant:
    return knowledge(province).meant(typed)


@pytest.mark.parametrize("province", PROVINCES)
def test_no_held_out_question_is_a_phrasing(province: str) -> None:
    phrasings = {one for entry in knowledge(province).entries for one in entry.phrasings}
    assert {typed for typed, _ in unseen(province)} & phrasings == set()


@pytest.mark.parametrize("province", PROVINCES)
def test_every_expected_entry_exists(province: str) -> None:
    assert {entry for _, entry in unseen(province)} <= {
        entry.id for entry in knowledge(province).entries
    }


@pytest.mark.parametrize("province", PROVINCES)
def test_questions_nobody_wrote_down_before_are_understood(province: str) -> None:
    right: list[str] = []
    offered: list[str] = []
    wrong: list[str] = []
    for typed, expected in unseen(province):
        found = meant(province, typed)
        if found.entry is not None:
            (right if found.entry.id == expected else wrong).append(typed)
        elif expected in {one.id for one in found.perhaps}:
            offered.append(typed)
    total = len(unseen(province))
    assert total >= 120
    assert len(right) / total >= TOP_1
    assert (len(right) + len(offered)) / total >= TOP_3
    assert len(wrong) / total <= WRONG, wrong


@pytest.mark.parametrize("province", PROVINCES)
def test_questions_written_after_everything_was_done_are_mostly_understood(province: str) -> None:
    rows = YAML(typ="safe").load(HERE / "unseen_later.yaml")
    found = [(meant(province, row["typed"]), row["entry"]) for row in rows]
    told = [one.entry.id == expected for one, expected in found if one.entry is not None]
    offered = [expected in {near.id for near in one.perhaps} for one, expected in found]
    assert (sum(told) + sum(offered)) / len(rows) >= BLIND
    assert (len(told) - sum(told)) / len(rows) <= BLIND_WRONG


@pytest.mark.parametrize("province", PROVINCES)
def test_nothing_that_is_no_question_is_answered_outright(province: str) -> None:
    said = YAML(typ="safe").load(HERE / "no_questions.yaml")
    assert len(said) >= 60
    assert {typed: one.id for typed in said if (one := meant(province, typed).entry)} == {}
    offered = [typed for typed in said if meant(province, typed).perhaps]
    assert len(offered) <= 2, offered


@pytest.mark.parametrize("province", PROVINCES)
def test_at_most_three_are_offered(province: str) -> None:
    assert all(len(meant(province, typed).perhaps) <= 3 for typed, _ in unseen(province))
