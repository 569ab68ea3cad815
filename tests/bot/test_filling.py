"""From registers to answers: only what she could have said herself, and nothing half."""

from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.filling import household_facts, paper_facts, paper_question
from dialogs.definition import Definition
from dialogs.form import Question
from dialogs.kinds.base import Accepted, Scene
from dialogs.kinds.places import LEVELS
from dialogs.said import Text
from sandbox.citizens import Citizen, load_citizens
from storage.definitions import load
from tests.dialogs.given import SERVICES, henan

TODAY = date(2026, 11, 21)
CITIZENS = load_citizens()
OPEN = ("household_type", "household_status")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


@cache
def hebei() -> Definition:
    return load(SERVICES, "hebei")


def question(key: str) -> Question:
    return next(
        one for one in henan().form.entries() if isinstance(one, Question) and one.key == key
    )


def as_registry(citizen: Citizen) -> dict[str, Any]:
    return {"person": {"name": citizen.name, **citizen.person.model_dump()}}


def could_be_said(key: str, value: Any) -> bool:
    """Whether the question has this as a choice, in its list, or reads it from its own words."""
    asked = question(key)
    if asked.options:
        return value in {option.id for option in asked.options}
    if asked.kind == "address":
        return all(level in value for level in LEVELS) and all(
            part.isprintable() and len(part) <= 50 for part in value.values()
        )
    scene = Scene({}, TODAY, henan().lists, asked.options)
    kind = henan().kinds[asked.kind]
    reading = kind.read(asked, Text(kind.show(asked, value, scene)), scene)
    return isinstance(reading, Accepted) and reading.value == value


@pytest.mark.parametrize("citizen", list(CITIZENS), ids=lambda one: one.key)
def test_everything_the_registry_knows_of_a_citizen_is_filled_in(citizen: Citizen) -> None:
    facts = household_facts(henan(), as_registry(citizen), TODAY)
    assert facts["name"] == citizen.name
    assert facts["sex"] == citizen.person.sex
    assert {"name", "sex", "ethnicity", "address"} <= set(facts)
    address = facts["address"]
    assert isinstance(address, dict)
    assert address["compound"] == citizen.person.address.compound
    assert address["town"] == citizen.person.address.town
    assert all(could_be_said(key, value) for key, value in facts.items())


@pytest.mark.parametrize(
    "citizen", [one for one in CITIZENS if one.retirement is not None], ids=lambda one: one.key
)
def test_what_hr_has_confirmed_is_filled_in(citizen: Citizen) -> None:
    assert citizen.retirement is not None
    said = citizen.retirement.model_dump()
    facts = paper_facts(henan(), said, TODAY)
    assert facts == said


@given(st.dictionaries(st.sampled_from(["name", "sex", "ethnicity", "address", *OPEN]), JSON))
def test_garbage_fills_in_nothing_she_could_not_have_said(person: dict[str, Any]) -> None:
    facts = household_facts(henan(), {"person": person}, TODAY)
    assert all(could_be_said(key, value) for key, value in facts.items())


@given(
    st.dictionaries(
        st.sampled_from(["retirement_month", "person_kind", "retirement_kind", "insured_city"]),
        JSON,
    )
)
def test_garbage_about_retirement_fills_in_nothing_either(facts: dict[str, Any]) -> None:
    found = paper_facts(henan(), facts, TODAY)
    assert all(could_be_said(key, value) for key, value in found.items())


@pytest.mark.parametrize("code", [1, "1", "2", "０２", 2.0, True])
def test_a_code_of_the_registers_own_is_not_the_number_of_a_choice(code: object) -> None:
    assert "sex" not in household_facts(henan(), {"person": {"sex": code}}, TODAY)


def test_a_code_of_a_list_is_what_it_stands_for() -> None:
    assert household_facts(henan(), {"person": {"ethnicity": "03"}}, TODAY) == {"ethnicity": "回族"}
    assert paper_facts(henan(), {"insured_city": "410300"}, TODAY) == {"insured_city": "410300"}


@pytest.mark.parametrize(
    "address",
    [
        {},
        "河南省郑州市",
        {"city": "郑州市"},
        {"city": "郑州市", "county": "金水区"},
        {"city": 1, "county": [], "town": None},
        dict.fromkeys(LEVELS, "\x00<b>"),
        dict.fromkeys(LEVELS, " "),
    ],
)
def test_half_an_address_is_none(address: object) -> None:
    assert "address" not in household_facts(henan(), {"person": {"address": address}}, TODAY)


@pytest.mark.parametrize("answer", [{}, {"person": None}, {"person": []}, {"person": {"name": 7}}])
def test_an_answer_of_another_shape_fills_in_nothing(answer: dict[str, Any]) -> None:
    assert household_facts(henan(), answer, TODAY) == {}


def test_papers_go_to_the_question_that_asks_for_them() -> None:
    assert paper_question(henan(), "retirement_form") == "retirement_form"
    assert paper_question(henan(), "../../etc/passwd") is None


@pytest.mark.parametrize(
    "citizen", [one for one in CITIZENS if one.record is not None], ids=lambda one: one.key
)
def test_what_is_on_file_in_hebei_is_filled_in(citizen: Citizen) -> None:
    assert citizen.record is not None
    assert paper_facts(hebei(), citizen.record.facts, TODAY) == citizen.record.facts
    assert all(paper_question(hebei(), kind) for kind in citizen.record.papers)


def test_an_address_becomes_the_one_line_that_hebeis_form_has_for_it() -> None:
    citizen = CITIZENS.by_key["zhao_zhiqiang"]
    facts = household_facts(hebei(), as_registry(citizen), TODAY)
    assert facts["address"] == "廊坊市广阳区银河北路街道示范社区1号院"
    del (short := as_registry(citizen))["person"]["address"]["town"]
    assert "address" not in household_facts(hebei(), short, TODAY)
