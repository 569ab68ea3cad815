"""From a finished draft to the application that is submitted: exactly what is on the route."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

import orjson

from cases.case import Applicant, Application, Fetched, Supplement
from cases.case import Consent as Given
from cases.values import JSON, Answers
from dialogs.definition import Definition
from dialogs.draft import Draft
from dialogs.route import place
from dialogs.steps import STEPS
from dialogs.talk import CHINA

PHOTOS = "photos"
FETCHED = frozenset({"registry", "papers", "identity"})


def application(definition: Definition, draft: Draft, now: datetime) -> Application:
    """The application that this draft is. The digest is over answers, papers and consents."""
    here = place(definition, draft, now.astimezone(CHINA).date())
    kinds = {question.key: question.kind for question in here.answered}
    answers = {
        key: value
        for key, value in here.answers.items()
        if kinds[key] not in STEPS and kinds[key] != PHOTOS and value is not None
    }
    documents = {
        key: _document_ids(value) for key, value in here.answers.items() if kinds[key] == PHOTOS
    }
    recorded = {
        key: answer.known
        for key in answers
        if (answer := draft.answers.get(key)) is not None
        and answer.known is not None
        and answer.known != answer.value
    }
    today = now.astimezone(CHINA).date()
    said = {*here.answers, *(one.key for one in definition.statements(here.answers, today))}
    consents = tuple(
        Given(one.what, one.text_version, one.given_at)
        for one in draft.consents
        if one.what in said  # a paper that was signed and is no longer part of it
    )
    return Application(
        draft=draft.id,
        person=draft.subject,
        province=definition.province,
        release=definition.release,
        answers=answers,
        documents=documents,
        unclear=_unclear(here.answers),
        fetched=_fetched(draft, (*answers, *documents)),
        consents=consents,
        submitted_at=now,
        digest=_digest(answers, documents, recorded),
        recorded=recorded,
        applicant=_applicant(answers.get("applicant")),
        agent=draft.agent,
        follows=draft.follows,
    )


def _applicant(said: JSON) -> Applicant:
    match said:
        case "employer" | "agency" | "archive_office":
            return said
        case _:
            return "person"


def supplement(definition: Definition, draft: Draft, now: datetime) -> Supplement:
    """What this draft hands in after it was asked for."""
    here = place(definition, draft, now.astimezone(CHINA).date())
    kinds = {question.key: question.kind for question in here.answered}
    return Supplement(
        draft=draft.id,
        answers={key: value for key, value in here.answers.items() if kinds[key] != PHOTOS},
        documents={
            key: _document_ids(value) for key, value in here.answers.items() if kinds[key] == PHOTOS
        },
        supplied_at=now,
        unclear=_unclear(here.answers),
    )


def _fetched(draft: Draft, keys: Iterable[str]) -> dict[str, Fetched]:
    """The answers that a register gave, each with its source and time."""
    return {
        key: Fetched(answer.source, answer.at)
        for key in keys
        if (answer := draft.answers.get(key)) is not None and answer.source in FETCHED
    }


def _unclear(answers: Answers) -> tuple[str, ...]:
    """The papers of which she could send no better photo."""
    return tuple(
        key
        for key, value in answers.items()
        if isinstance(value, (list, tuple))
        and any(isinstance(photo, dict) and photo.get("poor") for photo in value)
    )


def _document_ids(value: JSON) -> tuple[str, ...]:
    photos = value if isinstance(value, (list, tuple)) else ()
    return tuple(
        str(photo["document"])
        for photo in photos
        if isinstance(photo, dict) and photo.get("document")
    )


def _digest(*parts: object) -> str:
    """The same answers give the same digest, in whatever order they were given."""
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()
