"""Further shapes of pages, each with what its kind of outlet puts into the middle of a text or right below it.

A shape is its head, its body, its dateline and what is foreign in it; the outlets and captions are invented.
"""
# ruff: noqa: E501 - templates of pages: a tag is easier to read on one line

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any

from bench.reading.dress import JAPAN, PAKISTAN, Page, Story, document, jsonld, led, page_of

TEASER = "What the neighbours make of it, and why the council would rather not talk about the matter in public."


@dataclass
class Sheet:
    """What a template is filled with. ``foreign`` collects strings that are not the report's."""

    story: Story
    others: Sequence[str]
    at: datetime
    local: datetime
    foreign: list[str] = field(default_factory=list)

    def text(self, lead: str = "", tag: str = "p", inside: Sequence[str] = (), tail: str = "") -> str:
        """The paragraphs, each of ``inside`` after the next one from the second on."""
        lines = [f"<{tag}>{escape(one)}</{tag}>" for one in led(self.story, lead)]
        if tail:
            lines[-1] = lines[-1].replace(f"</{tag}>", f"{tail}</{tag}>")
        for number, one in enumerate(inside):
            lines.insert(2 + 2 * number, one)
        return "\n".join(lines)

    def each(self, form: str, first: int = 0, last: int | None = None) -> str:
        """Headlines of other stories in this form; {o} is the headline, {n} a number."""
        chosen = list(self.others)[first:last]
        self.foreign += [one for one in chosen if one not in self.foreign]
        return "".join(form.format(o=escape(one), n=n, t=TEASER) for n, one in enumerate(chosen))

    def not_ours(self, *texts: str) -> None:
        """Strings that must not be in the body."""
        self.foreign += texts


Made = tuple[str, str, dict[str, Any]]


def article(s: Sheet, offset: str = "%z", **more: object) -> str:
    """JSON-LD of a NewsArticle."""
    return jsonld({"@context": "https://schema.org", "@type": "NewsArticle", "headline": s.story.title, "datePublished": s.local.strftime(f"%Y-%m-%dT%H:%M:%S{offset}"), "author": {"@type": "Person", "name": s.story.author}} | more)  # fmt: skip


def jnews(s: Sheet) -> Made:
    """WordPress with a magazine theme: share counts, inline "read also" card, post tags, previous and next, cards."""
    inline = s.each(
        "<div class='jnews_inline_related_post'><div class='jeg_postblock'><h3 class='jeg_block_title'><span>Related Posts</span></h3><article class='jeg_post'><h3 class='jeg_post_title'><a href='/i{n}'>{o}</a></h3><p class='jeg_post_meta'>1 year ago</p></article></div></div>",
        0,
        2,
    )
    below = s.each(
        "<article class='jeg_post'><h3 class='jeg_post_title'><a href='/r{n}'>{o}</a></h3><div class='jeg_post_excerpt'><p>{t}</p></div></article>",
        1,
    )
    s.not_ours("Related Posts", "1.4k VIEWS", "Tags:", TEASER)
    lead = f"{s.story.place}, {s.local:%b} {s.local.day} (RNA): "
    body = f"<div class='jeg_meta_container'>by <a rel='author' href='/a'>{s.story.author}</a> <a href='/d'>{s.local:%B %d, %Y}</a></div><div class='jeg_share_button'><span>1.4k VIEWS</span><a>Share on Facebook</a><a>Share on Twitter</a></div><div class='entry-content'><div class='content-inner'>{s.text(lead, inside=[inline])}<div class='jeg_post_tags'><span>Tags:</span><a href='/t'>looms</a></div></div></div><div class='jeg_postblock'>{below}</div>"
    head = f"<meta property='article:published_time' content='{s.local.isoformat()}'>"
    return head, f"<h1 class='jeg_post_title'>{escape(s.story.title)}</h1>{body}", {}


