"""The case's parts as sealed JSON, and back.

Read by pydantic from the domain's own dataclasses: a field with a default may be missing, so what
an older version wrote can still be read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from cases.case import Application, Case, Clock, Issued, Item, Supplement
from storage.sealing import Sealer
from storage.sql.session import Row


@dataclass(frozen=True, slots=True)
class Details:
    """What of a case is neither its application nor its items."""

    clock: Clock
    sendable_at: datetime
    supplements: tuple[Supplement, ...] = ()
    taken_back_at: datetime | None = None
    overdue: bool = False
    issued: tuple[Issued, ...] = ()


# `cases.values.JSON` is recursive by name; here any JSON value will do, as JSON is what we read
_NAMES = {"Sequence": Sequence, "Mapping": Mapping, "JSON": Any}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    adapter = TypeAdapter[Any](kind)
    adapter.rebuild(_types_namespace=_NAMES)
    return adapter


_APPLICATION = _adapter(Application)
_DETAILS = _adapter(Details)
_ITEM = _adapter(Item)


class CaseCodec:
    """Seals the parts of a case for their rows."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def application(self, case: Case) -> bytes:
        """`cases.application_sealed`: written once."""
        plain = _APPLICATION.dump_json(case.application)
        return self._sealer.seal(plain, ("cases", "application", case.case_no))

    def details(self, case: Case) -> bytes:
        """`cases.details_sealed`."""
        details = Details(
            *(case.clock, case.sendable_at, case.supplements, case.taken_back_at),
            *(case.overdue, case.issued),
        )
        return self._sealer.seal(_DETAILS.dump_json(details), ("cases", "details", case.case_no))

    def item(self, case_no: str, item: Item) -> bytes:
        """`items.details_sealed`."""
        return self._sealer.seal(
            _ITEM.dump_json(item), ("items", "details", item_id(case_no, item.code))
        )

    def case(self, row: Row, items: Sequence[Row]) -> Case:
        """The case of a row of `cases` and its rows of `items`, in order."""
        case_no: str = row["case_no"]
        application = self._sealer.open(
            row["application_sealed"], ("cases", "application", case_no)
        )
        details: Details = _DETAILS.validate_json(
            self._sealer.open(row["details_sealed"], ("cases", "details", case_no))
        )
        return Case(
            case_no=case_no,
            application=_APPLICATION.validate_json(application),
            items=tuple(self._item(case_no, item) for item in items),
            clock=details.clock,
            sendable_at=details.sendable_at,
            supplements=details.supplements,
            issued=details.issued,
            taken_back_at=details.taken_back_at,
            overdue=details.overdue,
            version=row["version"],
        )

    def _item(self, case_no: str, row: Row) -> Item:
        place = ("items", "details", item_id(case_no, row["code"]))
        item: Item = _ITEM.validate_json(self._sealer.open(row["details_sealed"], place))
        return item


def item_id(case_no: str, code: str) -> str:
    """The row of an item."""
    return f"{case_no}-{code}"
