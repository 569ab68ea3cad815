"""What pages on the phone need from WeChat: the authorize address and the JS-SDK's signature."""

from hashlib import sha1
from typing import Literal, TypeAlias
from urllib.parse import urlencode

OFFICIAL_API = "https://api.weixin.qq.com"
OFFICIAL_PAGES = "https://open.weixin.qq.com"
"""On the real platform pages live on another host than the API; elsewhere on the same."""

Scope: TypeAlias = Literal["snsapi_base", "snsapi_userinfo"]


def authorize_url(
    api_url: str, app_id: str, redirect_uri: str, state: str, scope: Scope = "snsapi_base"
) -> str:
    """Return the address that sends her back to `redirect_uri` with `code` and `state`.

    Everything is encoded (wechatpy leaves `state` as it is). `state` is the caller's: random,
    bound to the browser, used once.
    """
    base = OFFICIAL_PAGES if api_url.rstrip("/") == OFFICIAL_API else api_url.rstrip("/")
    # The platform insists on this order of the parameters and on the fragment (DOC).
    query = urlencode(
        {
            "appid": app_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": scope,
            "state": state,
        }
    )
    return f"{base}/connect/oauth2/authorize?{query}#wechat_redirect"


def js_signature(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """Sign a page's address (its fragment does not count) for `wx.config`."""
    page = url.partition("#")[0]
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={page}"
    return sha1(text.encode()).hexdigest()  # noqa: S324 — WeChat's protocol, not our choice
