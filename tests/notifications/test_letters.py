"""Formal notices in words: everything that such a paper must say, and nothing empty."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.letters import print_letter
from bot.printing import template_of
from cases.events import Event
from cases.values import JSON
from notifications.catalog import CATALOG, Told
from notifications.letters import LETTERS, LetterFile, Letters
from notifications.notice import Notice
from notifications.wording_checks import letter_mistakes
from storage.definitions import DefinitionBroken, read, read_model
from storage.letters import load_letters
from storage.notices import load_notices
from tests.bot.test_forms import NOW, SERVICES
from tests.storage.test_pdf import words

FACTS: Mapping[str, JSON] = {
    "applicant": "王秀英",
    "plan": "豫人社办〔2024〕46号",
    "on": "2026-12-03",
    "submitted_on": "2026-11-21",
    "due_on": "2026-12-31",
    "item_name": "退休提取住房公积金",
    "item_short": "提取公积金",
    "department": "住房公积金管理中心",
    "office": "fund-410100",
    "phone": "12329",
    "reason": "账户未封存",
    "basis": "住房公积金管理条例第二十四条",
    "original_channel": "缴存地住房公积金管理中心",
    "missing": [{"kind": "answer", "code": "phone", "note": "打不通"}],
}
ON_ALL = (
    *("410100202611210100000127", "王秀英", "退休提取住房公积金", "2026年12月3日"),
    *("2026年11月21日", "2026年12月31日", "郑州住房公积金管理中心", "12329"),
    "住房公积金管理条例第二十四条",
)
ALSO = {
    "notice_accepted": ("不用您跑",),
    "notice_supplement": (
        "账户未封存",
        "联系电话",
        "打不通",
        "“补材料”",
        "缴存地住房公积金管理中心",
    ),
    "notice_refused": ("不予受理", "账户未封存", "60日", "6个月", "缴存地住房公积金管理中心"),
    "notice_denied": ("不予办理", "账户未封存", "60日", "6个月", "缴存地住房公积金管理中心"),
    "notice_result": ("准予办理", "领取或者邮寄", "缴存地住房公积金管理中心"),
}


@pytest.fixture(scope="module")
def letters() -> Letters:
    return load_letters(SERVICES, read(SERVICES, "henan"))


def letter(code: str, item: str = "HN08", **facts: JSON) -> Notice:
    return Notice(code, "410100202611210100000127", "henan", item, NOW, {**FACTS, **facts})


def printed(letters: Letters, notice: Notice) -> str:
    template = template_of(SERVICES, "henan", "letter")
    return words(print_letter(notice, letters.write(notice), template).pdf)


def test_a_letter_goes_with_what_she_is_told_anyway() -> None:
    assert set(LETTERS) <= set(get_args(Event))
    assert all(isinstance(CATALOG[event], Told) for event in LETTERS)


@pytest.mark.parametrize("code", LETTERS.values())
def test_a_letter_says_all_that_it_must(letters: Letters, code: str) -> None:
    text = printed(letters, letter(code))
    assert [said for said in (*ON_ALL, *ALSO[code]) if said not in text] == []


@pytest.mark.parametrize("code", LETTERS.values())
def test_what_is_not_known_leaves_no_empty_line(letters: Letters, code: str) -> None:
    bare = letter(code, due_on="", reason="", basis="", missing=[])
    written = letters.write(bare)
    assert all(value for _, value in written.rows)
    assert all((*written.opening, *written.closing))
    text = printed(letters, bare)
    assert "原因" not in text
    assert "依据豫人社办〔2024〕46号" in text


def test_a_promise_over_an_unannounced_year_is_provisional(letters: Letters) -> None:
    assert "2026年12月31日（暂定" in printed(letters, letter("notice_accepted", provisional=True))


def test_an_item_s_own_sentence_is_in_its_letter(letters: Letters) -> None:
    assert "公示期也算在里面" in printed(letters, letter("notice_accepted", "HN09"))


def test_a_name_that_cannot_be_printed_is_named_in_the_letter(letters: Letters) -> None:
    text = printed(letters, letter("notice_accepted", applicant="王\U000323af英"))
    assert "王〓英：" in text
    assert "王〓英U+323AF" in text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"title": "受理通知书", "message": "nothing"}, "no notice is called nothing"),
        ({"opening": ["{{ amount }}"]}, "no notice knows amount"),
        ({"opening": ["{% if %}"]}, "notice_accepted/opening/0"),
    ],
)
def test_a_broken_letter_is_found(changed: dict[str, Any], said: str) -> None:
    file = read_model(SERVICES / "shared" / "letters.yaml", LetterFile)
    broken = file.model_dump()
    broken["letters"]["notice_accepted"] |= changed
    wordings = load_notices(SERVICES, read(SERVICES, "henan"))
    found = list(letter_mistakes(LetterFile.model_validate(broken), wordings))
    assert any(said in one for one in found), found


def test_a_letter_that_no_event_leads_to_is_found() -> None:
    file = read_model(SERVICES / "shared" / "letters.yaml", LetterFile)
    without = {key: one for key, one in file.letters.items() if key != "notice_denied"}
    wordings = load_notices(SERVICES, read(SERVICES, "henan"))
    (problem,) = letter_mistakes(LetterFile(letters=without), wordings)
    assert "notice_denied" in problem


def test_a_province_may_word_a_letter_of_its_own(tmp_path: Path) -> None:
    services = tmp_path / "services"
    for name in ("shared", "henan"):
        (services / name).mkdir(parents=True)
    shared = (SERVICES / "shared" / "letters.yaml").read_text()
    (services / "shared" / "letters.yaml").write_text(shared)
    (services / "shared" / "notices.yaml").write_text(
        (SERVICES / "shared" / "notices.yaml").read_text()
    )
    definition = read(SERVICES, "henan")
    (services / "henan" / "letters.yaml").write_text("footer: 另有说明\n")
    assert load_letters(services, definition).write(letter("notice_denied")).footer == "另有说明"
    (services / "henan" / "letters.yaml").write_text("foot: 另有说明\n")
    with pytest.raises(DefinitionBroken, match=r"letters\.yaml:1"):
        load_letters(services, definition)
