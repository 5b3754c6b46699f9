"""The labelled pages of ``python -m bench.reading``: what the figures promise holds for a part of them."""

from __future__ import annotations

from bench.reading.__main__ import measured, ours, plain
from bench.reading.score import FIELDS, Read, f1, mean, scored
from bench.reading.shapes import pages

KNOWN = list(pages())


def test_the_set_is_as_large_and_as_mixed_as_promised() -> None:
    """At least sixty pages, ten shapes, three languages; every label can be right and wrong."""
    assert len(KNOWN) >= 60
    assert len({page.shape for page in KNOWN}) >= 10
    assert {page.language for page in KNOWN} == {"en", "ur", "ja"}
    for page in KNOWN:
        best = scored(page, Read(page.title, page.author, page.published, page.place, "\n".join(page.body)))
        assert (best.f1, best.furniture, all(best.right.values())) == (1.0, 0, True), page.shape
        worst = scored(page, Read(None, "Nobody at all", None, "Nowhere", "\n".join(page.furniture)))
        assert worst.furniture == len(page.furniture), page.shape
        assert not any(worst.right.values())


def test_pages_are_read_as_well_as_promised() -> None:
    """Every second page; body F1 at least 0.985, the fields at least 0.98, no furniture in any body."""
    found, _ = measured(ours, KNOWN[::2])
    assert mean(score.f1 for score in found) >= 0.985
    for name in FIELDS:
        assert mean(score.right[name] for score in found) >= 0.98, name
    assert sum(score.furniture for score in found) == 0


def test_the_plain_extractor_runs_beside_it() -> None:
    """The comparison is of one run on the same pages."""
    found, _ = measured(plain, KNOWN[:4])
    assert mean(score.f1 for score in found) > 0.5


def test_the_measure_counts_words_as_often_as_they_stand_there() -> None:
    """Half of the words, twice the words, none."""
    assert f1("a b c d", "a b") == 2 * 2 / 6
    assert f1("日本", "日 本") == 1.0
    assert f1("a", "b") == 0.0
