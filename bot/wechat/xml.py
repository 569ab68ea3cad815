"""WeChat's small XML, read with suspicion and written by hand.

Reading: flat fields with at most a few levels below them; doctypes and entities are refused
before anything is expanded; whatever is wrong raises `BadXml` and nothing else. What is as plain
as nearly every message is taken apart by one pattern, a quarter of the time; expat reads the rest.
Writing: CDATA that no text can leave, and no character that an XML parser must refuse.
"""

import re
from typing import TypeAlias
from xml.parsers import expat

Fields: TypeAlias = "dict[str, Field]"
Field: TypeAlias = "str | Fields | list[Field]"

MAX_DEPTH = 6  # the deepest documented push (lists of events) has four levels
MAX_ELEMENTS = 1000

# Everything outside XML 1.0's Char production, lone surrogates included.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_FIELD = re.compile(
    r"<([A-Za-z_][A-Za-z0-9_]{0,60})>"
    r"(?:<!\[CDATA\[([^\]]*)\]\]>|([^<&\]]*))</([A-Za-z0-9_]+)>[ \n]*"
)
"""An element with nothing in it but text; a `]`, which may begin an end, is left to expat."""
_BEGIN = re.compile(r"<xml>[ \n]*")
_END = re.compile(r"</xml>[ \n]*")


class BadXml(Exception):
    """Not a document that WeChat would send."""


def strip_illegal(text: str) -> str:
    """Leave out what no XML document may contain (control characters, lone surrogates)."""
    return text if text.isprintable() else _ILLEGAL.sub("", text)


def cdata(text: str) -> str:
    """Wrap `text` so that it comes back as it is, whatever it contains.

    A carriage return is written as a line feed: XML parsers turn it into one anyway.
    """
    clean = strip_illegal(text).replace("\r\n", "\n").replace("\r", "\n")
    return "<![CDATA[" + clean.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def read_fields(body: bytes) -> Fields:
    """Read the fields below the root element `xml`. Repeated fields become a list.

    Raises `BadXml` for everything else, a doctype or an entity among it.
    """
    fields = _plain_fields(body)
    return _fields_by_expat(body) if fields is None else fields


def _fields_by_expat(body: bytes) -> Fields:
    reader = _Reader()
    try:
        reader.parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError, UnicodeError) as error:
        reason = type(error).__name__
    else:
        return reader.fields()
    raise BadXml(reason)  # outside the handler: the original error quotes the body


def _plain_fields(body: bytes) -> "Fields | None":
    """What expat would read, where that is certain: one level, no markup but tags and CDATA."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    begin = _BEGIN.match(text)
    if begin is None or not text.replace("\n", "").isprintable():
        return None
    fields: Fields = {}
    at = begin.end()
    while (found := _FIELD.match(text, at)) is not None:
        name, quoted, plain, closed = found.groups()
        if name != closed or name in fields:
            return None
        fields[name] = plain if quoted is None else quoted
        at = found.end()
    return fields if fields and _END.fullmatch(text, at) else None


def text_of(fields: Fields, name: str) -> str:
    """Return the text of a field; absent, empty, nested or repeated fields count as empty."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""


class _Reader:
    """Builds nested dictionaries from expat's events."""

    def __init__(self) -> None:
        # Always UTF-8, whatever the document declares: WeChat sends nothing else, and an
        # exotic declaration is a way past filters.
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._stack: list[tuple[str, Fields, list[str]]] = []
        self._seen = 0
        self._root: Field | None = None
        self._root_name = ""

    def fields(self) -> Fields:
        if self._root_name != "xml" or not isinstance(self._root, dict):
            raise BadXml("root")
        return self._root

    def _refuse(self, *_: object) -> None:
        raise ValueError("doctype")

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._seen += 1
        if len(self._stack) >= MAX_DEPTH or self._seen > MAX_ELEMENTS:
            raise ValueError("too deep or too many")
        self._stack.append((name, {}, []))

    def _text(self, text: str) -> None:
        if self._stack:
            self._stack[-1][2].append(text)

    def _end(self, name: str) -> None:
        _, children, texts = self._stack.pop()
        value: Field = children or "".join(texts)
        if self._stack:
            _put(self._stack[-1][1], name, value)
        else:
            self._root, self._root_name = value, name


def _put(fields: Fields, name: str, value: Field) -> None:
    present = fields.get(name)
    if present is None:
        fields[name] = value
    elif isinstance(present, list):
        present.append(value)
    else:
        fields[name] = [present, value]
