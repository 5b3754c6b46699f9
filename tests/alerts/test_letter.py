"""What a person reads: equal content in text and HTML, marked words, and nothing hostile alive."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.compose import compose, notice
from alerts.letter import IN_FULL, letter_of
from alerts.rendering import render
from alerts.wording import direction_of, shown_time, subject_of, summary_line
from archive.model import MatchSpan, NewsItem
from tests.alerts.samples import (
    JAPANESE_TITLE,
    NOW,
    URDU_TITLE,
    alert,
    delivery,
    item,
    owed,
    span,
    story_of,
)

ZONE = ZoneInfo("Asia/Karachi")


class Page(HTMLParser):
    """What a reader of the HTML sees and may click on."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.marked: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"style", "title"} & set(self._open):
            self.seen.append(data)
            if "mark" in self._open:
                self.marked.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.seen).split())

    @property
    def links(self) -> list[str]:
        return [attrs["href"] or "" for tag, attrs in self.tags if "href" in attrs]


def both(message: dict[str, Any]) -> tuple[str, Page]:
    text, html = render(letter_of(message, ZONE))
    return text, Page(html)


def digest(*items: NewsItem, spans: dict[str, tuple[MatchSpan, ...]] | None = None) -> dict[str, Any]:
    rows = [owed(one, number, bundle="daily 08:00") for number, one in enumerate(items)]
    return compose(delivery(*rows), [story_of(one) for one in items], spans or {}, {}, NOW)


def letters(text: str) -> str:
    return re.sub(r"[\s*=-]+", "", text)


def test_text_and_html_say_the_same() -> None:
    """Word for word, but for marks and rules."""
    one, two = item(1), item(2, title=URDU_TITLE, language="ur", published_at=None, source="jang")
    three = item(3, url="javascript:alert(1)", body=None)
    spans = {"item-1": (span(one, "title", "Japan"), span(one, "body", "automotive"))}
    for message in (digest(one, two, three, spans=spans), alert(others=(item(2, source="dawn"),))):
        text, page = both(message)
        assert letters(text) == letters(page.text)


def test_it_says_what_where_when_why_and_where_else() -> None:
    """All that a reader needs to judge an alert."""
    text, page = both(alert(others=(item(2, source="dawn"),)))
    for part in (
        "urdupoint · Fri 15 Aug 2025, 18:00 PKT",
        "ISLAMABAD · APP · Amina Rahim",
        "Also in: dawn",
        "Matched japan-automotive: Japan, automotive",
        "Rule japan-automotive: japan AND automotive",
        "https://news.example.org/story-1.html",
        "Delivery delivery-1",
    ):
        assert part in text
        assert part in page.text
    assert page.links == ["https://news.example.org/story-1.html"] * 2


def test_matched_words_are_marked_in_both_parts() -> None:
    """In the title, the lead, and where the body matched."""
    text, page = both(alert())
    assert page.marked == ["Japan", "automotive", "automotive"]
    assert "and *Japan* agree on an *automotive* training" in text
    assert "… A spokesman of the *automotive* board" in text


def test_the_body_is_the_lead_where_there_is_no_summary_and_far_matches_follow_it() -> None:
    """Nothing is said twice."""
    one = item(summary=None, body="Opening words. " * 30 + "\n\nFar below stands Japan.\n\nThe end.")
    text, page = both(alert(one, span(one, "body", "Japan")))
    assert page.marked == ["Japan"]
    assert "… Far below stands *Japan*. …" in text
    assert text.count("Far below") == 1


def test_a_summary_that_is_the_first_sentence_of_the_body_is_shown_once() -> None:
    """Most outlets' summaries are."""
    first = "Japan's plant in Karachi adds a shift."
    one = item(summary=first, body=f"{first}\n\nIts cars sell well.\n\nJapan is glad.")
    again = one.body.rindex("Japan")
    late = replace(span(one, "body", "Japan"), start=again, end=again + 5)
    text, page = both(alert(one, span(one, "summary", "Japan"), span(one, "body", "Japan"), late))
    assert text.count("adds a shift") == 1
    assert page.marked == ["Japan", "Japan"]
    assert "… *Japan* is glad." in text


HOSTILE = [
    "<script>alert(1)</script> Japan",
    '"><img src=x onerror=alert(1)> Japan',
    "{{7*7}} {% raw %} ${7*7} Japan",
    "</style><a href='https://evil.example'>Japan</a>",
    "<mark>Japan</mark> &lt;b&gt; &amp;",
    "\x1b]8;;https://evil.example\x07Japan\x1b]8;;\x07 \x1b[2J\x9b31m\x07",
    "\u202eJapan\u2066 \ufeff",
]

OURS = {
    *("html", "head", "meta", "title", "style", "body", "table", "tr", "td"),
    *("h1", "p", "a", "bdi", "b", "mark", "span", "code"),
}


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_shown_and_do_nothing(words: str) -> None:
    """In every field that is shown."""
    one = item(
        title=words, summary=words, body=words, author=words, place=words, credit=words, source=words, language=words
    )
    other = item(2, source=words)
    text, page = both(alert(one, span(one, "title", "Japan"), span(one, "body", "Japan"), others=(other,)))
    assert {tag for tag, _ in page.tags} <= OURS
    assert all(not name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert set(page.links) == {"https://news.example.org/story-1.html"}
    assert "49" not in text.replace("7*7", "").replace("{{", "")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text + page.text)
    assert "Japan" in page.marked


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "\x01javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example/x",
        "https:///x",
        "https://[::1",
        "",
        None,
    ],
)
def test_only_web_addresses_are_links(url: str | None) -> None:
    """Everything else is words."""
    _, page = both(alert(item(url=url)))
    assert page.links == []


