"""Pages and feeds over a real server: hostile news, filters, errors in their place, size."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest

from khabardar.formats import COLUMNS
from khabardar.web import assets
from tests.khabardar.web.conftest import HOSTILE, Serve, Served

ATOM = "{http://www.w3.org/2005/Atom}"
PAGES = [
    "/",
    "/?rule=japan",
    "/search",
    "/search?q=japan",
    "/search?q=japan+OR",
    "/search/facets?q=japan",
    "/items/evil",
    "/rules",
    "/rules/try?q=japan+OR+tea",
    "/rules/try?q=japan+OR",
    "/rules/new?q=%3Cscript%3E%22'",
    "/rules/edit?name=tea+%26+%3Cb%3E",
]
SINGLE = {"meta", "link", "input", "br", "img"}


class _Page(HTMLParser):
    """What a browser would see: tags with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in SINGLE:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (tag, self.open)

    def handle_data(self, data: str) -> None:
        self.text += data


async def _page(served: Served, path: str, status: int = 200) -> _Page:
    answer = await served.client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == status, answer.text
    return _Page(answer.text)


@pytest.mark.parametrize("path", PAGES)
async def test_hostile_news_stay_text(path: str, served: Served) -> None:
    """No script but our own file, no handler, no style, no address but of the web, whatever a title says."""
    page = await _page(served, path, 422 if path.endswith("OR") else 200)
    assert page.open == []
    assert [tag for tag, _ in page.tags if tag in ("img", "iframe", "object", "style", "base", "embed")] == []
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
        if tag == "script":
            assert (attributes["src"] or "").startswith("/static/page.js")
        for name in ("href", "src", "action"):
            target = attributes.get(name) or "/"
            assert target.startswith(("/", "#", "https://dawn.example/", "https://brief.example/")), target
            if tag == "a" and target.startswith("http"):
                assert attributes["rel"] == "noopener noreferrer nofollow"
    assert "\u202e" not in page.text


async def test_stories_are_newest_first_with_the_words_that_matched(served: Served) -> None:
    """Marked, in their own direction and language."""
    html = (await served.client.get("/?rule=japan")).text
    assert "<mark>Japan</mark>" in html
    assert '<h3 dir="auto" lang="ur">' in html
    assert '<h3 dir="auto" lang="ja">' in html
    times = re.findall(r'<time datetime="([^"]+)"', html)
    assert times == sorted(times, reverse=True)
    assert len(times) == 4


async def test_older_stories_are_behind_the_link(served: Served) -> None:
    """All of them, none twice."""
    seen: list[str] = []
    path: str | None = "/"
    while path:
        html = (await served.client.get(path)).text
        seen += re.findall(r'<h3[^>]*><a href="/items/([^"]+)"', html)
        more = re.search(r'rel="next" href="([^"]+)"', html)
        path = more[1].replace("&amp;", "&") if more else None
    assert len(seen) == len(set(seen)) == 55


async def test_filters_narrow_and_a_wrong_one_is_told(served: Served) -> None:
    """By outlet, language, topic; also by names with signs in them."""
    for query, number in (("source=nikkei", 1), ("lang=ur", 1), ("topic=japan", 4), ("rule=tea+%26+%3Cb%3E", 1)):
        html = (await served.client.get(f"/?{query}")).text
        assert len(re.findall('<article class="story">', html)) == number, query
    assert "nix" in (await _page(served, "/?topic=nix", 404)).text
    assert "cursor" in (await _page(served, "/?cursor=nonsense", 400)).text


async def test_empty_archive_says_what_to_do_next(serve: Serve) -> None:
    """And a filter on it says that there is nothing."""
    served = await serve(empty=True)
    page = await _page(served, "/")
    assert "khabardar crawl" in page.text
    assert "2 sources" in page.text
    assert "Nothing here yet" in (await _page(served, "/?lang=ja")).text


async def test_refused_query_is_told_under_its_field(served: Served) -> None:
    """With its place and a suggestion, and what was written is still there."""
    page = await _page(served, "/search?q=topic:japn&since=yesterday-ish", 422)
    field = next(attributes for tag, attributes in page.tags if tag == "textarea")
    assert (field["aria-invalid"], field["aria-describedby"]) == ("true", "help wrong-q")
    assert any(attributes.get("id") == "wrong-q" for _, attributes in page.tags)
    assert any(attributes.get("id") == "wrong-since" for _, attributes in page.tags)
    assert "topic:japan" in page.text
    assert "yesterday-ish" in [attributes.get("value") for tag, attributes in page.tags if tag == "input"]


