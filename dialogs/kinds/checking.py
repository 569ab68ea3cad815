"""What a definition may say about a question: each kind names what it understands."""

from collections.abc import Mapping, Sequence

from dialogs.form import Question
from dialogs.kinds.base import Row


def check_settings(question: Question, *allowed: str) -> None:
    """Raises ValueError when the question has settings that its kind does not know."""
    unknown = sorted(set(question.settings) - set(allowed))
    if unknown:
        expected = ", ".join(allowed) or "none"
        raise ValueError(
            f"unknown settings {', '.join(unknown)}; {question.kind} knows: {expected}"
        )


def check_text_setting(question: Question, name: str) -> None:
    """Raises ValueError when the setting is there but is no text."""
    if name in question.settings and not isinstance(question.settings[name], str):
        raise ValueError(f"settings.{name} must be a text")


def check_number_setting(question: Question, name: str, least: int, most: int) -> None:
    """Raises ValueError when the setting is there but is no whole number in the range."""
    value = question.settings.get(name, least)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"settings.{name} must be a whole number from {least} to {most}")


def check_no_options(question: Question) -> None:
    """Raises ValueError when the question has options although its kind offers none."""
    if question.options:
        raise ValueError(f"a {question.kind} question has no options")


def check_option_ids(question: Question, allowed: frozenset[str]) -> None:
    """Raises ValueError for an option that the kind cannot give a meaning to."""
    unknown = sorted({option.id for option in question.options} - allowed)
    if unknown:
        raise ValueError(f"options {', '.join(unknown)}; {question.kind} knows: {sorted(allowed)}")


def check_list(question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
    """Raises ValueError when the question names no list, or one that is not there or empty."""
    if question.list is None:
        raise ValueError(f"a {question.kind} question needs `list`")
    if not lists.get(question.list):
        raise ValueError(f"the list {question.list} does not exist or is empty")


def number_setting(question: Question, name: str, default: int) -> int:
    """The setting as a whole number, or `default`."""
    value = question.settings.get(name, default)
    return value if isinstance(value, int) and not isinstance(value, bool) else default
