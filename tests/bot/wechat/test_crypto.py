import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from bot.wechat.crypto import (
    Account,
    AesKey,
    Mode,
    NotFromWeChat,
    Opened,
    Unreadable,
    open_message,
    seal_message,
    shake_hands,
    sign,
)
from bot.wechat.xml import cdata
from tests.bot.wechat.speaking import APP_ID, KEY, NOW, OLD_KEY, SAFE, TOKEN, sha, signed

CURRENT, PREVIOUS = SAFE.keys


def test_handshake_returns_the_echo_unchanged() -> None:
    assert shake_hands(SAFE, signed(echostr="5837<&>2917"), NOW) == "5837<&>2917"


@pytest.mark.parametrize("change", ["signature", "timestamp", "nonce"])
def test_handshake_with_anything_changed_is_refused(change: str) -> None:
    query = {**signed(echostr="1"), change: "1780000001"}
    with pytest.raises(NotFromWeChat):
        shake_hands(SAFE, query, NOW)


@pytest.mark.parametrize("late", [301, -301, 10**9])
def test_a_right_signature_goes_stale(late: int) -> None:
    assert shake_hands(SAFE, signed(echostr="1"), NOW + 300) == "1"
    with pytest.raises(NotFromWeChat):
        shake_hands(SAFE, signed(echostr="1"), NOW + late)


@pytest.mark.parametrize("timestamp", ["", "soon", "-5", "1e9", "١٧٨", "9" * 13])
def test_a_signed_timestamp_must_be_one(timestamp: str) -> None:
    query = {**signed(echostr="1"), "timestamp": timestamp, "signature": sha(TOKEN, timestamp, "n")}
    with pytest.raises(NotFromWeChat):
        shake_hands(SAFE, {**query, "nonce": "n"}, NOW)


def test_lone_surrogates_in_a_query_are_a_wrong_signature() -> None:
    with pytest.raises(NotFromWeChat):
        shake_hands(SAFE, signed() | {"nonce": "\ud800", "signature": "\udfff"}, NOW)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.binary(min_size=16, max_size=16))
def test_what_is_sealed_opens_again(message: str, prefix: bytes) -> None:
    sealed = seal_message(SAFE, PREVIOUS, message.encode(), prefix)
    assert open_message(SAFE, sealed) == Opened(message.encode(), PREVIOUS)


@pytest.mark.parametrize(("key", "aes"), [(CURRENT, KEY), (PREVIOUS, OLD_KEY)])
def test_wechatpy_reads_what_we_seal(key: AesKey, aes: str) -> None:
    message = "<xml><Content>退休办理</Content></xml>"
    sealed = seal_message(SAFE, key, message.encode())
    envelope = f"<xml><Encrypt>{cdata(sealed)}</Encrypt></xml>"
    signature = sign(TOKEN, "1", "n", sealed)
    read = WeChatCrypto(TOKEN, aes, APP_ID).decrypt_message(envelope, signature, "1", "n")
    assert read == message


def test_the_prefix_is_drawn_anew_each_time() -> None:
    assert seal_message(SAFE, CURRENT, b"x") != seal_message(SAFE, CURRENT, b"x")


def test_a_message_for_another_account_is_refused() -> None:
    sealed = seal_message(Account.of("wx-other", TOKEN, KEY), CURRENT, b"<xml/>")
    with pytest.raises(NotFromWeChat):
        open_message(SAFE, sealed)


def test_a_key_nobody_has_is_unreadable() -> None:
    stranger = AesKey(bytes(32))
    assert open_message(SAFE, seal_message(SAFE, stranger, b"<xml/>")) == Unreadable("key")


@given(st.text() | st.binary().map(lambda raw: base64.b64encode(raw).decode()))
def test_any_ciphertext_is_refused_politely(ciphertext: str) -> None:
    _is_refused_politely(ciphertext)


@given(st.binary(min_size=1, max_size=8).map(lambda blocks: blocks * 16))
def test_any_plaintext_is_refused_politely(plaintext: bytes) -> None:
    _is_refused_politely(base64.b64encode(CURRENT.encrypt(plaintext)).decode())


def _is_refused_politely(ciphertext: str) -> None:
    try:
        opened = open_message(SAFE, ciphertext)
    except NotFromWeChat:
        return
    assert isinstance(opened, Unreadable)


def test_keys_and_tokens_are_never_shown() -> None:
    shown = repr(SAFE)
    assert TOKEN not in shown
    assert repr(CURRENT.raw) not in shown


def test_settings_that_cannot_work_are_refused() -> None:
    assert Account.of(APP_ID, TOKEN).mode is Mode.PLAIN
    assert Account.of(APP_ID, TOKEN, KEY).mode is Mode.SAFE
    for bad in ("short", KEY + "x", "#" * 43):
        with pytest.raises(ValueError, match="EncodingAESKey"):
            Account.of(APP_ID, TOKEN, bad)
    with pytest.raises(ValueError, match="WECHAT_AES_KEY"):
        Account.of(APP_ID, TOKEN, mode=Mode.SAFE)
