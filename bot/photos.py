"""Photos as they come from phones: recognised by their content, looked at, and made anew.

What is kept is never what was sent: the picture is decoded, turned upright (EXIF orientation),
made no larger than a paper needs and encoded anew as JPEG. Nothing else of the file survives: no
place (GPS), no device, no thumbnail, nothing hidden behind the picture. How large it will be is
read from its head, before anything is decoded.
"""

import asyncio
import io
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from PIL import Image, ImageFilter, ImageOps, ImageStat

from dialogs.said import Poor
from storage.documents.pages import QUALITY

JPEG: Final = "image/jpeg"
SMALLEST: Final = 64
"""Bytes; less is no photo of a paper."""
MOST_PIXELS: Final[Mapping[str, int]] = {"JPEG": 110_000_000, "MPO": 110_000_000}
"""A camera's largest; a JPEG is decoded at a fraction of its size, other formats only whole."""
MOST_PIXELS_WHOLE: Final = 25_000_000
LONGEST: Final = 3000
"""Pixels of the longer side that are kept: 250 for an inch of A4."""

SHORT_SIDE: Final = 480
LONG_SIDE: Final = 640
"""Pixels; on less nobody reads the small print of a form."""
DARKEST: Final = 40.0
"""Mean luminance, 0 to 255. A sheet on a dark table by daylight has 70 and more."""
BLURRED: Final = 25.0
"""Variance of the Laplacian in the sharpest of the tiles, at 1000 pixels: legible print has
hundreds, the same print out of focus less than ten."""
_LOOKED_AT, _TILES = 1000, 5

_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_FOREIGN: Final = (
    *(b"PK\x03\x04", b"PK\x05\x06", b"%PDF-", b"Rar!", b"7z\xbc\xaf", b"\x7fELF", b"MZ\x90"),
    *(b"<html", b"<!doctype", b"<script", b"<svg", b"<?xml", b"<?php"),
)
"""What begins like this behind a picture is another file (a camera's own trailers do not)."""
_LOOK_AHEAD: Final = 1024
"""Bytes within which readers of PDF look for its head."""

Bad: TypeAlias = Literal["not_a_picture", "too_large"]

Image.MAX_IMAGE_PIXELS = max(MOST_PIXELS.values())
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

_ROOM = ThreadPoolExecutor(max_workers=2, thread_name_prefix="photos")
"""Two at a time: a picture takes up to 100 MB while it is looked at."""


@dataclass(frozen=True, slots=True)
class Developed:
    """A photo as it may be kept, and what makes it hard to read."""

    content: bytes = field(repr=False)
    poor: Poor | None = None
    media_type: str = JPEG


@dataclass(frozen=True, slots=True)
class Unfit:
    """Nothing to be kept."""

    reason: Bad


async def develop(content: bytes) -> Developed | Unfit:
    """`developed`, in a thread."""
    return await asyncio.get_running_loop().run_in_executor(_ROOM, developed, content)


def developed(content: bytes) -> Developed | Unfit:
    """The picture made anew (JPEG), or why there is none. Never raises for what was sent."""
    if len(content) < SMALLEST or _is_two_files(content):
        return Unfit("not_a_picture")
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            most = MOST_PIXELS.get(opened.format or "", MOST_PIXELS_WHOLE)
            if opened.width * opened.height > most:
                return Unfit("too_large")
            small = _too_small(opened)
            picture = _upright(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return Unfit("too_large")
    except (OSError, ValueError, SyntaxError, ArithmeticError, LookupError, TypeError, EOFError):
        return Unfit("not_a_picture")  # Pillow says in all of these that a file is broken
    return Developed(_encoded(picture), "too_small" if small else _hard_to_read(picture))


def _upright(opened: Image.Image) -> Image.Image:
    """The first picture of the file, upright, in colours, no larger than wanted."""
    opened.draft("RGB", (LONGEST, LONGEST))  # a JPEG is decoded at a half, a quarter …
    picture = ImageOps.exif_transpose(opened)
    if picture.has_transparency_data:
        with_alpha = picture.convert("RGBA")
        picture = Image.new("RGB", picture.size, "white")
        picture.paste(with_alpha, mask=with_alpha.getchannel("A"))
    picture = picture.convert("RGB")
    picture.thumbnail((LONGEST, LONGEST))
    return picture


def _encoded(picture: Image.Image) -> bytes:
    """As JPEG with the pixels and nothing beside them."""
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    file = io.BytesIO()
    bare.save(file, "JPEG", quality=QUALITY, optimize=True)
    return file.getvalue()


# ---- whether it can be read ---------------------------------------------------------------


def _too_small(picture: Image.Image) -> bool:
    short, long = sorted(picture.size)
    return short < SHORT_SIDE or long < LONG_SIDE


def _hard_to_read(picture: Image.Image) -> Poor | None:
    grey = picture.convert("L")
    grey.thumbnail((_LOOKED_AT, _LOOKED_AT))
    if ImageStat.Stat(grey).mean[0] < DARKEST:
        return "too_dark"
    return "blurred" if sharpness(grey) < BLURRED else None


def sharpness(grey: Image.Image) -> float:
    """The variance of the Laplacian in the sharpest of the picture's tiles.

    Of tiles, because most of a sheet may be blank, and the table around it is never sharp.
    """
    kernel = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
    edges = ImageOps.crop(grey.filter(kernel), 1)  # the filter leaves the border as it was
    wide, high = edges.width // _TILES, edges.height // _TILES
    places = ((column * wide, row * high) for row in range(_TILES) for column in range(_TILES))
    return max(
        ImageStat.Stat(edges.crop((left, top, left + wide, top + high))).var[0]
        for left, top in places
    )


# ---- what stands behind the picture -------------------------------------------------------


def _is_two_files(content: bytes) -> bool:
    """Whether something that is no picture stands in it, or behind it."""
    if b"%PDF-" in content[:_LOOK_AHEAD]:
        return True
    behind = content[end_of_picture(content) :].lstrip(b"\0\r\n\t ").lower()
    return any(mark.lower() in behind for mark in _FOREIGN)


def end_of_picture(content: bytes) -> int:
    """Where the picture's own bytes end; the length of the file where that cannot be told."""
    if content.startswith(b"\xff\xd8"):
        return _end_of_jpeg(content)
    if content.startswith(b"\x89PNG"):
        return _end_of_png(content)
    if content[8:12] == b"WEBP":
        return 8 + int.from_bytes(content[4:8], "little")
    return len(content)


def _end_of_jpeg(content: bytes) -> int:
    """Behind the end marker (ITU-T T.81, B.1): segments say their length, pixels do not."""
    at = 2
    while (at := content.find(b"\xff", at)) != -1 and at + 1 < len(content):
        marker = content[at + 1]
        if marker == 0xD9:
            return at + 2
        if marker == 0xFF:
            at += 1
        elif marker in {0x00, 0x01} or 0xD0 <= marker <= 0xD8:
            at += 2
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return len(content)


def _end_of_png(content: bytes) -> int:
    """Behind the chunk IEND (PNG, 5.3)."""
    at = 8
    while at + 8 <= len(content):
        kind, size = content[at + 4 : at + 8], int.from_bytes(content[at : at + 4], "big")
        at += 12 + size
        if kind == b"IEND":
            return at
    return len(content)
