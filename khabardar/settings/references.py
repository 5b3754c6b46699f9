"""What one part of a configuration says of another: names used twice, names of nothing, queries with their topics."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from khabardar.settings.errors import Findings, did_you_mean
from khabardar.toml_lines import Path as KeyPath

if TYPE_CHECKING:
    from alerts.compiling import Checked
    from crawler.settings import CrawlSettings, SourceSettings
    from query import Names, Query, QueryError

log = logging.getLogger(__name__)

_Said: TypeAlias = "QueryError | tuple[str, ...]"  # why a query does not parse, or the warnings of one that does

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

    def check_rules(
        self, paths: Mapping[str, KeyPath], enabled: Sequence[str] = (), compiled: Path | None = None
    ) -> Checked | None:
        """Parse the query of every rule; ``paths`` says where each stands. Where very many are ``enabled``, those are
        not parsed for which the file of ``compiled`` ones vouches, and it is answered what was made of them."""
        said: dict[str, _Said] = {}
        checked = self._checked(enabled, compiled, said)
        known = frozenset(enabled if checked else ())
        broken = set()
        for name, path in paths.items():
            text = self.names.rules[name]
            outcome = said.get(name, ()) if name in known else self._tried(text)[0]
            if not self._note(outcome, text, path):
                broken.add(name)
        if broken:
            from query import Names

            rules = {name: _STAND_IN if name in broken else text for name, text in self.names.rules.items()}
            self.names = Names(topics=self.names.topics, rules=rules, timezone=self.names.timezone)
        return checked

    def _checked(self, enabled: Sequence[str], compiled: Path | None, said: dict[str, _Said]) -> Checked | None:
        """The enabled rules looked at all at once, with what is to be ``said`` of them; None where they are few or
        cannot be compiled here."""
        from alerts.compiling import checked
        from alerts.rules import MANY

        if len(enabled) < MANY:
            return None
        texts = [self.names.rules[name] for name in enabled]

        def hear(number: int, outcome: _Said) -> None:
            said[enabled[number]] = outcome

        try:
            return checked(texts, self.names, compiled, hear, hear)
        except Exception:
            log.exception("the rules could not be compiled; they are matched a slower way")
            return None

    def parse(self, text: str, path: KeyPath) -> Query | None:
        """The query, or None with its error noted; its warnings are noted too."""
        said, query = self._tried(text)
        self._note(said, text, path)
        return query

    def _tried(self, text: str) -> tuple[_Said, Query | None]:
        from query import QueryError, parse

        try:
            query = parse(text, self.names)
        except QueryError as error:
            return error, None
        return query.warnings, query

    def _note(self, said: _Said, text: str, path: KeyPath) -> bool:
        """Notes the error or the warnings of a query; whether it parses."""
        if isinstance(said, tuple):
            for warning in said:
                self.found.warn(path, warning)
            return True
        down = text.count("\n", 0, max(0, said.column - 1))
        self.found.error(path, query_sentence(said, text), down=down)
        return False

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
