"""Rule and search say the same: drawn queries on drawn items with hostile texts and times, on both databases."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from archive.document import document_of
from archive.model import NewsItem
from archive.store import Archive
from query import Names, Query, QueryError, judge, parse
from tests.archive.samples import judged
from tests.query.contract import NAMES, TOPICS, cases

ASKED = datetime(2025, 8, 20, 12, tzinfo=UTC)
# Midnight of some days in Karachi, Tokyo, Kathmandu and UTC, and a second before each.
ZONES = ("UTC", "Asia/Karachi", "Asia/Tokyo", "Asia/Kathmandu", "America/New_York")
MIDNIGHTS = [
    datetime(2025, 8, day, tzinfo=UTC) - timedelta(minutes=minutes)
    for day in (1, 15, 20)
    for minutes in (0, 300, 540, 345, -240)
]
TIMES = [moment + timedelta(seconds=beside) for moment in MIDNIGHTS for beside in (-1, 0, 1)]
ODD = (
    *(
        "\x00",
        "\ud800",
        "\udfff",
        "\U0010ffff",
        "\ufeff",
        "\u200b",
        "\u200c",
        "\u200d",
        "\u200f",
        "\u202e",
        "\xad",
        "\u0301",
    ),
    *(
        "\u0653",
        "\uff9e",
        "\u3099",
        "\u0640",
        "\n",
        "\r\n",
        "\u2028",
        "\x1c",
        "\t",
        "\xa0",
        "\u3000",
        "・",
        "、",
        "¶",
        "¦",
        "‗",
    ),
    *(
        "😀",
        "👨\u200d👩\u200d👧",
        "ﷺ",
        "㍿",
        "ﬁ",
        "ß",
        "İ",
        "²",
        "™",
        "½",
        "_",
        "'",
        "’s",
        "’",
        ",",
        ".",
        "-",
        "/",
        "&",
        "%",
        "₨",
        "$",
    ),
    *("\ue041", "\uf8ff", "\uf8f1", "\uffff", "\\", "'' | !", '"*"', ":*", "<->", "NEAR(", "x" * 3000, "日" * 40),
)
DATES = (
    "after:2025-08-01",
    "before:2025-08-15",
    "after:2025-08-15",
    "before:2025-08-20",
    "after:7d",
    "before:12h",
    "after:5d",
)
FIELDS = ("title", "summary", "body", "author", "place", "credit", "section", "source", "language", "url")
TEXTS = [text for case in cases() for text in ([case.item["body"]] if "body" in case.item else [])]
QUERIES = [case.query for case in cases() if not case.refused]


def draw_text(chance: random.Random) -> str:
    """Some sentences of the table, with odd characters between and in them."""
    letters = list(" ".join(chance.sample(TEXTS, chance.randint(1, 5))))
    for _ in range(chance.randint(0, 6)):
        letters.insert(chance.randint(0, len(letters)), chance.choice(ODD))
    return "".join(letters)


def draw_item(number: int, chance: random.Random) -> NewsItem:
    def perhaps(text: str) -> str | None:
        return text if chance.random() < 0.5 else None

    return NewsItem(
        id=f"drawn-{number}",
        url=f"https://paper.example/{chance.choice(('sports', 'a%20b', 'japan-wins', 'ک'))}/{number}",
        source=chance.choice(("dawn", "dawn-business", "urdupoint", "a_b", "ジャン")),
        title=draw_text(chance),
        summary=perhaps(draw_text(chance)),
        body=perhaps(draw_text(chance)),
        author=perhaps(draw_text(chance)[:80]),
        place=perhaps(chance.choice(("ISLAMABAD", "کراچی", "東京"))),
        credit=perhaps("APP / Xinhua"),
        section=perhaps(chance.choice(("Business News", "sports", "كاروبار", "", " ", "C++"))),
        language=perhaps(chance.choice(("en", "ur", "ja", "en-us"))),
        published_at=chance.choice((None, *TIMES)),
        seen_at=chance.choice(TIMES),
        keys=(f"id:drawn:{number}",),
    )


def draw_query(names: Names, chance: random.Random) -> Query | None:
    """Queries of the table joined and negated, or words cut out of their texts; None when it is refused."""
    parts = []
    for _ in range(chance.randint(1, 3)):
        term = chance.choice(
            (chance.choice(QUERIES), chance.choice(DATES), chance.choice(TEXTS).replace('"', " ")[:12])
        )
        parts.append(chance.choice(("({})", "({})", "NOT ({})", "title:({})", "body:({})", "{}")).format(term))
    try:
        return parse(chance.choice((" ", " OR ", " AND ")).join(parts), names)
    except QueryError:
        return None


def test_drawn_queries_find_in_the_archive_what_the_judge_finds_in_the_items(archive: Archive) -> None:
    """Odd characters, times beside midnight of five zones, relative and absolute dates; offsets point into the text."""
    chance = random.Random(20250815)
    news = [draw_item(number, chance) for number in range(150)]
    archive.keep([judged(item) for item in news], ASKED, via="import")
    kept = {item.id: item for item in archive.search(None, limit=None)}
    assert len(kept) == len(news)
    documents = {id_: document_of(item) for id_, item in kept.items()}
    for item in news:
        assert [document_of(item).text(f) for f in ("title", "summary", "body", "author", "section")] == [
            documents[item.id].text(f) for f in ("title", "summary", "body", "author", "section")
        ]
    all_names = [Names(TOPICS, NAMES.rules, zone) for zone in ZONES]
    for _ in range(400):
        query = draw_query(chance.choice(all_names), chance)
        if query is None:
            continue
        verdicts = {id_: judge(query, one, ASKED) for id_, one in documents.items()}
        found = [item.id for item in archive.search(query, limit=None, now=ASKED)]
        assert sorted(found) == sorted(id_ for id_, verdict in verdicts.items() if verdict), query.text
        for id_, verdict in verdicts.items():
            for span in verdict.spans:
                assert documents[id_].text(span.field)[span.start : span.end] == span.text
            order = [(FIELDS.index(span.field), span.start) for span in verdict.spans]
            assert order == sorted(order), query.text
        times = [kept[id_].effective_at.replace(microsecond=0) for id_ in found]
        assert times == sorted(times, reverse=True)
