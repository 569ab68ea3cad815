"""What a release keeps for good, how it is told from another, and how it is used again.

A released definition is frozen: questions, items, clocks, conditions, statements and the words of
consents. Wordings are outside (`WORDINGS`, texts, notices): they may be mended at any time. A case
keeps its release to its end; a draft moves on to the next one (`dialogs/renewing.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from cases.conditions import rules_named
from cases.definition import Department, Service
from cases.values import JSON
from dialogs.checker import conditions, question_texts, questions
from dialogs.definition import Definition
from dialogs.form import Form
from dialogs.texts import Texts

WORDINGS: Final = frozenset(
    {"also", "label", "detail", "title", "round", "short", "phone", "review_points"}
    | {"original_channel"}
)
"""Fields that only say how something is called or whom to ask; a release is the same without."""


class Release(BaseModel):
    """A frozen definition, as `services/<province>/releases/<n>.json` has it.

    `words` are the texts of its questions as they were: they are said where the present texts
    have none, because a question of an old release is no longer in the form.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    service: Service
    form: Form
    consents: Mapping[str, str]
    rules: Annotated[tuple[str, ...], Field(strict=False)] = ()
    derivations: Annotated[tuple[str, ...], Field(strict=False)] = ()
    words: Mapping[str, str] = {}


def released(definition: Definition) -> Release:
    """What of this definition a release keeps."""
    consents = consent_words(definition)
    named = {name for _, condition in conditions(definition) for name in rules_named(condition)}
    derived = {one.derive for one in questions(definition) if one.derive is not None}
    sources = definition.texts.sources
    words = {
        key: sources[key]
        for question in questions(definition)
        for key in question_texts(definition, question)
        if key not in consents and key in sources
    }
    return Release(
        service=definition.service,
        form=definition.form,
        consents=consents,
        rules=tuple(sorted(named)),
        derivations=tuple(sorted(derived)),
        words=words,
    )


def consent_words(definition: Definition) -> dict[str, str]:
    """The words she gives her leave to, by text key."""
    keys = (f"ask.{one.key}" for one in questions(definition) if one.kind in {"consent", "phrase"})
    return {key: definition.texts.sources[key] for key in keys if key in definition.texts}


def revived(release: Release, number: int, current: Definition) -> Definition:
    """An old release to work with: its own rules and words, today's telephone numbers."""
    phones = {one.code: one.phone for one in current.service.departments}
    departments = tuple(_with_phone(one, phones) for one in release.service.departments)
    return replace(
        current,
        release=number,
        service=release.service.model_copy(update={"departments": departments}),
        form=release.form,
        texts=Texts({**release.words, **current.texts.sources, **release.consents}),
    )


def _with_phone(department: Department, phones: Mapping[str, str]) -> Department:
    phone = phones.get(department.code, department.phone)
    return department.model_copy(update={"phone": phone})


# ---- telling two apart ---------------------------------------------------------------------


def differences(old: Release, new: Release) -> tuple[str, ...]:
    """What of a definition is another, each thing named once: `question fund_centre`."""
    found = [
        *_told(_differing(_plain(old.form), _plain(new.form))),
        *_told(_differing(_plain(old.service), _plain(new.service))),
        *(f"consent {key}" for key in _keys_differing(old.consents, new.consents)),
    ]
    return tuple(dict.fromkeys(found))


def _keys_differing(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    return sorted(key for key in {*old, *new} if old.get(key) != new.get(key))


def _plain(model: BaseModel) -> JSON:
    dumped: JSON = model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return dumped


def _differing(old: JSON, new: JSON, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new} - WORDINGS):
            yield from _differing(old.get(key), new.get(key), (*path, key))
    elif _is_list(old) or _is_list(new):
        yield from _in_lists(_named(old), _named(new), path)
    elif old != new:
        yield path


def _in_lists(
    old: Mapping[str, JSON], new: Mapping[str, JSON], path: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    for name in dict.fromkeys((*old, *new)):
        if (name in old) != (name in new):
            yield (*path, name)
        else:
            yield from _differing(old[name], new[name], (*path, name))
    if [*old] != [*new] and {*old} == {*new}:
        yield (*path, "order")


def _is_list(value: JSON) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _named(value: JSON) -> dict[str, JSON]:
    """A list's members by what they are called in it, else by their place."""
    members = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    return {_name(one) or str(place): one for place, one in enumerate(members)}


def _name(member: JSON) -> str:
    if isinstance(member, str):
        return member
    if not isinstance(member, Mapping):
        return ""
    return next((str(member[key]) for key in ("key", "code", "id") if key in member), "")


_CALLED: Final = {
    "questions": "question",
    "items": "item",
    "statements": "statement",
    "materials": "material",
    "documents": "document",
    "departments": "department",
    "facts": "fact",
}


def _told(paths: Iterator[tuple[str, ...]]) -> Iterator[str]:
    for path in paths:
        at = next((place for place, part in enumerate(path[:-1]) if part in _CALLED), None)
        if at is None:
            yield ".".join(path)
        else:
            yield f"{_CALLED[path[at]]} {path[at + 1]}"
