"""LANGUAGE: parse a query, see the words of a text, say whether and where they match. Values only, no I/O.

    query = parse('topic:japan AND (automo* OR "auto industry") NOT section:sports', Names(topics))
    judge(query, Document.of(title="…", body="…"))      # matched, and where
    explain(query, document)                            # which part did not
    plan(query), index_text(document)                   # the same question, for a full-text index

One analyser (``words``) reads queries and items, one judge decides; the index only proposes.
"""

from __future__ import annotations

from query.document import Document
from query.errors import QueryError
from query.explain import Explanation, explain
from query.judge import Span, Verdict, judge, matches
from query.plan import Plan, index_text, plan
from query.query import Names, Query, parse
from query.reach import may_match_source
from query.words import Word, words

__all__ = [
    "Document",
    "Explanation",
    "Names",
    "Plan",
    "Query",
    "QueryError",
    "Span",
    "Verdict",
    "Word",
    "explain",
    "index_text",
    "judge",
    "matches",
    "may_match_source",
    "parse",
    "plan",
    "words",
]
