"""Messages with news of our own making, to see how they look: what ``channel preview`` writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from alerts.compose import compose, notice, test_message
from archive.model import Delivery, MatchSpan, NewsItem, Owed, Story
from query import Names, judge, parse

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
RULES = {
    "japan-cars": 'japan OR "car maker*" OR جاپان* OR گاڑی* OR 日本 OR 自動車',
    "port works": "port NEAR/6 (work* OR closed)",
}


def samples(channel: str, now: datetime) -> dict[str, dict[str, Any]]:
    """Name to message: an alert, more on its story, a late one, a digest in three scripts, a notice, a test."""
    english, urdu, japanese, port, late = _items(now)
    reprint = NewsItem(english.title, "https://ledger.example.org/a/1", "i9", "karachi-ledger", seen_at=now)
    more = NewsItem(
        **{name: getattr(english, name) for name in ("title", "summary", "language", "place", "story_id")},
        url="https://observer.example.org/business/88",
        id="i10",
        source="ravi-observer",
        body="The signing ceremony was brought forward to Monday. Makers from Japan will send nine trainers, not five.",
        published_at=now - MINUTE,
        seen_at=now,
    )
    whole = Story("s1", english.title, (english, reprint))
    grown = Story("s1", english.title, (english, more))
    calm = [(one, Story(f"s-{one.id}", one.title, (one,))) for one in (english, urdu, japanese, port)]
    held = "quiet hours 22:00-07:00"
    return {
        "alert": _message(channel, [(english, whole)], now),
        "update": _message(channel, [(more, grown)], now, earlier=("sample-i1",)),
        "late": _message(channel, [(late, Story("s5", late.title, (late,)))], now),
        "urdu": _message(channel, [(urdu, Story("s2", urdu.title, (urdu,)))], now),
        "japanese": _message(channel, [(japanese, Story("s3", japanese.title, (japanese,)))], now),
        "digest": _message(channel, calm, now, bundle="daily 08:00"),
        "morning": _message(channel, calm, now, held=held),
        "notice": notice(
            "Source karachi-ledger has gone dark",
            "No visit of karachi-ledger has brought anything since yesterday.\nIts feed answers 503.",
            about="karachi-ledger",
            state="dark",
            since=now - 26 * HOUR,
            now=now,
        ),
        "test": test_message(channel, now),
    }


def _message(
    channel: str,
    told: Sequence[tuple[NewsItem, Story]],
    now: datetime,
    *,
    bundle: str = "now",
    held: str | None = None,
    earlier: tuple[str, ...] = (),
) -> dict[str, Any]:
    spans = {item.id: _spans(item, now) for item, _ in told}
    rows = [
        Owed(number, item.id, story.id, rule, RULES[rule], channel, now, bundle, now, held=held)
        for number, (item, story) in enumerate(told)
        for rule in dict.fromkeys(span.rule for span in spans[item.id])
    ]
    kind = "digest" if held else "alert"
    delivery = Delivery(f"sample-{told[0][0].id}", channel, kind, owed=tuple(rows), earlier=earlier)
    return compose(delivery, [story for _, story in told], spans, {}, now)


def _spans(item: NewsItem, now: datetime) -> list[MatchSpan]:
    from archive.document import document_of

    found = []
    for name, text in RULES.items():
        verdict = judge(parse(text, Names({})), document_of(item), now)
        found += [MatchSpan(name, span.field, span.start, span.end, span.text) for span in verdict.spans]
    return found


def _items(now: datetime) -> tuple[NewsItem, ...]:
    return (
        NewsItem(
            title="Japan's car makers to train four hundred mechanics in Karachi",
            url="https://margalla.example.org/business/2025/training-centre-88213.html",
            id="i1",
            source="margalla-times",
            author="Amina Rahim",
            summary="A training centre for mechanics is to open near the port in spring, paid for by three car makers.",
            body=(
                "ISLAMABAD: The ministry of industries said on Friday that engineers from Japan would teach there "
                "for five years.\n\nThree makers of parts have promised machines. The first has forty places; "
                "half are kept for women.\n\nA spokesman of the car makers called the plan overdue. Mr. Saleem "
                "of the port authority said work at the port would begin in October, once the sheds are cleared."
            ),
            language="en",
            place="ISLAMABAD",
            credit="APP",
            published_at=now - 4 * MINUTE,
            seen_at=now - MINUTE,
            story_id="s1",
        ),
        NewsItem(
            title="جاپان کی کمپنی کراچی میں گاڑیوں کا نیا کارخانہ لگائے گی",
            url="https://subh.example.org/karobar/4471",
            id="i2",
            source="subh-e-nau",
            summary=(
                "وزارتِ صنعت کے مطابق کارخانے میں سالانہ بیس ہزار گاڑیاں تیار ہوں گی اور پہلا مرحلہ اگلے برس مکمل ہوگا۔"
            ),
            body=(
                "کراچی کی بندرگاہ کے قریب زمین دے دی گئی ہے۔ جاپانی انجینئر مقامی کاریگروں کو تربیت دیں گے۔ "
                "قیمتوں کا اعلان بعد میں ہوگا۔"
            ),
            language="ur",
            place="کراچی",
            published_at=now - 20 * MINUTE,
            seen_at=now - 2 * MINUTE,
        ),
        NewsItem(
            title="日本の自動車メーカー、カラチに整備士の学校を開設へ",
            url="https://minato.example.org/keizai/5512",
            id="i3",
            source="minato-keizai",
            summary="来年春、港の近くに整備士の学校が開かれる。日本の三社が費用を負担する。",
            body="最初の課程の定員は四十人。自動車部品の会社が機械を提供する。工事は十月に始まる。",
            language="ja",
            published_at=now - HOUR,
            seen_at=now - 3 * MINUTE,
        ),
        NewsItem(
            title="Port to stay closed on Sunday for work on the second crane",
            url="https://portcity.example.org/n/901",
            id="i4",
            source="port-city-business",
            summary="Ships wait outside; the work at the port takes eleven hours.",
            language="en",
            published_at=None,
            seen_at=now - 5 * MINUTE,
        ),
        NewsItem(
            title="Car maker from Japan buys a foundry in Sialkot",
            url="https://ledger.example.org/a/77",
            id="i5",
            source="karachi-ledger",
            summary="The foundry has cast parts for tractors since 1961.",
            language="en",
            published_at=now - 9 * HOUR,
            seen_at=now - MINUTE,
        ),
    )
