from wechatpy.constants import WeChatErrorCode

from bot.wechat.errors import REMEDIES, Remedy, remedy_for


def test_every_code_that_decides_has_its_remedy() -> None:
    codes: dict[Remedy, set[int]] = {}
    for code, remedy in REMEDIES.items():
        codes.setdefault(remedy, set()).add(code)
    assert codes == {
        Remedy.RETRY_LATER: {-1, 45009, 45011},
        Remedy.RENEW_TOKEN: {40001, 40014, 42001},
        Remedy.GIVE_UP_PERSON: {43004, 43019, 43101, 40003},
        Remedy.GIVE_UP_MESSAGE: {47003, 40037, 45002},
        Remedy.OTHER_CHANNEL: {43117, 45047, 45015},
    }


def test_every_other_code_is_reported() -> None:
    others = {int(code) for code in WeChatErrorCode} - set(REMEDIES) - {0}
    assert {remedy_for(code) for code in others} == {Remedy.REPORT}
