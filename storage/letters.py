"""Loads what the formal notices of a province say: strict, with file and line."""

from pathlib import Path

from dialogs.definition import Definition
from notifications.letters import LetterFile, Letters, merged_letters
from notifications.wording_checks import letter_mistakes
from storage.definitions import SHARED, DefinitionBroken, read_model
from storage.notices import load_notices

_LETTERS = "letters.yaml"


def load_letters(services: Path, definition: Definition, *older: Definition) -> Letters:
    """A province's letters, its own over the shared ones, with its names of papers and offices.

    `older` releases still name what their cases have.

    Raises DefinitionBroken with file, line, expectation.
    """
    shared = read_model(services / SHARED / _LETTERS, LetterFile)
    own = services / definition.province / _LETTERS
    file = merged_letters(shared, read_model(own, LetterFile)) if own.exists() else shared
    wordings = load_notices(services, definition, *older)
    if found := [*letter_mistakes(file, wordings)]:
        raise DefinitionBroken(f"services/{definition.province}/{_LETTERS}", found)
    return Letters(file, wordings)
