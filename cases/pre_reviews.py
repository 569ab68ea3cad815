"""The register of 提前预审: whose papers are looked at before they are applied with.

Source: 豫人社办〔2024〕46号 (HN-48: 开展退休提前预审服务，建立退休人员预审数据库), the window of
HN-14 and HB-10, and domain B13 for who comes too early.
"""

from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

State: TypeAlias = Literal["registered", "in_order", "missing"]
"""registered: waits for HR; in_order: the papers are complete; missing: HR said what is lacking."""
STATES: Final[tuple[State, ...]] = ("registered", "in_order", "missing")
Source: TypeAlias = Literal["chat", "desk"]
"""chat: she registered herself, with her consent; desk: HR brought a list of the insured."""


@dataclass(frozen=True, slots=True)
class PreReview:
    """One person and one retirement month (YYYY-MM) in the register.

    `person` is whose phone is told (empty: nobody's), `subject` whom it is about as that phone
    calls them; `city` the code of the place where she is insured. `missing` is HR's own words,
    of what is missing; `consent` the version of the statement she agreed to.
    """

    id: str
    province: str
    city: str
    month: str
    name: str = field(repr=False)
    id_number: str = field(repr=False)
    phone: str = field(default="", repr=False)
    person: str = ""
    subject: str = ""
    source: Source = "chat"
    verified: bool = False
    consent: str = ""
    state: State = "registered"
    missing: str = field(default="", repr=False)
    version: int = 0
    """How often HR has marked it."""


def settles(known: PreReview, new: PreReview) -> bool:
    """Whether who registers anew may read where `known` stands, and be told of it from now on.

    She registered it herself, or is verified, or nobody's phone is told yet and the one typed is
    the one HR has: whoever only knows a name and a number learns nothing of it.
    """
    if known.subject and known.subject == new.subject:
        return True
    unclaimed = not known.person and bool(known.phone) and known.phone == new.phone
    return new.verified or unclaimed
