"""An item as queries see it: its fields, analysed when a query first asks for them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from urllib.parse import unquote_to_bytes

from query.dates import in_utc
from query.quick import BREAK
from query.words import Analysis, analyse

_FEW = 12  # words looked for one by one before the places of all are noted
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


class Document:
    """The texts and times of one item. Cheap to make; each field is analysed at most once.

    ``seen_at`` and ``published_at`` are moments (without a zone: UTC). Not safe to be changed, so it cannot be.
    """

    __slots__ = (
        "_analyses",
        "_filled",
        "_places",
        "_streams",
        "_tokens",
        "_values",
        "_whole",
        "effective_at",
        "published_at",
        "seen_at",
    )

    effective_at: datetime | None
    """The earlier of published and seen, what ``after:`` and ``before:`` go by; None when neither is known."""

    def __init__(
        self, values: dict[str, str], published_at: datetime | None = None, seen_at: datetime | None = None
    ) -> None:
        self._values = values
        self._analyses: dict[str, Analysis] = {}
        self._places: dict[tuple[str, ...], tuple[dict[str, list[int]], list[bool]]] = {}
        self._filled: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._streams: dict[tuple[str, ...], list[str]] = {}
        self._tokens: dict[tuple[str, ...], frozenset[str]] = {}
        self._whole: dict[str, tuple[str, str]] = {}
        self.published_at = in_utc(published_at) if published_at else None
        self.seen_at = in_utc(seen_at) if seen_at else None
        known = [moment for moment in (self.published_at, self.seen_at) if moment]
        self.effective_at = min(known) if known else None

    @classmethod
    def of(
        cls,
        *,
        title: str | None = None,
        summary: str | None = None,
        body: str | None = None,
        author: str | None = None,
        place: str | None = None,
        credit: str | None = None,
        section: str | None = None,
        source: str | None = None,
        language: str | None = None,
        url: str | None = None,
        published_at: datetime | None = None,
        seen_at: datetime | None = None,
    ) -> Document:
        """A document of these fields; what is unknown is None and matches nothing."""
        values = {
            "title": title,
            "summary": summary,
            "body": body,
            "author": author,
            "place": place,
            "credit": credit,
            "section": section,
            "source": source,
            "language": language,
            "url": url,
        }
        return cls({name: value for name, value in values.items() if value}, published_at, seen_at)

    def text(self, field: str) -> str:
        """The original text of a field, "" if there is none."""
        return self._values.get(field, "")

    def reads_like(self, other: Document) -> bool:
        """Are all texts the same, whatever the times?"""
        return self._values == other._values

    def analysis(self, field: str) -> Analysis:
        """The words of a field."""
        if (found := self._analyses.get(field)) is None:
            found = analyse_url(self.text(field)) if field == "url" else analyse(self.text(field))
            self._analyses[field] = found
        return found

    def tokens(self, fields: tuple[str, ...]) -> frozenset[str]:
        """All that is in the stream of some fields: most words of most queries are not, and that is seen here first."""
        if (found := self._tokens.get(fields)) is None:
            found = self._tokens[fields] = frozenset(self.stream(fields))
        return found

    def stream(self, fields: tuple[str, ...]) -> list[str]:
        """The tokens of some fields in their order, with the signs of ``query.quick`` where a phrase may not run on."""
        if len(fields) == 1:
            return self.analysis(fields[0]).stream
        if (found := self._streams.get(fields)) is None:
            found = self._streams[fields] = []
            for field in fields:
                if field in self._values:
                    found += self.analysis(field).stream
                    found.append(BREAK)
        return found

    def places(self, fields: tuple[str, ...], token: str) -> list[int]:
        """Where a token stands in the stream of some fields, ascending."""
        known, all_known = self._places.setdefault(fields, ({}, []))
        if (found := known.get(token)) is not None or all_known:
            return found or []
        stream = self.stream(fields)
        if len(known) < _FEW:
            found = known[token] = _places(stream, token)
            return found
        noted: defaultdict[str, list[int]] = defaultdict(list)
        for at, each in enumerate(stream):
            noted[each].append(at)
        known.update(noted)
        all_known.append(True)
        return known.get(token, [])

    def filled(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the fields that have a text."""
        if (found := self._filled.get(fields)) is None:
            found = self._filled[fields] = tuple(field for field in fields if field in self._values)
        return found

    def whole(self, field: str) -> tuple[str, str]:
        """A field as one value: its folded words, and its words with case, each joined by spaces."""
        if (found := self._whole.get(field)) is None:
            words = self.analysis(field)
            found = self._whole[field] = (" ".join(words.tokens), " ".join(words.cased))
        return found


def _places(stream: list[str], token: str) -> list[int]:
    found: list[int] = []
    at = -1
    try:
        while True:
            at = stream.index(token, at + 1)
            found.append(at)
    except ValueError:
        return found


def analyse_url(url: str) -> Analysis:
    """The words of a URL, percent escapes read; the offsets point into the URL as it was given."""
    if "%" not in url:
        return analyse(url)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match in _PERCENT.finditer(url):
        letters = unquote_to_bytes(match.group()).decode("utf-8", "replace")
        pieces += (url[at : match.start()], letters)
        starts.extend((*range(at, match.start()), *[match.start()] * len(letters)))
        ends.extend((*range(at + 1, match.start() + 1), *[match.end()] * len(letters)))
        at = match.end()
    pieces.append(url[at:])
    starts.extend(range(at, len(url)))
    ends.extend(range(at + 1, len(url) + 1))
    found = analyse("".join(pieces)).listed
    moved = [starts[start] for start in found.starts], [ends[end - 1] for end in found.ends]
    return Analysis(url, replace(found, starts=moved[0], ends=moved[1]))
