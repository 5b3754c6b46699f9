"""What a page says of itself for machines: JSON-LD, ``<meta>``, microdata. Values as written, nothing judged."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any

from lxml.etree import XPath

from crawler.reading.plain import caption, one_line

_MAX_SCRIPTS, _MAX_NODES, _MAX_METAS = 30, 3_000, 400
_LONGEST = 1_000_000  # characters of one JSON-LD script
_MARKED: Any = XPath("descendant::*/@itemprop/..")  # several times as quick as [@itemprop]
_WRAPPING = re.compile(r"^\s*(?://\s*)?<!\[CDATA\[|(?://\s*)?\]\]>\s*$|^\s*<!--|-->\s*$")
_COMMA = re.compile(r",\s*(?=[}\]])")
_ARTICLE = re.compile(r"(?:article|posting|report)$")
_STRING = r'"\s*:\s*"((?:[^"\\]|\\.){0,2000})"'
_FIELDS = re.compile(r'"(headline|datePublished|dateCreated|articleSection|inLanguage|description|dateline)' + _STRING)
_AUTHOR = re.compile(r'"author"\s*:\s*[\[{\s]{0,20}[^{}\[\]]{0,300}?"name' + _STRING)


@dataclass(frozen=True, slots=True)
class Claims:
    """What one kind of metadata claims; None or empty where it is silent."""

    title: str | None = None
    author: str | None = None
    organisation: str | None = None  # an author that is not a person
    published: str | None = None
    section: str | None = None
    language: str | None = None
    summary: str | None = None
    body: str | None = None
    place: str | None = None
    url: str | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """The claims of a page by kind; ``title_element`` is the text of ``<title>``."""

    jsonld: Claims = field(default_factory=Claims)
    meta: Claims = field(default_factory=Claims)
    marked: Claims = field(default_factory=Claims)
    title_element: str = ""
    language: str | None = None


def with_microdata(root: Any) -> list[Any]:
    """The elements of a page that carry ``itemprop``, in its order."""
    return list(_MARKED(root))


def read_metadata(root: Any, microdata: Sequence[Any]) -> Metadata:
    """All claims of a page; ``microdata`` are its elements that carry ``itemprop``. Never raises."""
    title = root.find(".//title")
    return Metadata(
        jsonld=_jsonld(root),
        meta=_meta(root),
        marked=_marked(root, microdata),
        title_element=caption("".join(islice(title.itertext(), 50))) if title is not None else "",
        language=root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang"),
    )


# ---- <meta> ----


def _meta(root: Any) -> Claims:
    said: dict[str, str] = {}
    for element in islice(root.iter("meta"), _MAX_METAS):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = caption(element.get("content"))
        if name and content:
            said.setdefault(name.strip().lower(), content)

    def first(*names: str) -> str | None:
        return next((said[name] for name in names if name in said), None)

    canonical = root.find(".//link[@rel='canonical']")
    return Claims(
        title=first("og:title", "twitter:title", "title", "dc.title", "headline", "parsely-title"),
        author=first(
            "author",
            "article:author",
            "og:article:author",
            "dc.creator",
            "dcterms.creator",
            "parsely-author",
            "byl",
            "sailthru.author",
        ),
        published=first(
            "article:published_time",
            "og:article:published_time",
            "datepublished",
            "og:published_time",
            "publish-date",
            "publishdate",
            "publish_date",
            "pubdate",
            "parsely-pub-date",
            "sailthru.date",
            "dc.date.issued",
            "dc.date",
            "dcterms.created",
            "dcterms.issued",
            "dcterms.date",
            "article.published",
            "published_time",
            "date",
        ),
        section=first("article:section", "og:article:section", "section", "parsely-section"),
        language=first("og:locale", "language", "dc.language", "content-language"),
        summary=first("og:description", "description", "twitter:description", "dc.description"),
        url=(canonical.get("href") if canonical is not None else None) or first("og:url"),
        site=first("og:site_name", "application-name", "al:ios:app_name", "twitter:app:name:iphone"),
    )


def _titled(element: Any) -> str:
    """What an element says; of an abbreviation what it stands for."""
    title = element.get("title") if element.tag == "abbr" else None
    return title or "".join(islice(element.itertext(), 60))


def _marked(root: Any, microdata: Sequence[Any]) -> Claims:
    """Microdata in the visible page."""
    said: dict[str, str] = {}
    dated = (element for element in root.iter("time") if element.get("pubdate") is not None)
    for element in islice(chain(microdata, dated), _MAX_METAS):
        if element.tag == "meta" and element.getparent() is not None and element.getparent().tag == "head":
            continue
        for name in (element.get("itemprop") or "datePublished").split():
            written = element.get("content") or element.get("datetime") or _titled(element)
            if value := one_line(written[:500]):
                said.setdefault(name.lower(), value)
    return Claims(title=said.get("headline"), author=said.get("author"), published=said.get("datepublished"))


# ---- JSON-LD ----


def _jsonld(root: Any) -> Claims:
    best: Claims | None = None
    site = None
    scripts = (script for script in root.iter("script") if "ld+json" in (script.get("type") or "").lower())
    for script in islice(scripts, _MAX_SCRIPTS):
        text = (script.text or "")[:_LONGEST]
        nodes = list(_nodes(_loads(text)))
        index = {str(node["@id"]): node for node in nodes if node.get("@id")}
        site = site or next(
            (_name(n) for n in nodes if _types(n) & {"newsmediaorganization", "organization", "website"}), None
        )
        for node in sorted(nodes, key=_rank):
            if _rank(node) < 2 and (best is None or (best.title is None and node.get("headline"))):
                best = _claims(node, index)
        if best is None and not nodes:
            best = _by_pattern(text)
    if best is None:
        return Claims(site=site)
    return best if best.site or not site else _with_site(best, site)


def _with_site(claims: Claims, site: str) -> Claims:
    return replace(claims, site=site)


def _loads(text: str) -> Any:
    """JSON as written by hand: comments around it, raw line breaks in strings, commas before a closing bracket."""
    text = text.strip()
    for mend in (None, _WRAPPING, _COMMA):  # most is as it should be
        if mend is not None:
            text = mend.sub("", text).strip().rstrip(";")
        try:
            return json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(data: Any) -> Iterator[Mapping[str, Any]]:
    """The objects that speak of the page itself: lists and ``@graph`` flattened, lists of other articles left out."""
    todo, seen = deque([data]), 0
    while todo and seen < _MAX_NODES:
        node, seen = todo.popleft(), seen + 1
        if isinstance(node, list):
            todo.extend(node[:_MAX_NODES])
        elif isinstance(node, dict):
            yield node
            todo.extend(
                node[name]
                for name in ("@graph", "mainEntity", "mainEntityOfPage")
                if isinstance(node.get(name), (dict, list))
            )


def _types(node: Mapping[str, Any]) -> set[str]:
    written = node.get("@type")
    names = written if isinstance(written, list) else [written]
    return {name.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower() for name in names if isinstance(name, str)}


def _rank(node: Mapping[str, Any]) -> int:
    """0 an article, 1 a page that says what an article would, 2 anything else."""
    types = _types(node)
    if any(_ARTICLE.search(name) for name in types):
        return 0
    return 1 if any(name.endswith("webpage") for name in types) and node.get("datePublished") else 2


def _claims(node: Mapping[str, Any], index: Mapping[str, Mapping[str, Any]]) -> Claims:
    person, organisation = _authors(node.get("author"), index)
    page = node.get("mainEntityOfPage")
    return Claims(
        title=_word(node.get("headline")) or _word(node.get("name")),
        author=person,
        organisation=organisation,
        published=_word(node.get("datePublished")) or _word(node.get("dateCreated")),
        section=_word(node.get("articleSection")),
        language=_word(node.get("inLanguage")),
        summary=_word(node.get("description")),
        body=node["articleBody"] if isinstance(node.get("articleBody"), str) else None,
        place=_place(node),
        url=_word(page) if isinstance(page, str) else _word(node.get("url")),
        site=_name(_resolved(node.get("publisher"), index)),
    )


def _place(node: Mapping[str, Any]) -> str | None:
    for part in ("locationCreated", "contentLocation"):
        place = node.get(part)
        place = place[0] if isinstance(place, list) and place else place
        if said := _name(place) if isinstance(place, dict) else _word(place):
            return said
    return None


def _authors(written: Any, index: Mapping[str, Mapping[str, Any]]) -> tuple[str | None, str | None]:
    """(people, organisations), each joined by commas."""
    people: list[str] = []
    firms: list[str] = []
    for one in (written if isinstance(written, list) else [written])[:20]:
        one = _resolved(one, index)
        name = _name(one) if isinstance(one, dict) else _word(one)
        if name:
            firm = isinstance(one, dict) and any("organization" in kind for kind in _types(one))
            (firms if firm else people).append(name)
    return ", ".join(dict.fromkeys(people)) or None, ", ".join(dict.fromkeys(firms)) or None


def _resolved(node: Any, index: Mapping[str, Mapping[str, Any]]) -> Any:
    if isinstance(node, list):
        node = node[0] if node else None
    if isinstance(node, dict) and not node.get("name") and node.get("@id"):
        return index.get(str(node["@id"]), node)
    return node


def _name(node: Any) -> str | None:
    return _word(node.get("name")) if isinstance(node, dict) else None


def _word(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    return caption(value) or None if isinstance(value, str) else None


def _by_pattern(text: str) -> Claims | None:
    """The fields of JSON-LD that is no JSON at all, read where they stand."""
    said: dict[str, str] = {}
    for name, value in islice(_FIELDS.findall(text), 50):
        said.setdefault(name, _unescaped(value))
    if "headline" not in said and "datePublished" not in said:
        return None
    author = _AUTHOR.search(text)
    return Claims(
        title=said.get("headline"),
        author=_unescaped(author.group(1)) if author else None,
        published=said.get("datePublished") or said.get("dateCreated"),
        section=said.get("articleSection"),
        language=said.get("inLanguage"),
        summary=said.get("description"),
    )


def _unescaped(value: str) -> str:
    try:
        return caption(json.loads(f'"{value}"', strict=False))
    except ValueError:
        return caption(value.replace('\\"', '"'))
