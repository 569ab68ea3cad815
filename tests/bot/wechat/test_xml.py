from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wechat.xml import (
    _ILLEGAL,
    BadXml,
    Fields,
    _fields_by_expat,
    _plain_fields,
    cdata,
    read_fields,
    strip_illegal,
    text_of,
)

# The third and the fourth are what hypothesis would seldom hit upon.
AWKWARD = st.text() | st.lists(
    st.sampled_from(
        ["]]>", "]]", ">", "<![CDATA[", "&lt;", "\x00", "\x1f", "\ud800", "𠮷", "\ufffe"]
    )
).map("".join)


@given(AWKWARD)
def test_cdata_comes_back_as_it_is(text: str) -> None:
    document = f"<xml><Content>{cdata(text)}</Content><MsgType>text</MsgType></xml>"
    expected = strip_illegal(text).replace("\r\n", "\n").replace("\r", "\n")
    fields = read_fields(document.encode())
    assert fields == {"Content": expected, "MsgType": "text"}
    # and another parser agrees
    assert (ET.fromstring(document).findtext("Content") or "") == expected


@given(st.binary())
def test_any_bytes_give_fields_or_bad_xml(body: bytes) -> None:
    try:
        fields = read_fields(body)
    except BadXml:
        return
    assert isinstance(fields, dict)


@pytest.mark.parametrize(
    "document",
    [
        "",
        "{}",
        "<xml>",
        "<html><a>1</a></html>",
        "<xml/>",
        '<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml><a>1</a></xml>',
        '<!DOCTYPE xml [<!ENTITY a "b">]><xml><a>&a;</a></xml>',
        '<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><a>&a;</a></xml>',
        "<xml><a>&undefined;</a></xml>",
        "<xml>" + "<a>" * 50 + "</a>" * 50 + "</xml>",
        "<xml>" + "<a/>" * 2000 + "</xml>",
        "<xml><a>\x00</a></xml>",
    ],
)
def test_what_wechat_would_not_send_is_bad(document: str) -> None:
    with pytest.raises(BadXml) as caught:
        read_fields(document.encode())
    assert caught.value.__context__ is None  # the parser's own error quotes what was sent


def test_another_encoding_is_not_believed() -> None:
    document = '<?xml version="1.0" encoding="utf-7"?><xml><a>+ADw-</a></xml>'
    assert read_fields(document.encode()) == {"a": "+ADw-"}


def test_fields_nest_and_repeat() -> None:
    fields = read_fields(b"<xml><E><List><a>1</a></List><List><a>2</a></List></E><b/></xml>")
    assert fields == {"E": {"List": [{"a": "1"}, {"a": "2"}]}, "b": ""}
    assert text_of(fields, "E") == ""
    assert text_of(fields, "absent") == ""


# ---- the quick way and the thorough one ---------------------------------------------------

PIECES = st.sampled_from(
    [
        *("<xml>", "</xml>", "<a>", "</a>", "<b>", "</b>", "<b/>", "<a x='1'>", "<1>", "</1>"),
        *("<![CDATA[", "]]>", "]", "是", "x", " ", "\n", "\t", "\r", "\u3000", "&amp;", "&", ">"),
        *("<!--c-->", "<?p?>", "<!DOCTYPE xml>", "\x00", "\ufffe", "\ufeff", "𠮷", "\u200b", ""),
    ]
)
FIELD = st.tuples(
    st.sampled_from(["a", "b", "Content", "_x", "是"]),
    st.sampled_from(["{}", "<![CDATA[{}]]>", " {}", "<![CDATA[{}]]> "]),
    st.lists(PIECES, max_size=3).map("".join),
    st.sampled_from(["", "\n", " ", "x"]),
).map(lambda one: f"<{one[0]}>{one[1].replace('{}', one[2])}</{one[0]}>{one[3]}")
DOCUMENTS = st.lists(PIECES, max_size=12).map("".join) | st.lists(FIELD, max_size=5).map(
    lambda fields: f"<xml>{''.join(fields)}</xml>"
)


def by_expat(body: bytes) -> "Fields | None":
    try:
        return _fields_by_expat(body)
    except BadXml:
        return None


@given(DOCUMENTS)
def test_what_is_read_quickly_expat_reads_alike(document: str) -> None:
    body = document.encode("utf-8", "surrogatepass")
    quickly = _plain_fields(body)
    assert quickly is None or quickly == by_expat(body)


@given(st.lists(st.tuples(st.sampled_from("abcdefg"), st.text("是x<>&.", max_size=9)), min_size=1))
def test_messages_as_wechat_writes_them_are_read_quickly(said: list[tuple[str, str]]) -> None:
    lines = [f"  <{name}><![CDATA[{text}]]></{name}>" for name, text in dict(said).items()]
    body = "\n".join(["<xml>", *lines, "</xml>"]).encode()
    assert _plain_fields(body) == dict(said) == by_expat(body)


def test_what_can_be_printed_may_stand_in_xml() -> None:
    everything = map(chr, range(0x110000))
    assert not [char for char in everything if char.isprintable() and _ILLEGAL.match(char)]
