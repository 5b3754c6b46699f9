"""Articles of our own in three languages, and the pages real outlets would lay them out as."""

from __future__ import annotations

from html import escape

HEADLINE = "Pakistan, Japan Explore Industrial Collaboration In Automotive, IT"
ECHO = "Pakistan, Japan explore industrial collaboration in automotive, IT"
AUTHOR = "Faizan Hashmi"
PUBLISHED = "Published August 15, 2025 | 06:00 PM"
LEAD = "ISLAMABAD, (UrduPoint / Pakistan Point News - 15th Aug, 2025) "
PARAGRAPHS = (
    "Two delegations sat down in the capital to sort out which car parts could be made by joint workshops.",
    "The secretary of the engineering board (EDB) told the visitors that tooling for small presses had arrived, "
    "and that a second shipment was expected before the rains ended, according to a statement.",
    "“We will start with brake pads.”",
    "The visitors named three districts in which a training school might open, among them one near the harbour.",
    "Software for the test benches will be written by a firm of forty people in Lahore, the statement added.",
    "Neither side spoke of sums.",
    "A joint list of suppliers is to be drawn up by a working group that meets every second month, while the question "
    "of duties on imported moulds was left to the ministries.",
    "Both delegations agreed to see the first workshop together in the spring, whatever the weather brings.",
)
OTHERS = (
    "Bullion rates slip in the local market",
    "Hockey side wins in Osaka",
    "Sugar mills begin the crushing season",
)
TEASER = "The rates moved again on Thursday after two calm sessions, traders of the old bazaar said."

STRAY = ' date 2025-08-15 <a href="#">Open Menu</a>'
MENU = '<a href="/">Home</a> <a href="/en/business/">Business</a> <a href="/en/sports/">Sports</a>'


def page(body: str, head: str = "") -> str:
    """A whole document."""
    return f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'


def story() -> list[str]:
    """The paragraphs as printed: the dateline before the first."""
    return [LEAD + PARAGRAPHS[0], *PARAGRAPHS[1:]]


def each(tag: str, lines: list[str] | None = None) -> str:
    """The paragraphs, each in its own element."""
    return "".join(f"<{tag}>{escape(line)}</{tag}>" for line in (lines or story()))


def links(tag: str = "li") -> str:
    """Headlines of other stories, linked."""
    return "".join(f'<{tag}><a href="/en/{n}.html">{title}</a></{tag}>' for n, title in enumerate(OTHERS))


def cards() -> str:
    """Headlines of other stories with a sentence each."""
    return "".join(f'<div><a href="/en/{n}.html">{t}</a><p>{TEASER}</p></div>' for n, t in enumerate(OTHERS))


def flat_cards() -> str:
    """The same without any box around them."""
    return "".join(f'<p><a href="/en/{n}.html">{t}</a></p><p>{TEASER}</p>' for n, t in enumerate(OTHERS))


TITLE = f"<title>{HEADLINE} - UrduPoint</title>"
OPEN_GRAPH = (
    f'<title>UrduPoint</title><meta property="og:title" content="{HEADLINE}"><meta property="og:site_name" '
    'content="UrduPoint"><meta property="article:published_time" content="2025-08-15T18:00:00">'
    '<meta name="author" content="UrduPoint"><meta name="description" content="UrduPoint brings Pakistan news of '
    'business, sports, weather and more">'
)
JSON_LD = (
    '<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"organization","name":"UrduPoint"},'
    f'{{"@type":"newsarticle","headline":"{HEADLINE}","datePublished":"2025-08-15T18:00:00+0500",'
    f'"author":{{"@type":"Person","name":"{AUTHOR}"}}}}]}}</script>'
)
BYLINE = f"{AUTHOR} {PUBLISHED}"
NO_ZONE_JSON_LD = (
    f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{HEADLINE}","datePublished":"2025-08-15 '
    f'18:00:00","author":[{{"@type":"Person","name":"{AUTHOR}"}}], not json }}</script>'
)

