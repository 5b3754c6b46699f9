"""What names an entry of a list: its address, its guid, its number; and which of them name nothing.

Feeds exist that give every entry the same guid, or link every entry to the front page. Taken for names, they would
make one item of all the news.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable

from archive.identity import canonical_url, item_keys, state_key, text_key
from crawler.reading.entries import FeedEntry
from crawler.reading.plain import excerpt, key
from crawler.settings import SourceSettings

_SHARED_ADDRESS = 3  # an article listed twice under two headlines is still one article
_LONGEST_TITLE = 100


def shared_names(entries: Iterable[FeedEntry], site: str | None) -> frozenset[str]:
    """Guids and addresses that name no single entry of a feed: carried by several that differ, or the site's own
    (``site`` is the address that the feed gives for it)."""
    by_guid: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    by_address: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        address = canonical_url(entry.url) if entry.url else ""
        words = key(entry.title or entry.summary or "")
        if entry.guid:
            by_guid[entry.guid].add((address, words))
        if address:
            by_address[address].add(words)
    shared = {guid for guid, told in by_guid.items() if len(told) > 1 and _differ(told)}
    shared |= {address for address, told in by_address.items() if len(told) >= _SHARED_ADDRESS}
    return frozenset(shared | ({canonical_url(site)} if site else set()))


def _differ(told: Collection[tuple[str, str]]) -> bool:
    """Are these entries of one guid several pieces of news? The same address under two headlines is one."""
    addresses = {address for address, _ in told}
    return len(addresses) > 1 or not any(addresses)


def keys_of(entry: FeedEntry, source: SourceSettings, shared: Collection[str] = ()) -> tuple[str, ...]:
    """The keys of an entry; never empty. ``shared`` are the guids and canonical addresses that name nothing."""
    url = None if names_nothing(entry.url, shared) else entry.url
    guid = None if entry.guid in shared or names_nothing(entry.guid, shared) else entry.guid
    outlet_id, _ = named_in(url, source)
    return item_keys(source.name, url, guid, outlet_id) or (text_key(source.name, entry.title, entry.summary),)


def state_of(entry: FeedEntry, keys: tuple[str, ...], kind: str) -> str:
    """How the entry looks in a list of this kind; another state of a known entry hints at an edit."""
    said = (key(entry.title), key(entry.summary or ""), key(entry.text or ""), entry.updated)
    return state_key(kind, keys, *said)


def names_nothing(url: str | None, shared: Collection[str] = ()) -> bool:
    """Is this address a site's front page, or one that several entries share?"""
    if url is None:
        return False
    canonical = canonical_url(url)
    return canonical in shared or re.fullmatch(r"https://[^/?#]+", canonical) is not None


def named_in(url: str | None, source: SourceSettings) -> tuple[str | None, str | None]:
    """(outlet's id, section) as the source's ``article`` expression finds them in a URL, or in the form of it without
    trackers, telephone and print twins: one id, whatever the form."""
    if url is None or source.article is None:
        return None, None
    canonical = canonical_url(url)
    for form in (url, canonical, canonical.replace("https://", "https://www.", 1)):
        if found := re.search(source.article, form[:2000]):
            groups = found.groupdict()
            return groups.get("id"), groups.get("section")
    return None, None


def title_from(entry: FeedEntry) -> str:
    """The first words of an entry without a title; "" when it has no words at all."""
    return excerpt(entry.summary or entry.text or "", _LONGEST_TITLE)
