"""Items of a first visit wait for each other; all others pass at once."""

from __future__ import annotations

from archive.model import Known, NewsItem, Rejected, Visit, VisitStatus
from scheduler.intake import ENOUGH, FirstVisit
from tests.archive.samples import NOW, item

KNOWN = {"dawn": Known(first_visit=True), "tribune": Known(first_visit=False)}
END = Visit("dawn", VisitStatus.OK, NOW, NOW)


def _numbers(items: list[NewsItem]) -> list[str]:
    return [one.title for one in items]


def test_a_first_visit_is_held_until_it_ends() -> None:
    """Its items come out together, before the visit is written down."""
    first = FirstVisit(KNOWN)
    assert first.released([item(1), Rejected("dawn", None, "x", "y"), item(2)]) == []
    assert first.released([item(3), END]) == [item(1), item(2), item(3)]
    assert first.released([END]) == []


def test_a_later_visit_is_not_held() -> None:
    """Nor one of a source that nothing is known of."""
    first = FirstVisit(KNOWN)
    news = [item(1, source="tribune"), item(2, source="stranger")]
    assert first.released(news) == news


def test_no_more_than_enough_is_held() -> None:
    """Memory is bounded, whatever a list brings; the next ones are held again."""
    first = FirstVisit(KNOWN)
    out = first.released([item(n) for n in range(ENOUGH + 7)])
    assert _numbers(out) == [f"Report number {n}" for n in range(ENOUGH)]
    assert len(first.released([END])) == 7
