"""The invented people whom every stand-in knows."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter
from ruamel.yaml import YAML

INVENTED = "（虚构）"  # stands behind every name on a sandbox page, never on the wire


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RegistryAnswer(StrEnum):
    """What the household registry does when asked about this citizen."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    OUT_OF_PROVINCE = "out_of_province"
    MISMATCH = "mismatch"
    TIMEOUT = "timeout"
    GARBAGE = "garbage"


class Address(Frozen):
    """Five levels below the province; GB/T 2260 codes, of the town where it is known."""

    province: str
    city: str
    county: str
    town: str
    community: str
    compound: str
    codes: dict[str, str]


class Person(Frozen):
    """What a household register knows besides name and number."""

    sex: str
    ethnicity: str
    birth_date: str
    address: Address
    household_type: str
    household_status: str
    marital_status: str


class Retirement(Frozen):
    """What the HR department has confirmed."""

    retirement_month: str
    person_kind: str
    retirement_kind: str
    insured_city: str


class Record(Frozen):
    """Hebei: what the HR platform has on file before anybody has decided anything."""

    facts: dict[str, str]
    papers: tuple[str, ...] = ()
    """Kinds (sandbox/papers.py) of the papers that can be fetched."""


class Citizen(Frozen):
    key: str
    case: str
    name: str
    id_number: str
    phone: str
    registry: RegistryAnswer
    person: Person
    retirement: Retirement | None = None
    record: Record | None = None

    @property
    def shown_name(self) -> str:
        """The name as sandbox pages write it."""
        return self.name + INVENTED


class Citizens:
    """Look-ups by key and by ID number."""

    def __init__(self, people: list[Citizen]) -> None:
        self.by_key = {one.key: one for one in people}
        self.by_id_number = {one.id_number: one for one in people}

    def __iter__(self) -> Iterator[Citizen]:
        return iter(self.by_key.values())


def load_citizens() -> Citizens:
    """Everybody in citizens.yaml."""
    path = Path(__file__).with_name("citizens.yaml")
    raw = TypeAdapter(dict[str, dict[str, object]]).validate_python(YAML(typ="safe").load(path))
    return Citizens([Citizen.model_validate({"key": key, **entry}) for key, entry in raw.items()])
