"""``python -m bench.reading``: how well pages are read, beside trafilatura as it is, on the same pages in one run."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from bench.reading.dress import Page
from bench.reading.score import FIELDS, Read, Score, mean, scored
from bench.reading.shapes import pages


def ours(page: Page) -> Read:
    """Our own reading, with nothing but the source's time zone and language."""
    from crawler.reading.page import PageHints, read_page

    hints = PageHints(timezone=page.timezone, language=page.language)
    read = read_page(page.html.encode(), page.url, "text/html; charset=utf-8", hints)
    return Read(read.title, read.author, read.published_at, read.place, read.body)


def plain(page: Page) -> Read:
    """trafilatura with its metadata; it knows days, and no places."""
    import trafilatura

    found = trafilatura.bare_extraction(page.html, url=page.url, with_metadata=True)
    if found is None:
        return Read(None, None, None, None, None, day_only=True)
    day = datetime.fromisoformat(found.date).replace(tzinfo=UTC) if found.date else None
    return Read(found.title, found.author, day, None, found.text, day_only=True)


def measured(reader: Callable[[Page], Read], known: Sequence[Page]) -> tuple[list[Score], float]:
    """(score of every page, seconds of CPU a page)."""
    began = time.process_time()
    found = [scored(page, reader(page)) for page in known]
    return found, (time.process_time() - began) / len(known)


def _row(name: str, scores: Sequence[Score], seconds: float) -> str:
    shares = "  ".join(f"{mean(score.right[field] for score in scores):6.3f}" for field in FIELDS)
    dirty = sum(score.furniture for score in scores)
    return f"{name:<22} {mean(score.f1 for score in scores):7.4f}  {shares}  {dirty:9}  {1000 * seconds:7.1f}"


def main() -> int:
    """Print the table; with ``--pages`` also every page of ours that is not read as it should be."""
    known = list(pages())
    for reader in (ours, plain):
        reader(known[0])  # imports are not reading
    got, seconds = measured(ours, known)
    theirs, slow = measured(plain, known)
    languages = ", ".join(sorted({page.language for page in known}))
    print(f"{len(known)} pages, {len({page.shape for page in known})} outlets' shapes, languages {languages}")
    columns = "  ".join(f"{field:>6}" for field in FIELDS)
    print(f"{'':<22} {'body F1':>7}  {columns}  {'furniture':>9}  {'ms/page':>7}")
    print(_row("khabardar", got, seconds))
    print(_row("trafilatura (days)", theirs, slow))
    for shape in dict.fromkeys(page.shape for page in known):
        of_shape = [score for page, score in zip(known, got, strict=True) if page.shape == shape]
        print(_row(f"  {shape}", of_shape, 0.0)[:-9])
    if "--pages" in sys.argv:
        for page, score in zip(known, got, strict=True):
            if score.f1 < 0.999 or score.furniture or not all(score.right.values()):
                wrong = [field for field, right in score.right.items() if not right]
                print(page.shape, f"{score.f1:.3f}", score.furniture, wrong, page.title, ours(page), sep=" | ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
