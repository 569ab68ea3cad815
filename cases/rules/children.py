"""Rules that look at the children filled in for ⑨ (附件1, 夫妻曾生育及收养子女情况)."""

from datetime import date

from cases.values import Answers


def several_children(answers: Answers, today: date) -> bool:  # noqa: ARG001 — a Rule's shape
    """More than one was filled in: only a hint to her, the department decides (domain A9)."""
    return answers.get("children.0.more") is True
