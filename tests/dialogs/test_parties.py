"""Two people at one draft: what is hers the agent neither answers nor sees (HN-04…06, HN-09)."""

from dataclasses import replace
from datetime import date

import pytest

from bot.applying import application
from dialogs.checker import questions
from dialogs.draft import Answer, Draft
from dialogs.parties import (
    has_joined,
    hers_alone,
    joined,
    may_answer,
    may_see,
    out_of_mandate,
)
from dialogs.route import place
from dialogs.said import IdentityConfirmed, Tap
from dialogs.talk import CHINA
from dialogs.turn import AnswerInvitation, OpenInvitation, TellParty
from storage.definitions import load
from storage.redis.stored import draft_from_bytes
from tests.dialogs.given import NOW, SERVICES, Phone, finished, henan
from tests.transcripts.test_transcripts import FOLDER, _Phones, played

TODAY = NOW.astimezone(CHINA).date()
HERS = ("6217000010000000128", "李秀兰", "41010519680312202X", "王晓明", "经八路", "13600000002")


def shared(name: str = "unit_applies") -> tuple[_Phones, Draft]:
    """The draft of a transcript, as it stands before it is submitted."""
    stage, _ = played(FOLDER / f"{name}.chat")
    (kept,) = stage.shelf.drafts.values()
    return stage, draft_from_bytes(kept)


def ready() -> Draft:
    """Both have signed; the agent looks at the review."""
    lines = (FOLDER / "unit_applies.chat").read_text("utf-8").splitlines()
    stage = _Phones(henan())
    for line in lines:
        if line == "[单位] > 提交":
            break
        if line.startswith("[") and not line.partition("] ")[2].startswith("<"):
            stage.play(line)
    (kept,) = stage.shelf.drafts.values()
    return draft_from_bytes(kept)


@pytest.fixture(scope="module")
def draft() -> Draft:
    return ready()


def agents_phone(draft: Draft) -> Phone:
    phone = Phone(draft=draft)
    subject = replace(phone.conversation.subject, person=draft.agent, draft=draft.id)
    phone.conversation = replace(phone.conversation, subjects=(subject,), speaking_for=draft.agent)
    return phone


# ---- what the agent sees ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "says",
    [
        "继续",
        "修改",
        "修改 姓名",
        "修改 卡号",
        "进度",
        "怎么用",
        "上一步",
        "提交",
        "补材料",
        "配偶姓名",
    ],
)
def test_nothing_hidden_is_ever_said_to_the_agent(draft: Draft, says: str) -> None:
    phone = agents_phone(draft).say(says)
    said = phone.text + " ".join(choice.label for choice in phone.choices)
    assert not [secret for secret in HERS if secret in said]
    assert "4101**********9011" not in said


@pytest.mark.parametrize("key", ["bank_card", "children.0.name", "spouse_id_number", "phone"])
def test_an_old_tap_tells_the_agent_nothing(draft: Draft, key: str) -> None:
    phone = agents_phone(draft).say(Tap(f"{draft.id}:1:{key}:x", "旧的"))
    assert not [secret for secret in HERS if secret in phone.text]


def test_she_shows_what_she_wants(draft: Draft) -> None:
    shows = draft.with_answer("agent_sees", Answer("all", "citizen", NOW))
    card = henan().form.question("bank_card")
    assert not may_see("agent", card, draft)
    assert may_see("agent", card, shows)
    assert may_see("self", card, draft)
    assert "6217" in agents_phone(shows).say("继续").text


def test_the_agent_cannot_answer_for_her(draft: Draft) -> None:
    form = henan().form
    hers = [one for one in form.entries() if getattr(one, "by", "self") == "self"]
    assert {"name", "bank_card", "agent_consent", "agent_sees", "commitment", "mandate"} <= {
        one.key for one in hers
    }
    for key in ("agent_consent", "registry_consent", "commitment", "mandate", "identity"):
        assert not may_answer("agent", form.question(key), draft)
        assert may_answer("self", form.question(key), draft)


def test_the_agents_login_is_not_hers(draft: Draft) -> None:
    typed = replace(draft, level="typed")
    phone = agents_phone(typed).say(IdentityConfirmed(draft.id, "陈志强", "410105198203150018"))
    assert phone.draft.level == "typed"
    assert phone.draft.value("name") == "王建国"


# ---- before she has agreed -------------------------------------------------------------------


def test_behind_the_gate_nothing_is_asked() -> None:
    phone = Phone().say("单位代办", "企业职工", "用人单位")
    asked = {one.key for one in phone.place.pending}
    assert asked <= {one.key for one in henan().form.section("proxy").questions}
    assert not {"name", "registry_consent", "holds_papers"} & asked


def test_a_personal_application_is_asked_nothing_of_this() -> None:
    said = finished().place
    assert said.answers["applicant"] == "person"
    theirs = {one.key for one in henan().form.section("proxy").questions}
    assert theirs & set(said.route) == {"beginning", "applicant"}


def test_a_flexible_worker_cannot_choose_the_employer() -> None:
    phone = Phone().say("单位代办", "灵活就业", "用人单位")
    assert phone.open == "applicant"
    assert "用人单位" not in [choice.label for choice in phone.choices]
    assert phone.say("人事代理机构").draft.value("applicant") == "agency"