async def test_search_marks_what_the_query_found_and_offers_to_take_it_along(served: Served) -> None:
    """Export, feed, and the rule to paste, which the configuration takes."""
    import tomllib

    html = (await served.client.get("/search", params={"q": "title:'it''s OR جاپان"})).text
    assert "<mark>جاپان</mark>" in html
    pasted = re.search(r'<pre tabindex="0" dir="ltr">(.+?)</pre>', html, re.DOTALL)
    assert pasted
    import html as entities

    rule = tomllib.loads(entities.unescape(pasted[1]))["rules"][0]
    assert rule["query"] == "title:'it''s OR جاپان"


async def test_facets_divide_what_is_found(served: Served) -> None:
    """By outlet, language and rule, with the total and bars that say so in words; a part without the page around it."""
    answer = await served.client.get("/search/facets?q=cotton+OR+japan", headers={"X-Part": "1"})
    assert "<html" not in answer.text
    assert "<strong>52 items</strong>" in answer.text
    assert 'aria-label="Matches per day' in answer.text
    assert "<bdi>japan</bdi>" in answer.text
    assert (await served.client.get("/search/facets")).status_code == 422


async def test_everything_found_can_be_taken_along(served: Served) -> None:
    """As JSON lines and CSV, more than one reading brings; cut where the source says so; safe in a spreadsheet."""
    lines = (await served.client.get("/search.jsonl?q=cotton+OR+brief")).text.splitlines()
    found = [json.loads(line) for line in lines]
    assert len(found) == 51
    assert [one["body"] for one in found if one["source"] == "brief"] == [None]
    rows = list(csv.reader(io.StringIO((await served.client.get("/search.csv?q=cotton")).text)))
    assert (rows[0], len(rows)) == (list(COLUMNS), 51)


async def test_item_has_its_text_and_its_account(served: Served) -> None:
    """Why each rule matched or did not; another form of its address leads there; what is not there is told."""
    page = await _page(served, "/items/evil")
    assert '<script>alert("x")</script>' in page.text
    assert "Tea in Japan." in page.text
    assert "matches" in page.text
    assert "imported without --alert" in page.text
    other = served.id_of("coffee")
    page = await _page(served, f"/items/{other}")
    assert "fails at" in page.text
    answer = await served.client.get("/items/https://dawn.example/news/4?utm_source=x")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/items/{other}")
    assert "No such item" in (await _page(served, "/items/nothing", 404)).text


async def test_item_whose_source_allows_a_link_only_shows_no_text(served: Served) -> None:
    """Though a rule matched it, and its title may be shown."""
    page = await _page(served, f"/items/{served.id_of('brief')}")
    assert "Japan in brief" in page.text
    assert "may not be shown" not in page.text


async def test_versions_show_what_was_changed(served: Served) -> None:
    """Taken away and added, for eyes and for screen readers."""
    from dataclasses import replace
    from datetime import timedelta

    from archive.model import Judged
    from tests.khabardar.web.conftest import NOW

    old = served.archive.find("https://dawn.example/news/4")
    assert old
    edited = replace(old, title="Coffee, tea and milk", seen_at=NOW + timedelta(hours=1), id="")
    served.archive.keep([Judged(edited)], NOW + timedelta(hours=1), via="crawl")
    html = (await served.client.get(f"/items/{old.id}")).text
    assert "<del>Coffee and tea</del>" in html
    assert "<ins>Coffee, tea and milk</ins>" in html


@pytest.mark.parametrize("path", ["/feeds/rules/japan.atom", "/feeds/search.atom?q=japan"])
async def test_feeds_are_atom_with_ids_that_stay(path: str, served: Served) -> None:
    """Hostile titles as text, no address but of the web, texts as far as they may be shown."""
    answers = [(await served.client.get(path)) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert answers[0].headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answers[0].content)
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 4 if "rules" in path else len(entries) >= 2
    titles = [entry.findtext(f"{ATOM}title") or "" for entry in entries]
    assert any("<script>" in title for title in titles)
    links = [link.get("href") or "" for entry in entries for link in entry.findall(f"{ATOM}link")]
    assert all(link.startswith("https://") for link in links)
    assert b"may not be shown" not in answers[0].content
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == len(entries)


