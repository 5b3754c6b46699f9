"""Which blocks of the part of a page that holds the report are the report: prose stays, other stories go."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from crawler.reading.calendar_words import MONTH
from crawler.reading.dateline import is_tail_credit, split_dateline
from crawler.reading.furniture import announces_others, ends_report, is_button_row, is_link_list, names_other_story
from crawler.reading.markup import Block, Blocks
from crawler.reading.plain import key

_ENDS = re.compile(r"[.!?…؟۔。」』”\"'’')）:：;]\s*$")
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_DATED = re.compile(
    rf"[^.!?۔]\s(?:{MONTH}\.?\s\d{{1,2}},?\s\d{{4}}|\d{{1,2}}\s{MONTH},?\s\d{{4}}|\d+\s(?:min(?:ute)?|hour|day)s?\sago)$",
    re.IGNORECASE,
)
_ENDING = 40  # characters in which a text ends: an expression bound to the end is tried at every character before
_LONGEST_CAPTION = 150
_CARD = 4  # blocks at most: a headline, a sentence or two, a date


def size_of(block: Block) -> int:
    """How much a block says, in characters of an alphabet: a Han or Kana sign counts for three."""
    if block.size is None:
        text = block.text
        dense = len(_DENSE.findall(text)) if not text.isascii() else 0
        block.size = max(0, len(text) - block.linked) + 2 * dense
    return block.size


def is_prose(block: Block) -> bool:
    """A paragraph rather than a label: long, or a sentence of some length, and not mostly links."""
    if block.prose is None:
        block.prose = _is_prose(block)
    return block.prose


def _is_prose(block: Block) -> bool:
    if block.heading or block.link_share >= 0.5 or is_button_row(block.text):
        return False
    size = size_of(block)
    return size >= 110 or (size >= 30 and bool(_ENDS.search(block.text, max(0, len(block.text) - _ENDING))))


def sifted(page: Blocks, low: int, high: int, votes: Sequence[bool], titles: Collection[str]) -> list[int]:
    """The blocks from ``low`` to ``high`` that belong to the report. ``votes``: which of all blocks the extractor kept;
    ``titles``: keys of the headline's wordings."""
    blocks, teasers = page.items, _teasers(page, low, high, titles)
    kept: list[int] = []
    i = low
    while i < high:
        block = blocks[i]
        if ends_report(block.text) and kept:
            break
        if announces_others(block):
            i = _after_others(blocks, i, high)
            continue
        if i not in teasers and (_belongs(block, votes[i], titles) or (not kept and _is_dateline(block))):
            kept.append(i)
        i += 1
    return _without_orphans(blocks, kept)


def _belongs(block: Block, voted: bool, titles: Collection[str]) -> bool:
    text = block.text
    if is_tail_credit(text):
        return True
    if block.furniture or names_other_story(block) or is_button_row(text) or key(text[:500]) in titles:
        return False
    if is_link_list(block):
        return voted and len(text) >= 200 and bool(_ENDS.search(text))
    if voted or is_prose(block) or block.heading > 1:
        return True
    return not block.links and len(text) > 3 and bool(_ENDS.search(text)) and not text.endswith((":", "："))


def is_caption(page: Blocks, block: Block) -> bool:
    """A short line without a stop that stands below a picture, or in one small box with it."""
    if block.heading or block.links or len(block.text) > _LONGEST_CAPTION or _ENDS.search(block.text):
        return False
    element = block.element
    for _ in range(3):
        if element is None or element.tag in ("body", "article", "main"):
            return False
        low, high = page.spans.get(element, (0, 1))
        if high - low > 1:
            return False
        before = element.getprevious()
        if next(element.iter("img"), None) is not None or (before is not None and _is_picture(before)):
            return True
        element = element.getparent()
    return False


def _is_picture(element: Any) -> bool:
    if element.tag == "img":
        return True
    return next(element.iter("img"), None) is not None and not any(text.strip() for text in element.itertext())


def depends_on_vote(block: Block, titles: Collection[str]) -> bool:
    """Is it the extractor's vote that decides about this block?"""
    if is_prose(block):  # never a list of links, and stays or goes whatever the vote is
        return False
    return _belongs(block, True, titles) != _belongs(block, False, titles)


def _is_dateline(block: Block) -> bool:
    """A dateline on a line of its own, before the report."""
    if block.furniture or len(block.text) > 150:
        return False
    line = split_dateline(block.text)
    return bool(line.place or line.credit)


def _without_orphans(blocks: Sequence[Block], kept: list[int]) -> list[int]:
    """Without headings whose text is gone, and without labels at the end, which head something that is gone too."""
    left = [i for n, i in enumerate(kept) if not blocks[i].heading or (n + 1 < len(kept) and kept[n + 1] == i + 1)]
    while left and _is_label(blocks[left[-1]]):
        left.pop()
    return left


