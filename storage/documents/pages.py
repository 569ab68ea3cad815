"""Several photos of one paper as one PDF: a page each, in their order, the same bytes every time.

The photos go in as they are (JPEG, DCTDecode): nothing is lost, nothing is decoded, and a PDF of
twenty pages costs no more memory than its bytes. A page is A4, upright or lying as the photo is.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

QUALITY: Final = 85
"""JPEG, of what a phone sends: small print stays legible at a tenth of the bytes."""

_SHORT, _LONG = 595.28, 841.89
"""A4 in points."""
_FRAMES = {0xC0, 0xC1, 0xC2}
_COLOURS = {1: b"/DeviceGray", 3: b"/DeviceRGB"}


class NotPages(Exception):
    """These are not photos as `bot/photos.py` makes them."""


def joined(photos: Sequence[bytes]) -> bytes:
    """One PDF of these JPEG photos. Raises NotPages for anything else, or for nothing."""
    if not photos:
        raise NotPages
    numbers = [3 + 3 * place for place in range(len(photos))]
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(photos)),
    ]
    for number, photo in zip(numbers, photos, strict=True):
        objects += _page(number, photo)
    return _file(objects)


def _page(number: int, photo: bytes) -> tuple[bytes, bytes, bytes]:
    """The page, what is drawn on it, and the photo."""
    width, height, colours = _measured(photo)
    wide, high = (_LONG, _SHORT) if width > height else (_SHORT, _LONG)
    scale = min(wide / width, high / height)
    drawn = (width * scale, height * scale)
    place = (*drawn, (wide - drawn[0]) / 2, (high - drawn[1]) / 2)
    drawing = b"q %.2f 0 0 %.2f %.2f %.2f cm /P Do Q" % place
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Contents %d 0 R"
        b" /Resources << /XObject << /P %d 0 R >> >> >>"
    ) % (wide, high, number + 1, number + 2)
    picture = (
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8"
        b" /ColorSpace %s /Filter /DCTDecode"
    ) % (width, height, _COLOURS[colours])
    return page, _stream(b"", drawing), _stream(picture, photo)


def _stream(words: bytes, content: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (words, len(content), content)


def _file(objects: Sequence[bytes]) -> bytes:
    head = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    parts = [b"%d 0 obj\n%s\nendobj\n" % (n, one) for n, one in enumerate(objects, 1)]
    *starts, end = accumulate(map(len, parts), initial=len(head))
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    count = len(parts) + 1
    tail = b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    tail += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, end)
    return b"".join((head, *parts, tail))


def _measured(photo: bytes) -> tuple[int, int, int]:
    """Width and height in pixels, and the number of colours, from the JPEG's frame header."""
    at = 2
    while photo.startswith(b"\xff\xd8") and at + 10 <= len(photo) and photo[at] == 0xFF:
        if photo[at + 1] in _FRAMES:
            height, width = (int.from_bytes(photo[at + n : at + n + 2], "big") for n in (5, 7))
            if width and height and photo[at + 9] in _COLOURS:
                return width, height, photo[at + 9]
            raise NotPages
        at += 2 + int.from_bytes(photo[at + 2 : at + 4], "big")
    raise NotPages
