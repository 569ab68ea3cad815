"""What one run of the platform stand-in is given: the account, its phones, templates and limits.

Every number is WeChat's as written in wechat.md; tests shorten the waits, nothing else.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Mode = Literal["plain", "compat", "safe"]

DAY = 86_400.0


def openid_of(seed: str) -> str:
    """A made-up openid of WeChat's shape (28 characters), the same for the same seed.

    Stable over restarts, because the service keeps drafts and cases by it.
    """
    digest = hashlib.sha256(f"sandbox phone {seed}".encode()).hexdigest()
    return "oSBX" + digest[:24]


@dataclass(frozen=True, slots=True)
class PhoneSpec:
    """One invented citizen with a phone."""

    openid: str
    name: str
    role: str
    following: bool = True


@dataclass(frozen=True, slots=True)
class TemplateField:
    """One field of a template; its type is the key without its digits (`thing1` → thing)."""

    label: str
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A template the account was granted."""

    title: str
    fields: Mapping[str, TemplateField]


def template(title: str, **labels: str) -> Template:
    """A template from field key → label."""
    return Template(title, {key: TemplateField(label) for key, label in labels.items()})


PHONES = (
    PhoneSpec(openid_of("zhang-xiuying"), "张秀英（虚构）", "退休人员"),
    PhoneSpec(openid_of("li-min"), "李敏（虚构）", "女儿"),
    PhoneSpec(openid_of("wang-jianguo"), "王建国（虚构）", "退休人员"),
    PhoneSpec(openid_of("zhao-zhiqiang"), "赵志强（虚构）", "河北退休人员"),
)

TEMPLATES: Mapping[str, Template] = {
    "sandbox-submitted": template(
        "申请提交成功通知",
        character_string1="办件编号",
        thing2="申请事项",
        name3="申请人",
        time4="提交时间",
        thing5="温馨提示",
    ),
    "sandbox-progress": template(
        "事项办理进度通知",
        character_string1="办件编号",
        thing2="办理事项",
        phrase3="办理状态",
        time4="更新时间",
        thing5="温馨提示",
    ),
    "sandbox-missing": template(
        "材料补正通知",
        character_string1="办件编号",
        thing2="办理事项",
        thing3="补正内容",
        time4="通知时间",
        thing5="温馨提示",
    ),
    "sandbox-result": template(
        "事项办理结果通知",
        character_string1="办件编号",
        thing2="办理事项",
        phrase3="办理结果",
        time4="办理时间",
        thing5="温馨提示",
    ),
    "sandbox-draft": template(
        "申请待完成提醒", thing1="申请事项", date2="保存至", thing3="温馨提示"
    ),
}


@dataclass(frozen=True, slots=True)
class PlatformConfig:
    """The account as registered with the platform, and the platform's limits (seconds)."""

    app_id: str
    app_secret: str
    token: str
    aes_key: str
    callback_url: str
    mode: Mode = "safe"
    original_id: str = "gh_5a9db0xtuixiu"
    account_name: str = "豫事办·退休一件事（演示）"
    public_url: str = "http://127.0.0.1:8090/platform"
    phones: tuple[PhoneSpec, ...] = PHONES
    templates: Mapping[str, Template] = field(default_factory=lambda: TEMPLATES)
    menu: tuple[Mapping[str, Any], ...] = ()
    """The buttons that the account begins with; menu/create replaces them."""
    store: Path | None = None
    """Folder where phones are kept over a restart; None keeps nothing."""
    answer_seconds: float = 5.0
    deliveries: int = 3
    refused_pause: float = 1.0
    """Pause before the next delivery when nobody listens; the platform's own is not documented."""
    receipt_seconds: float = 0.3
    token_seconds: int = 7200
    token_overlap: int = 300
    code_seconds: float = 300.0
    template_day_quota: int = 100_000
    template_minute_quota: int = 10_000
    client_msg_id_seconds: float = 600.0
    media_seconds: float = 3 * DAY
    message_window: tuple[float, int] = (2 * DAY, 5)
    interaction_window: tuple[float, int] = (60.0, 3)
