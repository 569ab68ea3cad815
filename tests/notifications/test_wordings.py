from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.case import Missing
from cases.events import CaseFinished, Event
from cases.values import JSON
from dialogs.definition import Definition
from dialogs.kinds.base import Row
from notifications.catalog import NOTICES, notices_for
from notifications.notice import Notice, notice_from_bytes
from notifications.template_fields import check, kind_of
from notifications.wording_checks import account_mistakes, mistakes, trial_mistakes
from notifications.wordings import (
    AccountTemplate,
    Names,
    TemplateFile,
    WordingFile,
    Wordings,
    account_fields,
    spelled_day,
)
from storage.definitions import DefinitionBroken, read, read_model
from storage.notices import load_notices, load_templates, names_of
from tests.cases.journey import FILED, Journey

SERVICES = Path(__file__).parents[2] / "services"
NOBODY = Names(lambda _kind, _code: "", lambda _code: "")


@cache
def definition() -> Definition:
    return read(SERVICES, "henan")


@cache
def henan_wordings() -> Wordings:
    return load_notices(SERVICES, definition())


@cache
def shared_file() -> WordingFile:
    return read_model(SERVICES / "shared" / "notices.yaml", WordingFile)


def notices_of(journey: Journey, *happened: Event) -> tuple[Notice, ...]:
    rows = notices_for(journey.case, happened, journey.service, (), journey.now, lambda: "r")
    return tuple(notice_from_bytes(row.payload) for row in rows)


def account() -> dict[str, AccountTemplate]:
    """An account that calls our fields by their kind and a number."""
    return {
        name: AccountTemplate(
            id=name, fields={field: f"{kind}{at}" for at, (field, kind) in enumerate(kinds.items())}
        )
        for name, kinds in henan_wordings().templates.items()
    }


def test_henan_words_every_notice() -> None:
    assert set(shared_file().notices) == set(NOTICES)
    assert not [*mistakes(shared_file())]


def test_acceptance_says_number_item_day_office_and_basis(journey: Journey) -> None:
    (notice,) = notices_of(journey, *journey.hear("HN08", "accepted").events)
    message = henan_wordings().say((notice,))
    for word in (
        *("退休提取住房公积金", journey.case.case_no, "张建国", "2026年3月5日", "2026年3月2日"),
        *("郑州住房公积金管理中心", "12329", "豫人社办〔2024〕46号"),
    ):
        assert word in message.text
    assert message.fields["status"] == "已受理"
    assert message.fields["tip"] == "最晚2026年3月5日办完"
    assert message.taps == ("progress",)


def test_everything_missing_is_listed_by_name(journey: Journey) -> None:
    missing = (Missing("document", "retirement_form", "缺第二页"), Missing("answer", "phone"))
    happened = journey.hear("HN03", "returned", reason="看不清", missing=missing).events
    message = henan_wordings().say(notices_of(journey, *happened))
    assert (
        "1. 河南省企业职工基本养老保险参保人员退休办理表或退休(退职)表（缺第二页）" in message.text
    )
    assert "2. 联系电话" in message.text or "2. 电话" in message.text
    assert "原因：看不清" in message.text
    assert message.urgency == "needs_you"
    assert message.fields["missing"].startswith("缺2样：")
    assert message.taps[0] == "supplement"


@pytest.mark.parametrize(("stage", "word"), [("refused", "没有受理"), ("denied", "没有办成")])
def test_a_no_says_why_by_what_and_what_next(journey: Journey, stage: Any, word: str) -> None:
    happened = journey.hear("HN09", stage, reason="户籍不在本省", basis="某办法第三条").events
    text = henan_wordings().say(notices_of(journey, *happened)[:1]).text
    for said in (word, "户籍不在本省", "某办法第三条", "居(村)民委员会", "12345", "行政复议"):
        assert said in text


def test_a_no_names_the_office_where_its_address_is_known(journey: Journey) -> None:
    happened = journey.hear("HN08", "denied", reason="账户未封存").events
    (notice, *_) = notices_of(journey, *happened)
    assert "（" not in _next_step(henan_wordings(), notice)  # nobody has told us its address
    rows = [Row("fund-410100", "样例公积金中心", data={"address": "样例路1号", "phone": "0371-0"})]
    known = replace(definition(), lists={**definition().lists, "fund_centres": rows})
    said = _next_step(Wordings(shared_file(), names_of(known)), notice)
    assert "（样例公积金中心，样例路1号）当面问，或者打电话 0371-0。" in said


def test_where_no_office_is_named_the_hall_of_the_place_is(journey: Journey) -> None:
    answers = {**journey.case.application.answers, "insured_city": "410100"}
    journey.case = replace(
        journey.case, application=replace(journey.case.application, answers=answers)
    )
    halls = [Row("h", "样例政务服务中心", under="410100", data={"address": "样例路2号"})]
    known = replace(definition(), lists={**definition().lists, "offices": halls})
    wordings = Wordings(shared_file(), names_of(known))
    pension, child = (
        _next_step(wordings, notices_of(journey, *journey.hear(item, "denied").events)[0])
        for item in ("HN03", "HN09")
    )
    assert "（样例政务服务中心，样例路2号）当面问，或者打电话 12333。" in pension
    assert "样例" not in child  # decided by the household's place, which no list of halls has


