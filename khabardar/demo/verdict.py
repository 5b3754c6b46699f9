"""Expected against arrived: values in, one line per expected alert and per message that nobody expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from khabardar.demo.arrivals import Arrival
from khabardar.demo.content import CHANNELS, Content, Expected, Silent

JUST_SEEN = timedelta(seconds=2)
"""A reprint that the service saw this shortly before the message was made need not be named in it yet."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the verdict on one channel. ``state`` is "arrived", "missing", "unexpected", "repeated" or "wrong";
    everything but "arrived" is a mismatch, and ``why`` explains it."""

    channel: str
    story: str
    rules: tuple[str, ...]
    state: str
    why: str = ""
    arrival: Arrival | None = None

    @property
    def good(self) -> bool:
        """Whether this is as expected."""
        return self.state == "arrived"


@dataclass(frozen=True, slots=True)
class Silence:
    """A story that must alert nobody, and whether it kept silent. ``state`` is "silent", "alerted", "unread" (its
    silence proves nothing) or "asked for" (although robots.txt closes it); ``problem`` explains all but the first."""

    piece: str
    why: str
    state: str = "silent"
    problem: str = ""

    @property
    def good(self) -> bool:
        """Whether this is as expected."""
        return self.state == "silent"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the newsroom knows: ``piece_of`` finds the piece at a URL (None: not one of ours), ``read`` when each piece
    was first handed out with its text; ``seen`` when the service saw it, by its archive."""

    content: Content
    piece_of: Callable[[str], str | None]
    read: Mapping[str, datetime]
    seen: Mapping[str, datetime] = field(default_factory=dict)


def compare(arrivals: Sequence[Arrival], facts: Facts) -> list[Line]:
    """The verdict: expected alerts in their order, channel by channel, then what nobody expected."""
    lines: list[Line] = []
    for channel in CHANNELS:
        here = [arrival for arrival in arrivals if arrival.channel == channel]
        for expected in facts.content.expected:
            if channel in expected.rules:
                mine = [arrival for arrival in here if _story_of(arrival, facts) is expected]
                lines += _judge(channel, expected, mine, facts)
        lines += [_stranger(channel, arrival, facts) for arrival in here if _is_strange(channel, arrival, facts)]
    return lines


def owing(arrivals: Sequence[Arrival], facts: Facts) -> list[tuple[str, Expected]]:
    """The expected alerts that have not arrived yet, with their channel."""
    here = {(arrival.channel, story.story) for arrival in arrivals if (story := _story_of(arrival, facts))}
    return [
        (channel, expected)
        for expected in facts.content.expected
        for channel in expected.rules
        if (channel, expected.story) not in here
    ]


def silences(arrivals: Sequence[Arrival], facts: Facts) -> list[Silence]:
    """Whether the stories that must stay silent did so after their text had been read."""
    told = {facts.piece_of(url) for arrival in arrivals for url in arrival.urls}
    return [_silence(silent, silent.piece in told, facts) for silent in facts.content.silent]


def _silence(silent: Silent, told: bool, facts: Facts) -> Silence:
    read = silent.piece in facts.read
    if facts.content.closed(silent.piece):
        if read:
            return Silence(silent.piece, silent.why, "asked for", "its page was fetched although robots.txt closes it")
    elif told:
        return Silence(silent.piece, silent.why, "alerted", "a message about it arrived, see above")
    elif not read:
        return Silence(silent.piece, silent.why, "unread", "its text was never asked for: its silence proves nothing")
    return Silence(silent.piece, silent.why)


def _judge(channel: str, expected: Expected, arrivals: list[Arrival], facts: Facts) -> list[Line]:
    wanted = expected.rules[channel]
    if not arrivals:
        return [Line(channel, expected.story, wanted, "missing", _missing(expected, facts))]
    first, *others = arrivals
    why = _wrong(channel, expected, first, facts)
    lines = [Line(channel, expected.story, wanted, "wrong" if why else "arrived", why, first)]
    return lines + [
        Line(channel, expected.story, again.rules, "repeated", _repeated(again, arrivals), again) for again in others
    ]


def _missing(expected: Expected, facts: Facts) -> str:
    unread = [piece for piece in expected.pieces if piece not in facts.read]
    if len(unread) == len(expected.pieces):
        return f"the text of {', '.join(unread)} was never asked for"
    return "the text was read by the crawler, but no message came: see khabardar explain on its address"


def _wrong(channel: str, expected: Expected, arrival: Arrival, facts: Facts) -> str:
    faults = []
    if arrival.kind != "alert":
        faults.append(f"it is a message of type {arrival.kind}, not alert")
    if sorted(arrival.rules) != sorted(expected.rules[channel]):
        faults.append(
            f"it names the rules {', '.join(arrival.rules) or 'none'} instead of {', '.join(expected.rules[channel])}"
        )
    if not arrival.words:
        faults.append("no matched words are marked")
    unnamed = _unnamed(expected, arrival, facts)
    if unnamed:
        faults.append(f"“also in” does not name {', '.join(unnamed)}, seen well before the message was made")
    return "; ".join(faults)


def _unnamed(expected: Expected, arrival: Arrival, facts: Facts) -> list[str]:
    """Outlets whose reprint had been seen in good time and that the message does not name."""
    made_at = arrival.sent_at or arrival.at
    named = {piece.partition("/")[0] for url in arrival.urls if (piece := facts.piece_of(url))}
    named |= set(arrival.also_in)
    known = [piece for piece, seen_at in facts.seen.items() if seen_at <= made_at - JUST_SEEN]
    return sorted({piece.partition("/")[0] for piece in expected.pieces if piece in known} - named)


def _repeated(again: Arrival, arrivals: Sequence[Arrival]) -> str:
    if sum(arrival.delivery_id == again.delivery_id for arrival in arrivals) > 1:
        return f"the same delivery {again.delivery_id} came more than once"
    return f"the story was already told; this is another delivery, {again.delivery_id}"


def _is_strange(channel: str, arrival: Arrival, facts: Facts) -> bool:
    story = _story_of(arrival, facts)
    return story is None or channel not in story.rules


def _stranger(channel: str, arrival: Arrival, facts: Facts) -> Line:
    if arrival.problem:
        return Line(channel, "a message that cannot be trusted", (), "unexpected", arrival.problem, arrival)
    pieces = [piece for url in arrival.urls if (piece := facts.piece_of(url))]
    reasons = {silent.piece: silent.why for silent in facts.content.silent}
    if pieces and pieces[0] in reasons:
        why = f"{pieces[0]} should stay silent: {reasons[pieces[0]]}"
    elif pieces:
        why = f"the rules that match {pieces[0]} do not name this channel"
    else:
        why = f"a message of type {arrival.kind} about none of the newsroom's stories"
    return Line(channel, arrival.title or "(no title)", arrival.rules, "unexpected", why, arrival)


def _story_of(arrival: Arrival, facts: Facts) -> Expected | None:
    """The expected story that a message tells: the one whose piece its first known link leads to."""
    for url in arrival.urls:
        piece = facts.piece_of(url)
        for expected in facts.content.expected:
            if piece in expected.pieces:
                return expected
    return None
