import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PageObject, PdfReader
from pypdf.generic import StreamObject

from storage.documents.pdf import MissingGlyph, RenderingFailed, render

SERVICES = Path(__file__).parents[2] / "services"
APPLICATION = SERVICES / "henan" / "documents" / "application.typ"
# 附件1 as issued, without line ends and blanks, one passage a line.
PLAN = Path(__file__).with_name("henan_application.txt")
# A merged cell is drawn after the rows beside it.
MERGED_CELLS = {"申请人配偶信息", "夫妻曾生育及收养子女情况"}
MADE_AT = datetime(2026, 11, 21, 9, 30, tzinfo=timezone(timedelta(hours=8)))

ADDRESS = {
    "city": "郑州市",
    "county": "金水区",
    "town": "花园路街道",
    "community": "省直社区",
    "compound": "纬五路3号院",
}
SPOUSE: dict[str, Any] = {
    "name": "李建国",
    "id_number": "410105196606129011",
    "address": {**ADDRESS, "town": "文化路街道", "community": "优胜南社区", "compound": "12号院"},
    "phone": "0371-65901234",
}
CHILD: dict[str, str] = {
    "name": "李小明",
    "sex": "男",
    "born": "1990年5月",
    "kind": "养子女",
    "adopted_on": "1991年6月",
    "adoptee_status": "孤儿",
    "died": "————",
    "note": "补办登记",
}
STATEMENTS = [
    line.partition("、")[2] for line in PLAN.read_text().splitlines() if line[:2] in {"1、", "2、"}
]
# What the issued form shows, by its own fields; `as_given` is how a case says it (bot/forms.py).
FORM: dict[str, Any] = {
    "name": "王秀英",
    "ethnicity": "回族",
    "sex": "女",
    "id_number": "410105196606129020",
    "phone": "13803711234",
    "address": ADDRESS,
    "bank_name": "中国工商银行花园路支行",
    "bank_card": "6217000010000000128",
    "items": {"fund": True, "fund_centre": "郑州住房公积金管理中心", "only_child": True},
    "spouse": SPOUSE,
    "children": [CHILD],
    "statement_2": True,
    "signature": {"text": "电子确认：王秀英 2026年11月21日 09:30"},
    "filled_on": {"year": "2026", "month": "11", "day": "21"},
    "case_no": "410100202611210100000127",
    "extra": [["领取方式", "邮寄送达"], ["参保地", "河南省郑州市"]],
    "differences": [["婚姻状况", "丧偶", "初婚"]],
    "unprintable": [["子女姓名1", "李〓", "U+323AF"]],
}
BLANK_ADDRESS = dict.fromkeys(ADDRESS, "")
WITHOUT_ONLY_CHILD: dict[str, Any] = {
    "items": {"fund": False, "fund_centre": "", "only_child": False},
    "spouse": None,
    "children": [],
    "statement_2": False,
}
TICKED, NOT_TICKED = "已勾选", "未勾选"


def as_given(form: Mapping[str, Any]) -> dict[str, Any]:
    """The form's fields as bot/forms.py hands them to every template."""
    spouse = form["spouse"] or {**dict.fromkeys(SPOUSE, ""), "address": {}}
    plain = ("name", "ethnicity", "id_number", "phone", "bank_name", "bank_card")
    items, made = form["items"], (True, form["statement_2"])
    return {
        "case_no": form["case_no"],
        "submitted_on": form["filled_on"],
        "answers": {key: form[key] for key in plain}
        | {f"spouse_{key}": spouse[key] for key in ("name", "id_number", "phone")}
        | {"fund_centre": items["fund_centre"]},
        "values": {
            "sex": {"男": "male", "女": "female"}.get(form["sex"]),
            "address": form["address"],
            "spouse_address": spouse["address"],
        },
        "groups": {"children": [child_as_given(child) for child in form["children"]]},
        "items": [
            {"code": "HN03", "applies": True},
            {"code": "HN08", "applies": items["fund"]},
            {"code": "HN09", "applies": items["only_child"]},
        ],
        "statements": [
            {"key": f"statement_{number}", "text": text, "applies": made[number - 1]}
            for number, text in enumerate(STATEMENTS, start=1)
        ],
        **{key: form[key] for key in ("signature", "extra", "differences", "unprintable")},
    }


def child_as_given(child: Mapping[str, str]) -> dict[str, Any]:
    living = {"": None, "————": True}.get(child["died"], False)
    shown = {key: {"shown": said, "raw": said} for key, said in child.items() if key != "died"}
    died = {"died_on": {"shown": child["died"], "raw": child["died"]}} if living is False else {}
    return shown | died | {"living": {"shown": "", "raw": living}}


def filled(**changes: Any) -> bytes:
    return render(APPLICATION, {"form": as_given({**FORM, **changes})}, MADE_AT)