def test_whose_name_is_another_is_not_taken() -> None:
    lines = (FOLDER / "unit_applies.chat").read_text("utf-8").splitlines()
    stage = _Phones(henan())
    for line in lines:
        if "! login" in line:
            break
        if line.startswith("[") and not line.partition("] ")[2].startswith("<"):
            stage.play(line)
    said = stage.play("[她] ! login 李小红 410105196606129011 19900000001")
    (kept,) = stage.shelf.drafts.values()
    assert draft_from_bytes(kept).level == "typed"
    assert any("proxy_other_name" in one for one in said)


# ---- submitting ------------------------------------------------------------------------------


def test_she_does_not_submit_what_the_unit_applies_for(draft: Draft) -> None:
    hers = Phone(draft=draft)
    hers.conversation = replace(
        hers.conversation,
        person=draft.subject,
        subjects=(replace(hers.conversation.subject, person=draft.subject, draft=draft.id),),
        speaking_for=draft.subject,
    )
    assert hers.say("提交").draft.state == "open"
    assert agents_phone(draft).say("提交").draft.state == "submitting"


def test_the_application_says_who_has_applied(draft: Draft) -> None:
    applied = application(henan(), draft, NOW)
    assert (applied.applicant, applied.agent, applied.person) == (
        "employer",
        draft.agent,
        draft.subject,
    )
    given = {one.statement for one in applied.consents}
    assert {
        "agent_consent",
        "registry_consent",
        "commitment",
        "mandate",
        "mandate_accepted",
    } <= given
    assert all(one.version.startswith("henan-") for one in applied.consents)
    assert len(applied.documents["agent_id_photo"]) == 2


def test_a_paper_for_nothing_is_not_handed_in(draft: Draft) -> None:
    no_fund = draft.with_answer("wants_fund", Answer(False, "citizen", NOW))
    given = {one.statement for one in application(henan(), no_fund, NOW).consents}
    assert not {"mandate", "mandate_accepted"} & given


def test_another_account_must_be_signed_for_again(draft: Draft) -> None:
    hers = Phone(draft=draft)
    hers.conversation = replace(
        hers.conversation,
        person=draft.subject,
        subjects=(replace(hers.conversation.subject, person=draft.subject, draft=draft.id),),
        speaking_for=draft.subject,
    )
    hers.say("修改 卡号", "6217000010000000136", "对")
    pending = {one.key for one in hers.place.pending}
    assert {"mandate", "mandate_accepted"} & pending


@pytest.mark.parametrize(
    ("day", "why"),
    [("2026-11-20", "early"), ("2026-11-21", None), ("2027-03-01", None), ("2027-03-02", "over")],
)
def test_submission_lies_within_the_mandate(draft: Draft, day: str, why: str | None) -> None:
    assert out_of_mandate(draft, date.fromisoformat(day)) == why


# ---- parting ---------------------------------------------------------------------------------


def test_nothing_of_the_agents_stays_when_they_part(draft: Draft) -> None:
    alone = hers_alone(henan(), draft, TODAY)
    assert alone.authors == (alone.subject,)
    assert not alone.agent
    assert not has_joined(alone)
    kept = str(alone.answers)
    for theirs in ("陈志强", "410105198203150018", "13700000001", "91410105731234567D"):
        assert theirs not in kept
    assert {one.what for one in alone.consents} == {"registry_consent"}
    assert place(henan(), alone, TODAY).answers["applicant"] == "person"
    assert alone.value("bank_card") == "6217000010000000128"


def test_who_declines_is_told_and_no_draft_is_opened() -> None:
    phone = Phone().say("代办 12345678")
    assert phone.last.errands == (OpenInvitation("p1", "12345678"),)


def test_coming_twice_is_coming_once(draft: Draft) -> None:
    again = joined(henan(), draft, draft.subject, "self", NOW)
    assert again.authors == draft.authors
    assert [one.what for one in again.consents].count("agent_consent") <= 2


def test_errands_of_two_people_name_no_secret() -> None:
    shown = repr((OpenInvitation("p", "12345678"), TellParty("p", "proxy_ready", "d")))
    assert "12345678" not in shown
    assert "ref" in repr(AnswerInvitation("d", "ref", "self", "p", agreed=True))


def test_who_applies_for_her_is_asked_of_her_not_of_themselves(draft: Draft) -> None:
    key = "retirement_kind"
    answers = {name: answer for name, answer in draft.answers.items() if name != key}
    unasked = replace(draft, answers=answers)
    assert "这位职工是哪一种退休？" in agents_phone(unasked).say("继续").text
    hers = Phone(draft=unasked)
    assert hers.say("继续").bubbles
    assert "这位职工" not in hers.text


@pytest.mark.parametrize("province", ["henan", "hebei"])
def test_no_clerk_is_asked_of_a_retirement_of_their_own(province: str) -> None:
    definition = load(SERVICES, province)
    sources = definition.texts.sources
    for question in questions(definition):
        asked = sources.get(f"ask.{question.key}", "")
        if question.by == "either" and "您的" in asked:
            assert "您的" not in sources.get(f"ask_agent.{question.key}", asked), question.key
