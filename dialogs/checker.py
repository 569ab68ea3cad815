"""Whether a definition keeps its promises, before anybody talks to it.

    every question can be read, worded, explained, corrected and reached
    every text, rule, derivation, list and command that is named exists, and none stands idle
    from every answer there is a way to the end

`mistakes` names each broken promise in one sentence; the loader refuses to start on any.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from jinja2 import Environment, meta, nodes

from cases.conditions import NEVER, Condition, answers_named, rules_named, values_named
from cases.switches import never
from cases.tellings import TELLINGS
from dialogs.deciding import decided_text
from dialogs.definition import Definition
from dialogs.exploring import Explored, Way, decide, explore
from dialogs.form import MORE, Entry, Group, Question, more_question
from dialogs.kinds.base import Kind
from dialogs.service_checks import service_mistakes
from dialogs.steering import COMMANDS
from dialogs.steps import CARD, IDENTITY, INVITATION, LOOK_UPS, STEPS
from dialogs.text_keys import ENGINE_TEXTS, variables_of

UNTAPPED: Final = frozenset({"login", "switch", "complaint", "join"})
"""Commands that stand on no button: they are typed, or have a link of their own."""

LONGEST_ANSWER: Final = 120
"""Characters of an answer to a question by the way."""


def mistakes(definition: Definition, *, thorough: bool = False) -> tuple[str, ...]:
    """Every promise this definition breaks, in one sentence each; empty when it is sound.

    `thorough` also walks every way through the form and asks every question of the knowledge
    base: seconds rather than milliseconds, so `python -m bot check` and the tests do it.
    """
    checks = (
        _unknown_names,
        _unreadable,
        _tables,
        _texts,
        _commands,
        _words,
        _order,
        _service,
        _lengths,
    )
    found = list(chain.from_iterable(check(definition) for check in checks))
    if not found:  # a form with holes cannot be walked
        found = [*_undecided(definition)]
    if thorough and not found:
        found = [*_ways(definition), *_knowledge(definition)]
    return tuple(found)


def holes(definition: Definition) -> tuple[str, ...]:
    """What an old release names and the program, the lists or the texts no longer have."""
    missing = needed_texts(definition) - set(definition.texts.keys())
    texts = [f"text {key} is missing" for key in sorted(missing)]
    found = [*_unknown_names(definition), *_unreadable(definition), *texts]
    return tuple(f"release {definition.release}: {one}" for one in found)


def questions(definition: Definition) -> tuple[Question, ...]:
    """Every question of the form, those of a group once."""
    return tuple(question for entry in definition.form.entries() for question in _of(entry))


def _of(entry: Entry) -> tuple[Question, ...]:
    if isinstance(entry, Question):
        return (entry,)
    inside = tuple(
        question.model_copy(update={"key": f"{entry.key}.{question.key}"})
        for question in entry.questions
    )
    more = more_question(entry, 0).model_copy(update={"key": f"{entry.key}.{MORE}"})
    return (*inside, more)


# ---- names that lead somewhere ------------------------------------------------------------


def _unknown_names(definition: Definition) -> Iterator[str]:
    for key, condition in conditions(definition):
        for rule in sorted(rules_named(condition) - set(definition.rules)):
            yield f"{key}: no rule is called {rule}"
    for question in questions(definition):
        if question.kind not in definition.kinds and question.kind not in STEPS:
            yield f"{question.key}: no kind of question is called {question.kind}"
        if (telling := question.settings.get("tells")) not in {None, *TELLINGS}:
            yield f"{question.key}: nothing is called {telling} that could be told"
        named = {question.derive, *(row.derive for row in question.decide)} - {None}
        for name in sorted(filter(None, named - set(definition.derivations))):
            yield f"{question.key}: no derivation is called {name}"
    keys = [question.key for question in questions(definition)]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"{key}: there are two questions with this key"


def conditions(definition: Definition) -> Iterator[tuple[str, Condition]]:
    """Every condition of the form, with what it belongs to."""
    for entry in definition.form.entries():
        yield entry.key, entry.when
    for question in questions(definition):
        yield question.key, question.when
        for option in question.options:
            yield f"{question.key}.{option.id}", option.when
        for row in question.decide:
            yield f"{question.key} (its table)", row.when
    for statement in definition.form.statements:
        yield statement.key, statement.when
    for check in definition.service.checks:
        for condition in (check.when, check.fails, check.unknown):
            yield f"check {check.code}", condition


# ---- every question can be read ------------------------------------------------------------


def _unreadable(definition: Definition) -> Iterator[str]:
    for question in questions(definition):
        kind = definition.kinds.get(question.kind)
        if kind is None:
            continue
        if question.list is not None and question.list not in definition.lists:
            yield f"{question.key}: no list is called {question.list}"
            continue
        try:
            kind.check(question, definition.lists)
        except ValueError as error:
            yield f"{question.key}: {error}"


def _tables(definition: Definition) -> Iterator[str]:
    """A table answers with what its question knows, and stands in no group."""
    for entry in definition.form.entries():
        if isinstance(entry, Group):
            for question in entry.questions:
                if question.decide:
                    yield f"{entry.key}.{question.key}: a table cannot stand in a group"
        elif entry.decide:
            yield from _rows(entry)


def _rows(question: Question) -> Iterator[str]:
    if question.derive is not None:
        yield f"{question.key}: say one of derive and decide"
    ids = {option.id for option in question.options}
    for row in question.decide:
        fits = {"choice": row.value in ids, "yes_no": isinstance(row.value, bool)}
        if row.derive is None and not fits.get(question.kind, False):
            yield f"{question.key}: its table says {row.value}, which is no answer to it"


# ---- texts == keys -------------------------------------------------------------------------


def _texts(definition: Definition) -> Iterator[str]:
    needed = needed_texts(definition)
    for key in sorted(needed - set(definition.texts.keys())):
        yield f"text {key} is missing"
    for key in sorted(set(definition.texts.keys()) - needed):
        yield f"text {key} is used by nothing"
    environment = Environment(autoescape=False)  # noqa: S701 — parsed only, never rendered
    asked = {one.key for one in questions(definition)}
    for key, source in definition.texts.sources.items():
        if "{" not in source:
            continue  # said as it stands
        parsed = environment.parse(source)
        for name in sorted(meta.find_undeclared_variables(parsed) - variables_of(key)):
            yield f"text {key} mentions {name}, which nothing gives it"
        for name in sorted(_said_in(parsed) - asked):
            yield f"text {key} mentions the answer {name}, which nobody asks for"


def _said_in(template: nodes.Template) -> set[str]:
    """The answers that a text mentions: `said.statutory_month`."""
    return {
        found.attr
        for found in template.find_all(nodes.Getattr)
        if isinstance(found.node, nodes.Name) and found.node.name == "said"
    }


def needed_texts(definition: Definition) -> frozenset[str]:
    """Every text that this definition can come to say."""
    needed = set(ENGINE_TEXTS)
    needed |= {f"command.{name}" for name in COMMANDS if name not in UNTAPPED}
    for kind in _kinds(definition):
        needed |= {f"hint.{kind.name}", f"example.{kind.name}", *kind.texts}
    for question in questions(definition):
        needed |= set(question_texts(definition, question))
    # what is only ever left open has nothing to say of itself but its name
    needed |= {f"check.{one.code}" for one in definition.service.checks if one.fails != NEVER}
    return frozenset(needed)


def _kinds(definition: Definition) -> tuple[Kind, ...]:
    """All kinds: their texts are shared, so they are needed whether this form uses them or not."""
    return tuple(definition.kinds.values())


def question_texts(definition: Definition, question: Question) -> Iterator[str]:
    """The texts that only this question says."""
    if question.kind not in LOOK_UPS | {INVITATION} and not question.decide:
        yield f"ask.{question.key}"
    for row in question.decide:  # what is said when it comes out so, where that is worth a sentence
        own = decided_text(question.key, row.value)
        if own in definition.texts:
            yield own
    for what in ("hint", "example", *(("ask_agent",) if question.by == "either" else ())):
        own = f"{what}.{question.key}"
        if own in definition.texts:
            yield own


# ---- commands ------------------------------------------------------------------------------


def _commands(definition: Definition) -> Iterator[str]:
    words = definition.words
    for name in sorted((set(words.commands) | set(words.prefixes)) - set(COMMANDS)):
        yield f"words name a command {name} that does not exist"
    for name in sorted(set(COMMANDS) - set(words.commands)):
        yield f"nothing can be typed for the command {name}"
    typed = [phrase for phrases in words.commands.values() for phrase in phrases]
    for phrase in sorted({phrase for phrase in typed if typed.count(phrase) > 1}):
        yield f"{phrase} means two commands"
    yield from _hidden_options(definition)


def _hidden_options(definition: Definition) -> Iterator[str]:
    """An option that is a command's word, or a greeting, could never be chosen by typing it."""
    words = definition.words
    commands = {phrase for phrases in words.commands.values() for phrase in phrases}
    for question in questions(definition):
        for option in question.options:
            for word in (option.label, *option.also):
                if word in commands:
                    yield f"{question.key}: {word} is a command, so it cannot be an answer"
                elif word in words.greetings:
                    yield f"{question.key}: {word} is a greeting, so it cannot be an answer"


