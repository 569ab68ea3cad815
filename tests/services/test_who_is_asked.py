"""Nobody is asked what makes no sense for them: Hebei's questions by kind of insured person."""

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from cases.values import JSON
from dialogs.definition import Definition
from dialogs.draft import Answer, blank
from dialogs.route import Place, place
from storage.definitions import load
from tests.dialogs.given import NOW, SERVICES

TODAY = date(2026, 11, 21)
WOMAN: dict[str, JSON] = {
    "id_number": "131003197604089044",
    "sex": "female",
    "birth_date": "1976-04-08",
    "retirement_category": "flexible_early",
    "retirement_month": "2026-12",
    "deemed_years": "none",
}


@cache
def hebei() -> Definition:
    return load(SERVICES, "hebei")


def at(**answers: JSON) -> Place:
    """Where she stands on 2026-11-21 with these answers."""
    draft = replace(blank("d1", "hebei", 1, "p1", NOW), state="open")
    for key, value in (WOMAN | answers).items():
        draft = draft.with_answer(key, Answer(value, "citizen", NOW))
    return place(hebei(), draft, TODAY)


def pending(here: Place) -> set[str]:
    return {one.key for one in here.pending}


def test_who_has_a_unit_hears_that_it_is_to_be_told_in_writing() -> None:
    assert "flexible_notice" in pending(at(person_kind="enterprise", post="worker"))
    assert "flexible_notice" not in pending(at(person_kind="flexible"))


@pytest.mark.parametrize(
    ("post", "offered"), [("cadre", True), ("unsure", True), ("worker", False)]
)
def test_a_woman_in_a_workers_post_is_not_offered_what_cadres_may_choose(
    post: str, offered: bool
) -> None:
    here = at(person_kind="institution", post=post)
    question = hebei().form.question("retirement_category")
    (option,) = (one for one in question.options if one.id == "women_cadre")
    assert hebei().holds(option.when, here.answers, TODAY) == offered
