"""How Urdu and Japanese outlets dress a story."""
# ruff: noqa: E501 - templates of pages: a tag is easier to read on one line

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from bench.reading.dress import JAPAN, Page, Story, as_html, document, in_zone, jsonld, led, page_of

_URDU_MONTHS = ["جنوری", "فروری", "مارچ", "اپریل", "مئی", "جون", "جولائی", "اگست", "ستمبر", "اکتوبر", "نومبر", "دسمبر"]


# ---- Urdu ----


def jarida(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """JSON-LD with an offset without colon; place and reporter in brackets."""
    local = in_zone(at)
    head = jsonld(
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
        f"<div class='detail_view_content'>{as_html(led(story, f'{story.place} (اسٹاف رپورٹر) '))}</div>"
        f"<div><h2>مزید خبریں</h2><ul>{listed}</ul></div>"
    )
    return page_of(
        name, story, document(head, body, "ur", story.title), at, "news/1501121", furniture=(*others, "مزید خبریں")
    )


def khabarnama(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """An agency: only printed dates, with the words for morning and evening; the year mark; a dateline with a date."""
    local = in_zone(at)
    half = "صبح" if local.hour < 12 else "شام"
    month = _URDU_MONTHS[local.month - 1]
    lead = f"{story.place} ۔ {local.day:02} {month} (راوی نیوز) "
    body = (
        f"<div><a href='/'>خبرنامہ</a></div><h1>{escape(story.title)}</h1>"
        f"<p>تحریر: {story.author}</p><p>{local.day} {month} {local.year}ء, {local.hour % 12 or 12}:{local:%M} {half}</p>"
        f"{as_html(led(story, lead))}<p>یہ بھی پڑھیں: <a href='/o'>{escape(others[0])}</a></p>"
    )
    return page_of(
        name,
        story,
        document("", body, "ur", f"{story.title} - خبرنامہ"),
        at,
        "ur/pakistan/2001",
        furniture=(*others, "یہ بھی پڑھیں"),
    )


# ---- Japanese ----


def boeki(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """A trade body: countries in brackets, "…発" on a line of its own, only a date, the hour in a meta tag."""
    local = in_zone(at, JAPAN)
    head = f'<meta property="article:published_time" content="{local.isoformat()}"><meta name="author" content="{story.author}">'
    body = (
        f"<h1>{story.title}</h1><p>(パキスタン、日本)</p><p>{story.place}発</p><p>{local:%Y年%m月%d日}</p>"
        f"<div class='elem_paragraph'>{as_html(story.body)}</div>"
        f"<h2>関連記事</h2><ul>{''.join(f'<li><a href=/j{n}>{one}</a></li>' for n, one in enumerate(others))}</ul>"
    )
    return page_of(
        name,
        story,
        document(head, body, "ja", f"{story.title} | 貿易通信"),
        at,
        "biznews/2025/08/a1b2.html",
        furniture=(*others, "関連記事"),
    )


def shimbun(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """A paper: weekday and the word for afternoon in the date, place and agency in heavy brackets."""
    local = in_zone(at, JAPAN)
    half, weekday = ("午前" if local.hour < 12 else "午後"), "月火水木金土日"[local.weekday()]
    stamp = f"{local:%Y年%m月%d日}({weekday}曜日) {half}{local.hour % 12}時{local:%M}分"
    body = (
        f"<header><a href='/'>新報</a></header><h1>{story.title}</h1><p class='date'>{stamp}</p><p class='author'>{story.author}</p>"
        f"<div>{as_html(led(story, f'【{story.place}=新報】'))}</div>"
        f"<div class='ranking'><h3>アクセスランキング</h3>{''.join(f'<p><a href=/k{n}>{one}</a></p>' for n, one in enumerate(others))}</div>"
    )
    return page_of(
        name,
        story,
        document("", body, "ja", f"{story.title} - 新報"),
        at,
        "articles/77",
        furniture=(*others, "アクセスランキング"),
    )
