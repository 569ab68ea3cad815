"""The papers of a case as departments see them: handed in, made by us, sent by them."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime

from bot.departments.edge import Paper, PaperFacts
from storage.documents.store import Documents, Use
from storage.sql.errors import DocumentGone


class CasePapers:
    """`Papers` of the department edge, over the store of documents."""

    def __init__(self, documents: Documents, produced: Collection[str]) -> None:
        """`produced` are the codes of documents that we make ourselves."""
        self._documents = documents
        self._produced = frozenset(produced)

    async def produced(self, case_no: str) -> Mapping[str, tuple[str, ...]]:
        """What we made of the application: document code → paper ids."""
        made: dict[str, tuple[str, ...]] = {}
        for document in await self._documents.of_case(case_no):
            if document.use.kind in self._produced:
                made[document.use.kind] = (*made.get(document.use.kind, ()), document.id)
        return made

    async def facts(self, paper_ids: Collection[str]) -> Mapping[str, PaperFacts]:
        """Kind and digest of these papers; one that is gone is left out."""
        known: dict[str, PaperFacts] = {}
        for paper_id in paper_ids:
            paper = await self.read(paper_id)
            if paper is not None:
                digest = hashlib.sha256(paper.content).hexdigest()
                known[paper_id] = PaperFacts(paper.kind, digest)
        return known

    async def read(self, paper_id: str) -> Paper | None:
        """A paper with its bytes, opened."""
        about = await self._documents.about(paper_id)
        if about is None:
            return None
        try:
            content = await self._documents.get(paper_id)
        except DocumentGone:
            return None
        return Paper(about.use.case_no, about.use.kind, about.media_type, content)

    async def keep(self, paper_id: str, paper: Paper, now: datetime) -> None:
        """Keep a department's result under that id; a known id is left as it is."""
        use = Use(kind=paper.kind, case_no=paper.case_no)
        await self._documents.put(paper.content, paper.media_type, use, now, known_as=paper_id)