def _next_step(wordings: Wordings, notice: Notice) -> str:
    lines = wordings.say((notice,)).text.splitlines()
    return next(line for line in lines if line.startswith("接下来"))


def test_the_pension_says_its_months_and_no_amount(journey: Journey) -> None:
    facts = {"disability_allowance": False, "first_payment_month": "2026-05"}
    happened = journey.hear("HN03", "done", facts=facts, result={"amount": 4321.5}).events
    text = henan_wordings().say(notices_of(journey, *happened)[:1]).text
    assert "（2026年4月）起算" in text
    assert "第一次发放是 2026年5月，前面的会一起补发" in text
    assert "4321" not in text


def test_a_provisional_day_says_so(journey: Journey) -> None:
    (notice,) = notices_of(journey, *journey.hear("HN07", "accepted").events)
    provisional = replace(notice, params={**notice.params, "provisional": True})
    message = henan_wordings().say((provisional,))
    assert "（以国家公布放假安排为准）" in message.text
    assert message.fields["tip"] == "预计2026年3月9日前办完（暂定）"


def test_what_needs_her_comes_first(journey: Journey) -> None:
    accepted = notices_of(journey, *journey.hear("HN07", "accepted").events)
    returned = notices_of(
        journey,
        *journey.hear("HN03", "returned", missing=(Missing("answer", "phone"),)).events,
    )
    message = henan_wordings().say((*accepted, *returned))
    assert message.template == "needs_you"
    assert message.fields["item"] == "算养老金，另有1条消息"
    assert message.text.index("算养老金" if "算养老金" in message.text else "新增退休") < (
        message.text.index("医疗保险")
    )
    assert message.taps == ("supplement", "human", "progress")


def test_a_refusal_does_not_hide_behind_a_good_end(journey: Journey) -> None:
    done = notices_of(journey, *journey.hear("HN07", "done").events)
    refused = notices_of(journey, *journey.hear("HN03", "refused", reason="缺章").events)
    message = henan_wordings().say((*done, *refused))
    assert message.fields["result"] == "不予受理"


def test_many_at_once_are_told_by_their_first_lines(journey: Journey) -> None:
    happened = [
        event
        for item in ("HN05", "HN06", "HN07", "HN08", "HN09", "HN03")
        for event in journey.hear(item, "done", facts=_no_allowance(item)).events
    ]
    notices = notices_of(journey, *happened)
    message = henan_wordings().say(notices)
    assert len(message.text.encode()) <= 2047 - 200
    for notice in notices:
        if notice.item:
            assert str(notice.params["item_name"]) in message.text


def _no_allowance(item: str) -> dict[str, JSON]:
    return {"disability_allowance": False} if item == "HN03" else {}


def test_the_last_notice_says_how_each_item_ended(journey: Journey) -> None:
    journey.hear("HN03", "denied", reason="x", basis="y")
    text = henan_wordings().say(notices_of(journey, CaseFinished(journey.case.case_no))).text
    assert "算养老金：没有办成" in text
    assert "补足工伤津贴差额：您不涉及，不用办" in text


PARAMS = st.fixed_dictionaries(
    {},
    optional={
        name: st.text(max_size=60)
        for name in (
            *("applicant", "item_name", "item_short", "department", "phone", "reason", "basis"),
            *("original_channel", "plan", "due_on", "office"),
        )
    }
    | {
        "missing": st.lists(
            st.fixed_dictionaries({"kind": st.just("document"), "code": st.text(max_size=9)}),
            max_size=12,
        )
    },
)


@given(st.sampled_from(sorted(NOTICES)), PARAMS)
def test_nothing_said_breaks_a_template(key: str, params: dict[str, JSON]) -> None:
    params = {"item_short": "算养老金", **params}
    notice = Notice(key, "41010020260302010000019", "henan", "HN03", FILED, params)
    message = henan_wordings().say((notice,))
    fields = account_fields(henan_wordings(), account()[message.template], message)
    if fields is not None:
        assert all(check(kind_of(name), value) is None for name, value in fields.items())
    assert message.text


@pytest.mark.parametrize("key", sorted(NOTICES))
def test_long_names_fit(key: str) -> None:
    long: dict[str, JSON] = {
        "applicant": "买" * 50,
        "item_short": "很" * 50,
        "item_name": "很" * 50,
    }
    long |= {"department": "河南省" * 30, "phone": "0371-12345678 转 123", "due_on": "2026-12-31"}
    long |= {"provisional": True, "reason": "因为" * 300, "missing": []}
    notice = Notice(key, "41010020260302010000019", "henan", "HN03", FILED, long)
    message = henan_wordings().say((notice,))
    fields = account_fields(henan_wordings(), account()[message.template], message)
    assert fields is not None
    assert set(fields) == set(account()[message.template].fields.values())


def test_what_a_department_writes_is_no_template(journey: Journey) -> None:
    happened = journey.hear("HN07", "refused", reason="{{ 7 * 7 }}{% if", basis="b").events
    assert "{{ 7 * 7 }}{% if" in henan_wordings().say(notices_of(journey, *happened)[:1]).text


