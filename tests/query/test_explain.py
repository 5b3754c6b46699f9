"""Why a query matched or not."""

from __future__ import annotations

import pytest

from query import Document, Names, explain, judge, parse

NAMES = Names({"japan": "japan OR tokyo", "cars": "automotive OR (auto industry)", "deep": "topic:japan topic:cars"})
ITEM = Document.of(title="Tokyo talks", body="On trade in cars", section="sports", seen_at=None)


@pytest.mark.parametrize(
    ("query", "failed"),
    [
        ("tokyo", []),
        ("topic:japan AND topic:cars NOT section:sports", ["topic:cars", "NOT section:sports"]),
        ("tokyo osaka kyoto", ["osaka", "kyoto"]),
        ("osaka OR (kyoto trade)", ["osaka OR kyoto AND trade"]),
        ("trade (tokyo OR osaka) (kyoto tokyo)", ["kyoto"]),
        ("NOT tokyo trade", ["NOT tokyo"]),
        ("title:(trade tokyo)", ["title:(trade AND tokyo)"]),
        ("trade NEAR/0 cars", ["trade NEAR/0 cars"]),
        ("topic:deep", ["topic:deep"]),
        ("/trade.*japan/ after:7d", ["/trade.*japan/", "after:7d"]),
    ],
)
def test_the_smallest_parts_that_failed_are_named(query: str, failed: list[str]) -> None:
    """Of parts joined by AND those that failed; alternatives, names and fields as a whole."""
    explanation = explain(parse(query, NAMES), ITEM)
    assert [part.text for part in explanation.failed()] == failed
    assert explanation.matched is not bool(failed)


def test_every_part_is_answered_with_its_places() -> None:
    """Topics are opened; levels say what belongs to what."""
    explanation = explain(parse("topic:japan -section:sports", NAMES), ITEM)
    assert [
        (level, part.text, part.matched, [span.text for span in part.spans]) for level, part in explanation.walk()
    ] == [
        (0, "topic:japan AND NOT section:sports", False, []),
        (1, "topic:japan", True, ["Tokyo"]),
        (2, "japan OR tokyo", True, ["Tokyo"]),
        (3, "japan", False, []),
        (3, "tokyo", True, ["Tokyo"]),
        (1, "NOT section:sports", False, []),
        (2, "section:sports", True, ["sports"]),
        (3, "sports", True, ["sports"]),
    ]


def test_the_whole_is_what_the_judge_says() -> None:
    """One evaluator, two ways to ask."""
    for text in ("topic:deep OR trade", "tokyo talks", "tokyo NEAR/1 cars"):
        query = parse(text, NAMES)
        verdict, explanation = judge(query, ITEM), explain(query, ITEM)
        assert (verdict.matched, verdict.spans) == (explanation.matched, explanation.spans)
