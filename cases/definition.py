"""What a province's plan says about items, departments, clocks and materials, as data.

`services/<province>/service.yaml` is read into these models by `storage/definitions`. They are
strict and frozen: an unknown word, a wrong type or a name that leads nowhere is a mistake that
the loader reports with its line, never something met while a case is running.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from cases.case import Applicant
from cases.conditions import ALWAYS, NEVER, Condition
from cases.switches import settled

Code: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")]
Line: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
Stage: TypeAlias = Literal[
    "accepted", "returned", "refused", "progress", "approved", "denied", "done", "misrouted"
]
"""A department's own words about an item; see the department API."""
Level: TypeAlias = Literal["province", "city", "county"]
FactKind: TypeAlias = Literal["yes_no", "date", "month", "text"]
ANY_OFFICE = "*"
"""One system serves every office of the department."""


class Strict(BaseModel):
    """Nothing unknown, nothing converted, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Codes: TypeAlias = Annotated[tuple[Code, ...], Field(strict=False)]
Lines: TypeAlias = Annotated[tuple[Line, ...], Field(strict=False)]


class Department(Strict):
    """Who decides, and the system that receives the tasks."""

    code: Code
    name: Line
    system: Line
    phone: str = ""


class PlanNumbers(Strict):
    """The three numberings of one item in the issued plan (domain A2): shown to clerks only."""

    text: str = ""
    table: str = ""
    chart: str = ""


class OfficeByAnswer(Strict):
    """The office is the answer itself, as with the housing fund's centre."""

    by_answer: Code


class AfterItem(Strict):
    """Opened by another item's end; with a fact, only when the department says yes."""

    item: Code
    on: Literal["approved", "done"]
    fact: Code | None = None


class InMonth(Strict):
    """Opened on the n-th working day of the month in an answer.

    `fact`: what a department has confirmed of that month goes before what she said (domain B11).
    `late`: what becomes of it when that day is past once everything else is there (domain B6).
    """

    answer: Code
    workday: Annotated[int, Field(ge=1, le=15)]
    fact: Code | None = None
    late: Literal["at_once", "next_workday"] = "at_once"


def _several(value: Any) -> Any:
    """One predecessor may be written without a list."""
    return (value,) if isinstance(value, Mapping) else value


class Opened(Strict):
    """What an item waits for before its task is sent; all of it, when several things are said.

    Of the items in `after`, those that the case has must all have come to their end.
    """

    when: Condition = ALWAYS
    at_submission: Literal[True] | None = None
    after: Annotated[tuple[AfterItem, ...], BeforeValidator(_several), Field(strict=False)] = ()
    month: InMonth | None = None

    @model_validator(mode="after")
    def _something(self) -> "Opened":
        waits = bool(self.after) or self.month is not None
        if waits == (self.at_submission is True):
            raise ValueError("say after, month or both; or write opened: at_submission")
        return self


AT_SUBMISSION = Opened(at_submission=True)


class ItemClock(Strict):
    """How long the department has. `shared` names the clock that several items run on."""

    limit_workdays: Annotated[int, Field(ge=1, le=250)] | None = None
    immediate: bool = False
    shared: Code | None = None
    starts: Literal["with_case", "when_sent", "when_received"] = "with_case"
    """with_case: by the plan's rule for the month of retirement. when_received: with the
    department's own receipt; until that is known, with the sending."""
    warn_calendar_days: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _one_limit(self) -> "ItemClock":
        if self.immediate == (self.limit_workdays is not None):
            raise ValueError("say exactly one of: limit_workdays, immediate: true")
        return self

    @property
    def workdays(self) -> int:
        """The limit in working days; 0 means on the starting day itself."""
        return self.limit_workdays or 0


class Needs(Strict):
    """What the department may see: the least that its item needs (个人信息保护法 6).

    `answers` names question keys; `children` also covers `children.0.name` and the like.
    `results` names earlier items whose result goes along.
    """

    answers: Codes = ()
    documents: Codes = ()
    results: Codes = ()


class CanBeMissing(Strict):
    """Something that a department may ask for again.

    A `result` is another item's, named by the item: nothing she can give. The item waits for it,
    and its clock starts when it is there (domain B4).
    """

    kind: Literal["document", "answer", "result"]
    code: Code