# ---- loading --------------------------------------------------------------------------------


def broken(**change: Any) -> WordingFile:
    return shared_file().model_copy(update=change)


def reworded(**change: Any) -> WordingFile:
    done = shared_file().notices["done"].model_copy(update=change)
    return broken(notices={**shared_file().notices, "done": done})


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (broken(notices={}), "the notice accepted has no wording"),
        (broken(extras={"nonsense.HN03": "x"}), "the extra nonsense.HN03 belongs to no notice"),
        (broken(desk=""), "say unnamed and desk"),
        (reworded(message="{{ amount }}"), "done: no notice knows amount"),
        (reworded(message="{% if %}"), "done: Expected an expression"),
        (reworded(template="nothing"), "done: no template is called nothing"),
        (reworded(fields={"item": "x"}), "done: the fields of case_result are"),
    ],
)
def test_a_broken_wording_is_named(file: WordingFile, said: str) -> None:
    assert any(said in one for one in mistakes(file))


def test_a_field_that_never_fits_is_named() -> None:
    done = shared_file().notices["done"].fields
    file = reworded(fields={**done, "at": "昨天"})
    assert "done.at: shape as time: '昨天'" in [*trial_mistakes(file, NOBODY)]


def test_the_loader_says_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    text = (SERVICES / "shared" / "notices.yaml").read_text("utf-8")
    (tmp_path / "shared" / "notices.yaml").write_text(text + "colour: red\n", "utf-8")
    with pytest.raises(DefinitionBroken, match=r"notices\.yaml:\d+: colour: Extra"):
        load_notices(tmp_path, definition())
    (tmp_path / "shared" / "notices.yaml").write_text(text.replace("{{ on }}", "{{ no }}"), "utf-8")
    with pytest.raises(DefinitionBroken, match="no notice knows no"):
        load_notices(tmp_path, definition())


def test_an_account_s_templates_are_read_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "templates.yaml"
    assert load_templates(path, henan_wordings()) == {}
    path.write_text("templates: {case_result: {id: x, fields: {case_no: thing1}}}", "utf-8")
    with pytest.raises(DefinitionBroken, match="must be a field of kind character_string"):
        load_templates(path, henan_wordings())
    path.write_text("templates: {case_result: {id: ''}}", "utf-8")
    with pytest.raises(DefinitionBroken, match=r"templates\.yaml:1: "):
        load_templates(path, henan_wordings())


def test_an_account_s_mistakes_are_named() -> None:
    fields = {"case_no": "thing1", "item": "what2"}
    template = AccountTemplate(id="x", fields=fields)
    file = TemplateFile(templates={"case_result": template, "strange": template})
    said = [*account_mistakes(henan_wordings(), file)]
    assert "no notice uses a template strange" in said
    assert any("the fields are" in one for one in said)
    assert any("no such kind" in one for one in said)
    assert account_fields(henan_wordings(), template, _any_message()) is None


def _any_message() -> Any:
    return henan_wordings().say((Notice("done", "41", "henan", "HN03", FILED, {}),))


def test_codes_are_called_by_their_names() -> None:
    names = names_of(definition())
    assert names.missing("document", "retirement_form").startswith("河南省企业职工")
    assert names.missing("answer", "children.0.name")
    assert names.missing("answer", "children")
    assert names.missing("answer", "nothing") == ""
    assert names.office("fund-410100") == "郑州住房公积金管理中心"
    assert names.office("elsewhere") == ""


@pytest.mark.parametrize(
    ("day", "spelled"),
    [("2026-03-09", "2026年3月9日"), ("2026-12", "2026年12月"), ("", ""), ("soon", "soon")],
)
def test_days_are_spelled(day: str, spelled: str) -> None:
    assert spelled_day(day) == spelled


HEBEI_DONE: dict[str, JSON] = {"item_name": "养老金", "benefit_month": "2026-12"}


@pytest.mark.parametrize(
    ("facts", "month"), [({}, "2026年12月"), ({"payment_from": "2027-02"}, "2027年2月")]
)
def test_the_month_of_the_first_pension_is_the_departments_where_it_says_one(
    facts: dict[str, JSON], month: str
) -> None:
    """HB-29: after arrears the month after they came in, not the one after retirement."""
    wordings = load_notices(SERVICES, read(SERVICES, "hebei"))
    params: dict[str, JSON] = {**HEBEI_DONE, "facts": facts}
    done = Notice("done", "1310", "hebei", "HB05", FILED, params)
    text = wordings.say([done]).text
    assert f"养老金从 {month} 起发" in text
    assert "邮寄" not in text


@pytest.mark.parametrize("item", ["HB01", "HB02", "HB04"])
def test_what_is_confirmed_goes_on_by_itself_in_the_month(item: str) -> None:
    wordings = load_notices(SERVICES, read(SERVICES, "hebei"))
    done = Notice("done", "1310", "hebei", item, FILED, {"item_name": "资格"})
    assert "到退休当月，系统自动" in wordings.say([done]).text
