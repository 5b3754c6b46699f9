"""``khabardar match``: queries against items of a file, without an archive."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khabardar.commands.importing import lines_of
from khabardar.commands.options import DEFAULT_FILE, CommandError, ConfigOption, configuration_path
from khabardar.terminal import json_line, say

if TYPE_CHECKING:
    from query import Document, Query, Verdict


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
    judges = _Judges(queries)
    bad = 0
    with lines_of(items) as lines:
        for number, text in enumerate(lines, start=1):
            if not text.strip():
                continue
            try:
                json_line(_judged(_decoded(text), number, judges, spans=spans))
            except ValueError as error:
                bad += 1
                say(f"line {number}: {error}")
    if bad:
        raise typer.Exit(1)


class _Judges:
    """The queries by name, and where they are many an index that says which are worth judging."""

    def __init__(self, queries: Mapping[str, Query]) -> None:
        from alerts.index import RuleIndex
        from alerts.match import FEW
        from alerts.rules import Rule, RuleSettings, Schedule

        self._queries = queries
        self._index: RuleIndex | None = None
        if len(queries) > FEW:
            self._index = RuleIndex(
                Rule(RuleSettings.model_construct(name=name, query=query.text), query, Schedule("now"))
                for name, query in queries.items()
            )

    def names(self, document: Document) -> list[str]:
        """The names of the queries that match, in their order."""
        from query.judge import look_at, matches

        if self._index is None:
            return [name for name, query in self._queries.items() if matches(query, document)]
        look = look_at(document, None)
        return [rule.name for rule in self._index.matching(document, lambda rule: rule.query.part.holds(look))]

    def verdict(self, name: str, document: Document) -> Verdict:
        """The answer of one query, with the places."""
        from query import judge

        return judge(self._queries[name], document)


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


def _decoded(text: str) -> Any:
    """The value of a line. Raises ValueError with a sentence, whatever stands there."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"this is not JSON: {error.msg} at column {error.colno}.") from None
    except RecursionError:
        raise ValueError("this is no item: its values lie too deep in one another.") from None
    except ValueError:
        raise ValueError("this is no item: it holds a number of thousands of digits.") from None


def _judged(value: Any, number: int, judges: _Judges, *, spans: bool) -> dict[str, object]:
    from archive.json_item import document_from_json

    document = document_from_json(value, datetime.now(UTC))
    given = value.get("id")
    names = judges.names(document)
    answer: dict[str, object] = {"id": number if given in (None, "") else given, "rules": names}
    if spans:
        answer["matches"] = [
            {"rule": name, "field": span.field, "start": span.start, "end": span.end, "text": span.text}
            for name in names
            for span in judges.verdict(name, document).spans
        ]
    return answer
