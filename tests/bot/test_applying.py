"""From a finished draft to what is submitted: exactly the answers on the route."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.applying import application, supplement
from dialogs.draft import Answer, Draft, Wanted
from dialogs.route import place
from dialogs.steps import STEPS
from dialogs.talk import CHINA
from tests.dialogs.given import NOW, finished, henan

LATER = NOW + timedelta(days=3)


def with_answer(draft: Draft, key: str, **changed: object) -> Draft:
    return draft.with_answer(key, replace(draft.answers[key], **changed))  # type: ignore[arg-type]  # by name


def reordered(draft: Draft, keys: list[str]) -> Draft:
    return replace(draft, answers={key: draft.answers[key] for key in keys})


def test_exactly_the_answers_on_the_route_are_submitted() -> None:
    draft = finished().draft
    applied = application(henan(), draft, NOW)
    here = place(henan(), draft, NOW.astimezone(CHINA).date())
    kinds = {question.key: question.kind for question in here.answered}
    data = {key for key, kind in kinds.items() if kind not in STEPS and kind != "photos"}
    assert set(applied.answers) == {key for key in data if here.answers[key] is not None}
    assert applied.answers["name"] == "王建国"
    assert applied.documents["retirement_form"] == ("doc-a",)
    assert not STEPS & {kinds[key] for key in applied.answers}


def test_what_left_the_route_is_submitted_to_nobody() -> None:
    draft = finished().draft
    stray = Answer("410105199405179024", "citizen", NOW)
    strayed = draft.with_answer("spouse_id_number", stray).with_answer("no_such_question", stray)
    applied = application(henan(), strayed, NOW)
    assert "410105199405179024" not in str(applied.answers)
    assert applied.digest == application(henan(), draft, NOW).digest


def test_what_was_shelved_is_not_submitted() -> None:
    draft = finished().draft
    shelved = replace(draft, shelved={"phone": Answer("13700000000", "citizen", NOW)})
    assert application(henan(), shelved, NOW) == application(henan(), draft, NOW)


@given(st.permutations(list(finished().draft.answers)))
def test_the_same_answers_have_the_same_digest_in_any_order(keys: list[str]) -> None:
    draft = finished().draft
    assert (
        application(henan(), reordered(draft, keys), LATER).digest
        == application(henan(), draft, NOW).digest
    )


def test_another_answer_is_another_digest() -> None:
    draft = finished().draft
    other = with_answer(draft, "phone", value="19900000099")
    digests = {application(henan(), one, NOW).digest for one in (draft, other)}
    assert len(digests) == 2


def test_where_she_and_the_register_differ_both_are_handed_on() -> None:
    draft = with_answer(finished().draft, "ethnicity", value="回族", source="citizen", known="汉族")
    applied = application(henan(), draft, NOW)
    assert applied.answers["ethnicity"] == "回族"
    assert applied.recorded == {"ethnicity": "汉族"}
    same = with_answer(draft, "ethnicity", value="汉族", known="汉族")
    assert application(henan(), same, NOW).recorded == {}
    assert application(henan(), same, NOW).digest != applied.digest


def test_consents_go_along_with_the_version_of_their_words() -> None:
    draft = finished().draft
    applied = application(henan(), draft, NOW)
    assert [(one.statement, one.version) for one in applied.consents] == [
        (one.what, one.text_version) for one in draft.consents
    ]
    assert applied.consents


def test_photos_that_are_not_stored_are_no_documents() -> None:
    draft = with_answer(
        finished().draft,
        "retirement_form",
        value=[{"media": "m1"}, {"media": "m2", "document": "doc-b"}, "nonsense", None],
    )
    assert application(henan(), draft, NOW).documents["retirement_form"] == ("doc-b",)


def test_a_supplement_is_what_was_asked_for_and_nothing_else() -> None:
    draft = replace(
        finished().draft,
        kind="supplement",
        state="submitting",
        case_no="C1",
        wanted=(Wanted("", "document", "retirement_form"), Wanted("", "answer", "phone")),
    )
    handed_in = supplement(henan(), draft, LATER)
    assert handed_in.documents == {"retirement_form": ("doc-a",)}
    assert handed_in.answers == {"phone": "19900000001"}
    assert handed_in.supplied_at == LATER
    assert handed_in.draft == draft.id


def test_the_day_of_an_application_is_china_s() -> None:
    """Between 16:00 UTC and midnight it is tomorrow there; conditions must not waver."""
    evening = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)
    draft = finished().draft
    assert application(henan(), draft, evening).answers == application(henan(), draft, NOW).answers
