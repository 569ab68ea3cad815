"""The 补正页 of a case: what was supplied later, one page for each item that had asked for it.

The forms stay as they were submitted; who asked gets beside them a page that says what was
supplied, when and at whose request. A page is for one item's eyes: another's is not in its task.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cases.case import Asked, Case

SUPPLEMENT_PAGE = "supplement_page"


@dataclass(frozen=True, slots=True)
class Page:
    """A page's id as a document, which supplement it is about (from 1), and what was asked."""

    id: str
    number: int
    asked: Asked


def pages(case: Case) -> Iterator[Page]:
    """Every page that belongs to the case, oldest first."""
    for number, supplement in enumerate(case.supplements, start=1):
        for asked in supplement.asked:
            page_id = f"{SUPPLEMENT_PAGE}-{case.case_no}-{number}-{asked.item}"
            yield Page(page_id, number, asked)


def unmade_pages(case: Case) -> tuple[Page, ...]:
    """The pages that are still to be made."""
    made = {one.id for one in case.issued}
    return tuple(page for page in pages(case) if page.id not in made)