def _is_label(block: Block) -> bool:
    text = block.text
    short = len(text) < 60 and block.element.tag != "li" and not _ENDS.search(text)
    return bool(block.heading) or (short and not text.startswith(("—", "–", "-", "(")) and not is_tail_credit(text))


def _teasers(page: Blocks, low: int, high: int, titles: Collection[str]) -> set[int]:
    """Prose under the headline of another story: under a heading that is a link, or in one of several small boxes that
    begin with a link."""
    found: set[int] = set()
    boxes: dict[int, Any] = {}
    for i in range(max(low, 1), high):
        above = page.items[i - 1]
        if not is_link_list(above) or key(above.text[:500]) in titles or not is_prose(page.items[i]):
            continue
        if above.heading:
            found.add(i)
        elif (box := _small_box(page, i)) is not None:
            boxes[i] = box.getparent()
    alike = Counter(boxes.values())
    found |= {i for i, shelf in boxes.items() if alike[shelf] > 1 or _is_inset(page, i, low, high)}
    return found | _captions(page, low, high) | _dated_headlines(page.items, low, high)


def _is_inset(page: Blocks, at: int, low: int, high: int) -> bool:
    """Does the report go on on both sides of the small box that the block stands in?"""
    return any(is_prose(page.items[i]) for i in range(low, at - 1)) and any(
        is_prose(page.items[i]) for i in range(at + 1, high)
    )


def _dated_headlines(blocks: Sequence[Block], low: int, high: int) -> set[int]:
    """Two and more lines that end in a date of their own, and in no stop: a list of other stories."""
    found = [i for i in range(low, high) if len(blocks[i].text) <= 200 and _DATED.search(blocks[i].text)]
    return {i for i in found if i - 1 in found or i + 1 in found}


def _captions(page: Blocks, low: int, high: int) -> set[int]:
    """The words beside linked pictures in a row of small boxes after the report: captions of other stories."""
    shelves: dict[Any, set[int]] = {}
    for element in page.pictured:
        box = element
        while box is not None and not _holds(page, box, low, high):
            box = box.getparent() if page.spans.get(box, (0, 0))[0] == page.spans.get(box, (0, 0))[1] else None
        if box is not None:
            shelves.setdefault(box.getparent(), set()).update(range(*page.spans[box]))
    rows = [row for row in shelves.values() if len(row) > 1]
    found = set().union(*rows)
    # a picture story shows pictures between its paragraphs: only a row at the end is not the report
    rest = [i for i in range(min(found, default=high), high) if i not in found and is_prose(page.items[i])]
    return found if not rest else set()


def _holds(page: Blocks, box: Any, low: int, high: int) -> bool:
    """Does this element hold a few blocks of the range and nothing else?"""
    first, end = page.spans.get(box, (0, 0))
    return low <= first < end <= high and end - first <= _CARD


def _small_box(page: Blocks, at: int) -> Any:
    """The element that holds the block and the link above it, and little else; None when there is none."""
    element = page.items[at].element
    for _ in range(4):
        if element is None:
            return None
        low, high = page.spans.get(element, (at, at))
        if low < at:
            return element if low == at - 1 and high - low <= _CARD else None
        element = element.getparent()
    return None


def _after_others(blocks: Sequence[Block], at: int, high: int) -> int:
    """Where the report goes on after a heading such as "Related news" at ``at``.

    If the heading stands in a box of its own, after the box. Else links and bare headlines after it are skipped, and
    the teasers between them; the first paragraph that no headline introduces is the report again.
    """
    box_end = _box_end(blocks, at, high)
    if box_end is not None:
        return box_end
    i, teasers = at + 1, 0
    while i < high:
        block = blocks[i]
        if is_link_list(block) or block.heading or (block.links and block.link_share > 0.5) or not is_prose(block):
            i += 1
        elif _is_teaser(blocks, i, high, teasers):
            i, teasers = i + 1, teasers + 1
        else:
            break
    return i


def _is_teaser(blocks: Sequence[Block], i: int, high: int, teasers: int) -> bool:
    """Prose under the headline of another story: another headline follows it, or others went before in this way."""
    before, after = blocks[i - 1], blocks[i + 1] if i + 1 < high else None
    if not (is_link_list(before) or before.heading):
        return False
    return teasers > 0 or (after is not None and (is_link_list(after) or bool(after.heading and after.links)))


def _box_end(blocks: Sequence[Block], at: int, high: int) -> int | None:
    """The end of the box that begins with the heading, None when the heading is not in a box of its own."""
    element, box = blocks[at].element, None
    if at and blocks[at - 1].element is element:
        return None  # lines of one element, parted by <br>
    before = set(blocks[at - 1].element.iterancestors()) | {blocks[at - 1].element} if at else set()
    for candidate in [element, *element.iterancestors()]:
        if candidate in before or candidate.tag in ("body", "html"):
            break
        box = candidate
    if box is None:
        return None
    end = at + 1
    while end < high and (blocks[end].element is box or box in blocks[end].element.iterancestors()):
        end += 1
    return end if end > at + 1 else None
