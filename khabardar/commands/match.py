"""``khabardar match``: queries against items of a file, without an archive."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khabardar.commands.importing import lines_of
from khabardar.commands.options import DEFAULT_FILE, CommandError, ConfigOption, configuration_path
from khabardar.terminal import json_line, say

if TYPE_CHECKING:
    from query import Query


def match(
    ctx: typer.Context,
    items: Annotated[str, typer.Argument(metavar="ITEMS.jsonl", help="JSON lines, one item each; - reads stdin.")],
    rules: Annotated[
        Path | None,
        typer.Option(
            "--rules",
            metavar="FILE",
            help="TOML with [[rules]] and [topics]; a whole configuration serves too.",
            show_default=False,
        ),
    ] = None,
    query: Annotated[
        str | None,
        typer.Option("--query", metavar="Q", help='One query; it counts as a rule named "query".', show_default=False),
    ] = None,
    spans: Annotated[
        bool, typer.Option("--spans", help="Also say where: field, start and end in code points, text.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Which rules match which items of a file; prints {"id":…, "rules":[…]} per item, in order. Needs no archive.

    An item without id gets its line number. --query may use the topics of the configuration, if there is one.
    """
    if (rules is None) == (query is None):
        raise CommandError("give either --rules FILE or --query Q.", 2)
    queries = _of_file(rules) if rules is not None else {"query": _of_text(ctx, config, str(query))}
    bad = 0
    with lines_of(items) as lines:
        for number, text in enumerate(lines, start=1):
            if not text.strip():
                continue
            try:
                json_line(_judged(json.loads(text), number, queries, spans=spans))
            except json.JSONDecodeError as error:
                bad += 1
                say(f"line {number}: this is not JSON: {error.msg} at column {error.colno}.")
            except (ValueError, RecursionError) as error:
                bad += 1
                say(f"line {number}: {error}")
    if bad:
        raise typer.Exit(1)


def _of_file(file: Path) -> Mapping[str, Query]:
    from khabardar.settings import load_queries

    queries, _ = load_queries(file)
    if not queries:
        raise CommandError(f"{file} holds no [[rules]].", 2)
    return queries


def _of_text(ctx: typer.Context, config: ConfigOption, text: str) -> Query:
    from khabardar.settings import load_queries
    from query import Names, parse

    path = configuration_path(ctx, config)
    named = config is not None or path != Path(DEFAULT_FILE) or path.exists()
    names = load_queries(path)[1] if named else Names({})
    query = parse(text, names)
    for warning in query.warnings:
        say(f"khabardar: note: {warning}")
    return query


def _judged(value: Any, number: int, queries: Mapping[str, Query], *, spans: bool) -> dict[str, object]:
    from archive.document import document_of
    from archive.json_item import item_from_json
    from query import judge

    if not isinstance(value, dict):
        raise ValueError("an item must be a JSON object.")
    given = value.get("id")
    item = item_from_json({**value, "id": given if given not in (None, "") else str(number)})
    document = document_of(item if item.seen_at else replace(item, seen_at=datetime.now(UTC)))
    verdicts = {name: judge(query, document) for name, query in queries.items()}
    matched = {name: verdict for name, verdict in verdicts.items() if verdict.matched}
    answer: dict[str, object] = {"id": number if given in (None, "") else given, "rules": list(matched)}
    if spans:
        answer["matches"] = [
            {"rule": name, "field": span.field, "start": span.start, "end": span.end, "text": span.text}
            for name, verdict in matched.items()
            for span in verdict.spans
        ]
    return answer
