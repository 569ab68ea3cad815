"""What WeChat shows: passive answers, tappable answers, and long ones in parts.

Promises: nothing a citizen typed changes the shape of an answer (no tag of hers becomes a tag
of ours, no `]]>` ends our CDATA); no part is longer than 2,047 bytes; nothing is cut silently:
what does not fit three parts is handed back as `rest`, after a last part that offers a way on.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from bot.wechat.crypto import Account, seal_message, sign
from bot.wechat.inbound import ReplyTo
from bot.wechat.xml import cdata, strip_illegal
from dialogs.say import Choice, Link, Utterance

MAX_BYTES = 2047
"""Of one text, in UTF-8 (community knowledge, wechat.md)."""

MAX_PARTS = 3
"""The passive answer and at most two customer messages after it (design.md)."""

SUCCESS = b"success"
"""The answer that says nothing; WeChat then neither asks again nor shows an error."""

# ---- the passive answer -------------------------------------------------------------------------


def answer_body(
    account: Account, to: ReplyTo, content: str, now: int, prefix: bytes | None = None
) -> bytes:
    """Make the whole HTTP body of a passive text answer, encrypted if the question was.

    `now`: seconds since 1970. `prefix`: 16 random bytes; drawn here when not given.
    """
    xml = text_xml(to.openid, to.account_id, content, now)
    if to.key is None:
        return xml
    encrypted = seal_message(account, to.key, xml, prefix)
    signature = sign(account.token, str(now), to.nonce, encrypted)
    return (  # base64 and hex need no looking at
        f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
        f"<MsgSignature><![CDATA[{signature}]]></MsgSignature>"
        f"<TimeStamp>{now}</TimeStamp><Nonce>{cdata(to.nonce)}</Nonce></xml>"
    ).encode()


def text_xml(openid: str, account_id: str, content: str, now: int) -> bytes:
    """Make the XML of a text answer; `content` comes back as it is but for illegal characters."""
    return (
        f"<xml><ToUserName>{cdata(openid)}</ToUserName>"
        f"<FromUserName>{cdata(account_id)}</FromUserName>"
        f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content>{cdata(content)}</Content></xml>"
    ).encode()


# ---- from utterances to parts -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parts:
    """`first` is the passive answer (empty: say `SUCCESS`), `later` become customer messages.

    `rest` is what did not fit; the last part ends with the way on, and `draw_rest` goes on.
    """

    first: str
    later: tuple[str, ...] = ()
    rest: str = ""


def draw(utterances: Sequence[Utterance], way_on: Utterance, max_parts: int = MAX_PARTS) -> Parts:
    """Draw what the engine said, in as few parts as it fits.

    Short bubbles share one part: the passive answer is the only one that costs no quota and
    cannot be late. Bubbles stay whole where that fits, else the texts are divided by sentence.
    `way_on` (a short bubble with a tappable answer or a page) ends the last part when
    something is left over.
    """
    bubbles = _bubbles(utterances)
    return _whole(bubbles, max_parts) or draw_rest("\n\n".join(bubbles), way_on, max_parts)


def draw_whole(utterances: Sequence[Utterance], max_parts: int = MAX_PARTS) -> Parts | None:
    """Draw what needs no way on, as `draw` would; None when something would be left over."""
    return _whole(_bubbles(utterances), max_parts)


def draw_rest(rest: str, way_on: Utterance, max_parts: int = MAX_PARTS) -> Parts:
    """Draw on from the `rest` of an earlier answer."""
    texts = _packed(_atoms(rest, MAX_BYTES), "", MAX_BYTES)
    if len(texts) <= max_parts:
        return Parts("".join(texts[:1]), tuple(texts[1:]))
    farewell = "\n\n" + draw_one(way_on)
    room = MAX_BYTES - _size(farewell)
    if room < MAX_LINE:
        raise ValueError("the way on is a short bubble")
    shown = texts[: max_parts - 1]
    ending, *left = _packed(_atoms(texts[max_parts - 1], room), "", room)
    parts = [*shown, ending + farewell]
    return Parts(parts[0], tuple(parts[1:]), "\n".join([*left, *texts[max_parts:]]))


def _bubbles(utterances: Sequence[Utterance]) -> list[str]:
    return [bubble for bubble in map(draw_one, utterances) if bubble]


def _whole(bubbles: Sequence[str], max_parts: int) -> Parts | None:
    """All bubbles unbroken, where that fits."""
    if any(_size(bubble) > MAX_BYTES for bubble in bubbles):
        return None
    texts = _packed(bubbles, "\n\n", MAX_BYTES)
    return Parts("".join(texts[:1]), tuple(texts[1:])) if len(texts) <= max_parts else None


def draw_one(utterance: Utterance) -> str:
    """Draw one bubble: the text, a line for each choice, a line for each page."""
    lines = [_disarmed(strip_illegal(utterance.text)).strip()]
    lines += [_choice_line(choice) for choice in utterance.choices]
    lines += [_link_line(link) for link in utterance.links]
    return "\n".join(line for line in lines if line)


# ---- what can be tapped -------------------------------------------------------------------------

MAX_LINE = 1000
"""Bytes of one tappable line; a longer one is written as text, since a tag is never divided."""

# Phones decode `msgmenucontent` not at all, once or (Android) twice. Characters that would not
# survive each of these are written full width, which every reader of answers folds anyway.
_FULL_WIDTH = {ord(char): chr(ord(char) + 0xFEE0) for char in "\"'#%&+;<=>?\\`"}
_FULL_WIDTH[ord(" ")] = "\u3000"


def menu_id(choice_id: str) -> str:
    """Spell a choice's id for `msgmenuid`; `inbound` reads it back, decoded or not."""
    return quote(choice_id, safe="-._~:,")


