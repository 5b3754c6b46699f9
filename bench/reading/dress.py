"""How outlets dress a story: shapes met in the field, filled with stories of our own. Each page knows its labels.

The outlets, agencies and captions are invented; what is real is where things stand, how dates and datelines are
written, and what is missing.
"""
# ruff: noqa: E501 - templates of pages: a tag is easier to read on one line

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

PAKISTAN, JAPAN = ZoneInfo("Asia/Karachi"), ZoneInfo("Asia/Tokyo")
_URDU_MONTHS = ["جنوری", "فروری", "مارچ", "اپریل", "مئی", "جون", "جولائی", "اگست", "ستمبر", "اکتوبر", "نومبر", "دسمبر"]


@dataclass(frozen=True)
class Story:
    """What happened, before any outlet dresses it."""

    language: str
    title: str
    author: str
    section: str
    place: str
    summary: str
    body: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """A page and what a reader should see on it; ``furniture`` are strings that are not the article's."""

    shape: str
    url: str
    html: str
    title: str
    body: tuple[str, ...]
    author: str | None
    published: datetime
    place: str | None
    timezone: str
    language: str
    furniture: tuple[str, ...] = ()
    select: dict[str, list[str]] = field(default_factory=dict)


def stories() -> list[Story]:
    """All stories of ``texts.toml``."""
    found = tomllib.loads((Path(__file__).parent / "texts.toml").read_text(encoding="utf-8"))["stories"]
    return [Story(**{**one, "body": tuple(one["body"])}) for one in found]


def pages() -> Iterator[Page]:
    """Every story in every shape of its language."""
    known = stories()
    for name, (language, dress) in SHAPES.items():
        own = [story for story in known if story.language == language]
        for number, story in enumerate(own):
            others = [other.title for other in own if other is not story]
            at = datetime(2025, 8, 4, 13, 5, tzinfo=UTC) + number * timedelta(days=3, hours=5, minutes=17)
            yield dress(name, story, others[number % 2 :], at)


def _page(name: str, story: Story, html: str, at: datetime, path: str, **more: Any) -> Page:
    labels: dict[str, Any] = {
        "title": story.title,
        "author": story.author,
        "place": story.place,
        "body": story.body,
        "timezone": "Asia/Tokyo" if story.language == "ja" else "Asia/Karachi",
    } | more
    url = f"https://www.{name}.example/{path}"
    return Page(shape=name, url=url, html=html, published=at.replace(second=0), language=story.language, **labels)


def _document(head: str, body: str, language: str = "en", title: str = "") -> str:
    direction = ' dir="rtl"' if language == "ur" else ""
    return (
        f'<!doctype html><html lang="{language}"{direction}><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"{head}</head><body>{body}</body></html>"
    )


def _jsonld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value, ensure_ascii=False)}</script>'


def _paragraphs(texts: Sequence[str]) -> str:
    return "\n".join(f"<p>{escape(text)}</p>" for text in texts)


def _led(story: Story, lead: str) -> list[str]:
    """The paragraphs, a dateline before the first."""
    return [lead + story.body[0], *story.body[1:]]


def _local(at: datetime, zone: ZoneInfo = PAKISTAN) -> datetime:
    return at.astimezone(zone)


def _nth(day: int) -> str:
    return f"{day}{'th' if 10 <= day % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def _menu(*names: str) -> str:
    items = "".join(f'<li><a href="/{n}">{name}</a></li>' for n, name in enumerate(names))
    return f"<div class='top'><ul>{items}</ul></div>"


# ---- English ----


