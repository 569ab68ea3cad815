"""What an option is called, typed at its question, answers it, in every province.

Never a command, a question of when one may retire (到年龄退休), or one of the knowledge base.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from cases.conditions import ALWAYS
from dialogs.conversation import begin
from dialogs.definition import Definition
from dialogs.draft import Draft, blank
from dialogs.engine import hear
from dialogs.form import Form, Group, Question, Section, general_key
from dialogs.said import Text
from dialogs.turn import KnowledgeTold, Told
from storage.definitions import load
from tests.dialogs.given import NOW, SERVICES

PROVINCES = sorted(one.name for one in SERVICES.iterdir() if (one / "form.yaml").is_file())


@cache
def province(name: str) -> Definition:
    return load(SERVICES, name)


def _questions(definition: Definition) -> Iterator[Question]:
    for entry in definition.form.entries():
        if isinstance(entry, Group):
            yield from (*entry.members(0), entry.more_after(0))
        elif not entry.decide:
            yield entry


def _alone(definition: Definition, question: Question) -> Definition:
    """The form with only this question in it, and all its options."""
    options = tuple(one.model_copy(update={"when": ALWAYS}) for one in question.options)
    update = {"key": general_key(question.key), "when": ALWAYS, "options": options, "depends": ()}
    alone = question.model_copy(update={**update, "derive": None, "suggest": None})
    form = Form(sections=(Section(key="all", title="全部", questions=(alone,)),))
    return replace(definition, form=form)


MEANS = {"yes": True, "no": False, "known": True}
"""What is kept of a yes, a no, and a notice that was read."""
CALLED = [
    (name, question.key, option.id, word)
    for name in PROVINCES
    for question in _questions(province(name))
    for option in question.options
    for word in (option.label, *option.also)
]


@pytest.mark.parametrize(("name", "key", "option", "word"), CALLED)
def test_what_an_option_is_called_answers_its_question(
    name: str, key: str, option: str, word: str
) -> None:
    definition = _alone(province(name), _found(name, key))
    draft = _typed(definition, word)
    answer = draft.value(general_key(key))
    assert answer == MEANS.get(option, option) or answer == option


@cache
def _found(name: str, key: str) -> Question:
    return next(one for one in _questions(province(name)) if one.key == key)


def _typed(definition: Definition, word: str) -> Draft:
    begun = replace(blank("d1", definition.province, definition.release, "p1", NOW), state="open")
    turn = hear(definition, begin("p1"), begun, Text(word), NOW)
    assert not [one for one in turn.events if isinstance(one, KnowledgeTold)]
    told = [one.key for one in turn.events if isinstance(one, Told)]
    assert not [key for key in told if key.startswith("consulting.")]
    return turn.draft
