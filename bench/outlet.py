"""A page as large outlets serve it, for ``bench.crawl``: 150 to 250 KB around a report of two or three.

Style sheets and scripts in the page, a menu of menus, share bars, an advert and a link to another story between the
paragraphs, more than a hundred cards of other stories, a long footer, and structured data that names everything but
the text. Classes and order are those that common themes of news sites have.
"""

from __future__ import annotations

import json
from functools import cache
from html import escape

_SECTIONS, _UNDER = 20, 7  # of the menu
_ROOM = '<div class="ad-slot ad-slot--{0}" id="div-gpt-ad-{0}" data-sizes="[[300,250],[336,280],[728,90]]"></div>'
_ICON = (
    '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 2C6.5 2 2 6.5 2 12s4.5 10 10 10z"/></svg>'
)
_SHARED = ("Facebook", "X", "WhatsApp", "LinkedIn", "Email", "Copy link")


def outlet_page(title: str, paragraphs: list[str], number: int) -> str:
    """The page of one report; what stands around it varies with ``number``."""
    named = escape(title)
    return (
        f'<!doctype html><html lang="en-US" class="no-js"><head><meta charset="utf-8">{_head(title, number)}'
        f'<style id="critical">{_style(260 + number % 5 * 40)}</style>{_script(30 + number % 7 * 8)}'
        f'<script type="application/ld+json">{_graph(title, number)}</script></head>'
        f'<body class="single single-post postid-{number}"><!-- header begins --><header class="site-header">{_menu()}'
        f'<form class="search-form" role="search"><input name="s" placeholder="Search"><button>{_ICON}Search</button>'
        '</form></header><div id="content" class="container"><main class="site-main">'
        f'<article class="post post-{number} type-post hentry"><header class="entry-header">'
        f'<h1 class="entry-title">{named}</h1><div class="entry-meta">'
        '<span class="byline">By <a rel="author" href="/author/desk">Staff Reporter</a></span> '
        f'<time class="entry-date" datetime="2025-08-15T18:00:00+05:00">August 15, 2025</time></div>{_share()}</header>'
        f'<figure class="post-thumbnail">{_picture(number)}<figcaption>A scene of the day. — File</figcaption></figure>'
        f'<div class="entry-content">{_report(paragraphs, number)}</div><footer class="entry-footer">{_share()}'
        f'<div class="tags-links"><a href="/tag/economy">economy</a> <a href="/tag/budget">budget</a></div></footer>'
        f'</article></main><aside class="widget-area sidebar">{_cards(24, number)}</aside></div>'
        f'<section class="related-posts"><h3>Related stories</h3>{_cards(20, number + 100)}</section>'
        f'<section class="latest-news"><h3>Latest news</h3>{_cards(36 + number % 9 * 6, number + 200)}</section>'
        f'<footer class="site-footer">{_footer()}</footer>{_script(60 + number % 5 * 10)}'
        '<noscript><img src="/pixel.gif" height="1" width="1" alt=""></noscript><!-- end --></body></html>'
    )


def _head(title: str, number: int) -> str:
    """Some 25 meta tags, and links to what the page needs."""
    named = escape(title)
    said = {"og:type": "article", "og:title": named, "og:url": f"SITE/news/{number}/report", "og:site_name": "Sample"}
    said |= {"og:locale": "en_US", "article:published_time": "2025-08-15T18:00:00+05:00", "article:section": "Pakistan"}
    said |= {"og:image": f"SITE/img/{number}-1200.jpg", "og:image:width": "1200", "og:image:height": "675"}
    said |= {f"article:tag{n}": f"matter {n}" for n in range(6)} | {"fb:app_id": "1234567890"}
    cards = {"twitter:card": "summary_large_image", "twitter:title": named, "viewport": "width=device-width"}
    cards |= {
        "robots": "max-image-preview:large",
        "theme-color": "#c00",
        "generator": "Sample 6.4",
        "twitter:site": "@s",
    }
    metas = "".join(f'<meta property="{name}" content="{value}">' for name, value in said.items())
    metas += "".join(f'<meta name="{name}" content="{value}">' for name, value in cards.items())
    links = "".join(f'<link rel="preload" as="font" href="/fonts/{n}.woff2" crossorigin>' for n in range(12))
    return f'<title>{named} - Sample</title>{metas}<link rel="canonical" href="SITE/news/{number}/report">{links}'


