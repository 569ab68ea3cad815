"""What departments report: the wire model with a cap on everything, and the domain's type."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from cases.case import Missing
from cases.definition import Stage
from cases.values import JSON

Id: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]
Note: TypeAlias = Annotated[str, Field(max_length=500)]
Value: TypeAlias = Note | bool | int | float | None
Values: TypeAlias = Annotated[dict[Id, Value], Field(max_length=30)]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class MissingBody(_Wire):
    """One missing thing; `code` as in the service definition, `note` for the applicant."""

    kind: Literal["document", "answer", "result"]
    code: Id
    note: Note = ""


class ResultDocumentBody(_Wire):
    """A result document: its bytes in `content` (base64), or a place to fetch them from."""

    kind: Id
    title: Annotated[str, Field(max_length=200)] = ""
    number: Annotated[str, Field(max_length=100)] = ""
    media_type: Annotated[str, Field(max_length=100)] = ""
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    url: Annotated[str, Field(max_length=500)] = ""
    content: Annotated[str, Field(max_length=2_800_000)] = ""  # base64 of 2 MB


class ReportBody(_Wire):
    """`POST /departments/v1/reports`."""

    report_id: Id
    case_no: Id
    item: Id
    stage: Stage
    reason: Note = ""
    missing: Annotated[tuple[MissingBody, ...], Field(max_length=20, strict=False)] = ()
    basis: Note = ""
    suggested_office: Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9._:-]{0,63})?$")] = ""
    result: Values = {}
    documents: Annotated[tuple[ResultDocumentBody, ...], Field(max_length=10, strict=False)] = ()
    facts: Values = {}
    occurred_at: Annotated[AwareDatetime, Field(strict=False)]

    @model_validator(mode="after")
    def _says_why(self) -> "ReportBody":
        # 一次性告知: a return names what is missing; nobody is refused without a reason (HN-27).
        if self.stage == "returned" and not self.missing:
            raise ValueError("returned: name everything that is missing")
        if self.stage in ("refused", "denied") and not self.reason.strip():
            raise ValueError(f"{self.stage}: give the reason")
        return self

    def report(self, documents: tuple[str, ...] = ()) -> "Report":
        """The domain's type; `documents` are the ids under which the result papers were kept."""
        return Report(
            report_id=self.report_id,
            case_no=self.case_no,
            item=self.item,
            stage=self.stage,
            reason=self.reason,
            missing=tuple(Missing(one.kind, one.code, one.note) for one in self.missing),
            basis=self.basis,
            suggested_office=self.suggested_office,
            result=dict(self.result),
            documents=documents,
            facts=dict(self.facts),
            occurred_at=self.occurred_at,
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What a department said about an item, and when it happened there."""

    report_id: str
    case_no: str
    item: str
    stage: Stage
    occurred_at: datetime
    reason: str = ""
    missing: tuple[Missing, ...] = ()
    basis: str = ""
    suggested_office: str = ""
    result: Mapping[str, JSON] = field(default_factory=dict)
    documents: tuple[str, ...] = ()
    facts: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who reports: a department's connection. Office `*` speaks for all of its offices."""

    department: str
    office: str
