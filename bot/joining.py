"""Photos become papers when they are handed in: several of one question are one PDF from then on.

While she drafts, each photo stays by itself, so that one can be sent anew. Handing in twice joins
them once: the PDF's id follows from the photos'.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from bot.ids import same_id
from bot.photos import JPEG
from bot.printing import PDF
from storage.documents.pages import NotPages, joined
from storage.documents.store import Documents, Use
from storage.sql.errors import DocumentGone


async def as_papers(
    documents: Documents, draft: str, photos: Mapping[str, Sequence[str]], now: datetime
) -> dict[str, tuple[str, ...]]:
    """Document code → the one paper that these photos are; a single photo stays what it is.

    So do photos that cannot be joined: nothing keeps her from handing in.
    """
    papers = dict[str, tuple[str, ...]]()
    for kind, ids in photos.items():
        papers[kind] = tuple(ids)
        if len(ids) > 1 and await _can_join(documents, ids):
            with suppress(DocumentGone, NotPages):
                papers[kind] = (await _joined(documents, Use(kind, draft=draft), ids, now),)
    return papers


async def keep_only(documents: Documents, draft: str, wanted: Collection[str]) -> None:
    """The draft is handed in: of its photos only those go with it that belong to it."""
    for document in await documents.of_draft(draft):
        if document.id not in wanted:
            await documents.remove(document.id)


def _paper(ids: Sequence[str]) -> str:
    return same_id("pages", *ids)


async def _can_join(documents: Documents, ids: Sequence[str]) -> bool:
    """Whether they were joined before, or all are photos that are there."""
    if await documents.about(_paper(ids)) is not None:
        return True
    found = [await documents.about(one) for one in ids]
    return all(one is not None and one.media_type == JPEG for one in found)


async def _joined(documents: Documents, use: Use, ids: Sequence[str], now: datetime) -> str:
    paper = _paper(ids)
    if await documents.about(paper) is None:
        pages = [await documents.get(one) for one in ids]
        content = await asyncio.to_thread(joined, pages)
        await documents.put(content, PDF, use, now, known_as=paper)
    return paper
