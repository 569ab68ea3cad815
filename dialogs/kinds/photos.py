"""Photos of a paper: each one that comes joins the answer, 发完了 ends it.

Those she sent before are offered again until a new one comes.

The value is a list of `{media}`; the engine adds `document` once the photo is stored.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from cases.values import JSON
from dialogs.form import Question
from dialogs.kinds.base import UNCLEAR, Accepted, Offer, Partial, Reading, Rejected, Row, Scene
from dialogs.kinds.checking import (
    check_no_options,
    check_number_setting,
    check_settings,
    number_setting,
)
from dialogs.kinds.picking import bare, chosen
from dialogs.kinds.reading import heard, words
from dialogs.said import Photo, Spoken, Unsupported

DONE = "done"
SUGGESTED = "suggested"
_MOST = 20
_DONE_WORDS = frozenset(
    words(
        "发完了 发完 完了 完 好了 好 好的 没了 没有了 就这些 就这么多 就这张 就一张 都发了 "
        "都发完了 发好了 全发了 传完了 拍完了 结束 下一步 可以了 齐了 够了 是 是的 对 行 嗯 ok 继续"
    )
)
_KEPT_WORDS = frozenset(
    words("用原来的 就用原来的 原来的 用原来的照片 用之前的 用以前的 用上次的 用旧的 不用重拍 不换")
)


class Photos:
    """第1张, 第2张, 发完了. `settings.most` (default 20): 1 means that one photo is enough."""

    name: ClassVar[str] = "photos"
    texts: ClassVar[frozenset[str]] = frozenset(
        {"reject.unclear", "echo.photos.received", "echo.photos.kept"}
        | {f"reject.photos.{reason}" for reason in ("none", "many", "file")}
    )

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question, "most")
        check_number_setting(question, "most", 1, _MOST)
        check_no_options(question)

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        so_far = _photos(scene.partial)
        if isinstance(said, Photo):
            return _received(so_far, said.media, number_setting(question, "most", _MOST))
        if isinstance(said, Unsupported):
            return Rejected("photos.file")
        wanted = _means(chosen(said, self.offers(question, scene)), heard(said))
        if not wanted:
            return UNCLEAR
        kept = _kept(question, scene)
        if kept and (wanted == SUGGESTED or not so_far):
            return Accepted(kept, "echo.photos.kept", {"count": str(len(kept))})
        return Accepted(so_far) if so_far else Rejected("photos.none")

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        if _photos(scene.partial):
            return (Offer(DONE, "发完了"),)
        kept = _kept(question, scene)
        return (Offer(SUGGESTED, f"用原来的 {len(kept)} 张"),) if kept else ()

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        return f"{len(_photos(value))}张"

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        return self.show(question, value, scene)


def _photos(value: JSON) -> list[JSON]:
    if not isinstance(value, (list, tuple)):
        return []
    return [photo for photo in value if isinstance(photo, Mapping)]


def _kept(question: Question, scene: Scene) -> list[JSON]:
    """What she sent before: put away, or standing there while it is being corrected."""
    return _photos(scene.suggestion) or _photos(scene.answers.get(question.key))


def _means(offer: Offer | None, text: str) -> str:
    """Done, the earlier ones again, or (empty) neither."""
    if offer is not None:
        return offer.id
    if text in _KEPT_WORDS or bare(text) in _KEPT_WORDS:
        return SUGGESTED
    return DONE if _finished(text) else ""


def _received(so_far: list[JSON], media: str, most: int) -> Reading:
    known = any(isinstance(photo, Mapping) and photo.get("media") == media for photo in so_far)
    photos = so_far if known else [*so_far, {"media": media}]
    if len(photos) > most:
        return Rejected("photos.many", {"most": str(most)})
    if most == 1:
        return Accepted(photos)
    return Partial(photos, "echo.photos.received", {"count": str(len(photos))})


def _finished(text: str) -> bool:
    return text in _DONE_WORDS or bare(text) in _DONE_WORDS
