"""One query, many items: ``.venv/bin/python -m bench.search`` (``--items 1000000``, ``--keep FOLDER``).

A made-up archive (``bench.corpus``) and a tantivy index of the same words, on one core, in one run. Per class of
queries: the newest 20, as whole items out of the archive, beside tantivy's newest 20 by a fast field with their stored
ids; how many there are; the best 20 by relevance. Milliseconds, the median and the 95th percentile of all queries of a
class, each asked a few times once the caches are warm, as time of this process. Where the index's answer is exact, both
must name the same items. tantivy has no NEAR of both orders, and no place for what is not indexed: "-".

With ``--postgres URL`` (an empty database) the same archive is filled and measured there.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import tantivy

from archive import fulltext
from archive.store import Archive
from bench.corpus import APART, BEGIN, Corpus
from bench.load import fill, schema, tantivy_index
from query import Names, Query, parse, plan
from query.plan import All, Any, Dated, Phrase, Term, Tree, Without

LIMIT = 20
_GOAL = 1.0  # milliseconds that are quick enough, whatever tantivy takes
_FIELDS = {None: ("title", "body"), "title": ("title",), "body": ("body",), "meta": ("meta",)}


def classes(corpus: Corpus, chance: random.Random, number: int) -> dict[str, list[str]]:
    """Queries by class, some of each."""
    long = [word for word in corpus.words if len(word) >= 5]
    common, mid, rare = corpus.words[:60], long[300:3000], long[40_000:]

    def some(make: Callable[[], str]) -> list[str]:
        return [make() for _ in range(number)]

    def one(words: list[str]) -> str:
        return chance.choice(words)

    def phrase(least: int) -> str:
        while True:
            words = chance.choice(corpus.pools["en"]).words
            at = chance.randrange(len(words) - 3)
            found = words[at : at + chance.choice((2, 3))]
            if all(word.isalpha() and word.isascii() and len(word) >= least for word in found):
                return f'"{" ".join(found)}"'

    topics = [f"topic:t{at}" for at in range(4)]
    return {
        "common word": some(lambda: one(common)),
        "word": some(lambda: one(mid)),
        "rare word": some(lambda: one(rare)),
        "phrase": some(lambda: phrase(4)),
        "phrase of common words": some(lambda: phrase(1)),
        "common AND common": some(lambda: f"{one(common)} {one(common)}"),
        "common AND rare": some(lambda: f"{one(common)} {one(rare)}"),
        "word AND word": some(lambda: f"{one(mid)} {one(mid)}"),
        "word OR word": some(lambda: f"{one(mid)} OR {one(mid)} OR {one(rare)}"),
        "boolean": some(lambda: f"({one(mid)} OR {one(mid)}) ({one(common)} OR {one(mid)}) -{one(rare)}"),
        "word NOT common": some(lambda: f"{one(mid)} -{one(common)}"),
        "common NOT word": some(lambda: f"{one(common)} -{one(mid)}"),
        "prefix": [*some(lambda: f"{one(mid)[:5]}*"), "automo*", "tarif*"],
        "prefix of three letters": some(lambda: f"{one(mid)[:3]}*"),
        "title:": some(lambda: f"title:{one(mid)}"),
        "source: AND word": some(lambda: f"source:paper-{chance.randrange(100)} {one(common)}"),
        "section: prefix lang:": ["section:bus* lang:en tariff", "section:sports lang:ur", "lang:ja section:c*"],
        "dates": some(lambda: f"{one(mid)} after:2023-06-01 before:2023-12-01"),
        "Urdu": ["پاکستان", "جاپان", "گاڑیاں", "گاڑی*", "پاکستان جاپان"],
        "Japanese": ["自動車", "日本", "パキスタン", "日本 自動車"],
        "phrase with a beginning": ["自動車*", '"auto indus*"', '"it serv*"'],
        "=IT, case counts": ["=IT", '="IT services"', "=IT tariff", "title:=IT"],
        "topic of 60 words": topics,
        "topic AND topic": ["topic:t0 topic:t1", "topic:t2 topic:t3", "topic:t1 topic:t3"],
        "NEAR": some(lambda: f"{one(mid)} NEAR/8 {one(common)}"),
        "NEAR of common words": some(lambda: f"{one(common)} NEAR/8 {one(common)}"),
        "word AND regex": ["export /tari.{1,3}/", "tariff /re[f]in/", "Japan /auto.?mot/"],
        "word AND regex, no hit": ["refinery /zzq/", "quibblement /zzq/"],
    }


def names(corpus: Corpus, chance: random.Random) -> Names:
    """Topics of 60 words, some common, most not."""
    long = [word for word in corpus.words if len(word) >= 4]

    def topic() -> str:
        return " OR ".join(chance.sample(long[200:2000], 6) + chance.sample(long[2000:20_000], 54))

    return Names({f"t{at}": topic() for at in range(4)})


def tantivy_query(tree: Tree) -> tantivy.Query | None:
    """What tantivy is asked for the same plan; None if it cannot be said."""
    must, should, never = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot
    match tree:
        case Term(token, column, prefix):
            word = fulltext.encoded(token)
            found = [_one(word, field, prefix) for field in _FIELDS[column]]
            return found[0] if len(found) == 1 else tantivy.Query.boolean_query([(should, each) for each in found])
        case Phrase(tokens, column, False):
            words = [fulltext.encoded(token) for token in tokens]
            phrases = [tantivy.Query.phrase_query(schema(), field, words) for field in _FIELDS[column]]
            return tantivy.Query.boolean_query([(should, each) for each in phrases])
        case Dated(side, moment) if not isinstance(moment, timedelta):
            from archive.tables import seq_floor

            low, high = (seq_floor(moment), 2**62) if side == "after" else (0, seq_floor(moment) - 1)
            return tantivy.Query.range_query(schema(), "seq", tantivy.FieldType.Integer, low, high)
        case Any(parts):
            either = [tantivy_query(part) for part in parts]
            return tantivy.Query.boolean_query([(should, each) for each in either if each]) if all(either) else None
        case All(parts):
            made = [
                (never, tantivy_query(part.part)) if isinstance(part, Without) else (must, tantivy_query(part))
                for part in parts
            ]
            asked = [(occur, each) for occur, each in made if each]
            return tantivy.Query.boolean_query(asked) if len(asked) == len(parts) else None
    return None


def _one(word: str, field: str, prefix: bool) -> tantivy.Query:
    if prefix:
        return tantivy.Query.regex_query(schema(), field, word + ".*")
    return tantivy.Query.term_query(schema(), field, word)


def milliseconds(work: Callable[[], object]) -> float:
    """How long one call takes this process: what others do on the machine does not count, for neither of the two."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


