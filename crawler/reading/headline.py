"""Which of the lines on a page is the headline, in the form readers see, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.reading.byline import read_byline
from crawler.reading.furniture import announces_others, is_button_row
from crawler.reading.markup import Block
from crawler.reading.plain import key, one_line

_CUTS = re.compile(r"\s+(?:[|–—·•»›]|-{1,2}|::?|：|｜)\s+|\s*[｜|»]\s*")
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Headline:
    """``printed``: a visible headline that something confirms; ``heading``: one that nothing does; ``at``: the block it
    is, None when it is not visible."""

    printed: str | None = None
    heading: str | None = None
    at: int | None = None


def without_site(title: str | None, site: str | None, url: str) -> str | None:
    """A title without the site's name at its end or beginning; None when nothing else is in it."""
    title = one_line(title)
    names = {key(name) for name in (site or "", _host_name(url), urlsplit(url).hostname or "") if name}
    if not title or key(title) in names:
        return None
    parts = _CUTS.split(title)
    while len(parts) > 1 and (_same_site(parts[-1], names)):
        title = title[: title.rindex(parts[-1])].rstrip(" |–—·•»›-:：｜")
        parts.pop()
    if len(parts) > 1 and _same_site(parts[0], names):
        title = title[len(parts[0]) :].lstrip(" |–—·•»›-:：｜")
    return title or None


def without_last_part(title: str) -> str:
    """A title without what stands after its last dash or bar, which is often the site's name; "" without any."""
    cuts = list(_CUTS.finditer(title[:_LONGEST]))
    return title[: cuts[-1].start()] if cuts else ""


def _same_site(part: str, names: set[str]) -> bool:
    written = key(part)
    return any(
        written == name
        or (len(name) >= 4 and (written.startswith(name) or written.endswith(name)) and len(written) < len(name) + 12)
        for name in names
    )


def _host_name(url: str) -> str:
    """``urdupoint`` of ``www.urdupoint.com``."""
    labels = [label for label in (urlsplit(url).hostname or "").split(".") if label not in ("www", "amp", "m", "en")]
    return labels[0] if len(labels) > 1 and not labels[-1].isdigit() else ""


def find_headline(blocks: Sequence[Block], told: Iterable[str | None], site: str | None, url: str) -> Headline:
    """The headline among the blocks. ``told`` are what other witnesses call the page, the most trusted first."""
    candidates = [
        (i, block) for i, block in enumerate(blocks) if not block.furniture and 4 <= len(block.text) <= _LONGEST
    ]
    for title in told:
        if title and (found := _matching(candidates, title)):
            return Headline(printed=found[1].text, at=found[0])
    logo = {key(site or ""), _host_name(url), ""}
    return _by_place([(i, b) for i, b in candidates if key(b.text) not in logo], blocks)


def _matching(candidates: Sequence[tuple[int, Block]], title: str) -> tuple[int, Block] | None:
    """The block that says ``title``, in whatever letters; headings before other lines, the first before later ones."""
    wanted = key(title)
    if len(wanted) < 4:
        return None
    lines = [(i, block) for i, block in candidates if _says(key(block.text), wanted, title)]
    if lines:
        return min(lines, key=lambda pair: (pair[1].heading == 0, pair[0]))
    return _within(candidates, title)


def _within(candidates: Sequence[tuple[int, Block]], title: str) -> tuple[int, Block] | None:
    """The heading that ``title`` has before or after the name of some site, "Rain again - The Daily Paper". The name
    may be a heading too, so the longest counts, and none that leads to the front page."""
    parts = [key(part) for part in _CUTS.split(title)] if len(title) <= _LONGEST else []
    ends = {"".join(parts[:n]) for n in range(1, len(parts))} | {"".join(parts[n:]) for n in range(1, len(parts))}
    lines = [
        (i, block)
        for i, block in candidates
        if block.link_share < 0.5 and (said := key(block.text)) in ends and len(said) >= (4 if block.heading else 12)
    ]
    return max(lines, key=lambda pair: (pair[1].heading > 0, len(key(pair[1].text)), -pair[0]), default=None)


def _says(said: str, wanted: str, title: str) -> bool:
    if said == wanted:
        return True
    if len(said) >= 16 and wanted.startswith(said) and _CUTS.search(title):
        return True  # "Headline - Some Site"
    cut = title.rstrip().endswith(("…", "..."))
    return len(wanted) >= 16 and cut and said.startswith(wanted)


def _by_place(candidates: Sequence[tuple[int, Block]], blocks: Sequence[Block]) -> Headline:
    """Without any witness: the heading right above a byline, a line that is repeated in other letters, the first h1."""
    headings = [
        (i, b) for i, b in candidates if b.heading in (1, 2, 3) and b.link_share < 0.5 and not announces_others(b)
    ]
    byline = _first_byline(blocks)
    if byline is not None:
        above = [(i, b) for i, b in headings if byline - 4 <= i < byline]
        if above:
            at, block = _wordiest(above)
            return Headline(printed=block.text, at=at)
    first = [(i, b) for i, b in headings if b.heading == 1]
    if first:
        at, block = _wordiest(first)
        return Headline(heading=block.text, at=at)
    if twice := _repeated(candidates):
        return Headline(printed=twice[1].text, at=twice[0])
    if byline is not None:
        above = [
            (i, b) for i, b in candidates if byline - 3 <= i < byline and b.link_share < 0.5 and _could_be_title(b)
        ]
        if above:
            return Headline(heading=above[-1][1].text, at=above[-1][0])
    return Headline(heading=headings[0][1].text, at=headings[0][0]) if headings else Headline()


def _wordiest(headings: Sequence[tuple[int, Block]]) -> tuple[int, Block]:
    """The first heading of several words: the name of the paper has fewer."""
    wordy = (pair for pair in headings if len(pair[1].text.split()) >= 4 or not pair[1].text.isascii())
    return next(wordy, headings[0])


def _first_byline(blocks: Sequence[Block]) -> int | None:
    for i, block in enumerate(blocks):
        if len(block.text) <= 200 and (found := read_byline(block.text)) and found.labelled and found.date:
            return i
    return None


def _repeated(candidates: Sequence[tuple[int, Block]]) -> tuple[int, Block] | None:
    """A line of several words that stands twice within a few lines: the headline and its echo above the report."""
    seen: dict[str, tuple[int, Block]] = {}
    for i, block in candidates[:400]:
        if not _could_be_title(block):
            continue
        line = key(block.text)
        if line in seen and i - seen[line][0] <= 8:
            return seen[line]
        seen[line] = (i, block)
    return None


def _could_be_title(block: Block) -> bool:
    return (
        12 <= len(block.text) <= 250
        and not is_button_row(block.text)
        and not announces_others(block)
        and block.link_share < 0.5
    )
