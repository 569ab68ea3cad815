"""From facts to sentences: a province's wordings of all notices, checked when they are loaded.

Each notice has a template message (typed fields, `notifications/template_fields.py`) and a customer
message that says the same at length. Templates get the variables of `VARIABLES`, always all of
them; what departments wrote is a value, never a template.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from cases.values import JSON
from cases.workdays import SHANGHAI
from dialogs.texts import Texts
from notifications.catalog import NOTICES, URGENCIES, Urgency
from notifications.notice import Notice
from notifications.template_fields import Kind, check, fit


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Wording(_Strict):
    """One notice. `fields`: our field → its text; `taps`: commands under the customer message."""

    template: str
    fields: dict[str, str]
    message: str
    taps: Annotated[tuple[str, ...], Field(strict=False)] = ()


class WordingFile(_Strict):
    """`notices.yaml`. `templates`: our template → our field → its kind. `extras`:
    `<notice>.<item>` → a sentence that only this item's notice has. `desk`: a note for a clerk.
    """

    templates: dict[str, dict[str, Kind]] = {}
    notices: dict[str, Wording] = {}
    extras: dict[str, str] = {}
    results: dict[str, str] = {}
    """`<state>.<item>` → what 进度 adds about it, in a few words."""
    unnamed: str = ""
    """What something missing is called that no list names."""
    desk: str = ""


class AccountTemplate(_Strict):
    """A template as an account was granted it: its id, and our field → its field (`thing2`)."""

    id: Annotated[str, Field(min_length=1)]
    fields: dict[str, str]


class TemplateFile(_Strict):
    """`templates.yaml` of an account: our template → the account's."""

    templates: dict[str, AccountTemplate]


@dataclass(frozen=True, slots=True)
class Counter:
    """Where somebody goes in person; what the operator has not filled in is empty."""

    name: str = ""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """How codes are called: what is missing, by (kind, code), and offices."""

    missing: Callable[[str, str], str]
    office: Callable[[str], str]
    counter: Callable[[str], Counter] = lambda _: Counter()
    """By the code that `cases.routing.counter_of` gives."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: `fields` of our template `template`, or `text` with `taps` (commands)."""

    template: str
    fields: Mapping[str, str]
    text: str
    taps: tuple[str, ...]
    urgency: Urgency


VARIABLES: Final = frozenset(
    {
        "applicant", "apply_anew", "at", "basis", "benefit_month", "case_no", "counter",
        "counter_address", "counter_phone", "department", "due_on", "extra",
        "first_payment_month", "item_name", "item_short", "items", "missing", "month", "office",
        "on", "original_channel", "others", "paid", "paid_year", "phone", "plan", "provisional",
        "publicity_from", "publicity_until", "reason", "state", "submitted_on", "was_due_on",
    }
)  # fmt: skip
"""Days are spelled (2026年3月9日), months too; `others`: how many notices were merged into this;
`missing`: a list of {name, note}; `items`: a list of {name, state}; what is unknown is empty.
`counter`: the particular office of `original_channel`, where its address is known;
`counter_phone`: its own telephone, else the department's; `apply_anew`: who may file the whole
anew (`self`, `unit`).
"""

DAYS: Final = ("on", "submitted_on", "due_on", "was_due_on")
TEXTS: Final = (
    "applicant", "apply_anew", "basis", "department", "item_name", "item_short",
    "original_channel", "phone", "plan", "reason", "state",
)  # fmt: skip
_RESULT: Final = "result/"
APPLY_ANEW: Final = "anew"
"""A command that only stands under a notice where it leads somewhere."""
_LONGEST_MERGED = 1800
"""Bytes: what is longer than one text of 2,047 is told shorter (the taps need room, too)."""


