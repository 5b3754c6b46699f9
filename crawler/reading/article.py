"""The blocks of a page that are the report: trafilatura finds the place, our own walk keeps every paragraph there.

An extractor alone loses short paragraphs and keeps captions of other stories. So its answer is used as a vote on our
blocks: the part of the page that holds the kept ones is the article, and inside it every block of prose stays, whatever
its markup, and every block that belongs to other stories goes. Where the place is plain and no vote could change what
is kept of it, none is taken: that spares a third of the time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from crawler.reading.furniture import announces_others, ends_report, is_button_row, is_link_list
from crawler.reading.markup import Block, Blocks
from crawler.reading.plain import key, words
from crawler.reading.sifting import depends_on_vote, is_caption, is_prose, sifted, size_of

MAX_ELEMENTS, MAX_TEXT = 6_000, 400_000  # beyond these the extractor takes seconds; our own reading is linear
_INLINE = words("b i em strong u font small big span mark sup sub abbr cite ins s wbr time")
_DROPPED = ("script", "style", "noscript", "template", "svg", "iframe", "button", "select", "input", "object")
_CLEAR = 500  # letters of a report that can be told without the extractor
_PLAIN_LINE, _PLAIN_TEXT = 40, 120  # of a paragraph that ends in no stop, and of a report that is made of them
_PREFIX = 40  # letters of a paragraph that tell it from others


@dataclass(frozen=True, slots=True)
class Report:
    """Indexes of the blocks of the report, in reading order; ``first`` is where its text begins."""

    kept: tuple[int, ...] = ()

    @property
    def first(self) -> int | None:
        return self.kept[0] if self.kept else None


def find_report(
    root: Any, page: Blocks, furniture: Collection[Any], after: int | None, titles: Collection[str]
) -> Report:
    """Which blocks are the report. ``after`` is the block of the headline: the report never begins before it;
    ``titles`` are keys of the headline's wordings. The tree is used up: furniture is taken out of it."""
    blocks = page.items
    start = 0 if after is None else after + 1
    for block in blocks[start:]:
        block.furniture = block.furniture or is_caption(page, block)
    if clear := _clear_place(page, start, titles):
        return Report(tuple(sifted(page, *clear, [False] * len(blocks), titles)))
    votes = _votes(root, furniture, blocks)
    chosen = [i for i in range(start, len(blocks)) if votes[i] and is_prose(blocks[i]) and not blocks[i].furniture]
    if not chosen:
        chosen = _densest(blocks, start)
    if not chosen:
        return _without_stops(page, start, titles)
    low, high = _place(page, chosen)
    low, high = _grown(blocks, max(low, start), high, chosen)
    return Report(tuple(sifted(page, low, high, votes, titles)))


def selected_report(page: Blocks, elements: Sequence[Any], titles: Collection[str]) -> Report:
    """The report inside the elements a source's selectors name."""
    wanted = {i for element in elements for i in range(*page.spans.get(element, (0, 0)))}
    inside = sorted(i for i in wanted if not page.items[i].furniture) or sorted(wanted)
    if not inside:
        return Report()
    votes = [False] * len(page.items)
    for i in inside:
        votes[i] = True
    return Report(tuple(i for i in sifted(page, inside[0], inside[-1] + 1, votes, titles) if i in wanted))


# ---- without a vote ----


def _clear_place(page: Blocks, start: int, titles: Collection[str]) -> tuple[int, int] | None:
    """The range of blocks that is the report where no vote could say otherwise, else None: all prose of the page stands
    in one box, most of it paragraphs right below that, and every other block in there goes or stays for what it is."""
    blocks = page.items
    prose = [i for i in range(start, len(blocks)) if not blocks[i].furniture and is_prose(blocks[i])]
    sizes = [size_of(blocks[i]) for i in prose]
    if sum(sizes) < _CLEAR:
        return None
    low, high = _place(page, prose)
    box = _box(page, low, high, prose[0])
    right = sum(
        size for i, size in zip(prose, sizes, strict=True) if box in (blocks[i].element, blocks[i].element.getparent())
    )
    if box is None or low < start or right < 0.6 * sum(sizes):
        return None
    return None if any(depends_on_vote(block, titles) for block in blocks[low:high]) else (low, high)


def _box(page: Blocks, low: int, high: int, first: int) -> Any:
    """The innermost element around a block whose blocks are this range."""
    element = page.items[first].element
    return next((one for one in (element, *element.iterancestors()) if page.spans.get(one) == (low, high)), None)


# ---- the extractor's vote ----