def menu_text(label: str) -> str:
    """Spell a label so that it comes back as it is, however a phone decodes it."""
    return " ".join(strip_illegal(label).split()).translate(_FULL_WIDTH)


def _choice_line(choice: Choice) -> str:
    number = f"{choice.number}. " if choice.number else ""
    label = menu_text(choice.label)
    target = f"weixin://bizmsgmenu?msgmenucontent={label}&msgmenuid={menu_id(choice.id)}"
    line = f'{number}<a href="{target}">{_shown(choice.label)}</a>'
    return line if _size(line) <= MAX_LINE else number + _shown(choice.label)


def _link_line(link: Link) -> str:
    # `%` stays: the address is already encoded. Quotes, blanks and brackets cannot end the tag.
    url = quote(strip_illegal(link.url), safe="%/:?#[]@!$&()*+,;=~-._")
    line = f'<a href="{url}">{_shown(link.label)}</a>'
    return line if _size(line) <= MAX_LINE else f"{_shown(link.label)} {url}"


def _shown(label: str) -> str:
    return _disarmed(" ".join(strip_illegal(label).split())).replace(">", "\uff1e")


def _disarmed(text: str) -> str:
    """Write every `<` full width: a typed `<a href=…>` stays text, on every phone's parser."""
    return text.replace("<", "\uff1c")


# ---- dividing -----------------------------------------------------------------------------------

# A sentence with its closing quotes, or a line. Full stops of “1. ” or “3.5” end nothing.
_SENTENCE = re.compile(r"[^。！？；!?;\n]*(?:[。！？；!?;\n]+[”’」』）)]*|$)")
_LINE = re.compile(r"[^\n]*(?:\n+|$)")


def _atoms(text: str, room: int) -> Iterator[str]:
    """Pieces of at most `room` bytes whose joined text is `text`; a tag is always inside one."""
    for line in _LINE.findall(text):
        if '<a href="' in line:
            yield line
            continue
        for sentence in _SENTENCE.findall(line):
            yield from _cut(sentence, room)


def _cut(sentence: str, room: int) -> Iterator[str]:
    """Cut a sentence that is longer than a whole part, between characters."""
    while _size(sentence) > room:
        piece = sentence.encode()[:room].decode(errors="ignore")
        length = len(piece)
        while length > 1 and _joins(sentence[length]):
            length -= 1
        yield sentence[:length]
        sentence = sentence[length:]
    if sentence:
        yield sentence


def _joins(char: str) -> bool:
    """Say whether a character belongs to the one before it (variants of rare characters)."""
    return unicodedata.category(char) in {"Mn", "Me", "Cf"}


def _packed(pieces: Iterable[str], glue: str, room: int) -> list[str]:
    """Fill texts of at most `room` bytes with the pieces, in order; outer blanks do not count."""
    texts: list[str] = []
    for piece in pieces:
        joined = texts[-1] + glue + piece if texts else ""
        if joined and _size(joined.strip()) <= room:
            texts[-1] = joined
        elif piece.strip():
            texts.append(piece.lstrip("\n"))
    return [text.strip() for text in texts]


def _size(text: str) -> int:
    return len(text.encode())
