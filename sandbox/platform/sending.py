"""Customer messages and template messages: who may be written to, how often, and what."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from sandbox.platform.citizen import head
from sandbox.platform.config import Template, TemplateField
from sandbox.platform.delivery import Courier, media_path
from sandbox.platform.errors import ApiError
from sandbox.platform.failures import RECEIPT_FAILURES
from sandbox.platform.fields import EMOJI, fits
from sandbox.platform.memory import Notice, Phone
from sandbox.platform.replies import BrokenRuleError, checked_text
from sandbox.platform.state import Platform

Body = Mapping[str, Any]

_TEXT_RULES: Mapping[str, int] = {"empty_text": 44004, "text_too_long": 45002}


class Sender:
    """What the service may send by itself."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def custom(self, body: Body) -> dict[str, Any]:
        """message/custom/send: shown at once, within the send windows."""
        phone = self.reachable(body.get("touser"))
        line = self._read_custom(body, phone)
        self._consume_window(phone)
        self._platform.show(phone, {"direction": "in", "via": "customer", **line})
        return {}

    def template(self, body: Body) -> dict[str, Any]:
        """message/template/send: a service notice; its fate comes later as an event."""
        repeated = self._repeated(body)
        if repeated is not None:
            return {"msgid": repeated}
        phone = self.reachable(body.get("touser"))
        template = self._platform.templates.get(str(body.get("template_id", "")))
        if template is None:
            raise ApiError(40037)
        values = self._read_fields(template, body.get("data"))
        self._consume_quota()
        msgid = self._platform.number()
        self._remember(body, msgid)
        self._finish(phone, body, values, msgid)
        return {"msgid": msgid}

    def reachable(self, openid: object) -> Phone:
        """The phone of somebody who may be written to."""
        phone = self._platform.phones.get(str(openid))
        if phone is None:
            raise ApiError(40003)
        if phone.blacklisted:
            raise ApiError(43019)
        if not phone.following:
            raise ApiError(43004)
        return phone

    def _read_custom(self, body: Body, phone: Phone) -> dict[str, str]:
        kind = body.get("msgtype")
        content = body.get(str(kind))
        if not isinstance(content, dict):
            raise ApiError(47001 if kind in {"text", "image", "msgmenu"} else 40008)
        if kind == "text":
            return {"text": self._checked(str(content.get("content", "")), phone)}
        if kind == "msgmenu":
            return {"text": self._checked(_menu_text(content), phone)}
        if kind == "image":
            media_id = str(content.get("media_id", ""))
            if self._platform.medium(media_id) is None:
                raise ApiError(40007)
            return {"kind": "image", "image": media_path(media_id)}
        raise ApiError(40008)

    def _checked(self, text: str, phone: Phone) -> str:
        try:
            return checked_text(text)
        except BrokenRuleError as broken:
            errcode = _TEXT_RULES.get(broken.rule)
            if errcode is not None:
                raise ApiError(errcode, broken.detail) from broken
            self._platform.violate(broken.rule, broken.detail, phone.openid)
            return text

    def _consume_window(self, phone: Phone) -> None:
        """Every open window pays: the stricter reading of “quotas do not add up”."""
        now = self._platform.now()
        still_open = [window for window in phone.windows.values() if window.until > now]
        if not still_open:
            raise ApiError(45015)
        if all(window.left <= 0 for window in still_open):
            raise ApiError(45047)
        for window in still_open:
            window.left -= 1

    def _read_fields(self, template: Template, data: object) -> dict[str, str]:
        if not isinstance(data, dict):
            raise ApiError(47001, "data")
        for key in sorted(set(data) - set(template.fields)):
            self._platform.violate("template_extra_field", key)
        return {
            key: self._checked_field(key, field, data.get(key))
            for key, field in template.fields.items()
        }

    def _checked_field(self, key: str, field: TemplateField, given: object) -> str:
        value = given.get("value") if isinstance(given, dict) else None
        if not isinstance(value, str | int) or not fits(key, str(value), field):
            raise ApiError(47003, f"data.{key}.value invalid: {value!r}")
        if EMOJI.search(str(value)):
            self._platform.violate("template_emoji", key)
        return EMOJI.sub("", str(value))

    def _repeated(self, body: Body) -> int | None:
        key = (str(body.get("touser")), str(body.get("client_msg_id", "")))
        at, msgid = self._platform.client_msg_ids.get(key, (0.0, 0))
        recent = self._platform.now() - at < self._platform.config.client_msg_id_seconds
        return msgid if key[1] and recent else None

    def _remember(self, body: Body, msgid: int) -> None:
        if body.get("client_msg_id"):
            key = (str(body["touser"]), str(body["client_msg_id"]))
            self._platform.client_msg_ids[key] = (self._platform.now(), msgid)

    def _consume_quota(self) -> None:
        config, sends = self._platform.config, self._platform.template_sends
        day = f"day {int(self._platform.now() // 86_400)}"
        minute = f"minute {int(self._platform.now() // 60)}"
        if sends[day] >= config.template_day_quota:
            raise ApiError(45009)
        if sends[minute] >= config.template_minute_quota:
            raise ApiError(45011)
        sends.update((day, minute))

    def _finish(self, phone: Phone, body: Body, values: Mapping[str, str], msgid: int) -> None:
        failure = self._platform.failures.take(RECEIPT_FAILURES)
        status = "failed:user block" if phone.refuses_notices else "success"
        if failure is not None and failure.what == "template_failed":
            status = failure.status
        if status == "success":
            self._show_notice(phone, body, values, msgid)
        what = failure.what if failure is not None else ""
        copies = {"template_silent": 0, "receipt_twice": 2}.get(what, 1)
        self._platform.start(self._send_receipts(phone, msgid, status, copies))

    def _show_notice(self, phone: Phone, body: Body, values: Mapping[str, str], msgid: int) -> None:
        template_id = str(body["template_id"])
        template = self._platform.templates[template_id]
        shown = tuple((key, template.fields[key].label, value) for key, value in values.items())
        url = str(body.get("url") or "")
        notice = Notice(msgid, self._platform.now(), template_id, template.title, shown, url)
        phone.notices.append(notice)
        self._platform.announce("phone", phone.openid)

    async def _send_receipts(self, phone: Phone, msgid: int, status: str, copies: int) -> None:
        await asyncio.sleep(self._platform.config.receipt_seconds)
        fields = head(self._platform.config, phone.openid, self._platform.now()) | {
            "MsgType": "event",
            "Event": "TEMPLATESENDJOBFINISH",
            "MsgID": msgid,
            "Status": status,
        }
        for _ in range(copies):
            await Courier(self._platform).deliver_receipt(phone, fields)


def _menu_text(content: Body) -> str:
    """A msgmenu as the phone shows it: head, one tappable line per entry, tail."""
    entries = content.get("list")
    if not isinstance(entries, list) or not entries:
        raise ApiError(47001, "msgmenu.list")
    lines = [str(content.get("head_content", ""))]
    lines += [_menu_line(entry) for entry in entries]
    lines.append(str(content.get("tail_content", "")))
    return "\n".join(line for line in lines if line)


def _menu_line(entry: object) -> str:
    if not isinstance(entry, dict) or not entry.get("id") or not entry.get("content"):
        raise ApiError(47001, "msgmenu.list")
    label = str(entry["content"])
    return (
        f'<a href="weixin://bizmsgmenu?msgmenucontent={quote(label)}'
        f'&msgmenuid={quote(str(entry["id"]))}">{label}</a>'
    )