def tagdiv(s: Sheet) -> Made:
    """WordPress with another theme: excerpt above, "ALSO READ" in capitals as a paragraph, author box with a life."""
    promo = s.each("<p><strong>ALSO READ: <a href='/{n}'>{o}</a></strong></p>", 0, 1) + s.each(
        "<blockquote class='wp-embedded-content'><p><a href='/e'>{o}</a></p></blockquote>", 1, 2
    )
    life = "has covered the ports of the country for nine years and likes long walks on short piers."
    s.not_ours("ALSO READ", life, "LEAVE A REPLY", "Previous article")
    body = f"<header class='td-post-title'><h1>{escape(s.story.title)}</h1><div class='td-post-author-name'>By <a href='/a'>{s.story.author}</a> -</div><span class='td-post-date'><time class='entry-date' datetime='{s.at.isoformat()}'>{s.at:%B %d, %Y}</time></span></header><div class='td-post-content'>{s.text(f'{s.story.place} – ', inside=[promo])}</div><div class='td-post-next-prev'><div><span>Previous article</span><a href='/p'>{escape(s.others[2])}</a></div></div><div class='author-box-wrap'><a>{s.story.author}</a><div class='td-author-description'>{s.story.author} {life}</div></div><div id='comments'><h3>LEAVE A REPLY</h3></div>"
    return "", body, {}


def gutenberg(s: Sheet) -> Made:
    """Blocks: captions of pictures, a gallery, a "latest posts" block with excerpts, buttons."""
    figure = "<figure class='wp-block-image'><img src='a.jpg'><figcaption class='wp-element-caption'>Looms in the old hall. — Photo by the author</figcaption></figure>"
    latest = s.each(
        "<li><a class='wp-block-latest-posts__post-title' href='/{n}'>{o}</a><div class='wp-block-latest-posts__post-excerpt'>{t}</div></li>"
    )
    s.not_ours("Looms in the old hall", TEASER, "Subscribe to our channel")
    body = f"<div class='wp-site-blocks'><h1 class='wp-block-post-title'>{escape(s.story.title)}</h1><div class='wp-block-post-author-name'>{s.story.author}</div><div class='wp-block-post-date'><time datetime='{s.local.isoformat()}'>{s.local:%B %d, %Y}</time></div><div class='entry-content wp-block-post-content'>{s.text(f'{s.story.place}: ', inside=[figure])}<div class='wp-block-buttons'><a class='wp-block-button__link'>Subscribe to our channel</a></div><ul class='wp-block-latest-posts__list'>{latest}</ul></div></div>"
    return "", body, {}


def spans(s: Sheet) -> Made:
    """A daily whose paragraphs are spans in a box right of the author's, a promo box between, most read beside."""
    box = s.each("<div class='boxed-news'><p>READ MORE</p><a href='/{n}'>{o}</a></div>", 0, 1)
    most = s.each("<li><h3><a href='/m{n}'>{o}</a></h3></li>", 1)
    s.not_ours("READ MORE", "COMMENTS", "MOST READ", "Replying to X")
    body = f"<div class='story-box-section'><h1>{escape(s.story.title)}</h1><h2 class='excerpt'>{escape(s.story.summary)}</h2><div class='left-authorbox'><span><a href='/author/1'>{s.story.author}</a></span><span>{s.local:%B %d, %Y}</span></div><div class='storypage-rightside'><span class='story-text'>{s.text('', inside=[box])}</span></div></div><div class='comments'><h4>COMMENTS</h4><p>Replying to X</p></div><div class='mostread'><h4>MOST READ</h4><ul>{most}</ul></div>"
    return article(s), body, {"place": None}


def stamped(s: Sheet) -> Made:
    """Timestamps in spans, gallery caption, a share count, a list of related stories without links in the text."""
    related = s.each("<p class='related__title'>{o}</p>", 0, 3)
    s.not_ours("Join our channel", "View all comments")
    body = f"<h2 class='story__title'><a href='#'>{escape(s.story.title)}</a></h2><span class='story__byline'>By <a>{s.story.author}</a></span><span class='timestamp--published'>Published <span class='timestamp--date'>{s.local:%d %b, %Y}</span> <span class='timestamp--time'>{s.local:%I:%M%p}</span></span><span class='timestamp--updated'>Updated {s.local:%d %b, %Y} 11:58pm</span><div class='story__content'>{s.text(f'{s.story.place}: ', inside=[f'<div class=story__related>{related}</div>'])}<p><a href='https://w.example'>Join our channel</a></p></div><a>View all comments</a>"
    return "", body, {}


def slashed(s: Sheet) -> Made:
    """By and date parted by a slash; the sub-headline is a list; "More From" with cards."""
    cards = s.each("<div class='writter-list-item-story'><a href='/{n}'><img><h2>{o}</h2></a></div>")
    s.not_ours("More From Trade", "Our Team")
    body = f"<div class='detail-heading'><h1>{escape(s.story.title)}</h1></div><div class='category-source'>By <a>{s.story.author}</a></div><div class='category-date'>{s.local:%B %d, %Y}</div><div class='story-detail'>{s.text(f'{s.story.place}: ')}</div><div class='detail_rel'><h3>More From Trade</h3>{cards}</div><div>Our Team</div>"
    return article(s, "+0500"), body, {}