def _words(definition: Definition) -> Iterator[str]:
    """One word, one option; one name, one question."""
    for question in questions(definition):
        said = [word for one in question.options for word in {one.label, *one.also}]
        for word in sorted({word for word in said if said.count(word) > 1}):
            yield f"{question.key}: two options are called {word}"
    names = [word for one in questions(definition) for word in {*one.also}]
    for word in sorted({word for word in names if names.count(word) > 1}):
        yield f"two questions are called {word}"


# ---- the way to the end --------------------------------------------------------------------


def _order(definition: Definition) -> Iterator[str]:
    """A condition may only look back: so the form has no circle and every walk ends."""
    seen: set[str] = set()
    for entry in definition.form.entries():
        yield from _ahead(entry.key, entry.when, seen)
        if isinstance(entry, Group):
            yield from _ahead_in_group(entry, seen)
        else:
            for option in entry.options:
                yield from _ahead(f"{entry.key}.{option.id}", option.when, seen)
            for row in entry.decide:
                yield from _ahead(f"{entry.key} (its table)", row.when, seen)
        seen.add(entry.key)
    for statement in definition.form.statements:
        yield from _ahead(statement.key, statement.when, seen)
    yield from _leads_nowhere(definition, seen)
    yield from _steps(definition)


def _ahead(key: str, condition: Condition, seen: set[str]) -> Iterator[str]:
    for name in sorted(answers_named(condition) - seen):
        yield f"{key}: its condition looks at {name}, which is not asked before it"


