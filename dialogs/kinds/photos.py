"""Photos of a paper: each one that comes joins the answer, 发完了 ends it.

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
_MOST = 20
_DONE_WORDS = frozenset(
    words(
        "发完了 发完 完了 完 好了 好 好的 没了 没有了 就这些 就这么多 就这张 就一张 都发了 "
        "都发完了 发好了 全发了 传完了 拍完了 结束 下一步 可以了 齐了 够了 是 是的 对 行 嗯 ok 继续"
    )
)


class Photos:
    """第1张, 第2张, 发完了. `settings.most` (default 20): 1 means that one photo is enough."""

    name: ClassVar[str] = "photos"
    texts: ClassVar[frozenset[str]] = frozenset(
        {"reject.unclear", "echo.photos.received"}
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
        if chosen(said, self.offers(question, scene)) is None and not _finished(heard(said)):
            return UNCLEAR
        return Accepted(so_far) if so_far else Rejected("photos.none")

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        return (Offer(DONE, "发完了"),) if _photos(scene.partial) else ()

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        return f"{len(_photos(value))}张"

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        return self.show(question, value, scene)


def _photos(value: JSON) -> list[JSON]:
    if not isinstance(value, (list, tuple)):
        return []
    return [photo for photo in value if isinstance(photo, Mapping)]


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
