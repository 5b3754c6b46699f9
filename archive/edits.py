"""Has an outlet edited its article, or was the same article only read in another way? Values only."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from difflib import SequenceMatcher

from archive.furniture import lines_of, mark_of
from archive.model import NewsItem, Version

_LEAST_LEFT = 0.5  # of the text: what is shorter is a page that was cut off, not an edit


def is_edit(before: NewsItem, edited_at: datetime | None, after: NewsItem) -> bool:
    """Does ``after``, another reading of the kept item ``before`` (last ``edited_at``), say something else?

    Only the source that brought an article edits it: another list shows it in another form. A reading that is not
    younger (a backup that is imported) is no edit, nor are lines too short to say anything.
    """
    if after.source != before.source or not after.complete:
        return False
    since = edited_at or before.seen_at
    if since is None or after.seen_at is None or after.seen_at <= since:
        return False
    brief = not (before.body or after.body) and mark_of(before.summary or "") != mark_of(after.summary or "")
    return mark_of(before.title) != mark_of(after.title) or _new_text(before, after) or brief


def after_edit(before: NewsItem, after: NewsItem) -> NewsItem:
    """The item in its new words. When it was published, and by which address it is known, stays."""
    return replace(
        before,
        title=after.title or before.title,
        author=after.author or before.author,
        summary=after.summary or before.summary,
        body=after.body if _new_text(before, after) else before.body,
        language=after.language or before.language,
        section=after.section or before.section,
        place=after.place or before.place,
        credit=after.credit or before.credit,
        published_at=before.published_at or after.published_at,
        keys=after.keys,
    )


def _new_text(before: NewsItem, after: NewsItem) -> bool:
    if not after.body or len(after.body) < _LEAST_LEFT * len(before.body or ""):
        return False
    return _marks(before.body) != _marks(after.body)


def _marks(body: str | None) -> set[int]:
    return {line.mark for line in lines_of(body) if line.headline or line.sentence}


def changes(before: Version, after: Version | NewsItem) -> list[tuple[str, str, str]]:
    """(field, "-" or "+", line) of what an edit took away and added, in the order of the text."""
    found = []
    for name in ("title", "author", "summary", "body"):
        old, new = (
            [line for line in (getattr(one, name) or "").splitlines() if line.strip()] for one in (before, after)
        )
        for kind, low, high, to_low, to_high in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
            if kind != "equal":
                found += [(name, "-", line) for line in old[low:high]]
                found += [(name, "+", line) for line in new[to_low:to_high]]
    return found
