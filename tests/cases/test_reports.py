from typing import Any

import pytest
from pydantic import ValidationError

from cases.reports import ReportBody

PLAIN: dict[str, Any] = {
    "report_id": "r-1",
    "case_no": "410000202603020001",
    "item": "HN03",
    "stage": "accepted",
    "occurred_at": "2026-03-02T09:00:00+08:00",
}


def test_a_report_becomes_the_domains_own() -> None:
    body = ReportBody.model_validate(
        {
            **PLAIN,
            "stage": "returned",
            "missing": [{"kind": "document", "code": "retirement_form", "note": "不清"}],
            "facts": {"disability_allowance": None},
        }
    )
    report = body.report(("p1",))
    assert report.missing[0].note == "不清"
    assert report.documents == ("p1",)
    assert report.facts == {"disability_allowance": None}
    assert ReportBody.model_validate_json(body.model_dump_json()) == body


@pytest.mark.parametrize(
    "change",
    [
        {"stage": "finished"},
        {"stage": "returned"},
        {"stage": "denied"},
        {"stage": "refused", "reason": "  "},
        {"occurred_at": "2026-03-02T09:00:00"},
        {"reason": "长" * 501},
        {"missing": [{"kind": "document", "code": "x"}] * 21},
        {"documents": [{"kind": "x"}] * 11},
        {"facts": {f"f{n}": True for n in range(31)}},
        {"facts": {"x": {"deep": 1}}},
        {"result": {"x": float("inf")}},
        {"colour": "red"},
        {"report_id": ""},
        {"case_no": 1},
    ],
)
def test_what_is_too_much_or_says_too_little_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ReportBody.model_validate(PLAIN | change)