class Times:
    """Figures of one class."""

    def __init__(self, calls: list[Callable[[], object]], rounds: int, longest: float = 3.0) -> None:
        self.all: list[float] = []
        began = time.perf_counter()
        for number in range(rounds + 1):
            for call in calls:
                took = milliseconds(call)
                if number:  # the first round warms the caches
                    self.all.append(took)
            if self.all and time.perf_counter() - began > longest:
                break
        self.all.sort()

    @property
    def median(self) -> float:
        return statistics.median(self.all)

    @property
    def p95(self) -> float:
        return self.all[min(len(self.all) - 1, int(0.95 * len(self.all)))]

    def __str__(self) -> str:
        return f"{self.median:8.2f} {self.p95:8.2f}"


def race(archive: Archive, index: tantivy.Index | None, asked: dict[str, list[Query]], rounds: int) -> None:
    """The table, class by class."""
    searcher = index.searcher() if index else None
    if searcher is not None:
        assert searcher.num_docs == archive.stats()["items"]
    print(
        f"{'ms: median and p95':26}|{'newest 20':>18} |{'tantivy':>18} |{'goal':>5} |{'count':>18} |{'tantivy':>18} |"
        f"{'by relevance':>18} |{'tantivy':>18}"
    )
    slow: list[str] = []
    for name, queries in asked.items():
        plans = [plan(query) for query in queries]
        theirs = [tantivy_query(made.tree) if searcher and made.exact else None for made in plans]
        newest = Times([lambda query=query: list(archive.search(query, limit=LIMIT)) for query in queries], rounds)
        counted = Times([lambda query=query: archive.count(query, seconds=1) for query in queries], rounds)
        ranked = Times([lambda query=query: archive.page(query, limit=LIMIT, sort="relevance") for query in queries], 2)
        columns = [f"{'-':>17}"] * 3
        good = newest.p95 <= _GOAL
        if searcher is not None and all(theirs):
            check(archive, searcher, queries, theirs)
            newest_there = Times([lambda each=each: list(newest_of(searcher, each)) for each in theirs], rounds)
            columns = [
                str(newest_there),
                str(Times([lambda each=each: searcher.search(each, limit=1).count for each in theirs], rounds)),
                str(Times([lambda each=each: list(best_of(searcher, each)) for each in theirs], 2)),
            ]
            good = good or newest.p95 <= newest_there.p95
        if not good:
            slow.append(name)
        print(
            f"{name:26}| {newest} | {columns[0]} |{'yes' if good else 'NO':>5} | {counted} | {columns[1]} | {ranked} |"
            f" {columns[2]}",
            flush=True,
        )
    print(f"newest-first above tantivy and above {_GOAL:g} ms: {', '.join(slow) or 'none'}")


