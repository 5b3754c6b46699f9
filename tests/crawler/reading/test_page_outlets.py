"""Pages shaped like those of other outlets, in English, Urdu and Japanese, with sentences of our own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.reading.entries import FeedEntry
from crawler.reading.page import PageHints, Select, read_page, read_text
from tests.crawler.reading.newsroom import OTHERS, TEASER, cards, each, flat_cards, links, page

KARACHI = PageHints(timezone="Asia/Karachi", language="en")
LD = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"x",%s}</script>'
URL = "https://www.example.com/news/1234567/weavers-ask-for-cheaper-yarn"
TITLE = "Weavers ask for cheaper yarn before the winter orders"
BODY = [
    "Owners of small looms asked the government on Thursday to let them buy yarn without duty until December.",
    "Their association counted four hundred looms that stood still last month, most of them in two districts.",
    "A spokesperson for the spinners said that there was yarn enough, and that nobody had asked for it.",
    "The ministry will hear both sides next week, an official said.",
]


def text(found: str | None) -> list[str]:
    return (found or "").split("\n\n")


def test_a_printed_in_tail_ends_the_report_and_teasers_behind_it_are_gone() -> None:
    """Teasers of opinion pieces follow the body in the same box."""
    html = page(
        f"<article><h2 class='story__title'><a href='/news/1234567'>{TITLE}</a></h2>"
        f"<span class='story__byline'>Nadia Malik"
        f"</span> <span>Published October 3, 2025</span>"
        f"<div class='story__content'>{each('p', ['LAHORE: ' + BODY[0], *BODY[1:]])}"
        "<p><em>Published in Some Paper, October 3rd, 2025</em></p><h3>Opinion</h3><p>06 May, 2024</p>"
        "<p>The long wait of the "
        "weavers is a lesson in patience, and nobody has learned it.</p></div></article>",
        f"<title>{TITLE} - Newspaper - EXAMPLE.COM</title>",
    )
    found = read_page(html.encode(), URL, "text/html; charset=utf-8", KARACHI)
    assert (found.title, found.author, found.place) == (TITLE, "Nadia Malik", "LAHORE")
    assert found.published_at == datetime(2025, 10, 2, 19, tzinfo=UTC)
    assert text(found.body) == BODY


def test_published_beats_updated_and_the_copyright_names_the_agency() -> None:
    """A press release line with both dates glued; "Copyright APP (...)" under the report."""
    html = page(
        f"<h1>{TITLE}</h1><div>Press Release Published March 19, 2025 Updated March 20, 2025 06:49am</div>"
        f"{each('p', ['FAISALABAD: ' + BODY[0], *BODY[1:], 'Copyright APP (Associated Press of Pakistan), 2025'])}"
    )
    found = read_page(html.encode(), URL, "text/html; charset=utf-8", KARACHI)
    assert (found.author, found.place, found.credit) == ("Press Release", "FAISALABAD", "APP")
    assert found.published_at == datetime(2025, 3, 18, 19, tzinfo=UTC)
    assert text(found.body) == BODY


@pytest.mark.parametrize(
    ("byline", "lead", "author", "place"),
    [
        ("By Irfan Khan / May 27, 2025", "Islamabad : ", "Irfan Khan", "Islamabad"),
        ("Sun July 08, 2025 / OC / Our Correspondent", "ISLAMABAD/Lahore - ", "Our Correspondent", "ISLAMABAD/Lahore"),
        ("6:30 PM | May 7, 2025", "ISLAMABAD  -  ", None, "ISLAMABAD"),
        ("MG News | August 15, 2025 at 3:24 PM GMT+05:00", "", "MG News", None),
        ("Thursday, November 7, 2025 | 9 Rabiulawal, 1441", "KARACHI –", None, "KARACHI"),
    ],
)
def test_bylines_and_datelines_of_other_papers(byline: str, lead: str, author: str | None, place: str | None) -> None:
    """Each in its own order; the words never stay in the body."""
    html = page(f"<h1>{TITLE}</h1><p>{byline}</p>{each('p', [lead + BODY[0], *BODY[1:]])}<div>{cards()}</div>")
    found = read_page(html.encode(), URL, "text/html; charset=utf-8", KARACHI)
    assert (found.title, found.author, found.place) == (TITLE, author, place)
    assert found.published_at is not None
    assert found.published_at.year == 2025
    assert text(found.body) == BODY


def test_the_agency_behind_a_dash_is_the_credit() -> None:
    """ "—APP" closes the report."""
    html = page(f"<h1>{TITLE}</h1>{each('p', [*BODY[:3], BODY[3] + '—APP'])}<p>By admin</p>", f"<title>{TITLE}</title>")
    found = read_page(html.encode(), URL, "text/html; charset=utf-8", KARACHI)
    assert (found.credit, found.author) == ("APP", None)
    assert text(found.body) == BODY


def test_an_amp_twin_whose_zone_is_wrong_gives_the_moment_of_the_printed_clock() -> None:
    """Local time printed as +00:00 is five hours late; the visible clock agrees with the source's zone."""
    data = LD % '"datePublished":"2025-08-15T18:00:00+00:00"'
    html = page(f"<h1>{TITLE}</h1><p>Published August 15, 2025 | 06:00 PM</p>{each('p', BODY)}", data)
    assert read_page(html.encode(), URL, None, KARACHI).published_at == datetime(2025, 8, 15, 13, tzinfo=UTC)
    feed = FeedEntry(title=TITLE, published_at=datetime(2025, 8, 15, 13, tzinfo=UTC))
    silent = html.replace("Published August 15, 2025 | 06:00 PM", "")
    hints = PageHints(timezone="Asia/Karachi", feed=feed)
    assert read_page(silent.encode(), URL, None, hints).published_at == feed.published_at


