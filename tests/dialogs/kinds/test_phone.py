import pytest

from dialogs.kinds.base import UNCLEAR, Accepted, Rejected
from tests.dialogs.kinds.asked import Asked


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("13900000000", "13900000000"),
        ("139 0000 0000", "13900000000"),
        ("139-0000-0000", "13900000000"),
        ("+86 13900000000", "13900000000"),
        ("008613900000000", "13900000000"),
        ("１３９００００００００", "13900000000"),
        ("幺三九零零零零零零零零", "13900000000"),
        ("我的电话是13900000000。", "13900000000"),
        ("1390000000o", "13900000000"),
        ("13900000000转1", "13900000000"),
        ("0371-66112233", "0371-66112233"),
        ("037166112233", "0371-66112233"),
        ("（0371）66112233", "0371-66112233"),
        ("0371 66112233 转 8012", "0371-66112233-8012"),
        ("0371-66112233-8012", "0371-66112233-8012"),
        ("010-62341234", "010-62341234"),
        ("0391-6611223", "0391-6611223"),
    ],
)
def test_a_number_is_found_however_it_is_written(typed: str, phone: str) -> None:
    assert Asked("phone").read(typed) == Accepted(phone)


@pytest.mark.parametrize(
    ("typed", "rejected"),
    [
        ("66112233", Rejected("phone.area_code")),
        ("1390000000", Rejected("phone.length", {"count": "10"})),
        ("12345678901", Rejected("phone.start")),
        ("410105196606129011", Rejected("phone.id_number")),
        ("13900000000 13911111111", Rejected("phone.several")),
        ("手机13900000000，家里0371-66112233", Rejected("phone.several")),
    ],
)
def test_every_fault_has_its_own_reason(typed: str, rejected: Rejected) -> None:
    assert Asked("phone").read(typed) == rejected


@pytest.mark.parametrize("typed", ["没有", "打给我儿子", "", "1"])
def test_words_are_no_number(typed: str) -> None:
    assert Asked("phone").read(typed) is UNCLEAR


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("19900000000", "199****0000"), ("0371-66112233-8012", "0371-****2233")],
)
def test_a_number_is_masked_in_the_middle(phone: str, masked: str) -> None:
    assert Asked("phone").masked(phone) == masked
