"""The place in the form follows from the answers, and from nothing else."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.values import JSON
from dialogs.draft import Answer, Draft, Wanted, blank
from dialogs.form import Group
from dialogs.route import Place, place
from storage.redis.stored import draft_from_bytes, draft_to_bytes
from tests.dialogs.given import NOW, finished, henan

TODAY = date(2026, 11, 21)
KEYS = sorted(
    {entry.key for entry in henan().form.entries()}
    | {
        question.key
        for entry in henan().form.entries()
        if isinstance(entry, Group)
        for index in range(2)
        for question in entry.members(index)
    }
    | {"children.0.more", "children.1.more"}
)
VALUES = st.sampled_from(
    (True, False, None, "yes", "no", "enterprise", "normal", "early_trade", "urban", "adopted")
) | st.sampled_from(("first_marriage", "410105196606129011", "verified", "found", "mail"))
ANSWERS = st.dictionaries(
    st.sampled_from(KEYS),
    st.builds(Answer, VALUES, st.just("citizen"), st.just(NOW), st.booleans()),
)


def draft(**answers: JSON) -> Draft:
    open_draft = replace(blank("d1", "henan", 1, "p1", NOW), state="open")
    for key, value in answers.items():
        open_draft = open_draft.with_answer(key.replace("__", "."), Answer(value, "citizen", NOW))
    return open_draft


def at(drafted: Draft) -> Place:
    return place(henan(), drafted, TODAY)


def test_the_first_question_without_an_answer_is_open() -> None:
    first = at(draft()).open
    assert first is not None
    assert first.key == "holds_papers"
    second = at(draft(holds_papers="yes")).open
    assert second is not None
    assert second.key == "identity"


def test_an_unfinished_answer_is_no_answer() -> None:
    begun = draft().with_answer("holds_papers", Answer("yes", "citizen", NOW, done=False))
    assert at(begun).open == at(draft()).open
    assert "holds_papers" not in at(begun).answers


def test_an_answer_off_the_route_is_seen_by_no_condition() -> None:
    """wants_fund went: the centre and where it is paid are kept, but neither asked nor seen."""
    here = at(draft(wants_fund=False, fund_payout="own_card", fund_own_card="6217000010000000128"))
    assert not {"fund_payout", "fund_own_card"} & {*here.route, *here.answers}


def test_a_derived_answer_is_not_asked() -> None:
    here = at(draft(id_number="410105197106159024"))
    assert here.answers["sex"] == "female"
    assert "sex" not in {question.key for question in here.pending}


def test_rounds_go_on_while_there_is_another() -> None:
    eligible: dict[str, JSON] = {"id_number": "410105196606129011", "wants_only_child": True}
    couple: dict[str, JSON] = {"household_kind": "urban", "marital_status": "first_marriage"}
    once = at(draft(**eligible, **couple))
    assert "children.0.name" in once.route
    assert "children.1.name" not in once.route
    twice = at(draft(**eligible, **couple, children__0__more=True))
    assert "children.1.name" in twice.route


def test_a_group_ends_after_the_most_rounds() -> None:
    (group,) = (entry for entry in henan().form.entries() if isinstance(entry, Group))
    more: dict[str, JSON] = {f"children__{index}__more": True for index in range(group.most)}
    eligible: dict[str, JSON] = {"id_number": "410105196606129011", "wants_only_child": True}
    here = at(draft(**eligible, household_kind="urban", marital_status="first_marriage", **more))
    assert f"children.{group.most - 1}.name" in here.route
    assert f"children.{group.most}.name" not in here.route


def test_a_supplement_is_walked_whatever_the_conditions_say() -> None:
    wanted = (Wanted("HN09", "answer", "spouse_name"), Wanted("HN09", "answer", "nothing of ours"))
    supplement = replace(draft(), kind="supplement", wanted=wanted)
    assert at(supplement).route == ("spouse_name",)


@settings(deadline=None)
@given(ANSWERS)
def test_every_walk_ends_and_counts_only_what_is_on_the_route(answers: dict[str, Answer]) -> None:
    here = at(replace(draft(), answers=answers))
    assert len(set(here.route)) == len(here.route)
    assert set(here.answers) == {question.key for question in here.answered}
    assert set(here.answers) <= set(here.route)


@settings(deadline=None)
@given(ANSWERS)
def test_the_place_is_the_same_after_a_restart(answers: dict[str, Answer]) -> None:
    drafted = replace(draft(), answers=answers)
    assert at(draft_from_bytes(draft_to_bytes(drafted))) == at(drafted)


def test_a_question_is_found_by_its_key_only_on_the_route() -> None:
    here = finished().place
    found = here.question("bank_card")
    assert found is not None
    assert found.label == "社保卡银行账号"
    assert here.question("fund_own_card") is None


@settings(deadline=None)
@given(ANSWERS, VALUES, st.booleans())
def test_a_walk_taken_up_at_the_open_question_ends_where_a_whole_one_does(
    answers: dict[str, Answer], value: JSON, done: bool
) -> None:
    before = replace(draft(), answers=answers)
    asked = at(before).open
    assert asked is not None
    after = before.with_answer(asked.key, Answer(value, "citizen", NOW, done=done))
    whole = draft_from_bytes(draft_to_bytes(after))
    assert at(after) == at(whole)
    assert at(after).stop == at(whole).stop
