"""Promises of `hear` that no single transcript can show."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogs.conversation import Asking, Confirming, Correcting, Paused
from dialogs.draft import Wanted
from dialogs.engine import HELPERS
from dialogs.replying import SAME_AS
from dialogs.said import (
    CaseOpened,
    CaseWithdrawn,
    Followed,
    IdentityConfirmed,
    IdentityRefused,
    Located,
    MenuTapped,
    PapersAnswered,
    Photo,
    PhotoLost,
    PhotoStored,
    ProgressFound,
    RegistryAnswered,
    Result,
    Said,
    Spoken,
    SubmissionRefused,
    Tap,
    Text,
    Unfollowed,
    Unsupported,
    Voice,
    WantedFound,
)
from dialogs.steering import COMMANDS
from dialogs.steps import STEPS
from dialogs.turn import AskRegistry, FetchPapers, OpenTask, StorePhoto, Submit, Supply
from tests.dialogs.given import Phone, finished, henan, known
from tests.transcripts.facts import CASES, HOUSEHOLDS, PAPERS

WORDS = sorted(
    {phrase for phrases in henan().words.commands.values() for phrase in phrases}
    | {"修改 电话", "改卡号", "收到", "你好", "1", "2", "三", "第二个", "12", "99", "没有", "不对"}
    | {"王建国", "买买提·艾力", "410105196606129011", "410105197106159024", "410105660612901"}
    | {"6217000010000000128", "6217000010000000129", "13900000000", "2026年11月", "1990年5月"}
    | {"汉族", "建行", "郑州市", "郑州市金水区花园路街道省委社区3号院", "要带什么材料", "啊", ""}
    | {"同意", "都对", "企业", "老师", "正常退休", "特殊工种", "收养", "亲生", "一样", "😀", "\x00"}
)
READABLE = st.sampled_from(WORDS).map(Text)
ANYTHING = st.text(max_size=30).map(Text)
TAPS = st.integers(0, 40).map(lambda number: ("tap", number))
RESULTS: st.SearchStrategy[Said] = st.one_of(
    st.sampled_from(
        [
            IdentityConfirmed("d1", "王建国", "410105196606129011", "19900000001"),
            IdentityConfirmed("d1", "王秀英", "410105197106159024"),
            IdentityConfirmed("d2", "李四", "410105196606129011"),
            IdentityRefused("d1", "left"),
            IdentityRefused("d1", "other_person"),
            RegistryAnswered("d1", "found", HOUSEHOLDS["urban"]),
            RegistryAnswered("d1", "nothing"),
            RegistryAnswered("d1", "referral", flag="household_deceased"),
            PapersAnswered("d1", "found", PAPERS[""]),
            PapersAnswered("d1", "nothing"),
            PhotoStored("d1", "retirement_form", "m1", "doc1"),
            PhotoLost("d1", "retirement_form", "m1", "expired"),
            CaseOpened("d1", "4101"),
            CaseOpened("d9", "4109"),
            SubmissionRefused("d1", "changed"),
            SubmissionRefused("d1", "already"),
            ProgressFound(()),
            ProgressFound((CASES["middle"],)),
            CaseWithdrawn("4101", "partly"),
            WantedFound("4101", ()),
            WantedFound(
                "4101",
                (Wanted("HN03", "answer", "phone", "打不通"), Wanted("HN09", "answer", "children")),
            ),
        ]
    )
)
OTHERS = st.sampled_from(
    [
        Photo("m1"),
        Photo("m2"),
        Voice(),
        Voice("中国银行"),
        Located(),
        Unsupported("video"),
        Followed(),
        MenuTapped("progress"),
        MenuTapped("nothing"),
        Unfollowed(),
        Tap("none of ours", "1"),
        Tap("d1:999999:name:x", "x"),
        Tap("d1:1:!:nonsense", "x"),
        Tap("d1:1:!:change.children.0.name", "x"),
    ]
)
SPEECHES = st.lists(
    st.one_of(READABLE, READABLE, TAPS, TAPS, ANYTHING, RESULTS, OTHERS), max_size=40
)
STARTS = st.sampled_from(["blank", "known", "finished", "supplement"])


def started(how: str) -> Phone:
    match how:
        case "known":
            return known("urban")
        case "finished":
            return finished()
        case "supplement":
            wanted = (
                Wanted("HN03", "document", "retirement_form", "看不清"),
                Wanted("HN09", "answer", "children"),
            )
            return Phone().say(WantedFound("4101", wanted))
        case _:
            return Phone()


def told(phone: Phone, what: Said | tuple[str, int]) -> Said:
    """A tap is one of those that are on the screen, or text where there is none."""
    if not isinstance(what, tuple):
        return what
    if not phone.choices:
        return Text(str(what[1]))
    choice = phone.choices[what[1] % len(phone.choices)]
    return Tap(choice.id, choice.label)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(STARTS, SPEECHES)
def test_nothing_that_is_said_raises_and_she_is_always_answered(
    start: str, speech: list[Said | tuple[str, int]]
) -> None:
    phone = started(start)
    for what in speech:
        said = told(phone, what)
        phone.say(said)
        answered = phone.text.strip() or phone.choices or phone.last.errands
        assert answered or isinstance(said, get_args(Result))
        _sound(phone)
        if phone.draft.state == "submitted":
            return


def _sound(phone: Phone) -> None:
    """What holds of every state."""
    here = phone.place
    assert set(here.answers) == {question.key for question in here.answered}
    focus = phone.conversation.focus
    if isinstance(focus, Correcting):
        henan().form.question(focus.key)  # raises for a question that is none
    assert phone.conversation.speaking_for in {one.person for one in phone.conversation.subjects}
    assert all(len(choice.id) < 200 for choice in phone.choices)
    numbers = (
        [choice.number for choice in phone.bubbles[-1].choices if choice.number]
        if (phone.bubbles)
        else []
    )
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(0, 40), min_size=60, max_size=60))
def test_whatever_she_taps_first_the_form_comes_to_an_end(taps: list[int]) -> None:
    phone = known("urban")
    for number in taps:
        if not phone.open:
            break
        phone.say(answer_to(phone, number))
    for _ in range(80):
        if phone.open:
            phone.say(answer_to(phone, 0))
    assert phone.open == ""
    assert not set(phone.place.answers) - set(phone.place.route)


def answer_to(phone: Phone, number: int) -> Said:
    """Something that the open question takes; `number` decides where there is a choice."""
    focus = phone.conversation.focus
    correcting = henan().form.question(focus.key) if isinstance(focus, Correcting) else None
    question = correcting or phone.place.open
    assert question is not None
    key, kind = question.key.split(".")[-1], question.kind
    if isinstance(focus, Confirming):
        return Text("没错")
    typed = {
        "name": "李秀兰",
        "id_number": "131003197603089042" if key == "spouse_id_number" else "410105197106159024",
        "phone": "13900000001",
        "address": "郑州市金水区花园路街道省委社区3号院",
        "month": "2008年5月" if key == "died_on" else "1990年5月",
        "bank_card": "6217000010000000128",
        "text": "郑州市金水区花园路1号院2号楼 王建国收",
    }
    if kind in typed:
        return Text(typed[kind])
    if kind == "photos":
        begun = phone.draft.answers.get(question.key)
        sent = begun is not None and begun.value and not begun.done
        return Text("发完了") if sent else Photo(f"m{number}")
    mine = [choice for choice in phone.choices if f":{question.key}:" in choice.id]
    if not mine:
        return Text("帮助")
    if key == "more":
        return Tap(mine[number % 4 == 0].id, "")
    return Tap(mine[number % len(mine)].id, "")


# ---- what is submitted ----------------------------------------------------------------------


def test_exactly_the_answers_on_the_route_are_submitted() -> None:
    phone = finished().say("修改 提取公积金", "要提取", "1", "郑州", "转到社保卡")
    phone.say("修改 提取公积金", "不提取", "对")
    assert "fund_centre" in phone.draft.answers
    assert "fund_centre" not in phone.place.answers
    phone.say("同意并提交")
    assert phone.last.errands == (Submit("d1", phone.draft.version + 1),)


@pytest.mark.parametrize("key", [q.key for q in finished().place.answered if q.review])
def test_every_answered_question_can_be_corrected(key: str) -> None:
    phone = finished().say(f"修改 {key}")
    assert phone.conversation.focus == Correcting(key)
    assert "原来填的是" in phone.text
    phone.say("上一步")
    assert phone.open == ""
    assert isinstance(phone.conversation.focus, Asking)


def test_every_answered_question_of_a_child_can_be_corrected() -> None:
    phone = known("urban").say("都对", "建行", "6217000010000000128", "不提取", "要申请")
    for _ in range(30):
        if phone.open == "delivery":
            break
        phone.say(answer_to(phone, 1))
    lines = [question.key for question in phone.place.answered if question.review]
    assert "children.0.adopted_on" in lines
    for key in lines:
        again = replace(phone).say(f"修改 {key}")
        assert again.conversation.focus == Correcting(key)


# ---- results --------------------------------------------------------------------------------


def test_a_result_for_another_draft_changes_nothing() -> None:
    phone = finished()
    before = (phone.draft, phone.conversation)
    for result in (
        IdentityConfirmed("d7", "李四", "410105197106159024"),
        RegistryAnswered("d7", "found", HOUSEHOLDS["wang"]),
        PapersAnswered("d7", "nothing"),
        PhotoLost("d7", "retirement_form", "m1", "expired"),
        CaseOpened("d7", "4101"),
        SubmissionRefused("d7", "changed"),
    ):
        phone.say(result)
        assert (phone.draft, phone.conversation) == before
        assert phone.bubbles == ()


def test_a_draft_that_is_being_submitted_hears_nothing_but_its_own_result() -> None:
    phone = finished().say("同意并提交")
    before = phone.draft
    phone.say(
        "修改 电话", "重新开始", "删除", "撤回", "1", Photo("m9"), Tap("d1:1:!:delete", "删除")
    )
    phone.say(IdentityConfirmed("d1", "李四", "410105197106159024"), Followed())
    phone.say(WantedFound("4101", (Wanted("HN03", "answer", "phone"),)))
    for name in COMMANDS:
        phone.say(MenuTapped(name), Tap(f"d1:1:!:{name}", name))
    assert phone.draft == before
    assert phone.say(CaseOpened("d1", "4101")).draft.state == "submitted"


def test_both_registers_are_asked_at_once_for_the_verified_person() -> None:
    phone = Phone().say("办理退休", "盖了")
    phone.say(IdentityConfirmed("d1", "王建国", "410105196606129011"), "同意")
    registry, papers = phone.last.errands
    assert isinstance(registry, AskRegistry)
    assert isinstance(papers, FetchPapers)
    assert registry.id_number == papers.id_number == "410105196606129011"
    assert registry.consent.text_version == "henan-1:registry_consent"


def test_no_register_is_asked_for_a_typed_number() -> None:
    phone = Phone().say("办理退休", "盖了", "先不认证，自己填", "王建国", "410105196606129011")
    assert phone.last.errands == ()
    assert "registry" not in phone.place.route


def test_what_she_says_wins_and_what_the_register_said_stays_beside_it() -> None:
    answer = known().say("改民族", "回族").draft.answers["ethnicity"]
    assert (answer.value, answer.known, answer.source) == ("回族", "汉族", "citizen")


def test_another_id_number_forgets_what_was_fetched_for_the_old_one() -> None:
    phone = finished().say("修改 身份证号", "410105197106159024", "对")
    assert phone.draft.level == "typed"
    assert phone.draft.consents == ()
    assert phone.open == "identity"
    assert "retirement_form" not in {**phone.draft.answers, **phone.draft.shelved}
    assert all(answer.source == "citizen" for answer in phone.draft.answers.values())


def test_a_photo_is_fetched_once() -> None:
    phone = Phone().say(WantedFound("4101", (Wanted("HN03", "document", "early_approval"),)))
    assert phone.say(Photo("m1")).last.errands == (StorePhoto("d1", "early_approval", "m1"),)
    assert phone.say(Photo("m1")).last.errands == ()
    phone.say("发完了", PhotoStored("d1", "early_approval", "m1", "doc1"), "提交")
    assert phone.last.errands == (Supply("d1", 1, "4101"),)


def test_a_photo_whose_fate_went_unheard_is_fetched_once_more() -> None:
    phone = Phone().say(WantedFound("4101", (Wanted("HN03", "document", "early_approval"),)))
    phone.say(Photo("m1"), "发完了", "提交")
    assert not phone.last.errands
    phone.now += timedelta(minutes=2)
    assert phone.say("提交").last.errands == (StorePhoto("d1", "early_approval", "m1"),)
    phone.say(PhotoStored("d1", "early_approval", "m1", "one"))
    phone.say(PhotoStored("d1", "early_approval", "m1", "two"), "提交")
    assert phone.draft.value("early_approval") == [{"document": "one", "media": "m1"}]
    assert phone.last.errands == (Supply("d1", 1, "4101"),)


def test_a_supplement_asks_exactly_what_was_named() -> None:
    wanted = (Wanted("HN03", "answer", "phone"), Wanted("HN03", "document", "early_approval"))
    assert Phone().say(WantedFound("4101", wanted)).place.route == ("phone", "early_approval")


# ---- steering -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(COMMANDS))
@pytest.mark.parametrize("start", ["blank", "known", "finished", "supplement"])
def test_every_command_is_answered_at_any_time(name: str, start: str) -> None:
    phone = started(start).say(henan().words.commands[name][0])
    assert phone.text or phone.last.errands


def test_a_command_repeated_means_yes() -> None:
    assert set(SAME_AS.values()) <= set(COMMANDS)
    assert set(HELPERS) <= set(COMMANDS)
    assert finished().say("删除", "删除").draft.state == "blank"


def test_back_undoes_what_she_said_last_not_what_stands_last_in_the_form() -> None:
    phone = finished()
    phone.now = phone.now.replace(hour=3)
    phone.say("修改 退休类型", "特殊工种", "对")
    assert phone.open == "early_approval"
    assert phone.say("上一步").open == "retirement_kind"


def test_paused_until_any_word_but_a_question() -> None:
    phone = known().say("都对", "暂停")
    assert isinstance(phone.conversation.focus, Paused)
    assert isinstance(phone.say("要带什么材料").conversation.focus, Paused)
    assert isinstance(phone.say("好的").conversation.focus, Paused)
    assert isinstance(phone.say("我回来了").conversation.focus, Asking)


def test_said_things_are_all_tried_here() -> None:
    tried = {Text, Tap, Photo, Voice, Located, Unsupported, Followed, MenuTapped, Unfollowed}
    assert tried == set(get_args(Spoken))
    assert not STEPS & set(henan().kinds)


def notes(phone: Phone) -> list[tuple[str, str]]:
    return [(one.kind, one.note) for one in phone.last.errands if isinstance(one, OpenTask)]


def test_a_complaint_carries_her_words_or_asks_for_them() -> None:
    assert notes(Phone().say("投诉：你们太慢了")) == [("complaint", "你们太慢了")]
    asked = Phone().say("投诉")
    assert not notes(asked)
    assert notes(asked.say("在吗")) == []
    assert notes(asked.say("窗口没人，跑了三趟。")) == [("complaint", "窗口没人，跑了三趟。")]
    assert asked.conversation.reminder == ""


def test_what_only_begins_like_it_is_no_note() -> None:
    assert notes(Phone().say("办理退休", "人工湖街道")) == []


def test_asked_twice_a_person_comes_without_a_note() -> None:
    assert notes(Phone().say("人工", "人工")) == [("human", "")]


def test_who_goes_on_with_the_form_is_not_complaining() -> None:
    phone = known().say("全部正确", "投诉").say("继续", "建行")
    assert notes(phone) == []
    assert phone.open == "bank_card"


def test_her_words_are_heard_while_it_is_being_submitted() -> None:
    phone = finished().say("同意并提交", "投诉", "太慢了")
    assert notes(phone) == [("complaint", "太慢了")]
    assert phone.draft.state == "submitting"


def test_after_taking_back_was_looked_up_progress_is_progress_again() -> None:
    one = ProgressFound((CASES["early"],))
    assert isinstance(Phone().say("撤回", one).conversation.focus, Confirming)
    assert isinstance(Phone().say("撤回", "进度", one).conversation.focus, Asking)
    assert isinstance(Phone().say("撤回", one, "不撤回", "进度", one).conversation.focus, Asking)


def test_a_supplement_waits_only_for_what_she_would_lose() -> None:
    found = WantedFound("4101", (Wanted("HN03", "answer", "phone"),))
    assert Phone().say("办理退休", "盖了", found).draft.kind == "supplement"
    phone = Phone().say("办理退休", "盖了", "先不认证，自己填", "王建国", found)
    assert phone.draft.kind == "application"
    assert "王建国" in str(phone.draft.value("name"))


def test_nobody_says_her_papers_were_not_found_who_has_not_looked() -> None:
    phone = Phone().say("办理退休", "不清楚", "先不认证，自己填")
    assert phone.open == "papers_unasked"
    assert any(bubble.links for bubble in phone.bubbles)
    phone.say(IdentityConfirmed("d1", "王建国", "410105196606129011", "19900000001"))
    assert phone.open == "registry_consent"
    phone.say("不同意")
    assert phone.open == "papers_unasked"
    assert not any(bubble.links for bubble in phone.bubbles)


def test_what_stands_in_no_review_can_be_changed_too() -> None:
    phone = Phone().say("办理退休")
    old = Tap(phone.choice("已经盖章了").id, "已经盖章了")
    phone = phone.say(old, "先不认证，自己填").say(old)
    assert "已经盖章了" in phone.text
    assert phone.tap("改这一项").conversation.focus == Correcting("holds_papers")


def test_a_photo_that_is_kept_while_she_went_back_is_known_when_she_takes_it_again() -> None:
    phone = known(papers="").say("全部正确", "修改 退休办理表", Photo("m1"), "发完了", "上一步")
    phone.say(PhotoStored("d1", "retirement_form", "m1", "doc-1"), "用原来的")
    assert phone.draft.value("retirement_form") == [{"document": "doc-1", "media": "m1"}]