def pages(pdf: bytes) -> list[PageObject]:
    return list(PdfReader(BytesIO(pdf)).pages)


def words(pdf: bytes) -> str:
    """All text, without the blanks and line ends that only the layout put there."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages(pdf)))


def ticks(pdf: bytes) -> list[str]:
    """What a screen reader says for each box, in the form's order."""
    found: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for kid in node:
                walk(kid)
        elif isinstance(node, Mapping):
            if str(node.get("/Alt")) in {TICKED, NOT_TICKED}:
                found.append(str(node["/Alt"]))
            walk(node.get("/K"))

    walk(PdfReader(BytesIO(pdf)).root_object["/StructTreeRoot"])
    return found


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for part in value.values() for text in strings(part)]
    return [text for part in value for text in strings(part)] if isinstance(value, list) else []


def test_everything_that_went_in_comes_out() -> None:
    text = words(filled())
    missing = [said for said in strings(FORM) if re.sub(r"\s", "", said) not in text]
    assert missing == []


def test_the_form_has_the_plans_words_in_the_plans_order() -> None:
    text = rest = words(filled())
    for passage in PLAN.read_text().splitlines():
        assert passage in (text if passage in MERGED_CELLS else rest)
        rest = rest if passage in MERGED_CELLS else rest.partition(passage)[2]


def test_page_numbers_and_case_number_stand_on_every_page() -> None:
    sheets = pages(filled())
    for number, sheet in enumerate(sheets, start=1):
        text = sheet.extract_text()
        assert f"第 {number} 页 / 共 {len(sheets)} 页" in text
        assert FORM["case_no"] in text
    assert {(round(sheet.mediabox.width), round(sheet.mediabox.height)) for sheet in sheets} == {
        (595, 842)
    }


def test_boxes_are_ticked_as_answered() -> None:
    # 男, 女, (六), (七), statement 1, statement 2
    assert ticks(filled()) == [NOT_TICKED, TICKED, TICKED, TICKED, TICKED, TICKED]
    plain = filled(sex="男", **WITHOUT_ONLY_CHILD)
    assert ticks(plain) == [TICKED, NOT_TICKED, NOT_TICKED, NOT_TICKED, TICKED, NOT_TICKED]


def test_without_the_only_child_item_its_block_stays_blank() -> None:
    text = words(filled(**WITHOUT_ONLY_CHILD))
    assert "以下内容限申请城镇独生子女父母奖励扶助金填写" in text
    assert SPOUSE["id_number"] not in text
    assert CHILD["name"] not in text


def test_without_anything_off_the_form_there_is_no_annex() -> None:
    with_annex, without = filled(), filled(extra=[], differences=[], unprintable=[])
    assert len(pages(with_annex)) == len(pages(without)) + 1
    assert "附页" not in words(without)


def test_differences_alone_make_an_annex() -> None:
    text = words(filled(extra=[], unprintable=[]))
    assert "字库" not in text
    assert "项目本人填写政务数据婚姻状况丧偶初婚" in text
    assert "政务数据与本人填写不一致之处" not in words(filled(differences=[]))


def test_an_address_outside_the_province_names_its_province() -> None:
    assert "湖北省郑州市" in words(filled(address={**ADDRESS, "province": "湖北省"}))


def test_an_empty_form_can_be_printed() -> None:
    empty = {
        **dict.fromkeys((key for key, said in FORM.items() if isinstance(said, str)), ""),
        **WITHOUT_ONLY_CHILD,
        "address": BLANK_ADDRESS,
        "signature": {"text": ""},
        "filled_on": {"year": "", "month": "", "day": ""},
        "extra": [],
        "differences": [],
        "unprintable": [],
    }
    assert len(pages(filled(**empty))) == 2


@pytest.mark.parametrize(
    "name", ["𠮷田", "买买提·吾买尔", "㛃", "𬭎", "㐂", "王〇", "𠮷" * 50, "䶮", "Ａn·é"]
)
def test_rare_characters_are_printed(name: str) -> None:
    text = words(filled(name=name, children=[{**CHILD, "name": name}]))
    assert text.count(name) == 2


def test_characters_without_a_glyph_are_all_named_once() -> None:
    with pytest.raises(MissingGlyph) as missing:
        filled(
            name="王\U000323af英", phone="😀", bank_name="\ue000行\ue000", ethnicity="\U000323af"
        )
    assert sorted(missing.value.characters) == ["\ue000", "😀", "\U000323af"]
    assert "U+323AF" in str(missing.value)
    assert "王" not in str(missing.value)


def test_control_characters_are_named_as_they_are() -> None:
    with pytest.raises(MissingGlyph) as missing:
        filled(name="王\x00英\x07")
    assert missing.value.characters == ("\x00", "\x07")