def bullets(s: Sheet) -> Made:
    """A broadcaster: key points above, a video's title inside, "READ:" lines as plain paragraphs with a link."""
    read = s.each("<p>READ: <a href='/{n}'><strong>{o}</strong></a></p>", 0, 1) + s.each(
        "<p><em>Read more: <a href='/x'>{o}</a></em></p>", 1, 2
    )
    video = "<div class='video-embed'><iframe src='v'></iframe><p class='video-title'>Watch: the evening show in full</p></div>"
    s.not_ours("Read more:", "Watch: the evening show", "Disclaimer: views are of the writer")
    body = f"<h1>{escape(s.story.title)}</h1><div class='author'>{s.story.author}</div><time datetime='{s.local.isoformat()}'>{s.local:%b %d, %Y %I:%M %p}</time><div class='content-area'>{s.text(f'{s.story.place}: ', inside=[video, read])}<p class='disclaimer'>Disclaimer: views are of the writer</p></div>"
    return "", body, {}


def portal(s: Sheet) -> Made:
    """A portal: everything in div, no p; a ticker above; trending words; "Next Story"."""
    ticker = s.each("<span class='tick'><a href='/t{n}'>{o}</a></span>", 0, 3)
    s.not_ours("Next Story", "Trending Now", "Your feedback is important")
    body = f"<div class='breaking-ticker'>{ticker}</div><div class='h'><h1>{escape(s.story.title)}</h1></div><div class='meta'>Web Desk: {s.local:%B %d, %Y %I:%M %p}</div><div class='detail'>{s.text(f'{s.story.place}: ', 'div')}</div><div class='n'><b>Next Story</b> <a href='/nx'>{escape(s.others[3 % len(s.others)])}</a></div><div class='tr'><b>Trending Now</b></div><div>Your feedback is important</div>"
    return "", body, {"author": "Web Desk"}


def breaks(s: Sheet) -> Made:
    """One box, paragraphs parted by two line breaks, bold promos between, a table of teasers below."""
    text = "<br><br>".join(escape(one) for one in led(s.story, f"{s.story.place}: "))
    cut = text.split("<br><br>")
    cut.insert(2, s.each("<b>Also Read:</b> <a href='/{n}'>{o}</a>", 0, 1))
    rows = s.each("<tr><td><a href='/q{n}'>{o}</a><br>{t}</td></tr>", 1)
    s.not_ours("Also Read:", TEASER)
    body = f"<div id='wrap'><h1>{escape(s.story.title)}</h1><div class='by'>{s.story.author} | {s.local:%d %B, %Y | %H:%M}</div><div id='newsbody'>{'<br><br>'.join(cut)}</div><table>{rows}</table></div>"
    return "", body, {}


def drupal(s: Sheet) -> Made:
    """Drupal: fields, "Submitted by", a service in square brackets, related content as a view."""
    view = s.each("<div class='views-row'><span class='field-content'><a href='/node/{n}'>{o}</a></span></div>")
    s.not_ours("Related content", "Printer-friendly version", "Log in to post comments")
    body = f"<h1 class='page-header'>{escape(s.story.title)}</h1><article class='node'><div class='submitted'>Submitted by <span class='username'>{s.story.author}</span> on {s.local:%a, %m/%d/%Y - %H:%M}</div><div class='field field-name-body'><div class='field-items'><div class='field-item' property='content:encoded'>{s.text(f'{s.story.place}: ')}</div></div></div><ul class='links inline'><li>Printer-friendly version</li><li>Log in to post comments</li></ul></article><div class='view view-related'><h2>Related content</h2>{view}</div>"
    return f"<meta name='dcterms.date' content='{s.local.isoformat()}'>", body, {}


def next_js(s: Sheet) -> Made:
    """Made by scripts: hashed classes, the report in a script too, promos that are paragraphs with one link each."""
    promos = [s.each("<p class='css-1x'><a class='css-2' href='/{n}'>{o}</a></p>", n, n + 1) for n in range(2)]
    s.not_ours("Advertisement", "Stay informed with our newsletter")
    ad = "<div class='css-ad'><span>Advertisement</span></div>"
    body = f"<main id='__next'><article class='css-9'><h1 class='css-7'>{escape(s.story.title)}</h1><p class='css-5'>{escape(s.story.summary)}</p><address class='css-4'>By <a rel='author'>{s.story.author}</a></address>{s.text(f'{s.story.place} — ', inside=[ad, *promos])}<section class='newsletter'><p>Stay informed with our newsletter</p></section></article></main>"
    return article(s), body, {}


