import hashlib
import io

import pytest
from pypdf import PdfReader
from pytest_aiohttp.plugin import AiohttpClient

from sandbox.citizens import load_citizens
from sandbox.papers import Papers
from sandbox.serving import new_app
from tests.sandbox.desk import Caller, Client, StillWorld, asked_about

QUERY = "/papers/retirement-papers/query"
CITIZENS = load_citizens()


@pytest.fixture
async def client(aiohttp_client: AiohttpClient) -> Client:
    papers = Papers("papers-key", CITIZENS, StillWorld().world)
    return await aiohttp_client(new_app(papers.routes()))


@pytest.fixture
def caller(client: Client) -> Caller:
    return Caller(client, "desk", "papers-key")


def about(key: str) -> dict[str, object]:
    citizen = CITIZENS.by_key[key]
    return asked_about(citizen.name, citizen.id_number)


async def test_the_confirmed_facts_come_with_the_stamped_paper(caller: Caller) -> None:
    status, answer = await caller.post(QUERY, about("wang_jianguo"))
    assert status == 200
    assert answer["facts"] == {
        "retirement_month": "2026-11",
        "person_kind": "enterprise",
        "retirement_kind": "normal",
        "insured_city": "410100",
    }
    (paper,) = answer["papers"]
    assert paper["title"] == "河南省企业职工基本养老保险参保人员退休办理表"
    status, content = await caller.get(f"/papers/retirement-papers/{paper['id']}")
    assert status == 200
    assert hashlib.sha256(content).hexdigest() == paper["sha256"]
    assert len(content) == paper["size"]


async def test_the_paper_is_marked_as_a_sample_and_draws_rare_characters(caller: Caller) -> None:
    _, answer = await caller.post(QUERY, about("wang_ji"))
    _, content = await caller.get(f"/papers/retirement-papers/{answer['papers'][0]['id']}")
    text = PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert "王𠮷" in text
    assert "演示样张" in text


async def test_kind_of_retirement_decides_the_paper(caller: Caller) -> None:
    _, early = await caller.post(QUERY, about("zhao_dazhuang"))
    assert [one["kind"] for one in early["papers"]] == ["early_approval"]
    _, institution = await caller.post(QUERY, about("reyihan"))
    assert [one["kind"] for one in institution["papers"]] == ["institution_form"]


async def test_nothing_confirmed_is_not_found_and_so_is_another_name(caller: Caller) -> None:
    assert await caller.post(QUERY, about("sun_meihua")) == (200, {"status": "not_found"})
    other_name = {**about("wang_jianguo"), "name": "张三"}
    assert await caller.post(QUERY, other_name) == (200, {"status": "not_found"})


async def test_papers_need_consent_and_a_signature(caller: Caller, client: Client) -> None:
    query = about("wang_jianguo")
    del query["consent"]
    assert (await caller.post(QUERY, query))[0] == 403
    assert (await client.post(QUERY, json=about("wang_jianguo"))).status == 401
    assert (await client.get("/papers/retirement-papers/x")).status == 401
    assert (await caller.get("/papers/retirement-papers/x"))[0] == 404


async def test_the_papers_break_on_request(caller: Caller, client: Client) -> None:
    await client.post("/control/papers/failures", json={"mode": "http_500"})
    assert (await caller.post(QUERY, about("wang_jianguo")))[0] == 500
    await client.post("/control/papers/failures", json={"mode": None})
    assert (await caller.post(QUERY, about("wang_jianguo")))[0] == 200
