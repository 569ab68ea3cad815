from pathlib import Path

import pytest
from ruamel.yaml import YAML

from cases.definition import Service
from cases.workdays import Calendar
from tests.cases.journey import Journey

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def henan() -> Service:
    return _service("henan")


@pytest.fixture(scope="session")
def hebei() -> Service:
    return _service("hebei")


def _service(province: str) -> Service:
    text = (ROOT / f"services/{province}/service.yaml").read_text(encoding="utf-8")
    return Service.model_validate(YAML(typ="safe", pure=True).load(text))


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def journey(henan: Service, calendar: Calendar) -> Journey:
    return Journey.sent(henan, calendar)