def press(s: Sheet) -> Made:
    """A ministry: table layout, "Press Release No.", place and date on a line of its own, the signs ***."""
    line = f"{s.story.place.title()}: {s.local:%B} {s.local.day}, {s.local.year}"
    s.not_ours("Government of the Province", "PR No. 41")
    body = f"<table><tr><td><b>Government of the Province</b></td></tr><tr><td>PR No. 41</td></tr><tr><td align=center><h2>{escape(s.story.title)}</h2></td></tr><tr><td><p>{line}</p>{s.text()}<p>****</p></td></tr></table>"
    return (
        f"<meta name='date' content='{s.local:%Y-%m-%d %H:%M:%S}'>",
        body,
        {"author": None, "place": s.story.place.title()},
    )


def blogger(s: Sheet) -> Made:
    """A blog: date above the post, text in one box with separators, popular posts with excerpts, labels."""
    popular = s.each("<li><div class='item-title'><a href='/{n}'>{o}</a></div><div class='item-snippet'>{t}</div></li>")
    s.not_ours("Popular Posts", TEASER, "Labels:", "No comments:")
    body = f"<h2 class='date-header'><span>{s.local:%A, %B %d, %Y}</span></h2><div class='post hentry'><h3 class='post-title entry-title'>{escape(s.story.title)}</h3><div class='post-body entry-content'>{s.text(f'{s.story.place}: ', 'div')}</div><div class='post-footer'>Posted by <span class='fn' itemprop='author' itemscope><span itemprop='name'>{s.story.author}</span></span> at <abbr class='published' itemprop='datePublished' title='{s.local.isoformat()}'>{s.local:%I:%M %p}</abbr> Labels: <a>trade</a></div></div><h4>No comments:</h4><div class='widget PopularPosts'><h2>Popular Posts</h2><ul>{popular}</ul></div>"
    return "", body, {}


def live(s: Sheet) -> Made:
    """Cards of other stories are paragraphs of prose under a linked headline, inside of the article element."""
    shelf = s.each("<div class='story-card'><a href='/{n}'><h4>{o}</h4></a><p>{t}</p></div>", 0, 3)
    s.not_ours(TEASER, "Editor's Picks")
    body = f"<article><h1>{escape(s.story.title)}</h1><p class='byline'>By {s.story.author} | {s.local:%b %d, %Y | %I:%M %p}</p>{s.text(f'{s.story.place}: ')}<h3>Editor's Picks</h3><div class='shelf'>{shelf}</div></article>"
    return "", body, {}


def inline_words(s: Sheet) -> Made:
    """Promos as plain words, without a link and without a class, in brackets and after arrows."""
    promos = (
        s.each("<p>[Also read: {o}]</p>", 0, 1)
        + s.each("<p>&gt;&gt; Read more: {o}</p>", 1, 2)
        + s.each("<p>RELATED: {o}</p>", 2, 3)
    )
    s.not_ours("Also read", "RELATED:")
    body = f"<h1>{escape(s.story.title)}</h1><p>By {s.story.author}, {s.local:%B %d, %Y %H:%M} PKT</p><div class='copy'>{s.text(f'{s.story.place}: ', inside=[promos])}</div>"
    return "", body, {}


def photo(s: Sheet) -> Made:
    """Captions: figure, dl, a div without a class under the picture, credit lines in small print."""
    one = "<div style='width:600px'><img src='a.jpg'><br><i>A crane lifts a van in the rain. PHOTO: FILE</i></div>"
    two = "<figure><img src='b.jpg'><figcaption>Workers wait for the night bus</figcaption></figure>"
    s.not_ours("A crane lifts a van", "Workers wait for the night bus", "Image: stock")
    body = f"<h1>{escape(s.story.title)}</h1><p class='meta'>{s.story.author} {s.local:%d-%m-%Y %H:%M}</p><div class='txt'>{one}{s.text(f'{s.story.place}: ', inside=[two])}<p><small>Image: stock</small></p></div>"
    return "", body, {}


