"""Frozen releases: `services/<province>/releases/<n>.json`, never changed once they are written.

    read_releases     every release, in order; one that was changed by hand is refused
    write_release     the next one

A release in service has cases and drafts; whatever must be mended becomes the next release
(`python -m bot freeze`). Each file carries the digest of what it says.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from dialogs.releases import Release
from storage.errors import StorageError

FOLDER: Final = "releases"


class ReleaseBroken(StorageError):
    """The frozen releases of a province cannot be used."""


def read_releases(province: Path) -> tuple[Release, ...]:
    """The releases in a province's folder, from the first on. Raises ReleaseBroken."""
    found = {path.stem: path for path in (province / FOLDER).glob("*.json")}
    numbers = [str(number) for number in range(1, len(found) + 1)]
    if missing := [number for number in numbers if number not in found]:
        raise ReleaseBroken(
            f"services/{province.name}/{FOLDER}/{missing[0]}.json is missing; expected 1 to"
            f" {len(found)} without gaps"
        )
    return tuple(_read(province, found[number]) for number in numbers)


def write_release(province: Path, release: Release) -> Path:
    """Write the next release. It is never written over."""
    folder = province / FOLDER
    folder.mkdir(exist_ok=True)
    path = folder / f"{len([*folder.glob('*.json')]) + 1}.json"
    content = release.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    text = json.dumps({"digest": _digest(content), "release": content}, **_STYLE)
    with path.open("x", encoding="utf-8") as file:
        file.write(text + "\n")
    return path


_STYLE: Final[dict[str, Any]] = {"ensure_ascii": False, "sort_keys": True, "indent": 1}


def _read(province: Path, path: Path) -> Release:
    where = f"services/{province.name}/{FOLDER}/{path.name}"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        digest, content = data["digest"], data["release"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseBroken(f"{where} is not what freeze has written: {error!r}") from error
    if digest != _digest(content):
        raise ReleaseBroken(
            f"{where} was changed after it was frozen; put back what freeze has written, and say"
            " what must be another in the province's own files"
        )
    try:
        return Release.model_validate_json(json.dumps(content))
    except ValidationError as error:
        first = error.errors()[0]
        what = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise ReleaseBroken(f"{where} cannot be read by this version: {what}") from error


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, **_STYLE).encode()).hexdigest()