def _graph(title: str, number: int) -> str:
    site, page = "SITE/#website", f"SITE/news/{number}/report"
    owner = {"@type": "Organization", "@id": "SITE/#owner", "name": "Sample", "logo": {"@type": "ImageObject"}}
    article = {
        "@type": "NewsArticle",
        "@id": f"{page}#article",
        "headline": title,
        "datePublished": "2025-08-15T18:00:00+05:00",
        "dateModified": "2025-08-15T19:30:00+05:00",
        "author": {"@id": "SITE/#desk"},
        "publisher": {"@id": "SITE/#owner"},
        "isPartOf": {"@id": page},
        "articleSection": ["Pakistan"],
        "keywords": [f"matter {n}" for n in range(8)],
        "inLanguage": "en-US",
    }
    crumbs = [{"@type": "ListItem", "position": n, "name": f"Section {n}", "item": f"SITE/s/{n}"} for n in range(1, 4)]
    graph = [
        article,
        {"@type": "WebPage", "@id": page, "url": page, "name": f"{title} - Sample", "isPartOf": {"@id": site}},
        {"@type": "BreadcrumbList", "itemListElement": crumbs},
        {"@type": "WebSite", "@id": site, "url": "SITE/", "name": "Sample", "publisher": {"@id": "SITE/#owner"}},
        owner,
        {"@type": "Person", "@id": "SITE/#desk", "name": "Staff Reporter", "url": "SITE/author/desk"},
    ]
    return json.dumps({"@context": "https://schema.org", "@graph": graph})


def _report(paragraphs: list[str], number: int) -> str:
    """The text, with what themes put between its paragraphs."""
    parts = [f"<p>{escape(text)}</p>" for text in paragraphs]
    parts.insert(min(2, len(parts)), _ROOM.format(f"inline-{number}"))
    link = f'<a href="/news/{number + 7}/other">{_told(7)}</a>'
    other = f'<div class="related-inline"><strong>Also read:</strong> {link}</div>'
    parts.insert(min(4, len(parts)), other)
    return "".join(parts)


def _told(number: int) -> str:
    return f"Officials say talks on matter {number} of the day will go on until the end of the month"


@cache
def _style(rules: int) -> str:
    return "".join(
        f".c-{n},.c-{n}:hover>a{{color:#1a2b3c;padding:0 1rem;display:flex;margin:0 auto {n}px}}" for n in range(rules)
    )


@cache
def _script(times: int) -> str:
    """Some hundreds of bytes so many times, as what stands in pages for adverts and for counting readers."""
    piece = (
        'window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments)}if(a<b&&c>d){var e="<div '
        "class='slot'>\"+f+\"</div>\";googletag.cmd.push(function(){googletag.defineSlot('/123/article',[[300,250],"
        "[728,90]],'div-gpt-ad').addService(googletag.pubads());googletag.enableServices();});}/* consent */\n"
    )
    return f"<script>{piece * times}</script><script async src='/js/app.js'></script>"


@cache
def _menu() -> str:
    def entry(n: int) -> str:
        under = "".join(
            f'<li id="menu-item-{n}{k}" class="menu-item menu-item-type-taxonomy menu-item-object-category">'
            f'<a href="/section-{n}/part-{k}/" class="menu-link" data-track="nav">Part {k} of section {n}</a></li>'
            for k in range(_UNDER)
        )
        return (
            f'<li id="menu-item-{n}" class="menu-item menu-item-has-children">'
            f'<a href="/section-{n}/" class="menu-link"><span>Section {n}</span>{_ICON}</a>'
            f'<ul class="sub-menu">{under}</ul></li>'
        )

    return f'<nav class="main-navigation"><ul class="menu">{"".join(map(entry, range(_SECTIONS)))}</ul></nav>'


def _cards(count: int, first: int) -> str:
    return "".join(_card(n) for n in range(first, first + count))


@cache
def _card(n: int) -> str:
    return (
        f'<div class="card story-card col-md-4" data-id="{n}"><a class="card__link" href="/news/{n}/some-other-story">'
        f'<figure class="card__media">{_picture(n)}</figure><h4 class="card__title">{_told(n)}</h4></a><div '
        f'class="card__meta"><span class="timestamp">{n % 23 + 1} hours ago</span></div></div>'
    )


def _picture(n: int) -> str:
    sizes = ", ".join(f"/wp-content/uploads/2025/08/{n}-{width}.jpg {width}w" for width in (320, 640, 960, 1200))
    return (
        f'<img loading="lazy" src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==" '
        f'data-src="/wp-content/uploads/2025/08/{n}-640.jpg" srcset="{sizes}" sizes="(max-width:600px) 100vw, 33vw" '
        f'alt="Picture of matter {n}" width="640" height="360">'
    )


@cache
def _share() -> str:
    buttons = "".join(
        f'<li><a class="share-link" href="#" aria-label="{name}">{_ICON}<span>{name}</span></a></li>'
        for name in _SHARED
    )
    return f'<div class="share-buttons"><ul>{buttons}</ul></div>'


@cache
def _footer() -> str:
    columns = "".join(
        f'<div class="footer-col"><h5>About {c}</h5><ul>'
        + "".join(f'<li><a href="/about/{c}/{n}">Page {n} of column {c}</a></li>' for n in range(12))
        + "</ul></div>"
        for c in range(5)
    )
    return f"{columns}<p>Copyright © 2025 Sample. All rights reserved.</p>"