def amp(s: Sheet) -> Made:
    """AMP: lists of headlines in amp-list, a side menu first, the byline below the text."""
    menu = s.each("<li><a href='/{n}'>{o}</a></li>", 0, 4)
    s.not_ours("You May Also Like")
    body = f"<amp-sidebar><ul>{menu}</ul></amp-sidebar><article class='amp-wp-article'><h1 class='amp-wp-title'>{escape(s.story.title)}</h1><div class='amp-wp-byline'>{s.story.author}</div><div class='amp-wp-posted-on'><time datetime='{s.local.isoformat()}'>{s.local:%B %d, %Y}</time></div><div class='amp-wp-article-content'>{s.text(f'{s.story.place}: ')}</div><h3>You May Also Like</h3>{s.each('<div class=amp-related-post><a href=/{n}>{o}</a></div>', 1)}</article>"
    return "", body, {}


def no_marks(s: Sheet) -> Made:
    """No class anywhere, other stories after the text as bare paragraphs with a date each."""
    rest = s.each("<p><a href='/{n}'>{o}</a></p><p>04 Aug, 2025</p>")
    s.not_ours("04 Aug, 2025")
    body = f"<div><div><h1>{escape(s.story.title)}</h1></div><div>{s.story.author}</div><div>{s.local:%B %d, %Y %I:%M %p}</div><div>{s.text(f'{s.story.place}: ')}</div><div>{rest}</div></div>"
    return "", body, {}


def recap(s: Sheet) -> Made:
    """The text is followed by the newest stories in full sentences, two of each under a heading that is a link."""
    rest = s.each(
        "<div><h2><a href='/{n}'>{o}</a></h2><p>{t}</p><p>More of it was said in the evening, and nobody was surprised by what came of it.</p></div>",
        0,
        3,
    )
    s.not_ours(TEASER, "More of it was said in the evening", "Latest News")
    body = f"<div class='single'><h1>{escape(s.story.title)}</h1><div>Posted on {s.local:%B %d, %Y at %I:%M %p} by {s.story.author}</div>{s.text(f'{s.story.place}: ')}</div><div class='home'><h2>Latest News</h2>{rest}</div>"
    return "", body, {}


def call(s: Sheet) -> Made:
    """Calls of all sorts between the paragraphs: to follow, to subscribe, to listen, to comment, to donate."""
    calls = [
        "<p>Follow Dawn of Trade on WhatsApp for updates.</p>",
        "<p>Subscribe to our newsletter and never miss a story.</p>",
        "<p>Click here to read this story in Urdu.</p>",
    ]
    end = [
        "Download our app for the latest updates.",
        "Have something to add to the story? Share in comments below.",
        "For the latest news, follow us on social media.",
    ]
    s.not_ours("Follow Dawn of Trade", "Subscribe to our newsletter", "Click here", *end)
    body = f"<h1>{escape(s.story.title)}</h1><p>{s.story.author} — {s.local:%B %d, %Y, %I:%M %p}</p><div>{s.text(f'{s.story.place}: ', inside=calls[:2])}{calls[2]}{''.join(f'<p>{one}</p>' for one in end)}</div>"
    return "", body, {}


# ---- Urdu and Japanese ----

_MONTHS = ["جنوری", "فروری", "مارچ", "اپریل", "مئی", "جون", "جولائی", "اگست", "ستمبر", "اکتوبر", "نومبر", "دسمبر"]


def _urdu_date(local: datetime) -> str:
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def detail(s: Sheet) -> Made:
    """A portal: classes of one theme for all, inline "یہ بھی پڑھیں" box, tag cloud, other news in a list."""
    also = s.each("<div class='box'><b>یہ بھی پڑھیں:</b> <a href='/{n}'>{o}</a></div>", 0, 1)
    s.not_ours("یہ بھی پڑھیں", "مزید اہم خبریں", "متعلقہ عنوان")
    body = f"<h1 class='fs24 lh48 urdu ar rtl'>{s.story.title}</h1><div class='urdu'>{s.story.author} {_urdu_date(s.local)}ء</div><div class='detail_txt urdu'>{s.text(f'{s.story.place}(راوی نیوز) ', inside=[also])}</div><div class='tagcloud rtl ar urdu'>متعلقہ عنوان : <a>تجارت</a></div><h3>مزید اہم خبریں</h3><ul>{s.each('<li><a href=/m{n}>{o}</a></li>')}</ul>"
    return article(s, "+0500"), body, {}


