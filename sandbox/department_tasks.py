"""What a department stand-in holds: its tasks, what arrived how often, and what it has said.

No I/O but one file: a restart of `make run` finds the desks as they were left.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from sandbox.serving import Problem, Refused

Behaviour = Literal["normal", "silent", "http_500", "hang", "garbage", "auto"]
BEHAVIOURS: tuple[Behaviour, ...] = ("normal", "silent", "http_500", "hang", "garbage", "auto")

ITEM_NAMES = {
    "HN03": "新增退休人员养老保险待遇核定",
    "HN04": "工伤保险伤残津贴待遇补差",
    "HN05": "工伤保险待遇变更（伤残津贴停发）",
    "HN06": "失业保险金停发",
    "HN07": "医疗保险在职转退休（基本医疗保险视同缴费年限核定）",
    "HN08": "退休提取住房公积金",
    "HN09": "城镇独生子女父母奖励扶助金申请",
    "HB01": "领取基本养老保险待遇资格确认",
    "HB02": "特殊工种提前退休核准",
    "HB04": "基本养老保险视同缴费年限认定",
    "HB05": "新增退休人员养老保险待遇核定发放",
    "HB06": "基本医疗保险视同缴费年限核定",
    "HB07": "离休、退休提取住房公积金",
}
DEPARTMENT_NAMES = {
    "hn-hrss": "河南省社会保障信息系统（人社）",
    "hn-medical": "河南省医疗保障公共服务平台",
    "hn-fund-provincial": "省直住房公积金综合服务平台",
    "hn-fund-zhengzhou": "郑州住房公积金综合服务平台",
    "hn-health": "河南省计划生育扶助保障信息系统（卫健）",
    "hb-hrss": "河北省人社一体化平台（人社行政）",
    "hb-pension": "河北省人社一体化平台（社保经办）",
    "hb-medical": "河北省医保平台",
    "hb-fund-shijiazhuang": "石家庄住房公积金中心平台",
    "hb-fund-langfang": "廊坊住房公积金中心平台",
}


class Connection(BaseModel):
    """One line of departments.yaml, as far as a department itself needs it."""

    id: str
    province: str
    department: str
    office: str = "*"
    mode: Literal["push", "pull", "desk"] = "push"
    base_url: str = ""
    keys: list[str] = Field(min_length=1)

    @property
    def name(self) -> str:
        return DEPARTMENT_NAMES.get(self.id, self.id)


class Document(BaseModel):
    """A paper that belongs to a task."""

    id: str
    kind: str
    sha256: str
    url: str


class TaskShape(BaseModel):
    """What the department insists on; anything else in a task it merely shows."""

    key: str = Field(min_length=1)
    case_no: str = Field(min_length=1)
    item: str = Field(min_length=1)
    revision: int = Field(ge=1)
    answers: dict[str, Any]
    documents: list[Document]


class Fetched(BaseModel):
    """A document the department asked for, and how that went. The bytes are not kept on disk."""

    id: str
    kind: str
    status: int
    size: int = 0
    media_type: str = ""
    sha256_right: bool = False


class Told(BaseModel):
    """One report the department sent, and the service's answer."""

    stage: str
    report_id: str
    status: int


class Held(BaseModel):
    """One task: the newest revision, and everything that happened to it."""

    task: dict[str, Any]
    received: dict[int, int] = {}
    acks: dict[int, dict[str, Any]] = {}
    digests: dict[int, str] = {}
    withdrawn: bool = False
    last_stage: str | None = None
    documents: list[Fetched] = []
    told: list[Told] = []

    @property
    def key(self) -> str:
        return str(self.task["key"])

    @property
    def revision(self) -> int:
        return int(self.task["revision"])

    @property
    def papers(self) -> list[Document]:
        return TaskShape.model_validate(self.task).documents

    @property
    def state(self) -> str:
        if self.withdrawn:
            return "withdrawn"
        return self.last_stage or "received"

    def note(self, stage: str, report_id: str, status: int) -> None:
        """A report went out; what the service took is the last word."""
        self.told.append(Told(stage=stage, report_id=report_id, status=status))
        if status < 300:
            self.last_stage = stage


class Desk(BaseModel):
    """One department's memory."""

    behaviour: Behaviour = "normal"
    cursor: str = ""
    tasks: dict[str, Held] = {}

    def receive(self, task: dict[str, Any], at: str) -> tuple[Held, bool]:
        """Take a task in; true when this revision is new here.

        The same revision again gets the same ack; with other contents it is a 409, because then
        one of the two was never meant for us.
        """
        key, revision = _identified(task)
        digest = _digest(task)
        held = self.tasks.get(key)
        if held is None:
            held = self.tasks[key] = Held(task=task)
        held.received[revision] = held.received.get(revision, 0) + 1
        if held.digests.setdefault(revision, digest) != digest:
            raise Problem(409, "other_contents", f"revision {revision} of {key} came before")
        new = revision not in held.acks
        if new:
            held.acks[revision] = {"key": key, "revision": revision, "received_at": at}
        if new and revision > held.revision:
            # What was missing has come: the desk begins anew with it.
            held.task, held.last_stage, held.withdrawn = task, None, False
        return held, new

    def task(self, key: str) -> Held:
        """The held task, or the 404."""
        held = self.tasks.get(key)
        if held is None:
            raise Problem(404, "no_such_task")
        return held


class Desks:
    """All departments' memories, kept in one file when a path is given."""

    def __init__(self, connection_ids: list[str], store: Path | None) -> None:
        self._store = store
        kept = _read_desks(store) if store is not None and store.exists() else {}
        self._desks = {one: kept.get(one, Desk()) for one in connection_ids}

    def __getitem__(self, connection_id: str) -> Desk:
        desk = self._desks.get(connection_id)
        if desk is None:
            raise Problem(404, "no_such_department")
        return desk

    def save(self) -> None:
        """Write everything; whole or not at all, readable by the owner only."""
        if self._store is None:
            return
        fresh = self._store.with_suffix(".new")
        write_private(fresh, TypeAdapter(dict[str, Desk]).dump_json(self._desks))
        fresh.replace(self._store)


def _read_desks(store: Path) -> dict[str, Desk]:
    try:
        return TypeAdapter(dict[str, Desk]).validate_json(store.read_bytes())
    except (ValidationError, OSError) as error:
        raise Refused(f"{store} cannot be read any more: move it away.") from error


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, never readable in between."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _identified(task: dict[str, Any]) -> tuple[str, int]:
    try:
        shape = TaskShape.model_validate(task)
    except ValidationError as error:
        raise Problem(400, "bad_task", str(error)) from error
    return shape.key, shape.revision


def _digest(task: dict[str, Any]) -> str:
    # The time of sending may differ between two tries of the same revision; nothing else may.
    same = {name: value for name, value in task.items() if name != "sent_at"}
    return hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()