def test_a_link_cannot_leave_its_attribute() -> None:
    """Quotes, spaces and other letters in a URL are quoted."""
    url = "https://news.example.org/a\"b<c>' d/خبر?x=1&y=%20#z"
    _, page = both(alert(item(url=url)))
    (link, *_) = page.links
    assert link == "https://news.example.org/a%22b%3Cc%3E'%20d/%D8%AE%D8%A8%D8%B1?x=1&y=%20#z"


def test_urdu_is_set_from_right_to_left_and_every_language_is_named() -> None:
    """``dir`` and ``lang`` on what was written in it, not on our own words."""
    one = item(1, title=URDU_TITLE, summary="خبر کا خلاصہ", language="ur")
    two = item(2, title=JAPANESE_TITLE, summary=None, body=None, language="ja")
    three = item(3, title="English title in an Urdu outlet", language="ur", summary=None, body=None)
    _, page = both(digest(one, two, three))
    titles = [attrs for tag, attrs in page.tags if tag == "h1"]
    assert [(attrs["dir"], attrs["lang"]) for attrs in titles] == [("rtl", "ur"), ("ltr", "ja"), ("ltr", "ur")]
    assert page.tags[0] == ("html", {"lang": "en", "dir": "ltr"})
    (summary,) = [attrs for tag, attrs in page.tags if tag == "p" and attrs.get("lang") == "ur"]
    assert summary["dir"] == "rtl"


def test_direction_is_that_of_the_first_letter_else_of_the_language() -> None:
    """Unicode's own rule for paragraphs."""
    assert direction_of("«خبر» News") == "rtl"
    assert direction_of("12% News خبر") == "ltr"
    assert direction_of("2025", "ur-PK") == "rtl"
    assert direction_of("", None) == "ltr"


def test_a_language_that_is_none_is_not_written_into_the_page() -> None:
    """The outlet's word for it may be anything."""
    _, page = both(alert(item(language='en" onload="x')))
    assert {attrs.get("lang") for tag, attrs in page.tags if tag in ("h1", "p")} == {None}


def test_a_late_report_is_labelled_and_shows_both_times() -> None:
    """After an outage."""
    one = item(published_at=NOW.replace(hour=1), seen_at=NOW)
    text, _ = both(alert(one))
    assert "Late: seen more than six hours after its publication" in text
    assert "Fri 15 Aug 2025, 06:04 PKT · seen Fri 15 Aug 2025, 18:04 PKT" in text


def test_an_unknown_time_is_said_to_be_unknown() -> None:
    """Never guessed."""
    text, _ = both(alert(item(published_at=None)))
    assert "time of publication unknown · seen Fri 15 Aug 2025, 18:04 PKT" in text


def test_a_large_digest_shows_the_first_in_full_and_lists_all_others() -> None:
    """Nothing is left out."""
    items = [item(number, title=f"Report number {number} end") for number in range(IN_FULL + 30)]
    text, page = both(digest(*items))
    for number in range(IN_FULL + 30):
        assert text.count(f"Report number {number} end") == 1
    assert "And 30 more" in text
    assert letters(text) == letters(page.text)


def test_a_notice_is_read_as_it_was_written() -> None:
    """Paragraph by paragraph, with what it is about."""
    message = notice("Source dark", "First.\nSecond <b>.", about="dawn", state="dark", since=NOW, now=NOW)
    text, page = both(message)
    assert letters(text) == letters(page.text)
    assert "Second <b>." in page.text
    assert "About: dawn (dark), since Fri 15 Aug 2025, 18:04 PKT" in text


def test_the_subject_names_rules_and_title_and_a_digest_its_size() -> None:
    """What a mail program lists."""
    assert subject_of(digest(item(1), item(2))) == "[japan-automotive] Digest: 2 stories"
    assert subject_of(digest(item(1))) == "[japan-automotive] Digest: 1 story"
    assert len(subject_of(alert(item(title="Japan " * 500)))) < 260
    assert subject_of(alert(item(title=" "))) == "[japan-automotive] (no title)"


def test_the_summary_line_is_one_harmless_line() -> None:
    """For logs and terminals."""
    one = item(title="Japan\r\n\x1b[31mautomotive\x07")
    line = summary_line(alert(one, span(one, "title", "Japan"), others=(item(2, source="dawn"),)))
    assert line == "alert [japan-automotive] Japan automotive (urdupoint, dawn)"
    assert summary_line(notice("A\nB", "", about="", state="", since=None, now=NOW)) == "notice A B"


@given(st.text(max_size=600), st.lists(st.tuples(st.integers(0, 600), st.integers(1, 40)), max_size=6))
def test_any_text_is_shown_whole_and_marked_in_place(text: str, places: list[tuple[int, int]]) -> None:
    """Broken text, odd scripts, marks anywhere."""
    one = item(title=text, summary=text, body=text)
    spans = [MatchSpan("japan-automotive", "body", at, at + size, text[at : at + size]) for at, size in places]
    plain, page = both(alert(one, *spans))
    assert letters(plain) == letters(page.text)


def test_times_that_make_no_sense_are_not_shown() -> None:
    """A message is never refused for them."""
    for moment in (None, "", "yesterday", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z"):
        assert shown_time(moment, ZoneInfo("Pacific/Kiritimati")) == ""