def feature(s: Sheet) -> Made:
    """Text in div and br, photo caption, "مزید پڑھیں" as a paragraph, a call to follow at the end."""
    more = s.each("<p>مزید پڑھیں: <a href='/{n}'>{o}</a></p>", 0, 1)
    call_line = "ہمارے واٹس ایپ چینل کو فالو کریں"
    s.not_ours("مزید پڑھیں", "فوٹو: فائل", call_line)
    body = f"<h2 class='title'>{s.story.title}</h2><span class='author'>{s.story.author}</span><span class='date'>{_urdu_date(s.local)}</span><div class='story-content'><figure><img><figcaption>فوٹو: فائل</figcaption></figure>{s.text(f'{s.story.place}: ', inside=[more])}<p><a href='/w'>{call_line}</a></p></div>"
    return f"<meta property='article:published_time' content='{s.local.isoformat()}'>", body, {}


def plain_urdu(s: Sheet) -> Made:
    """An old system: no marks, the weekday before the date, a list of headlines of today below."""
    s.not_ours("آج کی اہم خبریں")
    days = ["پیر", "منگل", "بدھ", "جمعرات", "جمعہ", "ہفتہ", "اتوار"]
    half = "صبح" if s.local.hour < 12 else "شام"
    body = f"<div><h1>{s.story.title}</h1><div>{days[s.local.weekday()]} {_urdu_date(s.local)}ء {s.local.hour % 12 or 12}:{s.local:%M} {half}</div><div>تحریر: {s.story.author}</div><div>{s.text(f'{s.story.place}: ', 'div')}</div><div><b>آج کی اہم خبریں</b>{s.each('<div><a href=/{n}>{o}</a></div>')}</div></div>"
    return "", body, {}


def kiji(s: Sheet) -> Made:
    """A paper: a related link in the text, a photo's caption, a ranking, a call to subscribe."""
    link = s.each("<p>【関連記事】<a href='/{n}'>{o}</a></p>", 0, 1)
    s.not_ours("関連記事", "会員限定", "写真は資料")
    body = f"<article><h1>{s.story.title}</h1><p class='byline'>{s.story.author}</p><time datetime='{s.local.isoformat()}'>{s.local:%Y年%m月%d日 %H:%M}</time><figure><img><figcaption>写真は資料</figcaption></figure>{s.text('', inside=[link])}<p class='paywall'>会員限定</p></article><aside><h2>ランキング</h2>{s.each('<p><a href=/r{n}>{o}</a></p>')}</aside>"
    return "", body, {"place": None}


def tsushin(s: Sheet) -> Made:
    """An agency: place, date and name in brackets; "おすすめ" with pictures."""
    s.not_ours("おすすめ記事", "無断転載")
    cards = s.each("<a href='/o{n}'><img src='x'><span>{o}</span></a>")
    body = f"<h1>{s.story.title}</h1><p>{s.local:%Y/%m/%d %H:%M}</p><div class='body'>{s.text(f'【{s.story.place}={s.story.author}】')}</div><p>無断転載を禁じます</p><div class='rec'><h3>おすすめ記事</h3>{cards}</div>"
    return f"<meta name='author' content='{s.story.author}'>", body, {}


_KINDS: dict[str, tuple[str, Callable[[Sheet], Made]]] = {
    **{made.__name__.replace("_", "-"): ("en", made) for made in (jnews, tagdiv, gutenberg, spans, stamped, slashed, bullets, portal, breaks, drupal, next_js, press, blogger, live, inline_words, photo, amp, no_marks, recap, call)},
    **{made.__name__.replace("_", "-"): ("ur", made) for made in (detail, feature, plain_urdu)},
    **{made.__name__.replace("_", "-"): ("ja", made) for made in (kiji, tsushin)},
}  # fmt: skip


def _dressed(kind: Callable[[Sheet], Made]) -> Callable[[str, Story, Sequence[str], datetime], Page]:
    def dress(name: str, story: Story, others: Sequence[str], at: datetime) -> Page:
        local = at.astimezone(JAPAN if story.language == "ja" else PAKISTAN)
        sheet = Sheet(story, others, at, local)
        head, body, labels = kind(sheet)
        html = document(head, body, story.language, f"{story.title} - {name.title()}")
        return page_of(name, story, html, at, "news/40353641/a-story", furniture=tuple(sheet.foreign), **labels)

    return dress


STANDS = {name: (language, _dressed(kind)) for name, (language, kind) in _KINDS.items()}
