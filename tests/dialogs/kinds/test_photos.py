import pytest

from dialogs.kinds.base import UNCLEAR, Accepted, Partial, Rejected
from dialogs.said import Photo, Tap, Unsupported
from tests.dialogs.kinds.asked import Asked

ONE = [{"media": "m1", "document": "d1"}]


def test_each_photo_joins_the_answer_and_is_counted() -> None:
    photos = Asked("photos")
    assert photos.read(Photo("m1")) == Partial(
        [{"media": "m1"}], "echo.photos.received", {"count": "1"}
    )
    assert photos.read(Photo("m2"), partial=ONE) == Partial(
        [*ONE, {"media": "m2"}], "echo.photos.received", {"count": "2"}
    )


def test_the_same_photo_counts_once() -> None:
    assert Asked("photos").read(Photo("m1"), partial=ONE) == Partial(
        ONE, "echo.photos.received", {"count": "1"}
    )


@pytest.mark.parametrize("typed", ["发完了", "发完了。", "好了", "没了", "就这些", "1", "好的"])
def test_done_is_tapped_or_said(typed: str) -> None:
    photos = Asked("photos")
    assert photos.offered(partial=ONE) == ["发完了"]
    assert photos.read(typed, partial=ONE) == Accepted(ONE)
    assert photos.read(Tap("done", ""), partial=ONE) == Accepted(ONE)


def test_done_without_a_photo_is_refused() -> None:
    assert Asked("photos").offered() == []
    assert Asked("photos").read("发完了") == Rejected("photos.none")


def test_there_is_a_most() -> None:
    photos = Asked("photos", settings={"most": 2})
    two = [{"media": "m1"}, {"media": "m2"}]
    assert photos.read(Photo("m3"), partial=two) == Rejected("photos.many", {"most": "2"})


def test_one_photo_may_be_enough() -> None:
    assert Asked("photos", settings={"most": 1}).read(Photo("m1")) == Accepted([{"media": "m1"}])


def test_other_things_are_no_photo() -> None:
    assert Asked("photos").read(Unsupported("video")) == Rejected("photos.file")
    assert Asked("photos").read("怎么拍？") is UNCLEAR
    assert Asked("photos").shown(ONE) == "1张"


@pytest.mark.parametrize("typed", ["用原来的", "原来的。", "发完了", "1", "用原来的 1 张"])
def test_what_was_sent_before_can_be_taken_again(typed: str) -> None:
    photos = Asked("photos")
    kept = Accepted(ONE, "echo.photos.kept", {"count": "1"})
    assert photos.offered(suggestion=ONE) == ["用原来的 1 张"]
    assert photos.read(typed, suggestion=ONE) == kept
    assert photos.read(Tap("suggested", ""), suggestion=ONE) == kept


def test_new_photos_come_before_the_earlier_ones() -> None:
    photos, new = Asked("photos"), [{"media": "m9"}]
    assert photos.offered(suggestion=ONE, partial=new) == ["发完了"]
    assert photos.read("发完了", suggestion=ONE, partial=new) == Accepted(new)
    assert photos.read("用原来的", suggestion=ONE, partial=new) == Accepted(
        ONE, "echo.photos.kept", {"count": "1"}
    )
