"""Photos: known by their content, looked at, made anew; nothing but the picture survives.

The pictures are drawn here: sheets with lines of “print”, no faces, no words.
"""

import io
import random
import struct
import zipfile
import zlib

import pypdf
import pytest
from PIL import Image, ImageDraw, ImageFilter

from bot.photos import Developed, Unfit, developed
from storage.documents.pages import NotPages, joined

ORIENTATION, GPS, MAKER = 0x0112, 0x8825, 0x010F
SECRET = "Invented Camera 113.62E 34.75N"


def sheet(width: int = 1200, height: int = 1600) -> Image.Image:
    """A sheet of paper on a table, with a red bar at its head and print below."""
    picture = Image.new("RGB", (width, height), (96, 84, 72))
    draw = ImageDraw.Draw(picture)
    edge = width // 12
    draw.rectangle((edge, edge, width - edge, height - edge), fill=(240, 238, 232))
    draw.rectangle((edge * 2, edge * 2, width - edge * 2, edge * 2 + 40), fill=(200, 40, 40))
    chance = random.Random(7)
    for top in range(edge * 4, height - edge * 2, 30):
        for left in range(edge * 2, width - edge * 2, 14):
            if chance.random() < 0.6:
                draw.rectangle((left, top, left + 8, top + 14), fill=(40, 40, 48))
    return picture


def as_file(picture: Image.Image, kind: str = "JPEG", **how: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def made(content: bytes) -> Developed:
    outcome = developed(content)
    assert isinstance(outcome, Developed), outcome
    return outcome


def seen(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(made(content).content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_good_photo_is_kept_as_jpeg(kind: str) -> None:
    kept = made(as_file(sheet(), kind))
    assert kept.poor is None
    assert Image.open(io.BytesIO(kept.content)).format == "JPEG"


def test_nothing_of_place_and_device_survives_and_it_stands_upright() -> None:
    lying = sheet().transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, SECRET
    exif.get_ifd(GPS).update({1: "N", 2: (34.0, 45.0, 0.0), 3: "E", 4: (113.0, 37.0, 0.0)})
    content = as_file(lying, exif=exif, comment=SECRET.encode())
    assert SECRET.encode() in content  # this test would see it
    kept = made(content).content
    picture = Image.open(io.BytesIO(kept))
    assert picture.size == (1200, 1600)
    red, green, _ = picture.getpixel((600, 220))  # type: ignore[misc]  # RGB has three
    assert red > 150 > green
    assert not picture.getexif()
    assert SECRET.encode() not in kept
    assert b"Exif" not in kept


@pytest.mark.parametrize(
    ("spoilt", "poor"),
    [
        (sheet().point(lambda value: value // 12), "too_dark"),
        (sheet().filter(ImageFilter.GaussianBlur(9)), "blurred"),
        (Image.new("RGB", (1200, 1600), (200, 200, 200)), "blurred"),
        (sheet().resize((300, 400)), "too_small"),
    ],
)
def test_what_nobody_can_read_is_noticed(spoilt: Image.Image, poor: str) -> None:
    assert made(as_file(spoilt)).poor == poor


def test_a_nearly_blank_sheet_with_one_stamp_is_sharp_enough() -> None:
    picture = Image.new("RGB", (1200, 1600), (235, 235, 230))
    ImageDraw.Draw(picture).ellipse((500, 700, 700, 900), outline=(200, 40, 40), width=6)
    assert made(as_file(picture)).poor is None


def test_a_huge_photo_becomes_as_large_as_a_paper_needs() -> None:
    assert max(seen(as_file(sheet(4500, 6000), quality=60)).size) == 3000


def test_a_see_through_picture_stands_on_white() -> None:
    picture = sheet().convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 300, 300))
    assert seen(as_file(picture, "PNG")).getpixel((40, 40)) == (255, 255, 255)


def bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that says it is side × side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(10_000_000), 9))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [6_000, 12_000, 60_000])
def test_a_bomb_is_refused_before_it_is_opened(side: int) -> None:
    assert developed(bomb(side)) == Unfit("too_large")


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        opened.writestr("a.txt", "hidden" * 40)
    return file.getvalue()


PAGE = b"<HTML><script>alert(1)</script></HTML>" * 4
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'>" + b" " * 80 + b"</svg>"


@pytest.mark.parametrize(
    "content",
    [
        as_file(sheet()) + archive(),
        as_file(sheet(), "PNG") + archive(),
        as_file(sheet(), "WEBP") + archive(),
        as_file(sheet()) + PAGE,
        as_file(sheet()) + b"\n%PDF-1.7\n" + b"x" * 100,
        as_file(sheet(), comment=b"%PDF-1.7 1 0 obj"),
        SVG,
        PAGE,
        archive(),
        b"%PDF-1.7 not a picture" * 10,
        b"GIF89a" + b"x" * 100,
        as_file(sheet())[:200],
        as_file(sheet(), "PNG")[:3000],
        b"\xff\xd8\xff" + b"\xff" * 500,
        b"",
    ],
    ids=lambda content: f"{content[:4]!r} {len(content)}",
)
def test_what_is_no_picture_or_more_than_one_thing_is_refused(content: bytes) -> None:
    assert developed(content) == Unfit("not_a_picture")


def test_what_cameras_write_behind_a_picture_is_left_out() -> None:
    kept = made(as_file(sheet()) + b"\0\0SEFH" + SECRET.encode())
    assert SECRET.encode() not in kept.content


def test_several_photos_are_one_pdf_in_their_order() -> None:
    photos = [made(as_file(sheet(*size))).content for size in ((900, 1300), (1300, 900))]
    pdf = joined(photos)
    assert pdf == joined(photos)
    pages = pypdf.PdfReader(io.BytesIO(pdf), strict=True).pages
    assert [page.mediabox.width < page.mediabox.height for page in pages] == [True, False]
    assert [page["/Resources"]["/XObject"]["/P"]._data for page in pages] == photos  # type: ignore[index]  # pypdf's own tree
    pictures = [page.images[0].image for page in pages]
    assert [one.size for one in pictures if one] == [(900, 1300), (1300, 900)]


def test_what_is_no_photo_of_ours_is_not_joined() -> None:
    with pytest.raises(NotPages):
        joined([b"%PDF-1.7"])
    with pytest.raises(NotPages):
        joined([])