class ItemDefinition(Strict):
    """One item (事项) of the plan."""

    code: Code
    plan_no: PlanNumbers = PlanNumbers()
    name: Line
    short: Line
    department: Code
    office: Code | Literal["*"] | OfficeByAnswer = ANY_OFFICE
    area: Code | None = None
    """The answer (an address) whose county's clerks work on it; else the case's own city's."""
    when: Condition = ALWAYS
    opened: (
        Literal["at_submission"]
        | Opened
        | Annotated[tuple[Opened, ...], Field(strict=False, min_length=1)]
    ) = "at_submission"
    """By situation: of several, the first whose condition the answers meet."""
    flow: Literal["in_turn", "together"]
    acceptance: Literal["by_department", "automatic"]
    clock: ItemClock
    needs: Needs
    results: Annotated[tuple[Code, ...], Field(strict=False)] = ()
    review_points: Lines = ()
    can_be_missing: Annotated[tuple[CanBeMissing, ...], Field(strict=False)] = ()
    levels: Annotated[tuple[Level, ...], Field(strict=False)] = ()
    """实施层级: who may decide it, for the counters; empty where the plan does not say."""
    original_channel: Line
    apply_anew: Condition = NEVER
    """Whether, refused or denied, the whole application may be filed anew (重新申报, domain B8);
    otherwise this item alone goes by its original channel."""

    @model_validator(mode="after")
    def _always_a_way(self) -> "ItemDefinition":
        if self.ways[-1].when != ALWAYS:
            raise ValueError("opened: the last way has no condition, so that one always holds")
        return self

    @property
    def ways(self) -> tuple[Opened, ...]:
        """How it may be opened, the first that holds."""
        if isinstance(self.opened, tuple):
            return self.opened
        return (AT_SUBMISSION if self.opened == "at_submission" else self.opened,)

    def may_ask_for(self, kind: str, code: str) -> bool:
        """Whether a department may name this as missing; a row of a table counts as its table."""
        return any(
            one.kind == kind and (one.code == code or code.startswith(one.code + "."))
            for one in self.can_be_missing
        )


class Material(Strict):
    """A paper that the application needs in a situation, and where it comes from, best first."""

    code: Code
    name: Line
    when: Condition = ALWAYS
    sources: Annotated[
        tuple[Literal["papers", "registry", "photo"], ...], Field(strict=False, min_length=1)
    ]


class Check(Strict):
    """A condition of acceptance that her answers can tell something about, said before she submits.

    `fails`: it is not met; `unknown`: her answers leave it open, the department looks. A referral
    also names somebody else whom she may turn to. What it means and what to do is the text
    `check.<code>`. No check ever stops a submission: a department decides (domain 1.2 C).
    """

    code: Code
    item: Code | None = None
    about: Line
    source: Line
    when: Condition = ALWAYS
    fails: Condition = NEVER
    unknown: Condition = NEVER
    kind: Literal["guidance", "referral"] = "guidance"


class Document(Strict):
    """A document that we produce, such as the application form as PDF."""

    code: Code
    name: Line
    template: Line
    when: Condition = ALWAYS


class FactDefinition(Strict):
    """Something a department tells us beside its decision."""

    code: Code
    kind: FactKind
    name: Line


class Switches(Strict):
    """One reading for every ambiguous passage (domain 1.3); a province writes all of them down."""

    retirement_month: Code
    """The question whose answer is the month of retirement, `YYYY-MM`."""
    acceptance_day: Annotated[int, Field(ge=1, le=15)]
    """Filed before that month: the clock starts on its n-th working day."""
    same_month_floor: bool
    """A4: whether somebody who files on the month's first days waits for that day too."""
    warn_as_if_start_counted: bool
    """A5: the warning counts the starting day as the first; the limit itself never does."""
    return_resets_clock_before_acceptance: bool
    """A22: a return before acceptance starts the clock anew on the day of completion."""
    return_pauses_clock_after_acceptance: bool
    """A22: a return after acceptance leaves only the rest; never 20 days again."""
    acceptance_within_workdays: Annotated[int, Field(ge=1, le=20)]
    """A21: not promised to anybody; the desk is reminded."""
    allow_year_of_60: bool = False
    """A8: ⑨ may be applied for from the first day of the year of the sixtieth birthday on."""
    only_child_alone: bool = False
    """A1: ⑨ may be applied for by itself. Off: she is referred to the 居(村)民委员会."""


class CaseLimitWhen(Strict):
    """Another promise for the case in a situation."""

    when: Condition
    limit_workdays: Annotated[int, Field(ge=1, le=250)]


