"""Whether a province's wordings, and an account's templates, keep what notices promise.

Each mistake is one sentence; the loader (`storage/notices.py`) refuses to start on any.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import get_args

from jinja2 import Environment, TemplateError, UndefinedError, meta

from cases.case import ItemState
from cases.values import JSON
from cases.workdays import SHANGHAI
from dialogs.texts import TextBroken
from notifications.catalog import NOTICES
from notifications.letters import LETTERS, LetterFile, Letters
from notifications.letters import sources as letter_sources
from notifications.notice import Notice
from notifications.template_fields import Kind, check, fit, kind_of
from notifications.wordings import (
    DAYS,
    TEXTS,
    VARIABLES,
    Names,
    TemplateFile,
    Wording,
    WordingFile,
    Wordings,
    sources,
)


def mistakes(file: WordingFile) -> Iterator[str]:
    """Everything that is wrong with a province's wordings, one sentence each."""
    for key in sorted(set(NOTICES) - set(file.notices)):
        yield f"the notice {key} has no wording"
    for key in sorted(set(file.notices) - set(NOTICES)):
        yield f"no event leads to a notice {key}"
    for key, wording in file.notices.items():
        yield from _field_mistakes(file, key, wording)
    yield from _strays(file)
    for key, source in sources(file):
        yield from _unknown_variables(key, source)
    if not file.unnamed or not file.desk:
        yield "say unnamed and desk"


def _strays(file: WordingFile) -> Iterator[str]:
    """Sentences beside the notices that nothing would ever say."""
    for key in file.extras:
        if key.partition(".")[0] not in NOTICES:
            yield f"the extra {key} belongs to no notice"
    for key in file.results:
        if key.partition(".")[0] not in get_args(ItemState):
            yield f"the result {key} belongs to no state of an item"


def trial_mistakes(file: WordingFile, names: Names) -> Iterator[str]:
    """Says every notice with trial values, and checks each field against its kind."""
    try:
        wordings = Wordings(file, names)
    except TextBroken as error:
        yield str(error)
        return
    for notice in _trials(file):
        try:
            message = wordings.say((notice,))
        except (UndefinedError, TemplateError, TypeError) as error:
            yield f"{notice.key}: {error}"
            continue
        for name, text in message.fields.items():
            kind = wordings.kind(message.template, name)
            if (problem := check(kind, fit(kind, text))) is not None:
                yield f"{notice.key}.{name}: {problem} as {kind}: {text!r}"


def letter_mistakes(file: LetterFile, wordings: Wordings) -> Iterator[str]:
    """Everything that is wrong with a province's letters; each is written once on trial."""
    for key in sorted(set(LETTERS.values()) ^ set(file.letters)):
        yield f"the letter {key} must be worded exactly when an event leads to it"
    found = [one for key, source in letter_sources(file) for one in _unknown_variables(key, source)]
    found += [
        f"{key}: no notice is called {one.message}"
        for key, one in file.letters.items()
        if one.message not in NOTICES
    ]
    yield from found
    if not found:
        yield from _unwritable(file, wordings)


def _unwritable(file: LetterFile, wordings: Wordings) -> Iterator[str]:
    try:
        letters = Letters(file, wordings)
        for key in file.letters:
            for params in (_much(), _BARE):
                letters.write(Notice(key, "41000020261231010000019", "?", "?", _AT, params))
    except (TextBroken, UndefinedError, TemplateError, TypeError) as error:
        yield str(error)


def account_mistakes(wordings: Wordings, file: TemplateFile) -> Iterator[str]:
    """What in an account's templates does not go with ours."""
    for name, template in file.templates.items():
        ours = wordings.templates.get(name)
        if ours is None:
            yield f"no notice uses a template {name}"
            continue
        if set(ours) != set(template.fields):
            yield f"{name}: the fields are {', '.join(sorted(ours))}"
        for field, theirs in template.fields.items():
            yield from _kind_mistakes(f"{name}.{field}", ours.get(field), theirs)


def _kind_mistakes(where: str, ours: Kind | None, theirs: str) -> Iterator[str]:
    try:
        kind = kind_of(theirs)
    except ValueError as error:
        yield f"{where}: {error}"
        return
    if ours is not None and kind != ours:
        yield f"{where}: must be a field of kind {ours}, not {theirs}"


def _field_mistakes(file: WordingFile, key: str, wording: Wording) -> Iterator[str]:
    fields = file.templates.get(wording.template)
    if fields is None:
        yield f"{key}: no template is called {wording.template}"
    elif set(fields) != set(wording.fields):
        yield f"{key}: the fields of {wording.template} are {', '.join(sorted(fields))}"


def _unknown_variables(key: str, source: str) -> Iterator[str]:
    # Only read for its names here; what is said goes through the sandboxed one of `Texts`.
    try:
        named = meta.find_undeclared_variables(Environment(autoescape=True).parse(source))
    except TemplateError as error:
        yield f"{key}: {error}"
        return
    known = {"text"} if key == "desk" else VARIABLES
    if unknown := sorted(named - known):
        yield f"{key}: no notice knows {', '.join(unknown)}"


def _trials(file: WordingFile) -> Iterator[Notice]:
    """Every notice with much, and with as little as can be known; of items, those with extras."""
    items = [("", key) for key in NOTICES]
    items += [(item, key) for key, _, item in (extra.partition(".") for extra in file.extras)]
    for item, key in items:
        for params in (_much(), _BARE):
            yield Notice(key, "41000020261231010000019", "?", item, _AT, params)


def _much() -> dict[str, JSON]:
    missing: JSON = [{"kind": "document", "code": "?", "note": "第二页"}] * 3
    ends: JSON = [{"name": "某事", "state": state} for state in ("done", "refused", "withdrawn")]
    return {
        **dict.fromkeys(TEXTS, "某" * 50),
        **dict.fromkeys(DAYS, "2026-12-31"),
        "benefit_month": "2027-01",
        "month": "2027-01",
        "provisional": True,
        "missing": missing,
        "items": ends,
        "facts": {"first_payment_month": "2027-02", "publicity_from": "2027-02-01"},
    }


_BARE: Mapping[str, JSON] = {"item_name": "某事", "item_short": "某事", "department": "某部门"}
_AT = datetime(2026, 12, 31, 15, 59, tzinfo=SHANGHAI)
