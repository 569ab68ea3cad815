"""The lists under `services/`, read as plainly as their heads describe them."""

import csv
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML

from dialogs.kinds.base import Row

SERVICES = Path(__file__).parents[2] / "services"


def rows(path: str) -> list[Row]:
    """Every row of a list, by its path under `services/`."""
    file = SERVICES / path
    return list(_from_csv(file) if file.suffix == ".csv" else _from_yaml(file))


def _from_csv(file: Path) -> Iterator[Row]:
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            also = tuple(row["also"].split("|")) if row["also"] else ()
            yield Row(row["id"], row["name"], also, row["under"])


def _from_yaml(file: Path) -> Iterator[Row]:
    for row in YAML(typ="safe").load(file):
        unknown = set(row) - {"id", "name", "also", "under", "data"}
        assert not unknown, (file.name, row)
        also = tuple(row.get("also", ()))
        assert all(isinstance(word, str) for word in (row["id"], row["name"], *also)), row
        yield Row(row["id"], row["name"], also, row.get("under", ""), row.get("data", {}))