async def test_feed_of_nothing_is_told(served: Served) -> None:
    """An unknown rule, no query, a refused one; and a rule whose name has signs in it."""
    assert (await served.client.get("/feeds/rules/nix.atom")).status_code == 404
    assert (await served.client.get("/feeds/search.atom")).status_code == 400
    assert (await served.client.get("/feeds/search.atom?q=-a")).status_code == 422
    assert (await served.client.get("/feeds/rules/tea%20%26%20%3Cb%3E.atom")).status_code == 200


async def test_pages_are_light(served: Served) -> None:
    """At most 150 KB with style and script."""
    assets = sum(
        [len((await served.client.get(f"/static/{name}")).content) for name in ("style.css", "page.js", "icon.svg")]
    )
    for path in PAGES:
        assert len((await served.client.get(path)).content) + assets < 150_000


async def test_very_many_rules_do_not_make_the_pages_heavy(served: Served) -> None:
    """Nor slow: an item's page asks as many as there is time for and room; what is chosen stays."""
    from khabardar.settings import load

    path = served.settings.path
    more = "".join(f'[[rules]]\nname = "rule {number}"\nquery = "cotton NEAR/5 w{number}"\n' for number in range(900))
    path.write_text(path.read_text("utf-8") + more, encoding="utf-8")
    served.desk.take_up(load(path))
    for page in ("/", "/search", f"/items/{served.id_of('cotton')}", "/?rule=rule+899"):
        assert len((await served.client.get(page)).content) < 140_000, page
    assert "<option selected>rule 899</option>" in (await served.client.get("/?rule=rule+899")).text


async def test_reload_changes_what_is_shown(served: Served) -> None:
    """From the next request on."""
    from khabardar.settings import load

    path = served.settings.path
    path.write_text(path.read_text("utf-8").replace('name = "japan"', 'name = "nippon"'), encoding="utf-8")
    served.desk.take_up(load(path))
    assert [one["name"] for one in (await served.client.get("/api/v1/rules")).json()["items"]] == [
        "nippon",
        "tea & <b>",
    ]


async def test_archive_that_is_away_is_told_and_not_a_fault(served: Served) -> None:
    """503 with a sentence, for people and for programs; the process is still alive."""
    served.settings.path.with_name("khabardar.db").rename(served.settings.path.with_name("gone.db"))
    assert "cannot be used" in (await _page(served, "/", 503)).text
    answer = await served.client.get("/api/v1/items")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert (await served.client.get("/readyz")).status_code == 503
    assert (await served.client.get("/healthz")).status_code == 200


def test_hostile_title_is_what_it_claims() -> None:
    """The tests above prove nothing if the news are harmless."""
    assert "<script>" in HOSTILE


def test_style_closes_what_it_opens() -> None:
    """One brace too few, and all that follows holds for narrow windows only: no test that looks for words sees it."""
    style = (assets.FOLDER / "style.css").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/|\"[^\"]*\"", "", style, flags=re.DOTALL)
    depth, deepest = 0, 0
    for brace in re.findall("[{}]", text):
        depth += 1 if brace == "{" else -1
        deepest = max(deepest, depth)
        assert depth >= 0
    assert (depth, deepest) == (0, 2)


@pytest.mark.parametrize(
    ("query", "mended"),
    [
        ("topic:japn", "topic:japan"),
        ('tea OR ("a b" topic:japn) "c d"', 'tea OR ("a b" topic:japan) "c d"'),
        ("جاپان title:(sectoin:x OR topik:japan)", None),
        ("tea sectoin:sports", "tea section:sports"),
        ("(japan OR tea", "(japan OR tea)"),
        ('"auto industry', '"auto industry"'),
        ("japan NEAR tea", "japan NEAR/8 tea"),
        ("tea = x", None),
        ("after:99999999d japan", None),
    ],
)
async def test_refused_query_comes_back_mended_as_a_whole(served: Served, query: str, mended: str | None) -> None:
    """Only where the suggestion is a correction, and what comes of it is a query."""
    answer = await served.client.get("/search", params={"q": query, "since": "7d"})
    assert answer.status_code == 422
    links = [dict(tag) for name, tag in _Page(answer.text).tags if name == "a"]
    found = [str(link["href"]) for link in links if str(link["href"]).startswith("/search?")]
    found = [href for href in found if "since=7d" in href]
    if mended is None:
        assert found == []
        return
    assert (await served.client.get(found[0])).status_code == 200
    assert parse_qs(urlsplit(found[0]).query) == {"q": [mended], "since": ["7d"]}