def ravipoint(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """No metadata at all: byline glued to the date, the headline again in sentence case, bare captions at the end."""
    local = _local(at)
    lead = f"{story.place}, (RaviPoint / Ravi Point News - {_nth(local.day)} {local:%b}, {local.year}) "
    captions = "".join(f'<div class="r"><a href="/x{n}">{escape(one)}</a></div>' for n, one in enumerate(others))
    ago = "".join(
        f"<div><a href='/y{n}'>{escape(one)}</a> <span>{n + 2} minutes ago</span></div>"
        for n, one in enumerate(others[:3])
    )
    body = (
        f"<span>date {local:%Y-%m-%d}</span> <a href='#m'>Open Menu</a>{_menu('Home', 'Pakistan', 'World', 'Business')}"
        f"<div><h1>{escape(story.title)}</h1><p><a href='/w'>{story.author}</a> Published {local:%B %d, %Y | %I:%M %p}</p>"
        f"<h2>{escape(story.title.capitalize())}</h2>{_paragraphs(_led(story, lead))}</div>"
        f"<div><h4>Related News</h4>{captions}</div><div>{ago}</div><div>About Us | Contact</div>"
    )
    return _page(
        name,
        story,
        _document("", body, title=f"{story.title} - RaviPoint"),
        at,
        "en/business/a-203212.html",
        furniture=(*others, "Open Menu", "minutes ago"),
    )


def morning(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """A paper: printed date, tail "Published in …", teasers of other stories below it; JSON-LD names only the firm."""
    local = _local(at)
    head = _jsonld({"@context": "https://schema.org", "@type": "organization", "name": "The Morning"}) + (
        f'<meta property="og:title" content="{escape(story.title)}"><meta property="og:site_name" content="The Morning">'
        f'<meta property="article:published_time" content="{local.isoformat()}">'
    )
    tail = f"Published in The Morning, {local:%B} {_nth(local.day)}, {local.year}"
    teasers = "".join(
        f"<article><h3><a href='/t{n}'>{escape(one)}</a></h3><p>A few words on what happened there, and what may follow from it.</p>"
        f"<span>0{n + 1} Aug, 2025</span></article>"
        for n, one in enumerate(others[:4])
    )
    body = (
        f"<header><h1><a href='/'>The Morning</a></h1></header><h2 class='story__title'>{escape(story.title)}</h2>"
        f"<div><span class='story__byline'><a href='/a'>{story.author}</a></span> <span class='timestamp'>Published {local:%B} {local.day}, {local.year}</span></div>"
        f"<div class='story__content'>{_paragraphs(_led(story, f'{story.place}: '))}<p><em>{tail}</em></p></div>"
        f"<section>{teasers}</section>"
    )
    return _page(
        name,
        story,
        _document(head, body, title=f"{story.title} - Newspaper - MORNING.EXAMPLE"),
        at,
        "news/1945500/a-story",
        furniture=(tail, *others[:4], "A few words on what happened"),
    )


def ledger(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """A business daily: NewsArticle with a zone, "Updated" beside "Published" glued to am, copyright of the agency."""
    local = _local(at)
    head = _jsonld(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": story.title[:110],
            "datePublished": f"{local:%Y-%m-%dT%H:%M:%S+0500}",
            "author": {"@type": "Person", "name": story.author},
            "publisher": {"@type": "Organization", "name": "Ledger"},
            "articleSection": story.section,
        }
    )
    copyright_line = f"Copyright RNA (Ravi News Agency), {local.year}"
    also = f"Also read: {others[0]}"
    paragraphs = _led(story, f"{story.place}: ")
    body = (
        f"<div class='share'>Share Tweet WhatsApp</div><h2>{escape(story.title)}</h2>"
        f"<p>{story.author} Published {local:%B} {local.day:02}, {local.year} Updated {local:%B} {local.day:02}, {local.year} {local:%I:%M%p}</p>"
        f"<div>{_paragraphs(paragraphs[:2])}<p><strong><a href='/z'>{escape(also)}</a></strong></p>{_paragraphs(paragraphs[2:])}<p>{copyright_line}</p></div>"
        f"<div class='tags'>Tags: <a href='/1'>cars</a> <a href='/2'>ports</a></div>"
    )
    return _page(
        name,
        story,
        _document(head, body, title=story.title),
        at,
        "news/40353641/a-story",
        furniture=(also, copyright_line, "Share Tweet", "Tags:"),
    )


def courier(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """A print edition: "By Name / date", no time of day but in the JSON-LD, which is broken by raw line breaks."""
    local = _local(at)
    broken = (
        '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle",\n'
        f'"headline":"{story.title}","description":"{story.summary}\nMore follows",\n"datePublished":"{local:%Y-%m-%d %H:%M:%S}+05:00",\n'
        f'"author":[{{"@type":"Person","name":"{story.author}"}}],}}</script>'
    )
    body = (
        f"<table><tr><td><a href='/'><img src='logo.png' alt='Courier'></a></td></tr><tr><td><h1>{escape(story.title)}</h1>"
        f"<div class='cat'>By {story.author} / {local:%B} {local.day}, {local.year}</div>"
        f"<div class='story'>{_paragraphs(_led(story, f'{story.place.title()} : '))}</div></td>"
        f"<td>{''.join(f'<div><a href=/q{n}>{escape(one)}</a></div>' for n, one in enumerate(others))}</td></tr></table>"
    )
    return _page(
        name,
        story,
        _document(broken, body, title=f"{story.title} | Print | courier.example"),
        at,
        "print/337915-a-story",
        place=story.place.title(),
        furniture=tuple(others),
    )


def republic(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """The date is in the address; time in a meta tag without a zone, local time being meant; "PLACE  -  Text"."""
    local = _local(at)
    head = (
        f'<meta name="author" content="{story.author}"><meta itemprop="datePublished" content="{local:%Y-%m-%d %H:%M:%S}">'
        f'<meta property="og:title" content="{escape(story.title)} - Republic"><meta property="og:site_name" content="Republic">'
        f'<meta name="description" content="Republic brings you the news of the country, day and night.">'
    )
    captions = [f"{one} on Tuesday evening" for one in others[:4]]
    picked = "".join(
        f"<figure><a href='/p{n}'><img src='{n}.jpg'></a><figcaption>{escape(one)}</figcaption></figure>"
        for n, one in enumerate(captions)
    )
    body = (
        f"<nav>{_menu('Home', 'Sports')}</nav><h1>{escape(story.title)}</h1><h5>{story.author}</h5><h6>{local:%I:%M %p | %B %d, %Y}</h6>"
        f"<div class='news-detail-content-class'>{_paragraphs(_led(story, f'{story.place}  -  '))}</div>"
        f"<div class='more'><h3>More stories</h3>{picked}</div><p>Follow us on all platforms for the latest news.</p>"
    )
    return _page(
        name,
        story,
        _document(head, body, title=f"{story.title} - Republic"),
        at,
        f"{local:%d-%b-%Y}/a-story",
        furniture=(*captions, "Follow us on all", "brings you the news"),
    )


def beacon(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """WordPress with a JSON-LD graph; an en dash without a space after the place; the agency's name as a tail."""
    graph = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "@id": "#w", "name": "Beacon"},
            {
                "@type": ["Article", "NewsArticle"],
                "headline": story.title,
                "datePublished": at.isoformat(),
                "author": {"@id": "#p"},
                "isPartOf": {"@id": "#w"},
                "articleSection": [story.section],
            },
            {"@type": "Person", "@id": "#p", "name": story.author},
        ],
    }
    paragraphs = _led(story, f"{story.place} –")
    paragraphs[-1] += " —RNA News"
    listed = "".join(f"<li><a href='/l{n}'>{escape(one)}</a></li>" for n, one in enumerate(others))
    body = (
        f"<div id='sidebar'><h3>Latest</h3><ul>{listed}</ul></div><main><h1 class='entry-title'>{escape(story.title)}</h1>"
        f"<span class='author vcard'>{story.author}</span> <time datetime='{at.isoformat()}'>{at:%B %d, %Y}</time>"
        f"<div class='entry-content'>{_paragraphs(paragraphs)}</div><div class='sharedaddy'>Share this: Facebook X</div></main>"
    )
    return _page(
        name,
        story,
        _document(_jsonld(graph), body, title=f"{story.title} - Beacon"),
        at,
        "a-story/",
        furniture=(*others, "Share this", "RNA News"),
    )


def signal(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """A technology blog: no dateline, "Also Read" boxes inside the text, a call at the end, pull quotes of links."""
    local = _local(at)
    head = (
        f'<meta property="og:title" content="{escape(story.title)}"><meta name="twitter:data1" content="{story.author}">'
        f'<meta property="article:published_time" content="{at:%Y-%m-%dT%H:%M:%S}+00:00"><meta name="author" content="{story.author}">'
    )
    middle = f"<div class='also'><p><b>Also Read</b></p><p><a href='/k'>{escape(others[0])}</a></p></div>"
    body = (
        f"<h1>{escape(story.title)}</h1><p>By <a href='/au'>{story.author}</a> | Published {local:%b} {local.day}, {local.year} | {local:%I:%M %p}</p>"
        f"<div class='post-content'>{_paragraphs(story.body[:2])}{middle}{_paragraphs(story.body[2:])}"
        f"<hr><p>Follow Signal on WhatsApp for updates.</p></div>"
        f"<h3>Recommended for you</h3>{''.join(f'<p><a href=/r{n}>{escape(one)}</a></p>' for n, one in enumerate(others))}"
    )
    return _page(
        name,
        story,
        _document(head, body, title=story.title),
        at,
        f"{local:%Y/%m/%d}/a-story/",
        place=None,
        furniture=(*others, "Also Read", "Follow Signal"),
    )


def signal_amp(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """The twin for telephones: its data print the local clock as UTC."""
    local = _local(at)
    head = _jsonld(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": story.title,
            "datePublished": f"{local:%Y-%m-%dT%H:%M:%S}+00:00",
            "author": {"@type": "Person", "name": story.author},
        }
    )
    body = (
        f"<h1>{escape(story.title)}</h1><p>{story.author} Published {local:%B} {local.day}, {local.year} {local:%I:%M %p}</p>"
        f"{_paragraphs(story.body)}<p><a href='/k'>Read more: {escape(others[0])}</a></p>"
    )
    return _page(
        name, story, _document(head, body, title=story.title), at, "amp/a-story/", place=None, furniture=tuple(others)
    )


def gazette(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """An old system: layout tables, paragraphs parted by <br>, the logo as first headline, a dateline with a date,
    soft hyphens inside words, a caption with the photographer."""
    local = _local(at)
    lead = f"{story.place}, {local:%b} {local.day}: "
    text = (
        "<br><br>\n".join(escape(one) for one in _led(story, lead))
        .replace("number", "num&shy;ber")
        .replace("weeks", "we&shy;eks")
    )
    listed = "".join(f"<tr><td><a href='/g{n}'>{escape(one)}</a></td></tr>" for n, one in enumerate(others))
    body = (
        f"<table width='100%'><tr><td colspan=2><h1>The Gazette</h1><font size=1>{local:%A, %B %d, %Y} | Safar 10, 1447</font></td></tr>"
        f"<tr><td valign=top><table>{listed}</table></td><td><font size=5><b>{escape(story.title)}</b></font><br>"
        f"<i>By {story.author}</i><br><font size=1>{local.day}-{local:%b-%Y %H:%M} PKT</font><br><br>"
        f"<table align=right><tr><td><img src=a.jpg></td></tr><tr><td><small>Photo: Gazette/Stringer</small></td></tr></table>"
        f"{text}<br><br>(QVN)</td></tr></table>"
    )
    head = f'<meta property="og:image" content="/logo.png"><meta property="og:title" content="{escape(story.title)} | The Gazette">'
    return _page(
        name,
        story,
        _document(head, body, title=f"The Gazette | {story.title}"),
        at,
        "story.php?id=5512",
        furniture=(*others, "Photo: Gazette", "(QVN)", "1447"),
    )


def tiles(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """A page made by scripts: classes without meaning, paragraphs in spans of div boxes, cut by adverts and a list of facts."""
    local = _local(at)
    head = _jsonld(
        [
            {"@type": "BreadcrumbList", "itemListElement": []},
            {
                "@type": "https://schema.org/ReportageNewsArticle",
                "headline": story.title,
                "datePublished": f"{local:%Y-%m-%d %H:%M:%S}",
                "author": {"name": story.author, "@type": "Person"},
                "mainEntityOfPage": {"@type": "WebPage", "@id": "x"},
            },
        ]
    )
    facts = ["Forty lorries a day", "Nine foundries in two districts"]
    paragraphs = _led(story, f"{story.place} – ")
    boxes = [f"<div class='sc-{n}x7'><span>{escape(one)}</span></div>" for n, one in enumerate(paragraphs)]
    boxes.insert(2, "<div class='sc-ad'>Advertisement</div>")
    boxes.insert(3, f"<h3>What is known</h3><ul>{''.join(f'<li>{one}.</li>' for one in facts)}</ul>")
    cards = "".join(
        f"<a class='sc-c{n}' href='/c{n}'><div><img src='{n}.webp'></div><div>{escape(one)}</div><div>{n + 1} hours ago</div></a>"
        for n, one in enumerate(others)
    )
    body = (
        f"<div id='__next'><div class='sc-1'><a href='/'>Tiles</a></div><div class='sc-2'><h1 class='sc-3'>{escape(story.title)}</h1>"
        f"<div class='sc-4'><div>{story.author}</div><div>{local:%d %b, %Y %I:%M%p}</div><div>3 min read</div></div>"
        f"<div class='sc-5'>{''.join(boxes)}</div></div><div class='sc-6'>{cards}</div></div>"
    )
    text = (*story.body[:2], "What is known", *(f"{one}." for one in facts), *story.body[2:])
    return _page(
        name,
        story,
        _document(head, body, title=story.title),
        at,
        "story/2561234/a-story",
        body=text,
        furniture=(*others, "Advertisement", "hours ago", "min read"),
    )


# ---- Urdu ----


def jarida(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """JSON-LD with an offset without colon; place and reporter in brackets."""
    local = _local(at)
    head = _jsonld(
        {
            "@type": "NewsArticle",
            "headline": story.title,
            "datePublished": f"{local:%Y-%m-%dT%H:%M:%S+0500}",
            "author": {"@type": "Person", "name": story.author},
        }
    )
    listed = "".join(f"<li><a href='/n{n}'>{escape(one)}</a></li>" for n, one in enumerate(others))
    body = (
        f"<h1>{escape(story.title)}</h1><div>{local.day} {_URDU_MONTHS[local.month - 1]}، {local.year}</div>"
        f"<div class='detail_view_content'>{_paragraphs(_led(story, f'{story.place} (اسٹاف رپورٹر) '))}</div>"
        f"<div><h2>مزید خبریں</h2><ul>{listed}</ul></div>"
    )
    return _page(
        name, story, _document(head, body, "ur", story.title), at, "news/1501121", furniture=(*others, "مزید خبریں")
    )


def khabarnama(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """An agency: only printed dates, with the words for morning and evening; the year mark; a dateline with a date."""
    local = _local(at)
    half = "صبح" if local.hour < 12 else "شام"
    month = _URDU_MONTHS[local.month - 1]
    lead = f"{story.place} ۔ {local.day:02} {month} (راوی نیوز) "
    body = (
        f"<div><a href='/'>خبرنامہ</a></div><h1>{escape(story.title)}</h1>"
        f"<p>تحریر: {story.author}</p><p>{local.day} {month} {local.year}ء, {local.hour % 12 or 12}:{local:%M} {half}</p>"
        f"{_paragraphs(_led(story, lead))}<p>یہ بھی پڑھیں: <a href='/o'>{escape(others[0])}</a></p>"
    )
    return _page(
        name,
        story,
        _document("", body, "ur", f"{story.title} - خبرنامہ"),
        at,
        "ur/pakistan/2001",
        furniture=(*others, "یہ بھی پڑھیں"),
    )


# ---- Japanese ----


def boeki(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """A trade body: countries in brackets, "…発" on a line of its own, only a date, the hour in a meta tag."""
    local = _local(at, JAPAN)
    head = f'<meta property="article:published_time" content="{local.isoformat()}"><meta name="author" content="{story.author}">'
    body = (
        f"<h1>{story.title}</h1><p>(パキスタン、日本)</p><p>{story.place}発</p><p>{local:%Y年%m月%d日}</p>"
        f"<div class='elem_paragraph'>{_paragraphs(story.body)}</div>"
        f"<h2>関連記事</h2><ul>{''.join(f'<li><a href=/j{n}>{one}</a></li>' for n, one in enumerate(others))}</ul>"
    )
    return _page(
        name,
        story,
        _document(head, body, "ja", f"{story.title} | 貿易通信"),
        at,
        "biznews/2025/08/a1b2.html",
        furniture=(*others, "関連記事"),
    )


def shimbun(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """A paper: weekday and the word for afternoon in the date, place and agency in heavy brackets."""
    local = _local(at, JAPAN)
    half, weekday = ("午前" if local.hour < 12 else "午後"), "月火水木金土日"[local.weekday()]
    stamp = f"{local:%Y年%m月%d日}({weekday}曜日) {half}{local.hour % 12}時{local:%M}分"
    body = (
        f"<header><a href='/'>新報</a></header><h1>{story.title}</h1><p class='date'>{stamp}</p><p class='author'>{story.author}</p>"
        f"<div>{_paragraphs(_led(story, f'【{story.place}=新報】'))}</div>"
        f"<div class='ranking'><h3>アクセスランキング</h3>{''.join(f'<p><a href=/k{n}>{one}</a></p>' for n, one in enumerate(others))}</div>"
    )
    return _page(
        name,
        story,
        _document("", body, "ja", f"{story.title} - 新報"),
        at,
        "articles/77",
        furniture=(*others, "アクセスランキング"),
    )


Dress = Callable[[str, Story, Sequence[str], datetime], Page]
SHAPES: dict[str, tuple[str, Dress]] = {
    "ravipoint": ("en", ravipoint),
    "morning": ("en", morning),
    "ledger": ("en", ledger),
    "courier": ("en", courier),
    "republic": ("en", republic),
    "beacon": ("en", beacon),
    "signal": ("en", signal),
    "signal-amp": ("en", signal_amp),
    "gazette": ("en", gazette),
    "tiles": ("en", tiles),
    "jarida": ("ur", jarida),
    "khabarnama": ("ur", khabarnama),
    "boeki": ("ja", boeki),
    "shimbun": ("ja", shimbun),
}
