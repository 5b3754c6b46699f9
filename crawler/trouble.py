"""What kind of trouble a problem is, for the health of a source. Judges the sentences that this room writes itself."""

from __future__ import annotations

FAILING, HTML, CHALLENGE, EMPTY = "failing", "html", "challenge", "empty"

CHALLENGED = "a challenge that asks for a browser"
"""Stands in every problem that comes from a page which wants to see a browser (``crawler.reading.stubs``)."""

_HTML = "an HTML page came instead"
_NOTHING = ("the page has no link", "the body is empty", "the answer has no list", "it listed nothing")


def trouble_of(problem: str | None) -> str | None:
    """One word for a problem; None where there is none."""
    if problem is None:
        return None
    if CHALLENGED in problem:
        return CHALLENGE
    if problem.startswith(_HTML):
        return HTML
    return EMPTY if problem.startswith(_NOTHING) else FAILING