def newest_of(searcher: tantivy.Searcher, query: tantivy.Query) -> Iterator[str]:
    """Ids, newest first."""
    for _, address in searcher.search(query, limit=LIMIT, count=False, order_by_field="seq").hits:
        yield searcher.doc(address).get_first("id")


def best_of(searcher: tantivy.Searcher, query: tantivy.Query) -> Iterator[str]:
    """Ids by BM25."""
    for _, address in searcher.search(query, limit=LIMIT, count=False).hits:
        yield searcher.doc(address).get_first("id")


def check(archive: Archive, searcher: tantivy.Searcher, queries: list[Query], theirs: list[tantivy.Query]) -> None:
    """Both find the same where the index's answer is exact."""
    for query, other in zip(queries, theirs, strict=True):
        if plan(query).exact:
            ours = [item.id for item in archive.search(query, limit=LIMIT)]
            assert ours == list(newest_of(searcher, other)), query.text
            assert archive.count(query).number == searcher.search(other, limit=1, count=True).count, query.text


def scan(archive: Archive, total: int) -> None:
    """A regular expression alone, without a hit and with some, with a budget of two seconds."""
    for text in ("/zz[x]qq/", "/quibblem.nt/", "title:/zz[x]qq/", "url:/paper-7[.].*99$/"):
        began = time.perf_counter()
        page = archive.page(parse(text), limit=LIMIT, seconds=2)
        took = time.perf_counter() - began
        newest = BEGIN + APART * total
        looked = (newest - page.looked_back_to) / APART if page.looked_back_to else total
        print(
            f"{text:26} {len(page.items)} items in {took:.2f} s, complete: {'yes' if page.complete else 'no'}, "
            f"{looked:,.0f} of {total:,} looked through ({looked / took:,.0f} a second), "
            f"cursor: {'yes' if page.cursor else 'none'}"
        )


def backtests(archive: Archive) -> None:
    """All matches of rules, without their texts."""
    for text in ("tariff", "Japan OR automotive OR textile", "export NEAR/20 tariff"):
        began = time.perf_counter()
        batches = list(archive.backtest(parse(text)))
        took = time.perf_counter() - began
        found = sum(len(batch.matches) for batch in batches)
        judged = sum(batch.looked_at for batch in batches) if batches[-1].judged else 0
        print(f"backtest {text:32} {found:,} matches in {took:.2f} s, {judged:,} judged")


def main() -> None:
    """Fill what is not there yet, then race."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--items", type=int, default=100_000)
    arguments.add_argument("--keep", type=Path, help="a folder in which archive and index stay for the next run")
    arguments.add_argument("--postgres", help="address of an empty database, or of one filled by an earlier run")
    arguments.add_argument("--queries", type=int, default=20, help="of a class")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as made:
        run(asked, asked.keep or Path(made))


def run(asked: argparse.Namespace, folder: Path) -> None:
    """One run in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = Archive.open(asked.postgres or f"sqlite:///{folder / 'archive.db'}")
    archive.migrate()
    index = None if asked.postgres else tantivy_index(folder / "tantivy")
    if archive.stats()["items"] == 0:
        began = time.perf_counter()
        sides = [index.writer(200_000_000, 1)] if index else []
        for done in fill(archive, sides, asked.items, asked.seed):
            print(f"\r{done:,} items", end="", flush=True)
        for side in sides:
            side.wait_merging_threads()
        print(f" put in within {time.perf_counter() - began:.0f} s")
    if index:
        index.reload()
    archive.close()
    archive = Archive.open(asked.postgres or f"sqlite:///{folder / 'archive.db'}", read_only=True)
    total = archive.stats()["items"]
    corpus = Corpus(asked.seed)
    chance = random.Random(asked.seed + 1)
    known = names(corpus, chance)
    queries = {
        name: [parse(text, known) for text in texts] for name, texts in classes(corpus, chance, asked.queries).items()
    }
    print(f"{total:,} items, one core, {'PostgreSQL' if asked.postgres else 'SQLite'}")
    gc.freeze()
    race(archive, index, queries, asked.rounds)
    scan(archive, total)
    backtests(archive)


if __name__ == "__main__":
    main()