def _ahead_in_group(group: Group, seen: set[str]) -> Iterator[str]:
    inside: set[str] = set()
    for question in group.questions:
        yield from _ahead(f"{group.key}.{question.key}", question.when, seen | inside)
        inside.add(f".{question.key}")


def _leads_nowhere(definition: Definition, keys: set[str]) -> Iterator[str]:
    for question in questions(definition):
        named = {*question.depends, *filter(None, [question.suggest])}
        for name in sorted(named - keys):
            yield f"{question.key}: it depends on {name}, which is no question"
    asked_for = _asked_for(definition)
    for question in questions(definition):
        ids = {option.id for option in question.options}
        for name, value in asked_for.get(question.key, ()):
            if question.kind == "choice" and value not in ids:
                yield f"{name}: {question.key} can never be {value}"


def _asked_for(definition: Definition) -> Mapping[str, list[tuple[str, str]]]:
    """Who asks whether a question has which value: one that is no option can never be."""
    found: dict[str, list[tuple[str, str]]] = {}
    for where, condition in conditions(definition):
        for key, value in values_named(condition):
            found.setdefault(key, []).append((where, value))
    return found


def _steps(definition: Definition) -> Iterator[str]:
    """Look-ups need a name and a number that somebody vouches for: the login comes before them."""
    kinds = [question.kind for question in questions(definition)]
    for kind in sorted(LOOK_UPS | {CARD}):
        if kind in kinds and IDENTITY not in kinds[: kinds.index(kind)]:
            yield f"{kind} comes before {IDENTITY}"


def _undecided(definition: Definition) -> Iterator[str]:
    """Whatever was answered, exactly one row of a table holds."""
    for key, (rows, way) in decide(definition).items():
        yield f"{key}: {rows} rows of its table hold{_after(way)}"


def _after(way: Way) -> str:
    before = ", ".join(f"{name} = {value}" for name, value in way)
    return f" after {before}" if before else ""


def _ways(definition: Definition) -> Iterator[str]:
    """Some answers lead to every question and option, and from everywhere there is a way on."""
    found = explore(definition)
    for question in questions(definition):
        if question.key in found.questions:
            yield from _options_nobody_can_choose(question, found)
        elif not never(question.when):
            yield f"{question.key}: no answers lead to it"
    for key, way in found.dead_ends.items():
        yield f"{key}: a dead end, nothing can be answered{_after(way)}"
    for statement in definition.form.statements:
        if statement.key not in found.statements:
            yield f"{statement.key}: no answers lead to it"


def _options_nobody_can_choose(question: Question, found: Explored) -> Iterator[str]:
    for option in question.options if question.kind == "choice" else ():
        if (question.key, option.id) not in found.options and not never(option.when):
            yield f"{question.key}.{option.id}: no answers allow it"


# ---- what happens to the answers -----------------------------------------------------------


def _service(definition: Definition) -> Iterator[str]:
    """What the plan names is asked; what is printed can be checked."""
    yield from service_mistakes(definition)
    for question in questions(definition):
        if not question.off_form and not question.review:
            yield f"{question.key}: it is printed on the form, but she could not check it"


# ---- questions by the way ------------------------------------------------------------------


def _lengths(definition: Definition) -> Iterator[str]:
    for entry in definition.knowledge.entries:
        if len(entry.answer) > LONGEST_ANSWER:
            yield f"knowledge {entry.id}: the answer has {len(entry.answer)} characters"


def _knowledge(definition: Definition) -> Iterator[str]:
    for entry in definition.knowledge.entries:
        for phrasing in entry.phrasings:
            found = definition.knowledge.find(phrasing)
            if found is None or found.id != entry.id:
                other = found.id if found is not None else "nothing"
                yield f"knowledge {entry.id}: “{phrasing}” finds {other}"
