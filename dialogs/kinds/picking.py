"""Which of the things on offer somebody means: by tap, number, name, or another word for it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from dialogs.kinds.base import Offer
from dialogs.kinds.reading import asks, heard, small_number, words
from dialogs.said import Spoken, Tap

SUGGESTED = "suggested"
"""The id of the offer to take over a value that another answer suggests."""

_NUMBER = re.compile(
    r"(?:我?(?:选择?|要|点))?第?\s*([0-9]{1,2}|[一二两三四五六七八九十]{1,3}|[①-⑳])\s*"
    r"(?:个|项|种|条|号)?\s*[.、。,)]?\s*(?:吧|的|啊|哦)?"
)
_LED = re.compile(r"[0-9]{1,2}\s*[.、。,):：]?\s*(\D.*)")
_NOISE = re.compile(r"[\s.。,，!！、;；:：\"“”'()（）《》【】~～…-]+")
_LED_IN = re.compile(r"^(?:我|他|她|俺)?(?:是|选|要)个?(?=.)")
_TAIL = re.compile(r"(?<=.)(?:吧|了|啊|呀|哦|呢|哈|的)$")
_NEGATION = re.compile(r"[不没非别未无]")
_LOOSE = 10
"""So many characters may stand around a name before the sentence means something else."""

_YES = frozenset(
    words(
        "是 对 好 嗯 行 有 要 会 可以 同意 愿意 确认 确定 正确 没错 没问题 没有问题 不错 没有错 "
        "是这样 办过 领过 👍 👌 ok yes y 中 得 当然 需要 想 办 嗯嗯 好好 对对 是是 对头 在 无误 "
        "一样 准确 完全正确 行行 成 没得错 好嘞 是滴 对滴 哎 诶 恩 恩恩 全部正确 都对 全对"
    )
)
_NO = frozenset(words("不 否 无 没 错 no n 算了 错误 有误 不中 免 别 👎 未"))
_UNSURE = re.compile(
    r"不知道|不清楚|不确定|不懂|不明白|不会|不晓得|不记得|忘|看不|是不是|有没有|随便|不一定"
)
_FINE = re.compile(r"没有?(?:错|问题|关系)|不错")
_YES_LED = re.compile(r"(?:是|对|好|嗯|有|要|可以|同意|愿意|确认|确定|需要|正确)")
_NO_LED = re.compile(r"(?:不|没|否|无|未|别)")
_TALK_LED = ("不是", "没有", "是的", "好的", "对的", "嗯")
_NOTHING = frozenset(
    words("没有 没 无 没有了 不用 不需要 不填 空 暂无 不要 没啥 没什么 - — —— ———— / 跳过")
)


def chosen(
    said: Spoken, offers: Sequence[Offer], also: Mapping[str, Iterable[str]] | None = None
) -> Offer | None:
    """The offer that was tapped, or meant by what was typed; None when there is no telling."""
    if isinstance(said, Tap):
        return next((offer for offer in offers if offer.id == said.id), None)
    text = heard(said)
    if not text:
        return None
    numbered = by_number(text, offers)
    return numbered if numbered is not None else by_name(text, offers, also or {})


def by_number(text: str, offers: Sequence[Offer]) -> Offer | None:
    """二, 2., 第二个, 选2 → the second offer, as the list on her screen is numbered."""
    found = _NUMBER.fullmatch(text)
    number = small_number(found[1]) if found else None
    return offers[number - 1] if number is not None and 1 <= number <= len(offers) else None


def suggestion_taken(said: Spoken, offers: Sequence[Offer]) -> bool:
    """Whether the suggested value is taken over: by tap, by its number or by a plain yes."""
    if not offers or offers[0].id != SUGGESTED:
        return False
    if isinstance(said, Tap):
        return said.id == SUGGESTED
    text = heard(said)
    return by_number(text, offers) == offers[0] or bare(text) in _YES


def suggestion(shown: str) -> tuple[Offer, ...]:
    """The offer to take over a value that reads `shown`; none when it cannot be shown."""
    return (Offer(SUGGESTED, shown),) if shown else ()


def polarity(text: str) -> bool | None:
    """Yes, no, or neither of the two."""
    plain, whole = bare(text), _NOISE.sub("", text).lower()
    if plain in _YES:
        return True
    if plain in _NO or whole in _NO or plain in _NOTHING:
        return False
    if len(plain) > _LOOSE or asks(text) or _UNSURE.search(plain):
        return None
    plain = _FINE.sub("对", plain)
    if _NO_LED.match(plain):
        return False
    return True if _YES_LED.match(plain) and not _NEGATION.search(plain) else None


def says_nothing(text: str) -> bool:
    """没有, 无, ——: there is nothing to fill in."""
    return text.strip() in _NOTHING or bare(text) in _NOTHING


def small_talk(text: str) -> bool:
    """是的, 没有, 不知道: words that are no name of anything."""
    plain = bare(text)
    known = plain in _YES or plain in _NO or plain in _NOTHING
    return known or plain.startswith(_TALK_LED) or _UNSURE.search(plain) is not None


def bare(text: str) -> str:
    """`text` in lower case, without spaces, punctuation and the little words at its end."""
    plain = _NOISE.sub("", text).lower()
    shorter = _TAIL.sub("", plain)
    return shorter or plain


def by_name(text: str, offers: Sequence[Offer], also: Mapping[str, Iterable[str]]) -> Offer | None:
    """The offer that is named, whole or in part, in a text of no more than a few words."""
    led = _LED.fullmatch(text)
    if led is not None and (offer := by_name(led[1], offers, also)) is not None:
        return offer
    plain = bare(text)
    names = [
        (_name(offer, word), offer)
        for offer in offers
        for word in (offer.label, *also.get(offer.id, ()))
    ]
    said = {plain, _LED_IN.sub("", plain)}
    exact = {offer.id: offer for name, offer in names if name in said}
    if exact:
        return _only(exact)
    if not plain or asks(text):
        return None
    return _contained(plain, names) or _abbreviated(plain, names)


def _name(offer: Offer, word: str) -> str:
    """A definition's words are the same for everybody; a suggestion is hers and is kept nowhere."""
    return bare(word) if offer.id == SUGGESTED else _bare_word(word)


_bare_word = lru_cache(maxsize=8192)(bare)


def _contained(plain: str, names: Sequence[tuple[str, Offer]]) -> Offer | None:
    """The one offer whose name stands in the sentence; the longest name wins."""
    inside = [
        (name, offer)
        for name, offer in names
        if len(name) > 1 and name in plain and len(plain) <= len(name) + _LOOSE
    ]
    longest = max((len(name) for name, _ in inside), default=0)
    best = {offer.id: offer for name, offer in inside if len(name) == longest}
    rest = next((plain.replace(name, "") for name, _ in inside if len(name) == longest), "")
    return None if _NEGATION.search(rest) else _only(best)


def _abbreviated(plain: str, names: Sequence[tuple[str, Offer]]) -> Offer | None:
    """The one offer of whose name she typed a part."""
    if len(plain) < 2:
        return None
    return _only({offer.id: offer for name, offer in names if plain in name})


def _only(offers: Mapping[str, Offer]) -> Offer | None:
    return next(iter(offers.values())) if len(offers) == 1 else None
