"""A source written into the text of a configuration, behind the last one; all else stays as it was."""

from __future__ import annotations

from khabardar.rule_edits import NotEditableError, stretch, table_of, with_lines
from khabardar.toml_lines import index_lines


def sources_in(text: str) -> list[object]:
    """The sources as they are written. Raises ``NotEditableError``."""
    sources = table_of(text).get("sources", [])
    if not isinstance(sources, list):
        raise NotEditableError("The sources of the file are no list of tables.")
    return sources


def with_source(text: str, lines: str) -> str:
    """The text with one more source, whose ``lines`` begin with ``[[sources]]``. What comes out is read once more.
    Raises ``NotEditableError``."""
    before, known, index = table_of(text), sources_in(text), index_lines(text)
    if ("sources",) in index.ends:
        raise NotEditableError("The file has its sources in one list, which is not written to from here.")
    place = stretch(text, index, ("sources", len(known) - 1))[1] if known else len(text)
    made = with_lines(text, place, lines)
    if repr(table_of(made)) != repr(before | {"sources": [*known, *sources_in(lines)]}):
        raise NotEditableError("The source could not be written without changing something else.")
    return made
