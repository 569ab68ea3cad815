"""The values that answers, facts and results are made of: exactly what JSON can say."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

# Named, so that pydantic can follow the recursion when records holding it are kept as JSON.
from typing_extensions import TypeAliasType

JSON = TypeAliasType(
    "JSON", "str | int | float | bool | Sequence[JSON] | Mapping[str, JSON] | None"
)
Answers: TypeAlias = Mapping[str, JSON]
"""Question key → value, of the questions on the present route only."""
