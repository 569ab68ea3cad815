"""What a picture is, by its first bytes; what it is called by its sender does not count."""

from typing import Final

_SIGNATURES: Final = (
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"WEBP", 8, "image/webp"),
)
SMALLEST: Final = 64
"""Bytes; less is no photo of a paper."""


def media_type_of(content: bytes) -> str | None:
    """`image/jpeg`, `image/png`, `image/webp`; None for anything else."""
    if len(content) < SMALLEST:
        return None
    for signature, at, media_type in _SIGNATURES:
        if content[at : at + len(signature)] == signature:
            return media_type
    return None