class CaseLimits(Strict):
    """The promise for the case as a whole; of `by_situation` the first that holds."""

    limit_workdays: Annotated[int, Field(ge=1, le=250)]
    by_situation: Annotated[tuple[CaseLimitWhen, ...], Field(strict=False)] = ()


class Archive(Strict):
    """How closed cases are kept (domain.md 5): 保管期限 in years, 密级 as the archive calls it."""

    retention_years: Annotated[int, Field(ge=1, le=200)] = 30
    secrecy: str = ""


class Service(Strict):
    """A province's service."""

    province: Code
    name: Line
    area: Annotated[str, Field(pattern=r"^\d{6}$")]
    plan: Line
    applicants: Annotated[tuple[Applicant, ...], Field(strict=False, min_length=1)]
    departments: Annotated[tuple[Department, ...], Field(strict=False, min_length=1)]
    items: Annotated[tuple[ItemDefinition, ...], Field(strict=False, min_length=1)]
    materials: Annotated[tuple[Material, ...], Field(strict=False)] = ()
    facts: Annotated[tuple[FactDefinition, ...], Field(strict=False)] = ()
    checks: Annotated[tuple[Check, ...], Field(strict=False)] = ()
    by_unit_only: Condition = NEVER
    """Where the plan lets only somebody else apply for her: her own hand then submits nothing."""
    case: CaseLimits
    switches: Switches
    documents: Annotated[tuple[Document, ...], Field(strict=False)] = ()
    notices: Codes = ()
    archive: Archive = Archive()

    @model_validator(mode="before")
    @classmethod
    def _switches_are_settled(cls, data: Any) -> Any:
        """Conditions may ask for a switch: `when: {switch: …}` (`cases/switches.py`)."""
        return settled(data, data.get("switches") or {}) if isinstance(data, Mapping) else data

    @model_validator(mode="after")
    def _names_lead_somewhere(self) -> "Service":
        for what, codes in (
            ("department", [one.code for one in self.departments]),
            ("item", [one.code for one in self.items]),
            ("material", [one.code for one in self.materials]),
            ("fact", [one.code for one in self.facts]),
            ("check", [one.code for one in self.checks]),
        ):
            _no_twins(what, codes)
        for position, item in enumerate(self.items):
            self._check_item(item, {one.code for one in self.items[:position]})
        self._check_shared_clocks()
        for check in self.checks:
            if check.item is not None:
                _known(check.code, "item", check.item, (one.code for one in self.items))
        return self

    def _check_item(self, item: ItemDefinition, earlier: set[str]) -> None:
        _known(item.code, "department", item.department, (one.code for one in self.departments))
        awaited = [one.code for one in item.can_be_missing if one.kind == "result"]
        # An item may only follow one written above it: the workflow can then have no circle.
        after = [one for way in item.ways for one in way.after]
        for code in (*item.needs.results, *awaited, *(one.item for one in after)):
            _known(item.code, "earlier item", code, earlier)
        for one in after:
            self._check_fact(item.code, one.fact, "yes_no")
        for way in item.ways:
            self._check_fact(item.code, way.month.fact if way.month else None, "month")

    def _check_fact(self, where: str, fact: str | None, kind: FactKind) -> None:
        kinds = {one.code: one.kind for one in self.facts}
        if fact is None:
            return
        _known(where, "fact", fact, kinds)
        if kinds[fact] != kind:
            raise ValueError(f"{where}: fact {fact} must be {kind}")

    def _check_shared_clocks(self) -> None:
        limits: dict[str, int] = {}
        for item in self.items:
            shared = item.clock.shared
            if shared and limits.setdefault(shared, item.clock.workdays) != item.clock.workdays:
                raise ValueError(f"{item.code}: clock {shared} has two limits")

    def item(self, code: str) -> ItemDefinition:
        """The definition of one item. Raises KeyError when the plan has none of that code."""
        for one in self.items:
            if one.code == code:
                return one
        raise KeyError(code)

    def department(self, code: str) -> Department:
        """One department. Raises KeyError when the plan has none of that code."""
        for one in self.departments:
            if one.code == code:
                return one
        raise KeyError(code)


def _no_twins(what: str, codes: Iterable[str]) -> None:
    twins = [code for code, times in Counter(codes).items() if times > 1]
    if twins:
        raise ValueError(f"{what} {twins[0]} is there twice")


def _known(where: str, what: str, code: str, known: Iterable[str]) -> None:
    if code not in set(known):
        raise ValueError(f"{where}: no {what} is called {code}")
