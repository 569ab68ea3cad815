"""The formal notices (文书) of a case: which decision leads to one, and what is written in it.

One for each decision that the plans name (附件7: 受理、不予受理、一次性告知、办理结果、不予办理),
with what such a paper must say: case number, item, applicant, date, promised day, office,
telephone, reason, basis, and what to do now. It states facts as they were when it was decided;
`bot/letters.py` makes a document of it. What her phone says of the same is in the catalog.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from cases import events
from cases.case import Case, Item
from cases.definition import Service
from cases.events import Event
from cases.values import JSON
from cases.workdays import day_of
from dialogs.texts import Texts
from notifications.catalog import facts_of
from notifications.notice import Notice, notice_to_bytes
from notifications.outbox import NewRow
from notifications.wordings import Wordings

LETTERS: Final[Mapping[type[Event], str]] = MappingProxyType(
    {
        events.ItemAccepted: "notice_accepted",
        events.ItemReturned: "notice_supplement",
        events.ItemRefused: "notice_refused",
        events.ItemDone: "notice_result",
        events.ItemDenied: "notice_denied",
    }
)
"""What happened → the letter's code, which is its kind as a document, too."""


def letters_for(
    case: Case,
    happened: Sequence[Event],
    service: Service,
    now: datetime,
    make_id: Callable[[], str],
) -> tuple[NewRow, ...]:
    """The outbox rows of the letters to be made, in the order of what happened."""
    return tuple(
        _row(_letter(case, event, service, now), make_id())
        for event in happened
        if type(event) in LETTERS
    )


def _letter(case: Case, event: Event, service: Service, now: datetime) -> Notice:
    code = getattr(event, "item", "")
    item = case.item(code)
    facts = facts_of(case, event, service, now)
    if item is not None:
        facts["on"] = day_of(_decided_at(event, item) or now).isoformat()
    return Notice(LETTERS[type(event)], case.case_no, service.province, code, now, facts)


def _decided_at(event: Event, item: Item) -> datetime | None:
    """When the department decided, which may be before we heard of it."""
    if isinstance(event, events.ItemAccepted):
        return item.accepted_at
    return item.returned_at if isinstance(event, events.ItemReturned) else item.ended_at


def _row(letter: Notice, row_id: str) -> NewRow:
    return NewRow(
        id=row_id,
        kind="letter",
        order_key=f"letters {letter.case_no}",
        payload=notice_to_bytes(letter),
        due_at=letter.at,
        created_at=letter.at,
        case_no=letter.case_no,
    )


# ---- wordings ------------------------------------------------------------------------------


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class LetterRow(_Strict):
    """One line of the table: both are templates, an empty value leaves the line out."""

    label: str
    value: str


class LetterWording(_Strict):
    """One letter. `message`: the notice whose extra sentences it shares (`notices.yaml`)."""

    message: str
    title: str
    opening: Annotated[tuple[str, ...], Field(strict=False)]
    rows: Annotated[tuple[LetterRow, ...], Field(strict=False)]
    closing: Annotated[tuple[str, ...], Field(strict=False)] = ()


class LetterFile(_Strict):
    """`letters.yaml`: letters by code, and what stands at the foot of all of them."""

    letters: dict[str, LetterWording] = {}
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A letter in words, as its template prints it. `missing`: (what, note)."""

    title: str
    to: str
    opening: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    missing: tuple[tuple[str, str], ...]
    closing: tuple[str, ...]
    office: str
    on: str
    footer: str


class Letters:
    """All letters of one province, ready to be written."""

    def __init__(self, file: LetterFile, wordings: Wordings) -> None:
        """Raises TextBroken for a text that is no template."""
        self._file, self._wordings = file, wordings
        self._texts = Texts(dict(sources(file)))

    def write(self, letter: Notice) -> Written:
        """The letter in words. Raises KeyError for one without a wording."""
        wording = self._file.letters[letter.key]
        values = self._wordings.values(replace(letter, key=wording.message))
        rows = (
            (row.label, self._texts.render(f"{letter.key}/rows/{number}", values))
            for number, row in enumerate(wording.rows)
        )
        return Written(
            title=wording.title,
            to=str(values["applicant"]),
            opening=tuple(self._said(letter.key, "opening", wording.opening, values)),
            rows=tuple(row for row in rows if row[1]),
            missing=tuple(_missing(letter, self._wordings)),
            closing=tuple(self._said(letter.key, "closing", wording.closing, values)),
            office=str(values["office"]),
            on=str(values["on"]),
            footer=self._file.footer,
        )

    def _said(
        self, key: str, part: str, texts: Sequence[str], values: Mapping[str, JSON]
    ) -> Iterator[str]:
        for number in range(len(texts)):
            if said := self._texts.render(f"{key}/{part}/{number}", values):
                yield said


def _missing(letter: Notice, wordings: Wordings) -> Iterator[tuple[str, str]]:
    for one in wordings.missing(letter):
        yield str(one["name"]), str(one["note"])


def merged_letters(shared: LetterFile, own: LetterFile) -> LetterFile:
    """The province's own letters over what all provinces share."""
    letters = {**shared.letters, **own.letters}
    return LetterFile(letters=letters, footer=own.footer or shared.footer)


def sources(file: LetterFile) -> Iterator[tuple[str, str]]:
    """Every template of a file, by the key under which it is rendered."""
    for key, wording in file.letters.items():
        for part, texts in (("opening", wording.opening), ("closing", wording.closing)):
            for number, text in enumerate(texts):
                yield f"{key}/{part}/{number}", text
        for number, row in enumerate(wording.rows):
            yield f"{key}/rows/{number}", row.value
