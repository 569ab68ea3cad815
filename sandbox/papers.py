"""The HR department's store: facts, and papers as PDFs.

Henan's holds the retirement papers that it has stamped, Hebei's what is on file about somebody.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import noto_cjk_sans_otc
import pylopdf_fonts_zh_cn
import typst
from aiohttp import web

from sandbox.citizens import Citizen, Citizens, Retirement
from sandbox.registry import SENDER, parse_query
from sandbox.serving import Failures, Problem, garbage, hang
from sandbox.signing import Verifier, verified_body
from sandbox.world import World

# Annex 1, note 2: which paper proves the retirement, by kind of person and of retirement.
TITLES = {
    ("enterprise", False): "河南省企业职工基本养老保险参保人员退休办理表",
    ("flexible", False): "河南省企业职工基本养老保险参保人员退休办理表",
    ("enterprise", True): "河南省企业职工基本养老保险参保人员提前退休核准表",
    ("flexible", True): "河南省企业职工基本养老保险参保人员提前退休核准表",
    ("institution", False): "机关事业单位退休人员养老保险待遇申领表",
    ("institution", True): "河南省机关事业单位养老保险提前退休核准表",
}
# The wire names of the papers; whoever asks knows them by these.
KINDS = {
    "河南省企业职工基本养老保险参保人员退休办理表": "retirement_form",
    "河南省企业职工基本养老保险参保人员提前退休核准表": "early_approval",
    "机关事业单位退休人员养老保险待遇申领表": "institution_form",
    "河南省机关事业单位养老保险提前退休核准表": "institution_early",
}
ON_FILE = {
    "id_card": "居民身份证（电子证照）",
    "archive_pages": "职工档案关键页",
    "illness_approval": "企业养老保险参保人员因病提前退休核准表",
    "years_recognition": "机关事业单位参保人员视同缴费年限认定表",
    "retirement_approval": "退休审批手续",
    "last_salary_decision": "退休前最后一次职务升降工资审批方案",
}
ISSUED_ON_FILE = "2026-10-20"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on a paper."""

    kind: str
    title: str
    issued_on: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper as it is described on the wire, and its bytes."""

    about: dict[str, Any]
    content: bytes


class Papers:
    """`POST /papers/retirement-papers/query` and `GET /papers/retirement-papers/{id}`."""

    def __init__(self, key: str, citizens: Citizens, world: World) -> None:
        self.failures = Failures("timeout", "http_500", "garbage")
        self._verifier = Verifier(SENDER, (key,), world)
        self._citizens = citizens
        self._made: dict[str, Paper] = {}

    def routes(self, prefix: str = "/papers") -> list[web.RouteDef]:
        return [
            web.post(prefix + "/retirement-papers/query", self._answer),
            web.get(prefix + "/retirement-papers/{id}", self._download),
            *self.failures.routes("/control/papers/failures"),
        ]

    async def _answer(self, request: web.Request) -> web.Response:
        query = parse_query(await verified_body(request, self._verifier))
        broken = await self._break(request)
        if broken is not None:
            return broken
        citizen = self._citizens.by_id_number.get(query.id_number)
        facts = _facts(citizen) if citizen is not None and citizen.name == query.name else None
        if citizen is None or facts is None:
            return web.json_response({"status": "not_found"})
        papers = [self._paper(citizen, sheet).about for sheet in _held(citizen)]
        return web.json_response({"status": "found", "facts": facts, "papers": papers})

    async def _download(self, request: web.Request) -> web.Response:
        await verified_body(request, self._verifier)
        broken = await self._break(request)
        if broken is not None:
            return broken
        paper = self._made.get(request.match_info["id"])
        if paper is None:
            raise Problem(404, "no_such_paper", "ask for the list of papers first")
        return web.Response(body=paper.content, content_type="application/pdf")

    async def _break(self, request: web.Request) -> web.Response | None:
        match self.failures.take():
            case "timeout":
                return await hang(request)
            case "http_500":
                raise Problem(500, "papers_broken")
            case "garbage":
                return garbage()
            case _:
                return None

    def _paper(self, citizen: Citizen, sheet: Sheet) -> Paper:
        paper_id = hashlib.sha256(f"{citizen.key}/{sheet.title}".encode()).hexdigest()[:24]
        if paper_id not in self._made:
            self._made[paper_id] = _make(paper_id, sheet)
        return self._made[paper_id]


def _facts(citizen: Citizen) -> dict[str, str] | None:
    """None where nothing is on file."""
    if citizen.record is not None:
        return citizen.record.facts
    return None if citizen.retirement is None else citizen.retirement.model_dump()


def _held(citizen: Citizen) -> list[Sheet]:
    if citizen.record is not None:
        return [_on_file(citizen, kind) for kind in citizen.record.papers]
    return [] if citizen.retirement is None else _confirmed(citizen, citizen.retirement)


def _on_file(citizen: Citizen, kind: str) -> Sheet:
    return Sheet(kind, ON_FILE[kind], ISSUED_ON_FILE, _about(citizen))


def _confirmed(citizen: Citizen, retirement: Retirement) -> list[Sheet]:
    early = retirement.retirement_kind != "normal"
    titles = [TITLES[retirement.person_kind, early]]
    if retirement.person_kind == "institution" and early:
        titles.insert(0, TITLES["institution", False])  # early leavers of institutions bring both
    rows = (
        *_about(citizen),
        ("退休时间", retirement.retirement_month),
        ("参保地", retirement.insured_city),
        ("审核意见", "符合退休条件，予以确认"),
    )
    issued_on = f"{retirement.retirement_month}-02"
    return [Sheet(KINDS[title], title, issued_on, rows) for title in titles]


def _about(citizen: Citizen) -> tuple[tuple[str, str], ...]:
    return (
        ("姓名", citizen.name),
        ("公民身份号码", citizen.id_number),
        ("出生日期（档案认定）", citizen.person.birth_date),
    )


def _make(paper_id: str, sheet: Sheet) -> Paper:
    content = draw_paper(
        {"title": sheet.title, "issued_on": sheet.issued_on, "rows": list(sheet.rows)}
    )
    about = {
        "id": paper_id,
        "kind": sheet.kind,
        "title": sheet.title,
        "issued_on": sheet.issued_on,
        "media_type": "application/pdf",
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
    }
    return Paper(about, content)


def draw_paper(paper: dict[str, Any]) -> bytes:
    """A one-page PDF; the same bytes for the same input."""
    fonts = [
        pylopdf_fonts_zh_cn.sans_path().parent,
        Path(noto_cjk_sans_otc.__file__).parent,  # most of Extension B (𠮷)
    ]
    pdf: bytes = typst.compile(
        str(Path(__file__).with_name("papers.typ")),
        font_paths=[str(folder) for folder in fonts],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"paper": json.dumps(paper, ensure_ascii=False)},
        timestamp=0,
    )
    return pdf
