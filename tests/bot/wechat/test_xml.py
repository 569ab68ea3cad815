from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wechat.xml import BadXml, cdata, read_fields, strip_illegal, text_of

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
