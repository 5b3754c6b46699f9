"""Which sources a query could match at all."""

from __future__ import annotations

import pytest

from query import Names, may_match_source, parse

NAMES = Names(topics={"ours": "source:dawn OR source:brief*"}, rules={"not-dawn": "japan NOT source:dawn"})


@pytest.mark.parametrize(
    ("query", "dawn", "nikkei"),
    [
        ("japan", True, True),
        ("source:dawn japan", True, False),
        ("japan NOT source:dawn", False, True),
        ("source:dawn OR japan", True, True),
        ("japan source:(dawn OR brief)", True, False),
        ("topic:ours japan", True, False),
        ("japan NOT topic:ours", False, True),
        ("rule:not-dawn", False, True),
        ("source:da* NOT section:sports", True, False),
        ("japan NOT (source:dawn sports)", True, True),
        ("japan NOT (NOT source:dawn)", True, False),
        ("source:=DAWN japan", False, False),
        ("lang:ja after:7d", True, True),
    ],
)
def test_source_is_ruled_out_only_by_what_the_query_says_of_sources(query: str, dawn: bool, nikkei: bool) -> None:
    """Everything else may be or not be."""
    asked = parse(query, NAMES)
    assert (may_match_source(asked, "dawn"), may_match_source(asked, "nikkei")) == (dawn, nikkei)
