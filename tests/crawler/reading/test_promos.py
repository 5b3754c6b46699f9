"""What outlets put between the paragraphs of a report and right below them: none of it stays, and no paragraph goes."""

from __future__ import annotations

import pytest

from bench.reading.dress import stories
from crawler.reading.page import PageHints, read_page
from crawler.reading.story import read_story

TEASER = "What the neighbours make of it, and why the council would rather not talk about the matter in public."
OF = {language: [story for story in stories() if story.language == language] for language in ("en", "ur", "ja")}

BETWEEN = {
    "link": "<p><strong><a href=/x>{o}</a></strong></p>",
    "two links": "<p><a href=/x>{o}</a><br><a href=/y>{o}</a></p>",
    "list": "<ul><li><a href=/x>{o}</a></li><li><a href=/y>{o}</a></li></ul>",
    "words without a link": "<p>Read more: {o}</p>",
    "words with a bar": "<p>READ | {o}</p>",
    "words in brackets": "<p>(Read: {o})</p>",
    "on a line of their own": "<p><strong>Also Read</strong></p><p>{o}</p>",
    "a heading": "<h3>Also Read:</h3><h4>{o}</h4>",
    "a video": "<p>Watch: {o}</p>",
    "a box": "<div class=q><div><a href=/x>{o}</a></div><div>{t}</div></div>",
    "a card": "<a href=/x class=q><div>{o}</div><div>{t}</div></a>",
    "a quotation": "<blockquote><p><a href=/x>{o}</a></p><p>{t}</p></blockquote>",
    "small print under a picture": "<p><img src=a></p><p><small>A crane lifts vans — {a}</small></p>",
    "a table with a picture": "<table><tr><td><img src=a></td></tr><tr><td>A crane lifts vans</td></tr></table>",
    "words beside a picture": "<div class=media><img src=a><span>A crane lifts vans</span></div>",
    "a credit": "<p>A crane lifts vans. PHOTO: {a}</p>",
    "an advertisement": "<div>ADVERTISEMENT CONTINUES BELOW</div><p>Story continues below this ad</p>",
}
BELOW = {
    "dated headlines": "<ul><li>{o} <span>Aug 15, 2025</span></li><li>{p} <span>Aug 14, 2025</span></li></ul>",
    "ages": "<p>{o} <span>2 hours ago</span></p><p>{p} <span>3 hours ago</span></p>",
    "remarks": "<h3>Comments (2)</h3><div><b>Ali</b><p>I do not believe a word of this report, not one.</p></div>",
    "who wrote it": "<p><em>The writer is a former ambassador to Japan.</em></p>",
    "a life": "<p>Sadia Qureshi is a reporter who covers ports. She tweets @sadia</p>",
    "a letter": "<h4>Stay ahead</h4><p>Get the day's top headlines in your inbox every morning.</p>",
    "a call": "<p>For the latest news, follow us on social media.</p>",
    "remarks wanted": "<p>Have something to add to the story? Share in comments below.</p>",
}
ELSEWHERE = [
    ("ur", "<p>ویڈیو دیکھیں: {o}</p>"),
    ("ur", "<p>یہ بھی پڑھیے <a href=/x>{o}</a></p>"),
    ("ur", "<p>فائل فوٹو</p>"),
    ("ur", "<p>ہمارا واٹس ایپ چینل جوائن کریں</p>"),
    ("ja", "<p>【関連記事】{o}</p>"),
    ("ja", "<p>（写真：共同）</p>"),
    ("ja", "<p>続きを読む</p>"),
]


def read(language: str, between: str = "", below: str = "", tag: str = "p") -> tuple[list[str], list[str]]:
    """(what is read of a report with this in it, what should be)."""
    story, other, another = OF[language][0], OF[language][1].title, OF[language][2].title
    lines = [f"<{tag}>{line}</{tag}>" for line in story.body]
    lines.insert(2, between)
    html = "".join((*lines, below)).replace("{o}", other).replace("{p}", another).replace("{t}", TEASER)
    page = (
        f"<html lang={story.language}><title>{story.title}</title><body><header><a href=/>Site</a></header>"
        f"<h1>{story.title}</h1><p>By {story.author}</p><div>{html.replace('{a}', 'AFP')}</div></body></html>"
    )
    found = read_page(page.encode(), "https://x.example/news/123456/a", None, PageHints(timezone="Asia/Karachi"))
    return (found.body or "").split("\n\n"), list(story.body)


@pytest.mark.parametrize("tag", ["p", "div"])
@pytest.mark.parametrize("between", BETWEEN.values(), ids=BETWEEN)
def test_nothing_stays_that_was_put_between_the_paragraphs(between: str, tag: str) -> None:
    """With and without links, classes and marks."""
    found, wanted = read("en", between, tag=tag)
    assert found == wanted


@pytest.mark.parametrize("tag", ["p", "div"])
@pytest.mark.parametrize("below", BELOW.values(), ids=BELOW)
def test_nothing_stays_that_was_put_below_them_in_the_same_box(below: str, tag: str) -> None:
    """Lists, remarks of readers, lives of writers, calls."""
    found, wanted = read("en", below=below, tag=tag)
    assert found == wanted


@pytest.mark.parametrize(("language", "between"), ELSEWHERE)
def test_nothing_stays_of_it_in_urdu_and_japanese(language: str, between: str) -> None:
    """The words of those languages."""
    found, wanted = read(language, between)
    assert found == wanted


@pytest.mark.parametrize(
    "line",
    [
        "The writer said that she would publish the letters next spring.",
        "Ali Khan is a baker and sold bread to both sides.",
        "Watchmen listened at the gate until the ships had left.",
        "Comments by the minister were not welcome in the bazaar.",
        "The court put the hearing of all three of the cases off to the morning of August 15, 2025",
        "A picture of the harbour shows nine ships.",
    ],
)
def test_sentences_that_only_resemble_it_stay(line: str) -> None:
    """In the middle of a report and at its end."""
    found, wanted = read("en", f"<p>{line}</p>", f"<p>{line}</p>")
    assert found == [*wanted[:2], line, *wanted[2:], line]


def test_a_standfirst_above_the_byline_is_no_first_paragraph() -> None:
    """And a line of place and date alone no text."""
    lines = ["Three hundred buyers get their money back.", "By Sadia Qureshi", "LAHORE — The court ruled on Tuesday."]
    story = read_story(lines, (), "Asia/Karachi")
    assert (story.body, story.byline.author, story.dateline.place) == (
        "The court ruled on Tuesday.",
        "Sadia Qureshi",
        "LAHORE",
    )
    assert read_story(["Lahore: August 17, 2025", "The court ruled."], (), None).body == "The court ruled."
