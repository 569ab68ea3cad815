"""Built-in pictures a citizen can send: sheets of paper with grey lines, drawn as PNG here.

They carry no text and no face: what a photo shows is never read by the product.
"""

import struct
import zlib
from collections.abc import Mapping

_WIDTH, _HEIGHT = 720, 960
_TINTS: Mapping[str, tuple[int, int, int]] = {
    "photo": (242, 240, 232),
    "retirement_paper": (250, 247, 236),
    "id_card": (226, 238, 246),
    "bank_card": (232, 240, 232),
    "residence_booklet": (246, 234, 230),
}
_RED, _GREY, _DESK = b"\xc4\x3c\x38", b"\x8a\x8a\x8a", b"\x6b\x5d\x4f"


def built_in_picture(name: str) -> bytes:
    """A PNG by name (`photo`, `retirement_paper`, `id_card` …); unknown names give `photo`."""
    paper = bytes(_TINTS.get(name, _TINTS["photo"]))
    rows = b"".join(b"\x00" + _row(y, paper) for y in range(_HEIGHT))
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows, 6))
        + _chunk(b"IEND", b"")
    )


def _row(y: int, paper: bytes) -> bytes:
    if not 60 <= y < _HEIGHT - 60:
        return _DESK * _WIDTH
    sheet = paper * (_WIDTH - 120)
    if 110 <= y < 130:
        sheet = paper * 150 + _RED * 300 + paper * 150
    elif 180 <= y < 760 and y % 40 < 6:
        length = 480 - (y * 7919) % 160
        sheet = paper * 50 + _GREY * length + paper * (550 - length)
    return _DESK * 60 + sheet + _DESK * 60


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