LAYOUTS: dict[str, str] = {
    "article, p, byline of span and link": page(
        f"<header>{STRAY}<nav><ul>{links()}</ul></nav></header><article><h1>{HEADLINE}</h1><div class='byline'>"
        f"<a href='/a'>{AUTHOR}</a> <span>{PUBLISHED}</span></div><h2>{ECHO}</h2>{each('p')}</article>"
        f"<aside><h2>Latest</h2><p>{TEASER}</p></aside><footer>News of Pakistan and Japan. © 2025</footer>",
        TITLE,
    ),
    "nested divs, no title, nothing named": page(
        f"<div>{STRAY}</div><div>{MENU}</div><div><div><div><h1>{HEADLINE}</h1><div>{BYLINE}</div><p>{ECHO}</p>"
        f"<div>{each('p')}</div></div></div></div><div><h4>More Stories</h4>{cards()}</div>"
        "<div><p>© 1997-2025, the network. All rights reserved. News of all Pakistan.</p></div>"
    ),
    "nothing but p": page("".join(f"<p>{line}</p>" for line in (STRAY, HEADLINE, BYLINE, ECHO, *story()))),
    "nothing but br": page("<br>\n".join((STRAY, HEADLINE, BYLINE, ECHO, *story()))),
    "two br": page(
        f"<div>{STRAY}</div><div><h2>{HEADLINE}</h2><span>{AUTHOR}</span> <span>{PUBLISHED}</span><div><b>{ECHO}</b>"
        f"<br><br>{'<br><br>'.join(story())}</div><h4>Related News</h4>{flat_cards()}</div>",
        TITLE,
    ),
    "pre": page("<pre>" + "\n\n".join((" date 2025-08-15 Open Menu", HEADLINE, BYLINE, ECHO, *story())) + "</pre>"),
    "headline in a div, paragraphs in divs": page(
        f"<div>{STRAY}</div><div><div>{HEADLINE}</div><div><a href='/a'>{AUTHOR}</a></div><div>{PUBLISHED}</div>"
        f"<div><strong>{ECHO}</strong></div>{each('div')}</div><div><h4>Also Read</h4>{cards()}</div>"
    ),
    "name and date glued": page(
        f"<div>{STRAY}</div><div><h1>{HEADLINE}</h1><div><a href='/a'>{AUTHOR}</a><span>{PUBLISHED}</span></div>"
        f"<p><b>{ECHO}</b><br>{story()[0]}</p>{each('p', story()[1:])}</div>"
    ),
    "json-ld": page(
        f"<nav>{MENU}</nav><main><h1>{HEADLINE}</h1><p>{BYLINE}</p><h2>{ECHO}</h2>{each('p')}</main>", JSON_LD
    ),
    "broken json-ld": page(f"<h1>{HEADLINE}</h1><p>{ECHO}</p>{each('p')}<ul>{links()}</ul>", TITLE + NO_ZONE_JSON_LD),
    "logo as h1, open graph": page(
        f"<h1><a href='/'>UrduPoint</a></h1><div>{MENU}</div><div><h2>{HEADLINE}</h2><div><i>{AUTHOR}</i> "
        f"<i>{PUBLISHED}</i>"
        f"</div><h3>{ECHO}</h3>{each('p')}<p>Also Read: <a href='/z'>{OTHERS[0]}</a></p></div>",
        OPEN_GRAPH,
    ),
    "table of three columns": page(
        f"<table><tr><td>{STRAY}<br><a href='/'>Home</a><br><a href='/b'>Business</a></td><td><h1>{HEADLINE}"
        f"</h1>{BYLINE}"
        f"<br><b>{ECHO}</b><br><br>{'<br><br>'.join(story())}</td><td><b>Related</b><br>"
        f"<a href='/1'>{OTHERS[0]}</a><br>"
        f"<a href='/2'>{OTHERS[1]}</a></td></tr></table>",
        TITLE,
    ),
    "boxes and adverts between": page(
        f"<div>{STRAY}</div><div><h1>{HEADLINE}</h1><p>{BYLINE}</p><p>{ECHO}</p><div>{each('p', story()[:3])}</div>"
        f"<div>Advertisement</div><div>{each('p', story()[3:6])}</div><div><p>Also Read</p><p>"
        f"<a href='/1'>{OTHERS[1]}</a>"
        f"</p></div><p><strong>Also Read:</strong> <a href='/2'>{OTHERS[2]}</a></p>"
        f"<div>{each('p', story()[6:])}</div>"
        f"<p><a href='/t'>Pakistan</a> <a href='/t'>Japan</a></p></div>",
        TITLE,
    ),
    "dateline on its own line": page(
        f"<div>{STRAY}</div><h1>{HEADLINE}</h1><p>{BYLINE}</p><p>{ECHO}</p><p><strong>ISLAMABAD</strong>, "
        f"(<a href='/'>UrduPoint / Pakistan Point News</a> - 15th Aug, 2025)</p>{each('p', list(PARAGRAPHS))}",
        TITLE,
    ),
    "sections, class names": page(
        f"<section>{STRAY}</section><section><h1>{HEADLINE}</h1></section><section>"
        f"<span class='author'>{AUTHOR}</span>"
        f"<time datetime='2025-08-15T18:00+05:00'>Friday</time></section><section><h2>{ECHO}</h2></section>"
        f"<section>{each('p')}</section><section><h3>Related News</h3>{links('p')}</section>"
    ),
    "captions without links": page(
        f"<h1>{HEADLINE}</h1><div>{BYLINE}</div><p>{ECHO}</p>{each('p')}<h3>Related News</h3>"
        + "".join(f"<p>{title}</p>" for title in OTHERS),
        TITLE,
    ),
    "cards as articles": page(
        f"<main><article><h1>{HEADLINE}</h1><div>{BYLINE}</div><p>{ECHO}</p>{each('p')}</article>"
        + "".join(f"<article><h3><a href='/{n}'>{t}</a></h3><p>{TEASER}</p></article>" for n, t in enumerate(OTHERS))
        + "</main>",
        TITLE,
    ),
    "sidebar before the article": page(
        f"<div><div><h3>Top Stories</h3>{flat_cards()}</div><div><h1>{HEADLINE}</h1><div>{BYLINE}</div><p>{ECHO}</p>"
        f"{each('p')}</div></div>",
        TITLE,
    ),
    "classes that only sound like furniture": page(
        f"<div class='row has-sidebar no-comments'><div class='share-enabled'><h1>{HEADLINE}</h1><p>{BYLINE}"
        f"</p><p>{ECHO}</p>"
        f"<div class='read-more-content widget-text'>{each('p')}</div></div></div>",
        TITLE,
    ),
    "share bar, comments, tags": page(
        f"<div>{STRAY}</div><h1>{HEADLINE}</h1><p>{BYLINE}</p><figure><img src='x'><figcaption>Guests."
        f"</figcaption></figure>"
        f"<p>{ECHO}</p>{each('p')}<p>Tags: Pakistan Japan Toyota</p><p>Your Thoughts and Comments</p>"
        f"<p>Share this story on"
        f"</p><p>Facebook Twitter WhatsApp</p><div class='comments'><p>{TEASER}</p></div>",
        TITLE,
    ),
    "list items and definition list": page(
        f"<h1>{HEADLINE}</h1><dl><dt>{AUTHOR}</dt><dd>{PUBLISHED}</dd></dl><h4>{ECHO}</h4><ul>{each('li')}</ul>"
    ),
    "headline run into the report": page(
        f"<h1>{HEADLINE}</h1><p>{BYLINE}</p><p>{ECHO} {story()[0]}</p>{each('p', story()[1:])}", TITLE
    ),
    "name, date and time on lines of their own": page(
        f"<div>{STRAY}</div><h1>{HEADLINE}</h1><h5>{AUTHOR}</h5><div>Published August 15, 2025</div><div>06:00 PM</div>"
        f"<p>{ECHO}</p>{each('p')}"
    ),
    "the name of the paper as h1": page(
        f"<h1>UrduPoint</h1><div>{STRAY}</div><h1>{HEADLINE}</h1><p>{AUTHOR} | August 15, 2025 06:00 PM</p>"
        f"<p>{ECHO}</p>{each('p')}"
    ),
    "other stories in boxes with odd names": page(
        f"<h1>{HEADLINE}</h1><p>{BYLINE}</p><p>{ECHO}</p>{each('p')}<div class='otherNews'><p>{TEASER}</p></div>"
        f"<div id='more_stories'><p>{TEASER}</p></div><div><h4>Latest</h4><p>{TEASER}</p></div>",
        TITLE,
    ),
    "header and footer of an article": page(
        f"<header>{STRAY}</header><main><article><header><h1>{HEADLINE}</h1><p>{BYLINE}</p></header><div><p><strong>{ECHO}"
        f"</strong></p>{each('p')}</div><footer><p>Filed under: Business</p></footer></article></main>",
        TITLE,
    ),
    "bold dateline, then a line break": page(
        f"<h1>{HEADLINE}</h1><p>{AUTHOR}&nbsp;{PUBLISHED.replace(' ', '&nbsp;')}</p><p>{ECHO}</p>"
        f"<p><strong>{LEAD}</strong><br>{PARAGRAPHS[0]}</p>{each('p', story()[1:])}",
        TITLE,
    ),
}
