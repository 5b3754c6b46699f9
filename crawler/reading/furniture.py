"""What stands around an article and is not the article: menus, share bars, adverts, and above all "related news".

Headlines of other stories inside a body are the worst false alerts there are, and a dropped paragraph is lost news. So
an element is furniture by its tag or class only if it neither holds the headline nor most of the page's text, and the
vaguer the word in its class, the more of it must be links.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from crawler.reading.markup import Block
from crawler.reading.plain import words
from crawler.reading.weights import Weights

_ALWAYS = frozenset({"nav", "footer", "aside", "dialog", "figcaption"})
_ROLES = frozenset({"navigation", "complementary", "contentinfo", "search", "dialog", "alertdialog", "menu", "menubar"})
_CERTAIN = re.compile(
    r"(?<!has-)(?<!with-)(?<!no-)(?:^|[\s_-])(?:related(?:news|posts?|stories|articles?|content|links?)?"
    r"|relatedposts|other[-_]?(?:news|stories)|more[-_]?(?:news|stories)|similar|suggested|rel[-_]?news"
    r"|also[-_]?read|read[-_]?also"
    r"|you[-_]?may(?:[-_]?also)?[-_]?like|recommend(?:ed|ations?)?(?:posts)?|trending|most[-_]?(?:read|viewed"
    r"|popular)"
    r"|side[-_]?bar|right[-_]?bar|left[-_]?bar"
    r"|shar(?:e|ing)(?:bar|s|buttons?|daddy)?|sharedaddy|social(?:s|[-_]?media|[-_]?icons?)?|addtoany|addthis"
    r"|newsletters?|subscri(?:be|ption)"
    r"|comments?|comment[-_]?list|disqus|advert\w{0,12}|ads?|adsbygoogle|sponsored|outbrain|taboola|mgid"
    r"|breadcrumbs?|menu|nav|navbar"
    r"|navigation|site[-_]?footer|footer|tag[-_]?cloud|tag[-_]?list|author[-_]?(?:box|bio)|about[-_]?author"
    r"|cookies?|consent"
    r"|popup|modal|pagination"
    r"|pager|ticker|sr-only|visually-hidden|screen-reader-text|skip-link|wp-caption-text|image-caption"
    r"|photo[-_]?caption|login|search[-_]?form"
    r"|story__related|next[-_]?prev|read[-_]?next|up[-_]?next|more[-_]?on[-_]?this)(?=$|[\s_-])",
    re.IGNORECASE,
)
_LIKELY = re.compile(
    r"(?:^|[\s_-])(?:read[-_]?more|more[-_]?(?:news|stories|from|posts)?|latest(?:[-_]?(?:news|posts|stories))?"
    r"|popular"
    r"|promo|teasers?|tags?|widget"
    r"|top[-_]?(?:stories|news|bar)|recent(?:[-_]?posts)?|headlines|links|list|carousel|slider|box|card|cards|follow"
    r"|whatsapp|banner|hidden)"
    r"(?=$|[\s_-])",
    re.IGNORECASE,
)
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")  # of relatedNews
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NEVER = frozenset({"html", "body", "main"})

# Short lines that announce other stories. A colon and a headline may follow on the same line.
_OTHER_STORIES = (
    r"related(?:\s+(?:news|stor(?:y|ies)|articles?|posts?|topics?|content|coverage|reading|links?|items?))?"
    r"|also\s+(?:read|see|watch|in)"
    r"|read\s+(?:also|more|next|further|this)|more\s+(?:news|stories|from|on|in|to\s+read)(?:\s+\S+){0,5}"
    r"|see\s+also|you\s+(?:may|might)\s+(?:also\s+)?(?:like|be\s+interested.{0,12})"
    r"|recommended(?:\s+(?:for\s+you|stories|news|reading))?|suggested(?:\s+\S+)?|trending(?:\s+(?:now|news"
    r"|stories))?|(?:latest|recent|top|other|popular)\s+(?:news|stories|posts|articles|headlines"
    r"|updates)(?:\s+\S+){0,3}"
    r"|most\s+(?:read|popular|viewed|shared)|editor[’']?s?\s+(?:picks?|choice)|don[’']?t\s+miss|must\s+read"
    r"|up\s+next|what\s+to\s+read\s+next|in\s+case\s+you\s+missed\s+it|from\s+the\s+(?:web|archives?)"
    r"|sponsored(?:\s+\S+)?|promoted(?:\s+\S+)?|around\s+the\s+web"
    r"|مزید\s+(?:پڑھیں|پڑھیے|خبریں|خبر)|یہ\s+بھی\s+(?:پڑھیں|پڑھیے|دیکھیں)|متعلقہ\s+(?:خبریں|خبر|مضامین|مواد|کالم)"
    r"|متعلقہ|تازہ\s+ترین(?:\s+خبریں)?|مقبول\s+(?:ترین|خبریں)|اہم\s+خبریں|دیگر\s+خبریں"
    r"|関連(?:記事|ニュース|リンク|トピックス|情報|キーワード)?|おすすめ(?:記事|の記事)?|あわせて読みたい"
    r"|こちらも(?:おすすめ|読まれています)|人気記事|最新(?:記事|ニュース)|ランキング|アクセスランキング"
    r"|新着(?:記事|ニュース)?"
)
_OTHERS_ALONE = re.compile(rf"^\W{{0,4}}(?:latest|popular|{_OTHER_STORIES})\W{{0,4}}$", re.IGNORECASE)
_OTHERS_INLINE = re.compile(
    rf"^\W{{0,4}}(?:(?:{_OTHER_STORIES})\s*[:：|»>\-–—】\]]|(?:read|watch|listen|view)\s*[:：|]"
    r"|ویڈیو\s+دیکھیں\s*[:：])\s*\S",
    re.IGNORECASE,
)
_OTHERS_BEFORE_LINK = re.compile(
    r"^\W{0,4}(?:also\s+read|read\s+also|read\s+more|related|see\s+also|مزید\s+پڑھیں|یہ\s+بھی\s+پڑھیں|関連記事)\b",
    re.IGNORECASE,
)
_BUTTON_WORDS = words(
    "share tweet facebook twitter x whatsapp linkedin pinterest telegram reddit email e mail print pdf copy link "
    "listen save "
    "bookmark comment comments reply like follow us subscribe messenger instagram youtube google news login sign "
    "in up join open "
    "close menu search home next previous prev back top advertisement ad ads text size font a this story article "
    "on via by to post "
    "and or our channel now شیئر کریں فیس بک ٹوئٹر واٹس ایپ پرنٹ ای میل اشتہار シェア シェアする ツイート ポスト "
    "印刷 保存 コメント "
    "広告 リンクをコピー facebookでシェア xでポスト lineで送る"
)
_FURNITURE_LINE = re.compile(
    r"^\W{0,4}(?:follow\s+(?:us|the|our)\b.{0,80}|follow\s+.{1,40}\s+on\s+(?:whatsapp|google\s+news|facebook"
    r"|twitter|x|instagram|youtube|telegram|linkedin|tiktok)\b.{0,60}|join\s+(?:our|us)\b.{0,80}|subscribe\s+(?:to|now|for)\b.{0,80}"
    r"|sign\s+up\s+(?:for|to)\b.{0,80}|click\s+here\b.{0,80}"
    r"|(?:tags?|topics?|filed\s+under|categor(?:y|ies)|keywords|ٹیگز?|タグ|キーワード)\s*[:：].{0,300}"
    r"|\d+\s+min(?:ute)?s?\s+read|(?:advertisement|sponsored|advertorial)"
    r"|(?:story|article|advertisement)\s+continues\s+(?:below|after)\b.{0,40}"
    r"|get\s+the\s+.{0,60}\b(?:inbox|newsletter|app)\b.{0,60}"
    r"|(?:فائل\s+)?(?:فوٹو|تصویر)(?:\s*[:：/-].{0,60})?|.{0,30}واٹس\s?ایپ.{0,40}(?:جوائن|فالو)\s+کریں.{0,30}"
    r"|(?:写真|画像|資料写真)\s*[:：=＝／].{0,40}|続きを読む"
    r"|leave\s+a\s+(?:reply|comment)|(?:your\s+)?thoughts\s+and\s+comments|(?:no|\d+)\s+comments?|(?:photo|image"
    r"|file\s+photo|picture)\s*(?:credit|source|courtesy)?\s*[:：].{0,120}|file\s+photo"
    r"|listen\s+to\s+(?:this\s+)?article.{0,40}|your\s+email\s+address\s+will\s+not\s+be\s+published.{0,80}|(?:©"
    r"|copyright|all\s+rights\s+reserved)\b.{0,160}"
    r"|for\s+(?:the\s+latest|more|all)\s+(?:news|updates|stories)\b.{0,40}\b(?:follow|visit|subscribe|join|click)\b.{0,80}"
    r"|(?:have\s+something\s+to\s+(?:add|say)|what\s+do\s+you\s+think|let\s+us\s+know)\b.{0,60}\bcomments?\b.{0,30}"
    r"|.{10,200}[.\s](?:photo|image|picture)s?\s{0,3}(?:credit|courtesy)?\s{0,3}[:：]\s{0,3}[\w /.&'’]{2,40}"
    r"|download\s+(?:our|the)\s+app\b.{0,60}|get\s+the\s+latest\b.{0,100}|(?:views?|hits"
    r"|reads)\s*[:：]?\s*[\d,.]+k?|ビジネス短信\s*[0-9a-f]{10,20})\s*$",
    re.IGNORECASE,
)
_REMARKS = re.compile(
    r"\W{0,3}(?:\d+\s+)?(?:readers[’']?\s+)?comments?\s*(?:[:：]|\(\s*\d+\s*\))?\W{0,2}", re.IGNORECASE
)
_PRINTED_IN = re.compile(
    r"^\W{0,3}(?:published|first published|originally published|this (?:article|story|report) (?:was )?(?:first "
    r"|originally )?(?:published|appeared)) in\b.{0,120}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Furniture:
    """The outermost ``elements`` that are furniture. ``menus`` are those of them that are too long, or too full of
    links, to hold a byline: nothing in them is worth a look. ``seen`` are all elements that were looked at, in reading
    order: those that somebody holds are not made anew at every look."""

    elements: AbstractSet[Any] = frozenset()
    menus: AbstractSet[Any] = frozenset()
    seen: Sequence[Any] = ()


def furniture_elements(root: Any, microdata: Sequence[Any]) -> Furniture:
    """The elements that are furniture as a whole; what is inside of one is not looked at. Scripts and styles must be
    out of the tree; ``microdata`` are its elements that carry ``itemprop``. Linear in the size of the page."""
    weights, protected = Weights(root), _around_headlines(root, microdata)
    found, menus = set(), set()
    todo, seen = [root], []
    while todo:
        element = todo.pop()
        if not isinstance(element.tag, str):
            continue
        seen.append(element)
        if element.tag in _NEVER or element in protected or not _is_furniture(element, weights):
            todo.extend(reversed(element))
            continue
        found.add(element)
        if weights.is_menu(element):
            menus.add(element)
    return Furniture(found, menus, seen)


def _is_furniture(element: Any, weights: Weights) -> bool:
    if element.tag in _ALWAYS:
        return element.tag in ("nav", "footer") or not weights.is_the_page(element)
    said = dict(element.items())
    if not said:
        return False
    if said.get("role") in _ROLES or "hidden" in said or ("style" in said and _HIDDEN.search(said["style"][:300])):
        return not weights.is_the_page(element)
    names = f"{said.get('class', '')} {said.get('id', '')}"[:400]
    if len(names) < 2:
        return False
    certain, likely = _speaking(names)
    return (certain or (likely and weights.is_links(element))) and not weights.is_the_page(element)


@lru_cache(maxsize=4096)
def _speaking(names: str) -> tuple[bool, bool]:
    """Whether a class and an id speak of furniture (certainly, likely); a page repeats the same ones many times."""
    names = _HUMPS.sub("-", names)
    return bool(_CERTAIN.search(names)), bool(_LIKELY.search(names))


def _around_headlines(root: Any, microdata: Sequence[Any]) -> set[Any]:
    """Elements that hold a headline of the first rank (or the marked body): never furniture."""
    around: set[Any] = set()
    marked = (one for one in microdata if one.get("itemprop") in ("articleBody", "headline"))
    for mark in islice(chain(islice(root.iter("h1"), 8), marked), 16):
        if any(parent.tag in ("nav", "footer", "aside") for parent in mark.iterancestors()):
            continue
        around.add(mark)
        around.update(mark.iterancestors())
    return around


def announces_others(block: Block) -> bool:
    """Is this block a heading such as "Related news", after which other stories stand?"""
    return len(block.text) <= 60 and bool(_OTHERS_ALONE.match(block.text))


def names_other_story(block: Block) -> bool:
    """Is this block one line such as "Also read: Some other headline"?"""
    if len(block.text) > 260:
        return False
    if _OTHERS_INLINE.match(block.text):
        return block.links > 0 or len(block.text) <= 160
    return block.links > 0 and bool(_OTHERS_BEFORE_LINK.match(block.text))


def is_link_list(block: Block) -> bool:
    """Nothing but links: a menu, a list of headlines, tags."""
    return block.links > 0 and block.link_share >= 0.75


def is_button_row(text: str) -> bool:
    """Share bars, print buttons, "Tags: …", "3 min read", photo credits."""
    if len(text) > 320:
        return False
    spoken = re.findall(r"\w+", text.casefold()) if len(text) <= 160 else []
    pressed = 0 < len(spoken) <= 14 and all(word in _BUTTON_WORDS or word.isdigit() for word in spoken)
    pressed = pressed and not text.endswith((".", "?"))
    return pressed or bool(_FURNITURE_LINE.match(text))


def ends_report(text: str) -> bool:
    """ "Published in Dawn, September 26th, 2025": the report is over, what follows is of other stories."""
    return bool(_PRINTED_IN.match(text[:300]) or (len(text) <= 30 and _REMARKS.fullmatch(text)))
