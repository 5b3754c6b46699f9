"""The sample newsroom is complete: every story is accounted for, and only reprints resemble one another."""

from __future__ import annotations

import itertools
import re

import pytest

from khabardar.demo.content import CHANNELS, Piece, load

CONTENT = load()


def shingles(piece: Piece) -> set[tuple[str, ...]]:
    """Five-word shingles of the text, or of five characters where there are no spaces."""
    words = re.findall(r"\w+", piece.body.casefold())
    if CONTENT.outlet(piece.outlet).language == "ja":
        words = list("".join(words))
    return set(zip(*(words[n:] for n in range(5)), strict=False))


def test_every_story_either_alerts_or_has_a_reason_to_stay_silent() -> None:
    """No story of the newsroom is without an expectation, and none has two."""
    told = [piece for expected in CONTENT.expected for piece in expected.pieces]
    silent = [silent.piece for silent in CONTENT.silent]
    assert sorted(told + silent) == sorted(CONTENT.pieces)


def test_reprints_share_six_tenths_of_their_shingles_and_nothing_else_does() -> None:
    """What is one story for the archive is one story here, with room on both sides of the limit."""
    reprints = {frozenset(pair) for e in CONTENT.expected for pair in itertools.combinations(e.pieces, 2)}
    for one, other in itertools.combinations(CONTENT.pieces.values(), 2):
        first, second = shingles(one), shingles(other)
        shared = len(first & second) / min(len(first), len(second))
        if frozenset((one.key, other.key)) in reprints:
            assert shared >= 0.7, (one.key, other.key, shared)
        else:
            assert shared <= 0.1, (one.key, other.key, shared)


def test_reprints_differ_in_headline_and_dateline() -> None:
    """A wire story looks like three stories to whoever compares headlines."""
    for expected in CONTENT.expected:
        pieces = [CONTENT.pieces[key] for key in expected.pieces]
        assert len({piece.title for piece in pieces}) == len(pieces)
        assert len({(piece.place, piece.credit) for piece in pieces}) == len(pieces)


def test_the_outlets_differ_as_real_ones_do() -> None:
    """Kinds, languages, feeds with and without full text, one that fails: each at least once."""
    outlets = CONTENT.outlets
    assert len(outlets) >= 8
    assert {outlet.kind for outlet in outlets} == {"feed", "sitemap", "listing"}
    assert {outlet.language for outlet in outlets} == {"en", "ur", "ja"}
    assert {outlet.feed.text for outlet in outlets} == {"full", "summary", "none"}
    assert {outlet.validators for outlet in outlets} == {"etag", "weak", "modified", "none"}
    assert [outlet.name for outlet in outlets if outlet.broken] == ["ghost-gazette"]


def test_every_expected_alert_names_rules_of_the_configuration() -> None:
    """What is expected on a channel can only come of rules that name this channel."""
    for expected in CONTENT.expected:
        assert set(expected.rules) <= set(CHANNELS)
        assert all(expected.rules.values())


def test_a_content_without_expectation_for_a_channel_is_no_story() -> None:
    """Asking for an outlet that is not there is an error, not a guess."""
    with pytest.raises(KeyError):
        CONTENT.outlet("nobody")
