"""`python -m bot freeze`: today's definitions become releases, which nobody changes any more."""

import sys
from collections.abc import Sequence

from bot.settings import Place
from storage.definitions import freeze, provinces


def freeze_definitions(place: Place, names: Sequence[str]) -> None:
    """Freeze what differs from its newest release. Raises DefinitionBroken, ReleaseBroken."""
    for name in names or place.wanted or provinces(place.services_dir):
        path = freeze(place.services_dir, name)
        what = "no change since the newest release" if path is None else f"release {path.stem}"
        print(f"{name}: {what}", file=sys.stdout)  # noqa: T201 — the command's answer
