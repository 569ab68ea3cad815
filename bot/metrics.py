"""Counts for operators, in the text format that Prometheus reads. No label names a person."""

from collections import Counter


class Metrics:
    """Counters of one process."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def count(self, name: str, label: str = "", times: int = 1) -> None:
        """Count something that happened; `label` is one of few words (`answered`, `forged`)."""
        self._counts[name, label] += times

    def exposition(self) -> str:
        """All counters as text."""
        lines = [
            f'tuixiu_{name}_total{{kind="{label}"}} {count}'
            if label
            else f"tuixiu_{name}_total {count}"
            for (name, label), count in sorted(self._counts.items())
        ]
        return "\n".join(lines) + "\n"
