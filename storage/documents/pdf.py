"""PDFs for the archive from typst templates: PDF/A-2b, the same bytes for the same input.

A pure function of its arguments and the files under the services folder: no clock, no system
fonts, no network. What a citizen typed goes in as JSON and is set as text, never as markup.
Takes about 35 ms a form and releases the GIL: call it in a thread.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import typst

from cases.values import JSON
from storage.errors import StorageError

# Noto Sans and Serif SC, and, for Extension B (𠮷), Noto Sans CJK.
FONT_PACKAGES: Final = ("pylopdf_fonts_zh_cn", "noto_cjk_sans_otc")

# PDF/A forbids text without a glyph; typst then names every such cluster, as Rust prints strings.
MISSING: Final = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
RUST_ESCAPE: Final = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")
RUST_SHORT_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


class RenderingFailed(StorageError):
    """The document could not be made."""


class MissingGlyph(RenderingFailed):
    """No font on board can print some of the characters."""

    def __init__(self, characters: tuple[str, ...]) -> None:
        # Code points, so that the message itself can be printed anywhere.
        points = (f"U+{ord(point):04X}" for text in characters for point in text)
        super().__init__(f"no glyph for {' '.join(points)}")
        self.characters = characters


def render(template: Path, data: Mapping[str, JSON], made_at: datetime) -> bytes:
    """The PDF that `template` makes of `data`, stamped `made_at` (with its time zone).

    A template is `<services>/<province>/documents/<name>.typ`. It reads `sys.inputs.data`, one
    JSON object, and may import files under `<services>` and none outside. Raises MissingGlyph
    with the characters that cannot be printed, each once, else RenderingFailed, which holds
    typst's words about the template and none of the data.
    """
    if made_at.tzinfo is None:
        raise RenderingFailed("made_at has no time zone")
    path = template.resolve()
    try:
        return typst.compile(
            path,
            root=path.parents[2],
            font_paths=_fonts(),
            sys_inputs={"data": json.dumps(data, ensure_ascii=True)},
            pdf_standards="a-2b",
            timestamp=made_at.astimezone(UTC).replace(microsecond=0),
        )
    except typst.TypstError as error:
        missing = tuple(dict.fromkeys(_missing(error.diagnostic)))
        if missing:
            raise MissingGlyph(missing) from None
        raise RenderingFailed(f"{path.name}: {error.message}") from None
    except RuntimeError as error:  # the template itself cannot be found
        raise RenderingFailed(f"{path.name}: {error}") from None


@cache
def _fonts() -> typst.Fonts:
    """The fonts of our packages only, read once: a system's own fonts would change the bytes."""
    folders: list[Path] = []
    for package in FONT_PACKAGES:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise RenderingFailed(f"the font package {package} is not installed")
        folders.append(Path(spec.origin).parent)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def _missing(diagnostic: str) -> Iterator[str]:
    for found in MISSING.finditer(diagnostic):
        yield RUST_ESCAPE.sub(_unescaped, found[1])


def _unescaped(escape: re.Match[str]) -> str:
    if escape[1]:
        return chr(int(escape[1], 16))
    return RUST_SHORT_ESCAPES.get(escape[2], escape[2])