def test_a_time_of_day_refines_a_date_without_one() -> None:
    """JSON-LD with the day only, the clock under the headline."""
    data = LD % '"datePublished":"2025-08-15"'
    html = page(f"<h1>{TITLE}</h1><p>Published August 15, 2025 | 06:00 PM</p>{each('p', BODY)}", data)
    assert read_page(html.encode(), URL, None, KARACHI).published_at == datetime(2025, 8, 15, 13, tzinfo=UTC)


def test_a_printed_clock_without_zone_gives_way_to_the_feed_when_the_zone_is_unknown() -> None:
    """Nothing says where the outlet is at home, but the feed named its offset."""
    feed = FeedEntry(title=TITLE, published_at=datetime(2025, 8, 15, 13, tzinfo=UTC))
    html = page(f"<h1>{TITLE}</h1><p>Published August 15, 2025 | 06:00 PM</p>{each('p', BODY)}")
    assert read_page(html.encode(), URL, None, PageHints(feed=feed)).published_at == feed.published_at


@pytest.mark.parametrize(
    "script",
    [
        '{"@type":"NewsArticle","headline":"TITLE","datePublished":"2025-08-15T18:00:00+05:00",'
        '"author":{"name":"Nadia Malik"}}',
        '[{"@type":"BreadcrumbList"},{"@type":["NewsArticle"],"headline":"TITLE","datePublished":"2025-08-15 18:00:00",'
        '"author":["Nadia Malik"]}]',
        '{"@graph":[{"@type":"WebPage"},{"@type":"https://schema.org/ReportageNewsArticle","headline":"TITLE",'
        '"datePublished":"2025-08-15T18:00:00+0500","author":{"@id":"#p"}},'
        '{"@id":"#p","@type":"person","name":"Nadia Malik"}]}',
        '//<![CDATA[\n{"@type":"article","headline":"TITLE","datePublished":"2025-08-15T18:00:00+05:00",'
        '"author":[{"name":"Nadia Malik"},],}\n//]]>',
        '{"@type":"NewsArticle","headline":"TITLE","description":"line\nbreak","datePublished":"2025-08-15T13:00:00Z",'
        '"author":{"@type":"Person","name":"Nadia Malik"}}',
        '{"@type":"NewsArticle" "headline":"TITLE","datePublished":"2025-08-15T13:00:00Z",'
        '"author":{"name":"Nadia Malik"}',
    ],
)
def test_json_ld_is_read_in_all_its_dress(script: str) -> None:
    """Lists, graphs, references, lower-case types, trailing commas, raw line breaks, and what is not JSON at all."""
    data = f'<script type="application/ld+json">{script.replace("TITLE", TITLE)}</script>'
    html = page(f"<h1><a href='/'>The Example</a></h1><div>{TITLE}</div>{each('p', BODY)}", data)
    found = read_page(html.encode(), URL, None, KARACHI)
    assert (found.title, found.author) == (TITLE, "Nadia Malik")
    assert found.published_at == datetime(2025, 8, 15, 13, tzinfo=UTC)
    assert text(found.body) == BODY


