"""Who may ask, from where: passwords, sessions, tokens, forms, hosts."""

from __future__ import annotations

import asyncio
import base64
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.routing import Route

from khabardar.web.application import routes
from khabardar.web.security.attempts import MOST, WITHIN, Attempts
from khabardar.web.security.hosts import is_loopback_name
from khabardar.web.security.passwords import Password, check_hash, hashed
from tests.khabardar.web.conftest import PASSWORD, Serve, Served, sign_in

PAGES = [
    "/",
    "/search",
    "/search?q=japan",
    "/search/facets?q=japan",
    "/search.csv?q=japan",
    "/search.jsonl?q=japan",
    "/items/evil",
]
API = [
    "/api/v1/items", "/api/v1/items/evil", "/api/v1/rules", "/api/v1/rules/test?q=japan", "/api/v1/sources",
    "/api/v1/deliveries", "/api/v1/stats", "/openapi.json",
]  # fmt: skip
FEEDS = ["/feeds/rules/japan.atom", "/feeds/search.atom?q=japan"]


def _basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"anyone:{password}".encode()).decode()}


def _bearer(words: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {words}"}


async def test_every_route_but_the_open_ones_asks_for_the_password(locked: Served) -> None:
    """Out of the routes themselves, so that a new one is not forgotten."""
    opened = {"/healthz", "/readyz", "/login", "/static/{name}"}
    for route in routes():
        assert isinstance(route, Route)
        path = route.path.replace(":path", "").replace("{id}", "evil").replace("{name}", "japan")
        if route.path in opened:
            continue
        for method in sorted(route.methods or {"GET"}):
            answer = await locked.client.request(method, path)
            refused = answer.status_code in (401, 403)
            assert refused or (answer.status_code, answer.headers["location"][:7]) == (303, "/login?"), (method, path)
            assert b"cotton" not in answer.content.lower()


async def test_page_leads_to_the_form_and_back(locked: Served) -> None:
    """After signing in the page that was asked for is shown; the cookie is out of reach of scripts and other sites."""
    first = await locked.client.get("/search?q=japan")
    assert first.headers["location"] == "/login?next=%2Fsearch%3Fq%3Djapan"
    answer = await sign_in(locked)
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=japan")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie
    for path in (*PAGES, *API, *FEEDS):
        assert (await locked.client.get(path)).status_code == 200, path


async def test_cookie_is_secure_behind_https(locked: Served) -> None:
    """As a proxy on this machine says."""
    locked.client.headers["X-Forwarded-Proto"] = "https"
    assert "secure" in (await sign_in(locked)).headers["set-cookie"].lower()


async def test_wrong_password_opens_nothing(locked: Served) -> None:
    """And says so in the form."""
    answer = await sign_in(locked, "wrong")
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert "not the password" in answer.text


async def test_next_leads_nowhere_else(locked: Served) -> None:
    """No open redirect."""
    await sign_in(locked)
    for wanted in (
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
    ):
        answer = await locked.client.get("/login", params={"next": wanted})
        assert answer.headers["location"] == "/", wanted


async def test_session_ends_when_signing_out_also_for_a_copy_of_the_cookie(locked: Served) -> None:
    """It is gone from the archive, not only from the browser."""
    await sign_in(locked)
    cookie = locked.client.cookies["khabardar"]
    page = (await locked.client.get("/")).text
    sign = page.split('name="sign" value="')[1].split('"')[0]
    assert (await locked.client.post("/logout", data={"sign": sign})).status_code == 303
    locked.client.cookies.set("khabardar", cookie)
    assert (await locked.client.get("/")).status_code == 303


async def test_sessions_end_with_the_password(serve: Serve) -> None:
    """A new password signs everybody out; a restart with the same one does not."""
    first = await serve(PASSWORD)
    await sign_in(first)
    cookie = {"khabardar": first.client.cookies["khabardar"]}
    same, other = await serve(PASSWORD, beside=first), await serve("another password", beside=first)
    same.client.cookies.update(cookie)
    other.client.cookies.update(cookie)
    assert (await same.client.get("/")).status_code == 200
    assert (await other.client.get("/")).status_code == 303


async def test_token_opens_the_api_and_feeds_but_no_page(locked: Served) -> None:
    """Until it is revoked or runs out; its words are nowhere in the archive."""
    now = datetime.now(UTC)
    words = locked.archive.create_token("desk", ["read"], now)
    for path in (*API, *FEEDS):
        assert (await locked.client.get(path, headers=_bearer(words))).status_code == 200, path
    for path in PAGES:
        assert (await locked.client.get(path, headers=_bearer(words))).status_code == 303, path
    assert words.encode() not in locked.settings.path.parent.joinpath("khabardar.db").read_bytes()
    assert locked.archive.revoke_token("desk")
    assert (await locked.client.get("/api/v1/items", headers=_bearer(words))).status_code == 401
    old = locked.archive.create_token("old", ["read"], now - timedelta(days=2), now - timedelta(days=1))
    assert (await locked.client.get("/api/v1/items", headers=_bearer(old))).status_code == 401


async def test_token_opens_only_what_its_scope_says(locked: Served) -> None:
    """Feeds alone; elsewhere 403."""
    words = locked.archive.create_token("reader", ["feeds"], datetime.now(UTC))
    for path in FEEDS:
        assert (await locked.client.get(path, headers=_bearer(words))).status_code == 200
        assert (await locked.client.get(path, headers=_basic(words))).status_code == 200
    for path in API:
        assert (await locked.client.get(path, headers=_bearer(words))).status_code == 403


async def test_session_is_no_token(locked: Served) -> None:
    """Nor a token a cookie."""
    await sign_in(locked)
    cookie = locked.client.cookies["khabardar"]
    locked.client.cookies.clear()
    assert (await locked.client.get("/api/v1/items", headers=_bearer(cookie))).status_code == 401
    locked.client.cookies.set("khabardar", locked.archive.create_token("desk", ["read"], datetime.now(UTC)))
    assert (await locked.client.get("/")).status_code == 303


async def test_feeds_take_the_password_and_nothing_else_does(locked: Served) -> None:
    """Basic, for feed readers."""
    for path in FEEDS:
        assert (await locked.client.get(path, headers=_basic(PASSWORD))).status_code == 200
        refused = await locked.client.get(path)
        assert (refused.status_code, refused.headers["www-authenticate"][:5]) == (401, "Basic")
        for header in ("Basic", "Basic !!!", "Basic " + base64.b64encode(b"\xff:\xff").decode(), "Digest x", "Bearer"):
            assert (await locked.client.get(path, headers={"Authorization": header})).status_code == 401
    assert (await locked.client.get("/api/v1/items", headers=_basic(PASSWORD))).status_code in (401, 403)


async def test_guessing_is_stopped_also_many_at_once_and_by_way_of_the_feeds(locked: Served) -> None:
    """429 with Retry-After; the right password does not help then, but a session that is open stays so."""
    await sign_in(locked)
    answers = await asyncio.gather(
        *(locked.client.get("/feeds/search.atom?q=a", headers=_basic(f"no {n}")) for n in range(3 * MOST))
    )
    assert sorted({one.status_code for one in answers}) == [401, 429]
    assert sum(one.status_code == 401 for one in answers) <= MOST
    assert all(int(one.headers["retry-after"]) > 0 for one in answers if one.status_code == 429)
    right = await locked.client.get("/feeds/search.atom?q=a", headers=_basic(PASSWORD))
    assert right.status_code == 429  # though it is known: else whoever guesses would see which one it is
    assert (await locked.client.get("/")).status_code == 200


async def test_archive_that_is_away_lets_nobody_in(locked: Served) -> None:
    """503 for whoever shows a cookie or a token; the process is alive all the same."""
    await sign_in(locked)
    locked.settings.path.with_name("khabardar.db").rename(locked.settings.path.with_name("gone.db"))
    for path in ("/", "/api/v1/items", "/feeds/rules/japan.atom"):
        for headers in ({}, _bearer("khb_" + "x" * 43)):
            assert (await locked.client.get(path, headers=headers)).status_code == 503
    for path in ("/healthz", "/login", "/static/style.css"):
        assert (await locked.client.get(path)).status_code == 200


def test_network_of_ipv6_counts_as_one_address() -> None:
    """And what is old is forgiven."""
    attempts = Attempts()
    for number in range(MOST):
        attempts.note(f"2001:db8::{number:x}", 0.0)
    assert attempts.wait("2001:db8::ffff", 1.0) == WITHIN - 1
    assert attempts.wait("2001:db8:1::1", 1.0) == 0
    assert attempts.wait("2001:db8::ffff", WITHIN + 1) == 0


@pytest.mark.parametrize("kept", [PASSWORD, hashed(PASSWORD)], ids=["plain", "argon2"])
def test_password_is_compared_as_text_or_hash(kept: str) -> None:
    """Also a second time, when it is remembered; neither too long nor another one."""
    password = Password(kept)
    for _ in range(2):
        assert password.is_right(PASSWORD)
        assert not any(
            map(password.is_right, ("", PASSWORD + " ", PASSWORD[:-1], PASSWORD + "x" * 2000, kept[:-1], "\ud800"))
        )


def test_what_looks_like_a_hash_and_is_none_is_refused() -> None:
    """Else nobody could ever sign in."""
    check_hash(hashed("something"))
    with pytest.raises(ValueError, match="khabardar password"):
        check_hash("$argon2id$v=19$m=1")


# -- what other sites may not do --------------------------------------------------------------------------------------


async def test_every_form_carries_the_sign(served: Served, locked: Served) -> None:
    """A POST without it changes nothing, on every route that takes one; and none takes one in another way."""
    posts = [route for route in routes() if isinstance(route, Route) and (route.methods or set()) - {"GET", "HEAD"}]
    assert posts
    for route in posts:
        assert getattr(route.endpoint, "is_signed", False), route.path
        for form in ({"a": "b"}, {"sign": ""}, {"sign": "0" * 64}, {"sign": "é"}):
            for client in (served.client, locked.client):
                assert (await client.post(route.path, data=form)).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_form_of_another_site_is_refused_even_with_the_sign(headers: dict[str, str], served: Served) -> None:
    """By the browser's own word."""
    page = (await served.client.get("/nothing", headers={"Accept": "text/html"})).text
    assert page
    answer = await served.client.post("/login", data={"sign": "x"}, headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (403, "From another site")


async def test_form_that_is_too_large_is_not_read(served: Served) -> None:
    """413, also without a Content-Length; and neither too many fields nor another kind."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await served.client.post("/login", content=b"a=" + b"x" * 100_000, headers=kind)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")

    async def endless():
        for _ in range(100):
            yield b"x" * 1000

    assert (await served.client.post("/login", content=endless(), headers=kind)).status_code == 413
    assert (await served.client.post("/login", content=b"&".join([b"a=1"] * 200), headers=kind)).status_code == 400
    assert (await served.client.post("/login", json={"password": "x"})).status_code == 415


async def test_only_loopback_names_are_answered_without_a_password(served: Served, serve: Serve) -> None:
    """DNS rebinding; with a password any name will do."""
    for host in (
        "evil.example",
        "127.0.0.1.evil.example",
        "evil.example:8017",
        "",
        "localhost.evil.example",
        "0.0.0.0",
    ):
        for path in ("/", "/healthz", "/api/v1/items", "/static/style.css"):
            answer = await served.client.get(path, headers={"Host": host})
            assert answer.status_code in (400, 421), (host, path)
    for host in ("localhost", "127.0.0.1:1", "[::1]:8017", "desk.localhost", "LOCALHOST."):
        assert is_loopback_name(host)
        assert (await served.client.get("/", headers={"Host": host})).status_code == 200
    assert (await (await serve(PASSWORD)).client.get("/healthz", headers={"Host": "news.example"})).status_code == 200


async def test_every_answer_has_the_headers(served: Served, locked: Served) -> None:
    """Also errors, redirects and refusals: no script but our own file, no frame, no guessing of kinds."""
    for client in (served.client, locked.client):
        for path in (*PAGES, *API, *FEEDS, "/nothing", "/healthz", "/static/style.css", "/static/nothing", "/login"):
            headers = (await client.get(path)).headers
            policy = headers["content-security-policy"]
            assert "unsafe" not in policy
            assert "default-src 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["referrer-policy"] == "same-origin"
            assert "server" not in headers


async def test_no_path_leads_out_of_the_files(served: Served) -> None:
    """Whatever the dots."""
    for path in (
        "/static/../server.py",
        "/static/%2e%2e/server.py",
        "/static/..%2fserver.py",
        "/static//etc/passwd",
        "/static/",
    ):
        url = httpx.URL(str(served.client.base_url)).copy_with(raw_path=path.encode())
        assert (await served.client.get(url)).status_code in (400, 404), path


async def test_form_of_an_ended_session_is_refused_as_a_page(locked: Served) -> None:
    """For who sees it is a person; a program gets a problem document all the same."""
    form = {"name": "x", "query": "tea", "do": "save"}
    for path, accept, kind in (
        ("/rules/new", "text/html,*/*;q=0.8", "text/html"),
        ("/rules/new", "*/*", "application/problem+json"),
        ("/api/v1/items", "text/html", "application/problem+json"),
    ):
        refused = await locked.client.post(path, data=form, headers={"Accept": accept})
        assert refused.status_code in (401, 403)
        assert refused.headers["content-type"].startswith(kind)
        assert refused.headers["content-security-policy"].startswith("default-src 'none'")
        assert "Sign in" in refused.text or path.startswith("/api/")


async def test_form_that_says_it_is_too_large_is_refused_before_it_comes(served: Served) -> None:
    """Nobody waits for a hundred megabytes that are promised."""
    head = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(10**12)}
    host, port = served.client.base_url.host, served.client.base_url.port
    reader, writer = await asyncio.open_connection(host, port)
    lines = "".join(f"{name}: {value}\r\n" for name, value in {"Host": "localhost", **head}.items())
    writer.write(f"POST /find-sources HTTP/1.1\r\n{lines}\r\n".encode())
    assert b" 413 " in await asyncio.wait_for(reader.readline(), 10)
    writer.close()
