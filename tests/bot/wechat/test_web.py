from urllib.parse import parse_qsl, urlsplit

from bot.wechat.web import OFFICIAL_API, authorize_url, js_signature


def test_the_signature_of_the_platforms_own_example() -> None:
    ticket = (
        "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    )
    for fragment in ("", "#top"):
        page = "http://mp.weixin.qq.com?params=value" + fragment
        signature = js_signature(ticket, "Wm3WZYTPz0wzccnW", 1414587457, page)
        assert signature == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"


def test_the_way_to_the_platforms_login_is_encoded() -> None:
    url = urlsplit(authorize_url(OFFICIAL_API, "wx1", "https://a.cn/m?x=1&y=2", "s&t#1"))
    assert (url.netloc, url.path) == ("open.weixin.qq.com", "/connect/oauth2/authorize")
    assert url.fragment == "wechat_redirect"
    assert parse_qsl(url.query) == [
        ("appid", "wx1"),
        ("redirect_uri", "https://a.cn/m?x=1&y=2"),
        ("response_type", "code"),
        ("scope", "snsapi_base"),
        ("state", "s&t#1"),
    ]


def test_a_stand_in_has_its_pages_beside_its_api() -> None:
    url = authorize_url("http://127.0.0.1:8090/platform/", "wx1", "http://127.0.0.1/m", "s")
    assert url.startswith("http://127.0.0.1:8090/platform/connect/oauth2/authorize?appid=wx1&")
