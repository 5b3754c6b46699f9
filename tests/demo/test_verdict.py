"""The verdict: exactly the expected alerts, each once; every way to miss that is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from khabardar.demo.arrivals import Arrival
from khabardar.demo.content import CHANNELS, Expected, load
from khabardar.demo.verdict import Facts, Line, compare, owing, silences

CONTENT = load()
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
READ = {key: NOW - timedelta(minutes=1) for key in CONTENT.pieces if not CONTENT.closed(key)}
FACTS = Facts(CONTENT, lambda url: url if url in CONTENT.pieces else None, READ, READ)
"""In these tests the key of a piece serves as its URL."""


def arrival(expected: Expected, channel: str) -> Arrival:
    """The message that is expected on a channel."""
    first, *others = expected.pieces
    return Arrival(
        channel, CHANNELS[channel], f"{channel}:{first}", NOW,
        title=CONTENT.pieces[first].title, urls=(first,), rules=expected.rules[channel],
        also_in=tuple(piece.partition("/")[0] for piece in others), words=("Japan",), sent_at=NOW,
    )  # fmt: skip


def all_of_them() -> list[Arrival]:
    """What a good round brings."""
    return [arrival(expected, channel) for expected in CONTENT.expected for channel in expected.rules]


def mismatches(arrivals: list[Arrival], facts: Facts = FACTS) -> list[Line]:
    """The lines that are not as expected."""
    return [line for line in compare(arrivals, facts) if not line.good]


def test_exactly_the_expected_alerts_pass() -> None:
    """Nothing missing, nothing more, nothing owed."""
    good = all_of_them()
    lines = compare(good, FACTS)
    assert [line.state for line in lines] == ["arrived"] * len(good)
    assert owing(good, FACTS) == []
    assert all(silence.good for silence in silences(good, FACTS))


def test_a_missing_alert_fails_and_says_whether_its_text_was_read() -> None:
    """Where to look: at the crawler, or behind it."""
    good = all_of_them()
    (line,) = mismatches(good[1:])
    assert line.state == "missing"
    assert "explain" in line.why
    assert len(owing(good[1:], FACTS)) == 1
    (line,) = mismatches(good[1:], replace(FACTS, read={}))[:1]
    assert "never asked for" in line.why


def test_a_repeated_alert_fails_under_the_same_and_under_another_id() -> None:
    """Both are repeats; the explanation tells them apart."""
    good = all_of_them()
    (same,) = mismatches([*good, good[0]])
    (other,) = mismatches([*good, replace(good[0], delivery_id="new")])
    assert (same.state, other.state) == ("repeated", "repeated")
    assert "more than once" in same.why
    assert "another delivery" in other.why


def test_reprints_told_one_by_one_are_repeats() -> None:
    """A wire story that was not seen as one story gives three alerts: two too many."""
    good = all_of_them()
    wire = next(expected for expected in CONTENT.expected if len(expected.pieces) == 3)
    more = [replace(arrival(wire, "desk"), urls=(piece,), delivery_id=piece) for piece in wire.pieces[1:]]
    assert [line.state for line in mismatches([*good, *more])] == ["repeated", "repeated"]


def test_an_alert_about_a_story_that_must_stay_silent_fails_with_its_reason() -> None:
    """The trap that was walked into is named."""
    good = all_of_them()
    hockey = replace(good[0], urls=("maidan-sports/hockey-final",), delivery_id="h")
    (line,) = mismatches([*good, hockey])
    assert line.state == "unexpected"
    assert "sports section" in line.why
    (silence,) = (silence for silence in silences([*good, hockey], FACTS) if not silence.good)
    assert (silence.piece, silence.state) == ("maidan-sports/hockey-final", "alerted")


def test_an_alert_on_a_channel_that_none_of_its_rules_names_fails() -> None:
    """The port levy is for the webhook only."""
    levy = next(expected for expected in CONTENT.expected if "desk" not in expected.rules)
    stray = replace(arrival(levy, "hook"), channel="desk", medium="email")
    (line,) = mismatches([*all_of_them(), stray])
    assert (line.channel, line.state) == ("desk", "unexpected")


def test_a_message_about_nothing_of_ours_fails() -> None:
    """Notices and tests are not expected in a round either."""
    notice = Arrival("desk", "email", "n", NOW, kind="notice", title="A source went dark")
    (line,) = mismatches([*all_of_them(), notice])
    assert "type notice" in line.why


def test_a_message_with_a_wrong_signature_fails() -> None:
    """Whatever it says."""
    forged = Arrival("hook", "webhook", "f", NOW, kind="unknown", problem="the signature does not verify")
    (line,) = mismatches([*all_of_them(), forged])
    assert "signature" in line.why


def test_wrong_rules_or_no_marked_words_fail() -> None:
    """The message must say why it was sent."""
    good = all_of_them()
    (rules,) = mismatches([replace(good[0], rules=("port-costs",)), *good[1:]])
    (words,) = mismatches([replace(good[0], words=()), *good[1:]])
    assert (rules.state, words.state) == ("wrong", "wrong")
    assert "port-costs instead of japan-automotive" in rules.why
    assert "marked" in words.why


def test_also_in_must_name_reprints_that_were_seen_in_good_time() -> None:
    """One that the service saw only just before the message was made may be left out."""
    wire = next(expected for expected in CONTENT.expected if len(expected.pieces) == 3)
    bare = [
        replace(one, also_in=()) if one.urls[0] in wire.pieces and one.channel == "desk" else one
        for one in all_of_them()
    ]
    (line,) = mismatches(bare)
    assert "margalla-times, port-city-business" in line.why
    late = {**READ, **{piece: NOW - timedelta(seconds=1) for piece in wire.pieces[1:]}}
    assert mismatches(bare, replace(FACTS, seen=late)) == []


def test_silence_proves_nothing_when_the_text_was_never_read() -> None:
    """And a page that robots.txt closes must not have been read at all."""
    unread = {key: at for key, at in READ.items() if key != "indus-point/calligraphy"}
    told = {s.piece: s.state for s in silences([], replace(FACTS, read=unread)) if not s.good}
    assert told == {"indus-point/calligraphy": "unread"}
    asked = {**READ, "port-city-business/members-letter": NOW}
    told = {s.piece: s.state for s in silences([], replace(FACTS, read=asked)) if not s.good}
    assert told == {"port-city-business/members-letter": "asked for"}