class Wordings:
    """All notices of one province, ready to be said."""

    def __init__(self, file: WordingFile, names: Names) -> None:
        """Raises TextBroken for a text that is no template; `mistakes` finds everything else."""
        self._file = file
        self._names = names
        self._texts = Texts(dict(sources(file)))

    def say(self, notices: Sequence[Notice]) -> Message:
        """One message for all of them; the one that needs her most comes first and leads.

        Raises KeyError for a notice without a wording.
        """
        first, *others = sorted(notices, key=_rank)
        lead = self._file.notices[first.key]
        values = self.values(first, len(others))
        fields = {name: self._texts.render(f"{first.key}/{name}", values) for name in lead.fields}
        texts = [self._texts.render(first.key, values)]
        texts += [self._texts.render(one.key, self.values(one, 0)) for one in others]
        return Message(
            template=lead.template,
            fields=fields,
            text=_joined(texts),
            taps=tuple(dict.fromkeys(_taps(self._file, (first, *others)))),
            urgency=NOTICES[first.key].urgency,
        )

    def result(self, known: Notice) -> str:
        """What 进度 adds about an item; `known.key` is its state, empty where there is nothing."""
        key = f"{_RESULT}{known.key}.{known.item}"
        return self._texts.render(key, self.values(known, 0)) if key in self._texts else ""

    def for_the_desk(self, message: Message) -> str:
        """The note of a clerk who is to tell her by telephone."""
        return self._texts.render("desk", {"text": message.text})

    def kind(self, template: str, field: str) -> Kind:
        """The kind of one of our fields."""
        return self._file.templates[template][field]

    @property
    def templates(self) -> Mapping[str, Mapping[str, Kind]]:
        """Our templates, field by field."""
        return self._file.templates

    def values(self, notice: Notice, others: int = 0) -> dict[str, JSON]:
        """Everything that a template may say of a notice (`VARIABLES`), spelled."""
        params = notice.params
        values: dict[str, JSON] = {name: str(params.get(name) or "") for name in TEXTS}
        values |= {name: spelled_day(str(params.get(name) or "")) for name in DAYS}
        facts = params.get("facts")
        facts = facts if isinstance(facts, Mapping) else {}
        office = self._names.office(str(params.get("office") or ""))
        counter = self._names.counter(str(params.get("counter") or ""))
        values |= {
            "at": _spelled_time(notice.at),
            "case_no": notice.case_no,
            "others": others,
            "provisional": params.get("provisional") is True,
            "office": office or values["department"],
            "counter": counter.name if counter.address else "",
            "counter_address": counter.address,
            "counter_phone": counter.phone or values["phone"],
            "benefit_month": spelled_day(
                str(facts.get("payment_from") or params.get("benefit_month") or "")
            ),
            "month": spelled_day(str(params.get("month") or "")),
            "first_payment_month": spelled_day(str(facts.get("first_payment_month") or "")),
            "publicity_from": spelled_day(str(facts.get("publicity_from") or "")),
            "publicity_until": spelled_day(str(facts.get("publicity_until") or "")),
            "paid": str(params.get("paid") or ""),
            "paid_year": str(params.get("paid_year") or ""),
            "missing": list(self.missing(notice)),
            "items": [dict(one) for one in _mappings(params.get("items"))],
            "extra": "",
        }
        extra = f"{notice.key}.{notice.item}"
        if extra in self._texts:
            values["extra"] = self._texts.render(extra, values)
        return values

    def missing(self, notice: Notice) -> Iterator[dict[str, JSON]]:
        """What is missing, each by its name and with the department's note."""
        yield from map(self._missing, _mappings(notice.params.get("missing")))

    def _missing(self, one: Mapping[str, JSON]) -> dict[str, JSON]:
        name = self._names.missing(str(one.get("kind")), str(one.get("code")))
        return {"name": name or self._file.unnamed, "note": str(one.get("note") or "")}


def account_fields(
    wordings: Wordings, template: AccountTemplate, message: Message
) -> Mapping[str, str] | None:
    """The values for the account's fields, made to fit; None when one cannot be made to."""
    values: dict[str, str] = {}
    for name, text in message.fields.items():
        kind = wordings.kind(message.template, name)
        value = fit(kind, text)
        if name not in template.fields or check(kind, value) is not None:
            return None
        values[template.fields[name]] = value
    return values


def spelled_day(day: str) -> str:
    """2026-03-09 → 2026年3月9日, 2026-03 → 2026年3月; anything else comes back as it is."""
    year, _, rest = day.partition("-")
    month, _, mday = rest.partition("-")
    if not (year.isdecimal() and month.isdecimal()):
        return day
    return f"{year}年{int(month)}月" + (f"{int(mday)}日" if mday.isdecimal() else "")


def merged_files(shared: WordingFile, own: WordingFile) -> WordingFile:
    """The province's own wordings over what all provinces share."""
    return WordingFile(
        templates={**shared.templates, **own.templates},
        notices={**shared.notices, **own.notices},
        extras={**shared.extras, **own.extras},
        results={**shared.results, **own.results},
        unnamed=own.unnamed or shared.unnamed,
        desk=own.desk or shared.desk,
    )


def sources(file: WordingFile) -> Iterator[tuple[str, str]]:
    """Every template of a file, by the key under which it is rendered."""
    for key, wording in file.notices.items():
        yield key, wording.message
        for name, text in wording.fields.items():
            yield f"{key}/{name}", text
    yield from file.extras.items()
    yield from ((f"{_RESULT}{key}", text) for key, text in file.results.items())
    yield "desk", file.desk


def _taps(file: WordingFile, notices: Sequence[Notice]) -> Iterator[str]:
    for one in notices:
        for tap in file.notices[one.key].taps:
            if tap != APPLY_ANEW or one.params.get("apply_anew") == "self":
                yield tap


def _rank(notice: Notice) -> int:
    return URGENCIES.index(NOTICES[notice.key].urgency)


def _joined(texts: Sequence[str]) -> str:
    whole = "\n\n".join(texts)
    if len(texts) == 1 or len(whole.encode()) <= _LONGEST_MERGED:
        return whole
    # Each notice begins with its conclusion: that line stays, 进度 tells the rest.
    return "\n\n".join([texts[0], *(text.partition("\n")[0] for text in texts[1:])])


def _mappings(value: JSON) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, Mapping))


def _spelled_time(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{spelled_day(date.isoformat(local.date()))} {local:%H:%M}"
