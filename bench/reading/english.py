"""How English outlets dress a story."""
# ruff: noqa: E501 - templates of pages: a tag is easier to read on one line

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from bench.reading.dress import Page, Story, as_html, document, in_zone, jsonld, led, menu, nth, page_of


def ravipoint(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """No metadata at all: byline glued to the date, the headline again in sentence case, bare captions at the end."""
    local = in_zone(at)
    lead = f"{story.place}, (RaviPoint / Ravi Point News - {nth(local.day)} {local:%b}, {local.year}) "
    captions = "".join(f'<div class="r"><a href="/x{n}">{escape(one)}</a></div>' for n, one in enumerate(others))
    ago = "".join(
        f"<div><a href='/y{n}'>{escape(one)}</a> <span>{n + 2} minutes ago</span></div>"
        for n, one in enumerate(others[:3])
    )
    body = (
        f"<span>date {local:%Y-%m-%d}</span> <a href='#m'>Open Menu</a>{menu('Home', 'Pakistan', 'World', 'Business')}"
        f"<div><h1>{escape(story.title)}</h1><p><a href='/w'>{story.author}</a> Published {local:%B %d, %Y | %I:%M %p}</p>"
        f"<h2>{escape(story.title.capitalize())}</h2>{as_html(led(story, lead))}</div>"
        f"<div><h4>Related News</h4>{captions}</div><div>{ago}</div><div>About Us | Contact</div>"
    )
    return page_of(
        name,
        story,
        document("", body, title=f"{story.title} - RaviPoint"),
        at,
        "en/business/a-203212.html",
        furniture=(*others, "Open Menu", "minutes ago"),
    )


def morning(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """A paper: printed date, tail "Published in …", teasers of other stories below it; JSON-LD names only the firm."""
    local = in_zone(at)
    head = jsonld({"@context": "https://schema.org", "@type": "organization", "name": "The Morning"}) + (
        f'<meta property="og:title" content="{escape(story.title)}"><meta property="og:site_name" content="The Morning">'
        f'<meta property="article:published_time" content="{local.isoformat()}">'
    )
    tail = f"Published in The Morning, {local:%B} {nth(local.day)}, {local.year}"
    teasers = "".join(
        f"<article><h3><a href='/t{n}'>{escape(one)}</a></h3><p>A few words on what happened there, and what may follow from it.</p>"
        f"<span>0{n + 1} Aug, 2025</span></article>"
        for n, one in enumerate(others[:4])
    )
    body = (
        f"<header><h1><a href='/'>The Morning</a></h1></header><h2 class='story__title'>{escape(story.title)}</h2>"
        f"<div><span class='story__byline'><a href='/a'>{story.author}</a></span> <span class='timestamp'>Published {local:%B} {local.day}, {local.year}</span></div>"
        f"<div class='story__content'>{as_html(led(story, f'{story.place}: '))}<p><em>{tail}</em></p></div>"
        f"<section>{teasers}</section>"
    )
    return page_of(
        name,
        story,
        document(head, body, title=f"{story.title} - Newspaper - MORNING.EXAMPLE"),
        at,
        "news/1945500/a-story",
        furniture=(tail, *others[:4], "A few words on what happened"),
    )


def ledger(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """A business daily: NewsArticle with a zone, "Updated" beside "Published" glued to am, copyright of the agency."""
    local = in_zone(at)
    head = jsonld(
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
    paragraphs = led(story, f"{story.place}: ")
    body = (
        f"<div class='share'>Share Tweet WhatsApp</div><h2>{escape(story.title)}</h2>"
        f"<p>{story.author} Published {local:%B} {local.day:02}, {local.year} Updated {local:%B} {local.day:02}, {local.year} {local:%I:%M%p}</p>"
        f"<div>{as_html(paragraphs[:2])}<p><strong><a href='/z'>{escape(also)}</a></strong></p>{as_html(paragraphs[2:])}<p>{copyright_line}</p></div>"
        f"<div class='tags'>Tags: <a href='/1'>cars</a> <a href='/2'>ports</a></div>"
    )
    return page_of(
        name,
        story,
        document(head, body, title=story.title),
        at,
        "news/40353641/a-story",
        furniture=(also, copyright_line, "Share Tweet", "Tags:"),
    )


def courier(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """A print edition: "By Name / date", no time of day but in the JSON-LD, which is broken by raw line breaks."""
    local = in_zone(at)
    broken = (
        '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle",\n'
        f'"headline":"{story.title}","description":"{story.summary}\nMore follows",\n"datePublished":"{local:%Y-%m-%d %H:%M:%S}+05:00",\n'
        f'"author":[{{"@type":"Person","name":"{story.author}"}}],}}</script>'
    )
    body = (
        f"<table><tr><td><a href='/'><img src='logo.png' alt='Courier'></a></td></tr><tr><td><h1>{escape(story.title)}</h1>"
        f"<div class='cat'>By {story.author} / {local:%B} {local.day}, {local.year}</div>"
        f"<div class='story'>{as_html(led(story, f'{story.place.title()} : '))}</div></td>"
        f"<td>{''.join(f'<div><a href=/q{n}>{escape(one)}</a></div>' for n, one in enumerate(others))}</td></tr></table>"
    )
    return page_of(
        name,
        story,
        document(broken, body, title=f"{story.title} | Print | courier.example"),
        at,
        "print/337915-a-story",
        place=story.place.title(),
        furniture=tuple(others),
    )


def republic(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """The date is in the address; time in a meta tag without a zone, local time being meant; "PLACE  -  Text"."""
    local = in_zone(at)
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
        f"<nav>{menu('Home', 'Sports')}</nav><h1>{escape(story.title)}</h1><h5>{story.author}</h5><h6>{local:%I:%M %p | %B %d, %Y}</h6>"
        f"<div class='news-detail-content-class'>{as_html(led(story, f'{story.place}  -  '))}</div>"
        f"<div class='more'><h3>More stories</h3>{picked}</div><p>Follow us on all platforms for the latest news.</p>"
    )
    return page_of(
        name,
        story,
        document(head, body, title=f"{story.title} - Republic"),
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
    paragraphs = led(story, f"{story.place} –")
    paragraphs[-1] += " —RNA News"
    listed = "".join(f"<li><a href='/l{n}'>{escape(one)}</a></li>" for n, one in enumerate(others))
    body = (
        f"<div id='sidebar'><h3>Latest</h3><ul>{listed}</ul></div><main><h1 class='entry-title'>{escape(story.title)}</h1>"
        f"<span class='author vcard'>{story.author}</span> <time datetime='{at.isoformat()}'>{at:%B %d, %Y}</time>"
        f"<div class='entry-content'>{as_html(paragraphs)}</div><div class='sharedaddy'>Share this: Facebook X</div></main>"
    )
    return page_of(
        name,
        story,
        document(jsonld(graph), body, title=f"{story.title} - Beacon"),
        at,
        "a-story/",
        furniture=(*others, "Share this", "RNA News"),
    )


def signal(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """A technology blog: no dateline, "Also Read" boxes inside the text, a call at the end, pull quotes of links."""
    local = in_zone(at)
    head = (
        f'<meta property="og:title" content="{escape(story.title)}"><meta name="twitter:data1" content="{story.author}">'
        f'<meta property="article:published_time" content="{at:%Y-%m-%dT%H:%M:%S}+00:00"><meta name="author" content="{story.author}">'
    )
    middle = f"<div class='also'><p><b>Also Read</b></p><p><a href='/k'>{escape(others[0])}</a></p></div>"
    body = (
        f"<h1>{escape(story.title)}</h1><p>By <a href='/au'>{story.author}</a> | Published {local:%b} {local.day}, {local.year} | {local:%I:%M %p}</p>"
        f"<div class='post-content'>{as_html(story.body[:2])}{middle}{as_html(story.body[2:])}"
        f"<hr><p>Follow Signal on WhatsApp for updates.</p></div>"
        f"<h3>Recommended for you</h3>{''.join(f'<p><a href=/r{n}>{escape(one)}</a></p>' for n, one in enumerate(others))}"
    )
    return page_of(
        name,
        story,
        document(head, body, title=story.title),
        at,
        f"{local:%Y/%m/%d}/a-story/",
        place=None,
        furniture=(*others, "Also Read", "Follow Signal"),
    )


def signal_amp(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """The twin for telephones: its data print the local clock as UTC."""
    local = in_zone(at)
    head = jsonld(
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
        f"{as_html(story.body)}<p><a href='/k'>Read more: {escape(others[0])}</a></p>"
    )
    return page_of(
        name, story, document(head, body, title=story.title), at, "amp/a-story/", place=None, furniture=tuple(others)
    )


def gazette(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """An old system: layout tables, paragraphs parted by <br>, the logo as first headline, a dateline with a date,
    soft hyphens inside words, a caption with the photographer."""
    local = in_zone(at)
    lead = f"{story.place}, {local:%b} {local.day}: "
    text = (
        "<br><br>\n".join(escape(one) for one in led(story, lead))
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
    return page_of(
        name,
        story,
        document(head, body, title=f"The Gazette | {story.title}"),
        at,
        "story.php?id=5512",
        furniture=(*others, "Photo: Gazette", "(QVN)", "1447"),
    )


def tiles(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
    """A page made by scripts: classes without meaning, paragraphs in spans of div boxes, cut by adverts and a list of facts."""
    local = in_zone(at)
    head = jsonld(
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
    paragraphs = led(story, f"{story.place} – ")
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
    return page_of(
        name,
        story,
        document(head, body, title=story.title),
        at,
        "story/2561234/a-story",
        body=text,
        furniture=(*others, "Advertisement", "hours ago", "min read"),
    )
