"""What one part of a configuration says of another: names used twice, names of nothing, queries with their topics."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from khabardar.settings.errors import Findings, did_you_mean
from khabardar.toml_lines import Path as KeyPath

if TYPE_CHECKING:
    from crawler.settings import CrawlSettings, SourceSettings
    from query import Names, Query

_TOPIC_NAME = re.compile(r"\w[\w.-]{0,63}\Z")
_CONTACT = re.compile(r"https?://\S|[\w.+-]@[\w-]+\.")
_STAND_IN = "placeholder"  # takes the place of a query that has its own error, so that its users are not blamed as well


def read_topics(table: Any, found: Findings) -> dict[str, str]:
    """``[topics]``: named queries, as texts; they are parsed later, when all names are known."""
    topics: dict[str, str] = {}
    if not isinstance(table, Mapping):
        found.error(("topics",), "must be a table: [topics], then one line NAME = 'QUERY' for each topic.")
        return topics
    for name, text in table.items():
        path = ("topics", name)
        if not _TOPIC_NAME.match(name):
            found.error(path, f'"{name}" is not a name for a topic: use up to 64 letters, digits, ".", "_" and "-".')
        elif not isinstance(text, str):
            found.error(path, "must be a query in quotes, such as 'japan OR japanese'.")
        else:
            topics[name] = text
    return topics


def check_duplicates(kind: str, names: Sequence[tuple[int, str]], found: Findings) -> None:
    """Each name once, in any case: names end up in file names, URLs and mail."""
    first: dict[str, int] = {}
    for number, name in names:
        folded = name.casefold()
        if folded in first:
            line = found.lines.line_of((kind, first[folded], "name"))
            found.error((kind, number, "name"), f'the name "{name}" is already used on line {line}. Choose another.')
        else:
            first[folded] = number


def check_known(used: Iterable[tuple[KeyPath, str]], kind: str, known: Iterable[str], found: Findings) -> None:
    """Each used name of a ``kind`` ("channel") is one of the ``known``."""
    names = list(known)
    for path, name in used:
        if name not in names:
            nothing = f" There is no [[{kind}s]] in this file." if not names else did_you_mean(name, names)
            found.error(path, f'there is no {kind} "{name}".{nothing}')


def check_contact(crawl: CrawlSettings, sources: Sequence[SourceSettings], found: Findings) -> None:
    """Whoever visits other people's sites says who he is: a page or a mail address in the user agent."""
    hosts = {urlsplit(start.url).hostname or "" for source in sources if source.enabled for start in source.starts}
    outside = any(host != "localhost" and not host.startswith("127.") and host != "::1" for host in hosts)
    if outside and not _CONTACT.search(crawl.user_agent):
        found.warn(
            ("crawl", "user_agent"),
            f"{crawl.user_agent!r} names nobody to write to. Add your page or address, such as "
            "(+https://example.org/about-our-bot) or (+mailto:desk@example.org).",
        )


class Queries:
    """Parses the queries of a configuration, once all topics and rules are known by name.

    A topic or rule that does not parse is reported at its own place, and nowhere else.
    """

    def __init__(self, topics: Mapping[str, str], rules: Mapping[str, str], timezone: str, found: Findings) -> None:
        from query import Names

        self.found = found
        self.names = Names(topics=dict(topics), rules=dict(rules), timezone=timezone)
        self._whole = self.names

    def check_topics(self) -> None:
        """Parse every topic, with the names as they are: a cycle is the fault of each topic in it."""
        broken = {name for name in self.names.topics if self.parse(self.names.topics[name], ("topics", name)) is None}
        if broken:
            from query import Names

            topics = {name: _STAND_IN if name in broken else text for name, text in self.names.topics.items()}
            self.names = Names(topics=topics, rules=self.names.rules, timezone=self.names.timezone)

    def check_rules(self, paths: Mapping[str, KeyPath]) -> None:
        """Parse the query of every rule; ``paths`` says where each stands."""
        broken = {name for name, path in paths.items() if self.parse(self.names.rules[name], path) is None}
        if broken:
            from query import Names

            rules = {name: _STAND_IN if name in broken else text for name, text in self.names.rules.items()}
            self.names = Names(topics=self.names.topics, rules=rules, timezone=self.names.timezone)

    def parse(self, text: str, path: KeyPath) -> Query | None:
        """The query, or None with its error noted; its warnings are noted too."""
        from query import QueryError, parse

        try:
            query = parse(text, self.names)
        except QueryError as error:
            self.found.error(path, query_sentence(error, text), down=text.count("\n", 0, max(0, error.column - 1)))
            return None
        for warning in query.warnings:
            self.found.warn(path, warning)
        return query

    @property
    def all_names(self) -> Names:
        """The names with every query as it was written."""
        return self._whole


def query_sentence(error: Any, text: str) -> str:
    """A ``QueryError`` on one line: where in its line, what is there, what is wrong, what would be right."""
    at = max(0, int(error.column) - 1)
    column = at - text.rfind("\n", 0, at)
    here = text[at : at + 20].split("\n", maxsplit=1)[0].strip()
    place = f"column {column}" + (f", at “{here}”" if here else ", at its end")
    message = str(error.message).rstrip()
    if not message.endswith((".", "?", "!")):
        message += "."
    suggestion = ""
    if error.suggestion and error.suggestion not in message:
        suggestion = f" Did you mean `{error.suggestion}`?"
    return f"the query is not understood ({place}): {message}{suggestion}"
