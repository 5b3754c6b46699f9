"""news-please beside the others, for ``bench.crawl --news-please PYTHON``: that Python has it, this project does not.

``PYTHON bench/news_please.py SITE FILE``: the addresses of all lists, each page fetched and extracted by news-please's
own library call, and an item committed as it comes. It takes no text from feeds: the one that carries all is left out.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from urllib.request import urlopen

from newsplease import NewsPlease  # type: ignore[import-not-found,import-untyped,unused-ignore]


def addresses(site: str) -> list[str]:
    """What the lists name that have pages."""
    found: list[str] = []
    for name in ("brief.xml", "sitemap.xml"):
        with urlopen(f"{site}/{name}") as answer:
            written = answer.read().decode()
        found += re.findall(r"<item>.*?<link>(.*?)</link>|<loc>(.*?)</loc>", written, re.DOTALL)
    return ["".join(pair) for pair in found]


def main() -> None:
    """One crawl, then the end."""
    site, file = sys.argv[1:]
    archive = sqlite3.connect(file)
    archive.execute("pragma journal_mode=wal")
    archive.execute("pragma synchronous=full")
    archive.execute("create table items (url text primary key, title text, published text, body text)")
    archive.execute("create virtual table words using fts5(title, body)")
    for url, article in NewsPlease.from_urls(addresses(site), {"timeout": 30}, fetch_images=False).items():
        title, body = getattr(article, "title", None), getattr(article, "maintext", None)
        if body is None:
            continue
        with archive:
            archive.execute(
                "insert or ignore into items values (?, ?, ?, ?)", (url, title, str(article.date_publish), body)
            )
            archive.execute("insert into words values (?, ?)", (title, body))


if __name__ == "__main__":
    main()
