"""Precision and recall of the default topics: ``.venv/bin/python -m bench.topics`` (``--config FILE``, ``--wrong``).

Of each topic in each language, over both files of labelled sentences, and over the held-out one alone: precision is the
share of what was found that belongs to the topic, recall the share of what belongs to it that was found.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path

from bench.topics import LANGUAGES, Sentence, sentences
from khabardar.settings import load_queries
from query import Document, Query, judge, parse

DEFAULTS = Path(str(files("khabardar") / "defaults" / "khabardar.toml"))


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--config", type=Path, default=DEFAULTS, help="judge the topics of another configuration")
    options.add_argument("--wrong", action="store_true", help="print every sentence that was judged wrong")
    asked = options.parse_args()
    names = load_queries(asked.config)[1]
    queries = {name: parse(f"topic:{name}", names) for name in names.topics}
    labelled = list(sentences())
    found = {one: found_in(one, queries) for one in labelled}
    _print_table("All sentences", labelled, found, list(queries))
    _print_table("Held out", [one for one in labelled if one.file == "held_out"], found, list(queries))
    if asked.wrong:
        _print_wrong(found, queries)


def found_in(sentence: Sentence, queries: dict[str, Query]) -> frozenset[str]:
    """The topics whose query matches the sentence as a title."""
    document = Document.of(title=sentence.text)
    return frozenset(name for name, query in queries.items() if judge(query, document).matched)


def _print_table(
    title: str, labelled: Sequence[Sentence], found: dict[Sentence, frozenset[str]], topics: Iterable[str]
) -> None:
    print(f"\n{title}: {len(labelled)}. n = sentences that belong / that tempt; P = precision, R = recall")
    print(f"{'topic':12}" + "".join(f"   {name:>8}  n    P    R" for name in (*LANGUAGES.values(), "all")))
    total: dict[str, Counter[str]] = {language: Counter() for language in (*LANGUAGES, "")}
    for topic in topics:
        row = f"{topic:12}"
        for language in (*LANGUAGES, ""):
            counts = _counts(topic, [one for one in labelled if language in (one.language, "")], found)
            total[language] += counts
            row += _cell(counts)
        print(row)
    print(f"{'together':12}" + "".join(_cell(counts) for counts in total.values()))


def _counts(topic: str, labelled: Iterable[Sentence], found: dict[Sentence, frozenset[str]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for one in labelled:
        belongs, hit = topic in one.topics, topic in found[one]
        counts["belong"] += belongs
        counts["tempt"] += topic in one.tempts | one.falls_for
        counts["right"] += belongs and hit
        counts["found"] += hit
    return counts


def _cell(counts: Counter[str]) -> str:
    return (
        f"   {counts['belong']:>5}/{counts['tempt']:<5}"
        f"{_percent(counts['right'], counts['found'])} {_percent(counts['right'], counts['belong'])}"
    )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:3.0f}%" if whole else "   -"


def _print_wrong(found: dict[Sentence, frozenset[str]], queries: dict[str, Query]) -> None:
    print()
    for one, topics in found.items():
        if topics == one.topics:
            continue
        print(f"{one.file}.jsonl:{one.line}: {one.text}")
        for topic in sorted(one.topics - topics):
            print(f"    missed by {topic}")
        for topic in sorted(topics - one.topics):
            spans = judge(queries[topic], Document.of(title=one.text)).spans
            print(f"    wrongly found by {topic}: {', '.join(span.text for span in spans)}")


if __name__ == "__main__":
    main()
