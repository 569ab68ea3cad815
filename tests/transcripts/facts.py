"""Invented citizens, papers and cases that the transcripts speak of."""

from collections.abc import Mapping

from cases.values import JSON

_JINSHUI: Mapping[str, JSON] = {
    "city": "郑州市",
    "city_code": "410100",
    "county": "金水区",
    "county_code": "410105",
    "town": "经八路街道",
    "community": "示范社区",
    "compound": "1号院",
}
_HOUSE: Mapping[str, JSON] = {
    "name": "王建国",
    "sex": "male",
    "ethnicity": "汉族",
    "address": dict(_JINSHUI),
}
HOUSEHOLDS: Mapping[str, Mapping[str, JSON]] = {
    "": _HOUSE,
    "urban": {**_HOUSE, "household_kind": "urban", "marital_status": "first_marriage"},
    "rural": {**_HOUSE, "household_kind": "rural"},
    "remarried": {**_HOUSE, "household_kind": "urban", "marital_status": "remarried"},
    "hebei": {
        "name": "李秀兰",
        "sex": "female",
        "address": "廊坊市广阳区示范街道示范社区5号院",
    },
    "wang": {**_HOUSE, "name": "王秀英", "sex": "female", "ethnicity": "回族"},
}

_RETIRED: Mapping[str, JSON] = {"retirement_month": "2026-11", "insured_city": "410100"}
PAPERS: Mapping[str, Mapping[str, JSON]] = {
    "": {
        **_RETIRED,
        "person_kind": "enterprise",
        "retirement_kind": "normal",
        "retirement_form": [{"document": "doc-a"}],
    },
    "early": {
        **_RETIRED,
        "person_kind": "enterprise",
        "retirement_kind": "early_trade",
        "early_approval": [{"document": "doc-b"}],
    },
    "hebei": {
        "years_enough": "yes",
        "medical_years_enough": "yes",
        "insured_city": "131000",
        "person_kind": "enterprise",
        "pension_number": "13100000123456",
        "work_started": "1994-08",
        "id_card": [{"document": "doc-c"}],
    },
    "hebei institution": {
        "years_enough": "yes",
        "medical_years_enough": "yes",
        "insured_city": "131000",
        "person_kind": "institution",
        "pension_number": "13100000123456",
        "work_started": "1994-08",
        "archive_place": "unit",
        "id_card": [{"document": "doc-c"}],
        "retirement_approval": [{"document": "doc-e"}],
    },
    "hebei illness": {
        "years_enough": "yes",
        "medical_years_enough": "yes",
        "insured_city": "131000",
        "person_kind": "enterprise",
        "retirement_category": "illness",
        "pension_number": "13100000123456",
        "work_started": "1994-08",
        "illness_approval": [{"document": "doc-d"}],
    },
    "facts": {**_RETIRED, "person_kind": "enterprise", "retirement_kind": "normal"},
}


def _item(name: str, state: str, department: str, due_on: str = "", **more: JSON) -> JSON:
    return {
        "name": name,
        "state": state,
        "department": department,
        "phone": "12333",
        "channel": "参保地经办机构",
        "place": "",
        "reason": "",
        "basis": "",
        "missing": [],
        "opens_on": "",
        "waits_for": "",
        "result": "",
        "due_on": due_on,
        "provisional": False,
        **more,
    }


CASES: Mapping[str, Mapping[str, JSON]] = {
    "early": {
        "case_no": "410100202611210100001",
        "submitted_on": "11月21日",
        "apply_anew": "",
        "items": [
            _item("算养老金", "sent", "人社部门", "12月18日"),
            _item("停发失业保险金", "sent", "人社部门", "11月23日"),
            _item("医保转为退休待遇", "sent", "医保部门", "11月27日"),
        ],
    },
    "middle": {
        "case_no": "410100202611210100001",
        "submitted_on": "11月21日",
        "apply_anew": "",
        "items": [
            _item("算养老金", "accepted", "人社部门", "1月25日", provisional=True),
            _item("补足工伤津贴差额", "waiting", "人社部门", waits_for="turn"),
            _item("停发失业保险金", "done", "人社部门"),
            _item("医保转为退休待遇", "returned", "医保部门"),
            _item("提取住房公积金", "misrouted", "公积金中心", "11月26日"),
            _item("申请独生子女父母奖励扶助金", "denied", "卫健部门", reason="子女信息对不上"),
        ],
    },
    "next": {
        "case_no": "410100202611210100002",
        "submitted_on": "11月20日",
        "apply_anew": "",
        "items": [
            _item("算养老金", "waiting", "人社部门", opens_on="12月3日"),
            _item(
                *("停发失业保险金", "refused", "人社部门"),
                reason="不在我市参保",
                place="示范市政务服务中心，示范路1号",
                phone="0371-00000000",
            ),
        ],
    },
    "denied": {
        "case_no": "131000202611210100001",
        "submitted_on": "11月21日",
        "apply_anew": "self",
        "items": [
            _item("确认退休资格", "denied", "人社行政部门", reason="档案出生时间待核实"),
        ],
    },
}