@pytest.mark.parametrize(
    "typed",
    [
        '#import"/henan/x.typ"',
        "#read('/etc/passwd')",
        "*x*",
        "_x_",
        "]",
        ")]#panic()",
        "$x$",
        "`x`",
        "\\u{41}",
        "a--b...",
        '"x"',
        "'x'",
        "<x>@x",
        "=x",
        "//x",
        "/*x",
        "~",
        "{{x}}",
        "{%x%}",
        "https://x.cn",
    ],
)
def test_what_a_citizen_types_is_never_markup(typed: str) -> None:
    text = words(filled(name=typed, children=[{**CHILD, "note": typed}], extra=[[typed, typed]]))
    assert text.count(typed) >= 4


def test_twelve_children_go_over_pages_under_a_repeated_header() -> None:
    many = [{**CHILD, "name": f"李小{number:02}", "note": "说明" * 12} for number in range(1, 13)]
    sheets = [re.sub(r"\s", "", page.extract_text()) for page in pages(filled(children=many))]
    holding = [text for text in sheets if "李小" in text]
    assert len(holding) >= 2
    for text in holding:
        assert "姓名性别出生年月子女类型收养时间被收养人身份死亡时间备注" in text
        assert "夫妻曾生育及收养子女情况" in text
    together = "".join(holding)
    assert [f"李小{n:02}" for n in range(1, 13)] == re.findall(r"李小\d\d", together)


def test_fifty_character_names_and_long_addresses_stay_on_the_page() -> None:
    long = "阿卜杜热合曼·" * 7 + "A"
    unbroken = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" * 3
    wide = {**ADDRESS, "community": "很长的社区名称" * 8, "compound": unbroken, "town": unbroken}
    child = {**CHILD, "name": unbroken, "note": unbroken}
    pdf = filled(name=long, address=wide, spouse={**SPOUSE, "name": unbroken}, children=[child])
    assert long in words(pdf)
    assert words(pdf).count(unbroken) == 5
    assert max(x for x, _ in starts(pdf)) < 595 - 50


def test_a_note_longer_than_a_page_is_printed_to_its_end() -> None:
    note = "".join(f"第{number}句话。" for number in range(200))
    pdf = filled(children=[{**CHILD, "note": note}])
    assert re.findall(r"第\d+句话", words(pdf)) == re.findall(r"第\d+句话", note)
    assert min(y for _, y in starts(pdf)) > 20


def starts(pdf: bytes) -> list[tuple[float, float]]:
    """Where each piece of text begins, in points from the left and the lower edge."""
    found: list[tuple[float, float]] = []

    def seen(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        if text.strip():
            found.append((cm[4] + tm[4] * cm[0], cm[5] + tm[5] * cm[3]))

    for page in pages(pdf):
        page.extract_text(visitor_text=seen)
    return found


def test_the_same_input_gives_the_same_bytes() -> None:
    digests = {hashlib.sha256(filled()).hexdigest() for _ in range(2)}
    assert len(digests) == 1
    assert filled() == render(APPLICATION, {"form": as_given(FORM)}, MADE_AT.astimezone(UTC))
    assert filled() != filled(name="王秀瑛")
    later = MADE_AT + timedelta(seconds=1)
    assert filled() != render(APPLICATION, {"form": as_given(FORM)}, later)


def test_the_file_says_that_it_is_pdf_a_2b() -> None:
    reader = PdfReader(BytesIO(filled()))
    metadata = reader.root_object["/Metadata"].get_object()
    assert isinstance(metadata, StreamObject)
    xmp = metadata.get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in xmp
    assert reader.metadata is not None
    assert reader.metadata.title == "河南省退休“一件事”联办申请表(个人申请)"
    assert reader.metadata.creation_date == MADE_AT


def test_data_of_the_wrong_shape_fails_without_telling_the_data() -> None:
    with pytest.raises(RenderingFailed) as failed:
        render(APPLICATION, {"form": {"name": "王秀英"}}, MADE_AT)
    assert not isinstance(failed.value, MissingGlyph)
    assert "王" not in str(failed.value)


def test_a_missing_template_fails() -> None:
    with pytest.raises(RenderingFailed):
        render(APPLICATION.with_name("nothing.typ"), {"form": FORM}, MADE_AT)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(RenderingFailed, match="time zone"):
        render(APPLICATION, {"form": as_given(FORM)}, MADE_AT.replace(tzinfo=None))


def test_half_a_character_is_refused() -> None:
    with pytest.raises(RenderingFailed):
        filled(name="\ud842")


def test_a_template_cannot_read_outside_the_services_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    template = tmp_path / "services" / "henan" / "documents" / "t.typ"
    template.parent.mkdir(parents=True)
    for path in ("../../../secret.txt", "/../secret.txt", str(tmp_path / "secret.txt")):
        template.write_text(f'#read("{path}")')
        with pytest.raises(RenderingFailed):
            render(template, {}, MADE_AT)