def test_an_organisation_is_no_author_while_a_person_is_printed() -> None:
    """JSON-LD names the publisher as author; the byline names who wrote it."""
    data = (
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"x","author":{"@type":"Organization",'
        '"name":"The Example"},"publisher":{"name":"The Example"}}</script>'
    )
    html = page(f"<h1>{TITLE}</h1><p>By Nadia Malik</p>{each('p', BODY)}", data)
    assert read_page(html.encode(), URL, None, KARACHI).author == "Nadia Malik"


RELATED = {
    "box with a heading": f"<div><h4>Related Stories</h4>{cards()}</div>",
    "no box": f"<h4>You may also like</h4>{flat_cards()}",
    "heading in bold": f"<p><strong>More from Business</strong></p>{links('p')}",
    "only links": f"<ul>{links()}</ul>",
    "captions without links in a box": f"<div><h3>Latest News</h3>{''.join(f'<p>{t}</p>' for t in OTHERS)}</div>",
    "captions with sentences": f"<div><p>Trending</p>{''.join(f'<p>{t}</p><p>{TEASER}</p>' for t in OTHERS)}</div>",
    "aside": f"<aside>{flat_cards()}</aside>",
    "class": f"<div class='story__related'>{flat_cards()}</div>",
    "role": f"<div role='complementary'><p>{TEASER}</p></div>",
    "urdu heading": f"<h3>مزید پڑھیں</h3>{flat_cards()}",
    "one line": f"<p>READ MORE: {OTHERS[1]}</p><p>Also read - <a href='/x'>{OTHERS[2]}</a></p>",
    "hidden": f"<div style='display: none'><p>{TEASER}</p></div>",
    "headings with links": "".join(f"<h3><a href='/{n}'>{t}</a></h3><p>{TEASER}</p>" for n, t in enumerate(OTHERS)),
}


@pytest.mark.parametrize("where", ["after", "between"])
@pytest.mark.parametrize("others", RELATED.values(), ids=RELATED)
def test_other_stories_never_enter_the_body_and_no_paragraph_is_lost(others: str, where: str) -> None:
    """Captions of other stories are the worst false alerts; a lost paragraph is lost news."""
    parts = [each("p", BODY[:2]), each("p", BODY[2:])]
    inner = others.join(parts) if where == "between" else "".join(parts) + others
    html = page(
        f"<div><h1>{TITLE}</h1><p>Nadia Malik Published August 15, 2025</p>{inner}</div>", f"<title>{TITLE}</title>"
    )
    assert text(read_page(html.encode(), URL, None, KARACHI).body) == BODY


def test_paragraphs_that_only_resemble_furniture_stay() -> None:
    """Subheadings, lists, short sentences, links within prose, words such as "related" and "share"."""
    lines = (
        f"<p>{BODY[0]}</p><h2>What the spinners say</h2><p>“No.”</p><p>Related party loans were not discussed, the "
        "chairman said.</p><ul><li>Cotton yarn: four days</li><li>Wool: none</li></ul><p>Share prices of"
        " the mills fell."
        f"</p><p>More on that is expected from <a href='/a'>the ministry’s own report of the year</a>, he said."
        f"</p><p>{BODY[3]}</p>"
    )
    html = page(f"<h1>{TITLE}</h1><p>Nadia Malik Published August 15, 2025</p>{lines}", f"<title>{TITLE}</title>")
    assert text(read_page(html.encode(), URL, None, KARACHI).body) == [
        BODY[0],
        "What the spinners say",
        "“No.”",
        "Related party loans were not discussed, the chairman said.",
        "Cotton yarn: four days",
        "Wool: none",
        "Share prices of the mills fell.",
        "More on that is expected from the ministry’s own report of the year, he said.",
        BODY[3],
    ]


URDU_TITLE = "چھوٹے کارخانوں نے سستے دھاگے کا مطالبہ کر دیا"
URDU_BODY = [
    "چھوٹی کھڈیوں کے مالکان نے جمعرات کو حکومت سے کہا ہے کہ انہیں دسمبر تک بغیر ڈیوٹی دھاگہ خریدنے کی اجازت دی جائے۔",
    "ان کی تنظیم کے مطابق گزشتہ ماہ چار سو کھڈیاں بند رہیں، جن میں سے زیادہ تر دو اضلاع میں ہیں۔",
    "وزارت اگلے ہفتے دونوں فریقوں کا مؤقف سنے گی۔",
]
URDU_PAGE = page(
    f"<div>آج کا اخبار <a href='/'>صفحہ اول</a> <a href='/b'>کاروبار</a></div><h1>{URDU_TITLE}</h1>"
    f"<div>جمعہ 15 اگست 2025ء شام "
    f"6:00</div>{each('p', ['فیصل آباد (نمائندہ خصوصی) ' + URDU_BODY[0], *URDU_BODY[1:]])}<h3>متعلقہ خبریں</h3>"
    f"<p><a href='/1'>"
    "سونے کی قیمت میں کمی</a></p><p><a href='/2'>ہاکی ٹیم کی فتح</a></p>",
    f"<title>{URDU_TITLE}</title>",
).replace('<meta charset="utf-8">', "")


@pytest.mark.parametrize(
    ("charset", "header", "meta"),
    [
        ("utf-8", "text/html", ""),
        ("utf-8", "text/html; charset=iso-8859-1", ""),
        ("utf-8", "text/html; charset=utf-8", "<meta charset='windows-1256'>"),
        ("utf-8", "text/html; charset=windows-1256", ""),
        ("utf-8", None, "<meta charset=windows-1256>"),
        ("cp1256", "text/html; charset=windows-1256", ""),
        (
            "cp1256",
            "text/html; charset=utf-8",
            "<meta http-equiv='Content-Type' content='text/html; charset=windows-1256'>",
        ),
        ("cp1256", None, "<meta charset=windows-1256>"),
        ("cp1256", None, ""),
        ("utf-16", "text/html; charset=windows-1256", ""),
        ("utf-8-sig", "text/html; charset=windows-1256", ""),
    ],
)
def test_urdu_is_read_under_any_charset(charset: str, header: str | None, meta: str) -> None:
    """BOM, header, meta, and what the bytes themselves say, whichever of them is right."""
    html = URDU_PAGE.replace("<head>", f"<head>{meta}")
    hints = PageHints(timezone="Asia/Karachi", language="ur")
    found = read_page(html.encode(charset, "xmlcharrefreplace"), URL, header, hints)
    assert (found.title, found.place, found.credit) == (URDU_TITLE, "فیصل آباد", "نمائندہ خصوصی")
    assert found.published_at == datetime(2025, 8, 15, 13, tzinfo=UTC)
    assert text(found.body) == URDU_BODY
    assert found.language == "ur"


JAPANESE_TITLE = "織物業者、冬の注文前に糸の値下げ求める"
JAPANESE_BODY = [
    "小規模な織機の所有者らは木曜日、12月まで糸を無税で購入できるよう政府に求めた。",
    "組合によると、先月は400台の織機が止まり、その大半は二つの県にある。",
    "省は来週、双方の意見を聞く。",
]


@pytest.mark.parametrize("charset", ["utf-8", "cp932", "euc_jp"])
@pytest.mark.parametrize("told", [True, False])
def test_japanese_pages_give_place_date_and_body(charset: str, told: bool) -> None:
    """Countries in brackets, the office that reports, the date in signs; three encodings, declared or not."""
    html = page(
        f"<h1>{JAPANESE_TITLE}</h1><p>(パキスタン、日本)</p><p>カラチ発</p>"
        f"<p>2026年01月22日</p>{each('p', JAPANESE_BODY * 3)}"
        "<h2>関連記事</h2><ul><li><a href='/1'>金相場が下落</a></li></ul><p>ビジネス短信 0123456789abcdef</p>"
    ).replace('<meta charset="utf-8">', f"<meta charset='{charset}'>" if told else "")
    hints = PageHints(timezone="Asia/Tokyo", language="ja")
    found = read_page(html.encode(charset), URL, None, hints)
    assert (found.title, found.language) == (JAPANESE_TITLE, "ja")
    assert found.place in ("パキスタン、日本", "カラチ")
    assert found.published_at == datetime(2026, 1, 21, 15, tzinfo=UTC)
    assert text(found.body) == JAPANESE_BODY * 3


def test_selectors_are_believed_before_everything_else() -> None:
    """The operator looked at the page: title, author, date, section, body, and what to remove."""
    html = page(
        f"<h1>The Example</h1><h4 class='t'>{TITLE}</h4><b class='w'>By Nadia Malik</b>"
        f"<u class='d'>15-08-2025 06:00 PM</u>"
        f"<i class='s'>Textiles</i><div class='x'>{each('p', BODY)}<p class='z'>{TEASER}</p></div><div>"
        f"<p>{TEASER}</p></div>",
        '<meta name="author" content="Somebody Else"><meta property="og:title" content="Another Title Of The Page">',
    )
    select = Select(
        title=(".none", ".t"), author=(".w",), published=(".d",), section=(".s",), body=(".x",), remove=(".z",)
    )
    found = read_page(html.encode(), URL, None, PageHints(select=select, timezone="Asia/Karachi"))
    assert (found.title, found.author, found.section) == (TITLE, "Nadia Malik", "Textiles")
    assert found.published_at == datetime(2025, 8, 15, 13, tzinfo=UTC)
    assert text(found.body) == BODY


def test_a_page_that_shows_only_a_teaser_gives_the_text_of_its_own_data_or_the_feed() -> None:
    """The rest is behind a script, but articleBody or the feed carries it."""
    whole = [*BODY, *(f"{line} Again in part {n}." for n in range(3) for line in BODY)]
    html = page(f"<h1>{TITLE}</h1><p>{BODY[0]}</p>", f"<title>{TITLE}</title>")
    feed = FeedEntry(title=TITLE, text="\n\n".join(["LAHORE: " + whole[0], *whole[1:]]))
    found = read_page(html.encode(), URL, None, PageHints(feed=feed))
    assert (found.place, text(found.body)) == ("LAHORE", whole)
    data = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"x","articleBody":"%s"}</script>'
    told = html.replace("</head>", data % " ".join(whole) + "</head>")
    assert read_page(told.encode(), URL, None, KARACHI).body == " ".join(whole)


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ("", "empty"),
        ("\0\0  \n", "empty"),
        ("<html><body></body></html>", "no article text"),
        ("<title>Just a moment...</title><p>Checking your browser before you go on.</p>", "challenge"),
        ("<title>301 Moved Permanently</title><h1>Moved</h1>", "moved or is not there"),
        ("<title>404 Not Found</title><p>Nothing.</p>", "moved or is not there"),
        ("<meta http-equiv=refresh content='0;url=/x'><p>Please wait.</p>", "moved or is not there"),
    ],
)
def test_a_page_without_an_article_says_so_and_leaves_what_the_feed_said(html: str, problem: str) -> None:
    """Status 200 is no promise."""
    feed = FeedEntry(title=TITLE, summary=f"LAHORE: {BODY[0]}", published_at=datetime(2025, 8, 15, tzinfo=UTC))
    found = read_page(html.encode(), URL, "text/html", PageHints(feed=feed))
    assert problem in (found.problem or "")
    assert (found.title, found.summary if found.body is None else found.body) == (TITLE, BODY[0])


