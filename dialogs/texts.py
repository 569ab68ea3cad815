"""Citizens' texts: Jinja2 templates by key, from the province's files, checked when loaded.

Code carries keys, texts carry sentences. A key `ask.children.name` may be missing where a
more general one stands: `ask.name`. `ask_agent.<key>` asks who applies for her. Nothing a citizen
typed is ever a template.
"""

import re
from collections.abc import Iterable, Mapping

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from cases.values import JSON

_MARKUP = re.compile(r"\{[{%#]")
"""What only jinja reads; a text without it is said as it stands, which takes no time at all."""


class TextMissing(LookupError):
    """A text that the code speaks stands in no file."""


class TextBroken(ValueError):
    """A text is no template."""


class Texts:
    """All texts of one province, ready to be said."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        environment = ImmutableSandboxedEnvironment(
            undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
        )
        self.sources = dict(sources)
        self._plain = {
            key: source.strip() for key, source in sources.items() if not _MARKUP.search(source)
        }
        self.mentioning_answers = frozenset(
            key for key, source in sources.items() if "said." in source
        )
        self._templates: dict[str, Template] = {}
        for key in sources.keys() - self._plain.keys():
            try:
                self._templates[key] = environment.from_string(sources[key])
            except TemplateError as error:
                raise TextBroken(f"text {key}: {error}") from error

    def __contains__(self, key: str) -> bool:
        return key in self.sources

    def keys(self) -> Iterable[str]:
        """Every key that stands in a file."""
        return self.sources.keys()

    def first(self, *keys: str) -> str:
        """The first of `keys` that stands in a file. Raises TextMissing when none does."""
        for key in keys:
            if key in self.sources:
                return key
        raise TextMissing(" / ".join(keys))

    def render(self, key: str, params: Mapping[str, JSON]) -> str:
        """The sentence. Raises TextMissing, or jinja2's UndefinedError for an unknown name."""
        plain = self._plain.get(key)
        if plain is not None:
            return plain
        template = self._templates.get(key)
        if template is None:
            raise TextMissing(key)
        return template.render(params).strip()
