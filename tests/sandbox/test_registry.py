import asyncio
import json
from collections import Counter

import pytest
from pytest_aiohttp.plugin import AiohttpClient

from sandbox.citizens import Citizen, RegistryAnswer, load_citizens
from sandbox.registry import Registry
from sandbox.serving import new_app
from sandbox.signing import Message, Stamp, signature
from tests.sandbox.desk import NOW, Caller, Client, StillWorld, asked_about

QUERY = "/registry/households/query"
CITIZENS = load_citizens()


@pytest.fixture
async def client(aiohttp_client: AiohttpClient) -> Client:
    registry = Registry("registry-key", CITIZENS, StillWorld().world)
    return await aiohttp_client(new_app(registry.routes()))


@pytest.fixture
def caller(client: Client) -> Caller:
    return Caller(client, "desk", "registry-key")


def about(key: str) -> dict[str, object]:
    citizen = CITIZENS.by_key[key]
    return asked_about(citizen.name, citizen.id_number)


def check_digit(first_17: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[
        sum(int(one) * weight for one, weight in zip(first_17, weights, strict=True)) % 11
    ]


@pytest.mark.parametrize("citizen", list(CITIZENS), ids=lambda citizen: citizen.key)
def test_every_invented_citizen_is_consistent(citizen: Citizen) -> None:
    number = citizen.id_number
    assert check_digit(number[:17]) == number[17]
    assert citizen.person.birth_date.replace("-", "") == number[6:14]
    assert (citizen.person.sex == "male") == (int(number[16]) % 2 == 1)
    assert citizen.person.address.codes["county"] == number[:6]
    assert citizen.phone.startswith("1990000")
    assert citizen.shown_name.endswith("（虚构）")
    assert "虚构" not in citizen.name


def test_every_registry_answer_has_a_citizen() -> None:
    ways = Counter(citizen.registry for citizen in CITIZENS)
    assert set(ways) == set(RegistryAnswer)
    statuses = {citizen.person.household_status for citizen in CITIZENS}
    assert statuses == {"normal", "moved_out", "cancelled", "deceased"}
    assert len({citizen.id_number for citizen in CITIZENS}) == sum(ways.values()) >= 12


def test_the_signature_is_the_documented_one() -> None:
    # printf 'POST\n/a?b=1\n1795000000\nn\n<sha256 of {}>' | openssl dgst -sha256 -hmac k
    made = signature("k", Message("POST", "/a?b=1", b"{}"), Stamp(NOW, "n"))
    assert made == "4b1cf7b0e065e44c06880ba7e46fd191cc7903a2de988beb4a8da19ae6b6930f"


async def test_the_smooth_citizen_is_found_with_a_five_level_address(caller: Caller) -> None:
    status, answer = await caller.post(QUERY, about("wang_jianguo"))
    assert status == 200
    assert answer["status"] == "found"
    assert answer["person"]["name"] == "王建国"
    address = answer["person"]["address"]
    levels = ("province", "city", "county", "town", "community", "compound")
    assert all(address[level] for level in levels)
    assert address["codes"]["city"] == "410100"


async def test_rare_names_are_found(caller: Caller) -> None:
    for key in ("wang_ji", "reyihan"):
        _, answer = await caller.post(QUERY, about(key))
        assert answer["status"] == "found"
        assert answer["person"]["name"] == CITIZENS.by_key[key].name


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("chen_erniu", "not_found"),
        ("liu_fang", "out_of_province"),
        ("zhou_qiang", "mismatch"),
    ],
)
async def test_who_is_not_found_gets_a_status_and_no_person(
    caller: Caller, key: str, status: str
) -> None:
    assert await caller.post(QUERY, about(key)) == (200, {"status": status})


async def test_another_name_is_a_mismatch_and_an_unknown_number_not_found(caller: Caller) -> None:
    other_name = {**about("wang_jianguo"), "name": "张三"}
    assert await caller.post(QUERY, other_name) == (200, {"status": "mismatch"})
    unknown = asked_about("张三", "410105196606129038")
    assert await caller.post(QUERY, unknown) == (200, {"status": "not_found"})


async def test_a_household_that_moved_out_says_so(caller: Caller) -> None:
    _, answer = await caller.post(QUERY, about("wu_guoqing"))
    assert answer["person"]["household_status"] == "moved_out"


async def test_one_citizen_gets_garbage_and_another_no_answer(caller: Caller) -> None:
    body = json.dumps(about("ma_xiaoyan")).encode()
    headers = caller.headers("POST", QUERY, body)
    async with caller.client.post(QUERY, data=body, headers=headers) as answer:
        with pytest.raises(UnicodeDecodeError):
            (await answer.read()).decode()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await caller.post(QUERY, about("he_jianshe"))


async def test_no_consent_no_record(caller: Caller) -> None:
    query = about("wang_jianguo")
    del query["consent"]
    status, problem = await caller.post(QUERY, query)
    assert (status, problem["title"]) == (403, "consent_required")
    assert (await caller.post(QUERY, {**about("wang_jianguo"), "name": ""}))[0] == 400


async def test_unsigned_forged_foreign_stale_and_repeated_requests_are_refused(
    caller: Caller, client: Client
) -> None:
    async def title(one: Caller, headers: dict[str, str] | None = None) -> tuple[int, str]:
        body = json.dumps(about("wang_jianguo")).encode()
        sent = one.headers("POST", QUERY, body) if headers is None else headers
        async with client.post(QUERY, data=body, headers=sent) as answer:
            assert answer.content_type == "application/problem+json" or answer.status == 200
            return answer.status, (await answer.json(content_type=None)).get("title", "")

    assert await title(caller, {}) == (401, "unsigned")
    assert await title(Caller(client, "desk", "wrong")) == (401, "bad_signature")
    assert await title(Caller(client, "hn-hrss", "registry-key")) == (403, "foreign_sender")
    assert await title(Caller(client, "desk", "registry-key", NOW - 301)) == (401, "stale")
    assert await title(Caller(client, "desk", "registry-key", NOW + 301)) == (401, "stale")
    body = json.dumps(about("wang_jianguo")).encode()
    headers = caller.headers("POST", QUERY, body)
    assert await title(caller, headers) == (200, "")
    assert await title(caller, headers) == (401, "nonce_used")


async def test_the_registry_breaks_on_request_as_often_as_ordered(
    caller: Caller, client: Client
) -> None:
    order = {"mode": "http_500", "times": 1}
    assert (await client.post("/control/registry/failures", json=order)).status == 200
    assert (await caller.post(QUERY, about("wang_jianguo")))[0] == 500
    assert (await caller.post(QUERY, about("wang_jianguo")))[0] == 200
    refused = await client.post("/control/registry/failures", json={"mode": "nonsense"})
    assert refused.status == 400