def test_the_feed_alone_gives_place_credit_and_text() -> None:
    """What full-text feeds carry is cleaned like a page."""
    feed = FeedEntry(
        title=TITLE,
        author="Nadia Malik",
        summary=f"KARACHI, Aug 15 (APP): {BODY[0]}",
        text="\n\n".join(
            [TITLE, f"KARACHI, Aug 15 (APP): {BODY[0]}", *BODY[1:], "Published in Some Paper, August 16th, 2025"]
        ),
        section="Business",
    )
    found = read_text(None, PageHints(feed=feed, language="en"))
    assert (found.place, found.credit, found.summary, found.section) == ("KARACHI", "APP", BODY[0], "Business")
    assert text(found.body) == BODY


def test_a_real_summary_is_kept_without_its_dateline() -> None:
    """The credit of an agency with a country in its name must not look like news of that country."""
    description = f'<meta name="description" content="LAHORE, (Some News - 15th Aug, 2025) {BODY[0]}">'
    html = page(f"<h1>{TITLE}</h1>{each('p', BODY)}", f"<title>{TITLE}</title>{description}")
    assert read_page(html.encode(), URL, None, KARACHI).summary == BODY[0]


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("/news/1234567", "https://www.example.com/news/1234567"),
        ("https://example.com/news/1234567", "https://example.com/news/1234567"),
        ("https://www.example.com/", None),
        ("https://elsewhere.example.org/news/1234567", None),
        ("javascript:alert(1)", None),
        ("http://[::1", None),
    ],
)
def test_the_canonical_address_must_be_of_the_same_site(written: str, canonical: str | None) -> None:
    """A wrong one would merge different stories."""
    html = page(f"<h1>{TITLE}</h1>{each('p', BODY)}", f'<link rel="canonical" href="{written}">')
    assert read_page(html.encode(), URL, None, KARACHI).canonical_url == canonical


def test_soft_hyphens_and_controls_vanish_from_words() -> None:
    """ "Bhu&shy;tto" is one word."""
    html = page(
        f"<h1>{TITLE}</h1>{each('p', BODY)}<p>The mill of Mr Bhu&shy;tto&#xD800; re\x00opened\u200b on Friday.</p>"
    )
    body = read_page(html.encode("utf-8", "replace"), URL, None, KARACHI).body or ""
    assert text(body)[-1].replace("\u200b", "") == "The mill of Mr Bhutto reopened on Friday."


def test_undated_pages_stay_undated_and_dated_addresses_help() -> None:
    """Nothing is guessed; an address may name the day, an id never does."""
    html = page(f"<h1>{TITLE}</h1>{each('p', BODY)}").encode()
    assert read_page(html, "https://example.com/news/20321205", None, KARACHI).published_at is None
    dated = read_page(html, "https://example.com/15-Aug-2025/weavers", None, KARACHI)
    assert dated.published_at == datetime(2025, 8, 14, 19, tzinfo=UTC)