def _votes(root: Any, furniture: Collection[Any], blocks: Sequence[Block]) -> list[bool]:
    """For every block whether trafilatura kept it."""
    kept = {key(line)[:_PREFIX] for line in _extracted(root, furniture).splitlines()} - {""}
    return [bool(kept) and key(block.text[:200])[:_PREFIX] in kept for block in blocks]


def _extracted(root: Any, furniture: Collection[Any]) -> str:
    from lxml import etree

    for element in furniture:
        if element.getparent() is not None:
            element.drop_tree()
    etree.strip_elements(root, *_DROPPED, with_tail=False)
    etree.strip_tags(root, *_INLINE)  # nested inline tags are what the extractor is quadratic in
    if sum(1 for _ in root.iter()) > MAX_ELEMENTS or sum(map(len, root.itertext())) > MAX_TEXT:
        return ""
    import trafilatura

    try:
        found = trafilatura.bare_extraction(
            root, fast=True, include_comments=False, include_tables=True, favor_recall=True
        )
    except Exception:  # whatever a library for broken pages breaks on, our own reading stands
        return ""
    return str(getattr(found, "text", None) or "")


# ---- the place on the page ----


def _without_stops(page: Blocks, start: int, titles: Collection[str]) -> Report:
    """On a page without prose: the paragraphs side by side in one element that say most, for many an outlet writes
    them without a stop at their end. Headlines of others are links or headings."""
    boxes: dict[Any, list[int]] = {}
    for i in range(start, len(page.items)):
        block = page.items[i]
        plain = not (block.furniture or block.heading or block.links) and size_of(block) >= _PLAIN_LINE
        if plain and not is_button_row(block.text) and key(block.text[:500]) not in titles:
            boxes.setdefault(block.element.getparent(), []).append(i)
    found = max(boxes.values(), key=lambda lines: sum(size_of(page.items[i]) for i in lines), default=[])
    if sum(size_of(page.items[i]) for i in found) < _PLAIN_TEXT:
        return Report()
    votes = [False] * len(page.items)
    for i in found:
        votes[i] = True
    return Report(tuple(sifted(page, found[0], found[-1] + 1, votes, titles)))


def _place(page: Blocks, chosen: Sequence[int]) -> tuple[int, int]:
    """The range of blocks inside the smallest element that holds all chosen ones."""
    line: list[Any] | None = None
    for i in (chosen[0], chosen[-1]):
        element = page.items[i].element
        above = [element, *element.iterancestors()][::-1]
        line = above if line is None else [a for a, b in zip(line, above, strict=False) if a is b]
    for element in reversed(line or []):
        if element in page.spans:
            low, high = page.spans[element]
            return min(low, chosen[0]), max(high, chosen[-1] + 1)
    return chosen[0], chosen[-1] + 1


def _densest(blocks: Sequence[Block], start: int) -> list[int]:
    """The stretch of the page with most prose in it (maximum sum over a sequence): what stands in its way is links."""
    best: tuple[int, int, int] = (0, start, start)
    total, begin = 0, start
    for i in range(start, len(blocks)):
        total += _weight(blocks[i])
        if total <= 0:
            total, begin = 0, i + 1
        elif total > best[0]:
            best = (total, begin, i + 1)
    return [i for i in range(best[1], best[2]) if is_prose(blocks[i]) and not blocks[i].furniture]


def _weight(block: Block) -> int:
    if block.furniture:
        return -20
    if is_prose(block):
        return min(size_of(block), 600)
    return -250 if is_link_list(block) or announces_others(block) or block.heading else -30


def _grown(blocks: Sequence[Block], low: int, high: int, chosen: Sequence[int]) -> tuple[int, int]:
    """The range, carried on over paragraphs beside it that are built like the chosen ones: bodies cut into several
    boxes by adverts."""
    shapes = {_shape(blocks[i]) for i in chosen[:200]}
    total, end = 0, high
    for i in range(high, min(len(blocks), high + 400)):
        block = blocks[i]
        if block.furniture or is_button_row(block.text):
            continue
        if announces_others(block) or ends_report(block.text) or block.heading in (1, 2) or total < -300:
            break
        alike = is_prose(block) and _shape(block) in shapes
        total += min(size_of(block), 400) if alike else -150
        if alike and total > 0:
            end, total = i + 1, 0
    return low, end


def _shape(block: Block) -> tuple[str, ...]:
    path = [block.element.tag]
    for parent in block.element.iterancestors():
        path.append(parent.tag)
        if len(path) == 12:
            break
    return tuple(path)
