"""From rows to the nouns: items with the rules that matched them, stories, spans; and how one finds them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.engine import Connection

from archive.database import rows_of
from archive.document import storable
from archive.identity import item_keys as keys_of_url
from archive.model import MatchSpan, NewsItem, Story
from archive.tables import item_keys, items, matches, moment_of_micros, story_aliases

Value = TypeVar("Value")
CHUNK = 500  # values in one IN list
# Searching reads rows by their numbers and as the database keeps them. The columns are those of a ``NewsItem`` in its
# own order, so that making one costs no more than reading one.
_NAMES = tuple(each.name for each in fields(NewsItem) if each.name in items.c)
_ID, _PUBLISHED, _SEEN = (1 + _NAMES.index(name) for name in ("id", "published_at", "seen_at"))
_CONTENT = _NAMES.index("story_id") + 2  # then rules and keys, which are no columns, ``complete``, ``clock``


def item_of(row: Mapping[Any, Any], rules: Sequence[str] = (), keys: Sequence[str] = ()) -> NewsItem:
    """An item out of a row of ``items``."""
    return NewsItem(
        title=row["title"],
        url=row["url"],
        id=row["id"],
        source=row["source"],
        author=row["author"],
        summary=row["summary"],
        body=row["body"],
        language=row["language"],
        section=row["section"],
        place=row["place"],
        credit=row["credit"],
        published_at=row["published_at"],
        seen_at=row["seen_at"],
        story_id=row["story_id"],
        rules=tuple(rules),
        keys=tuple(keys),
        complete=row["complete"],
        clock=row["clock"],
    )


def with_rules(connection: Connection, rows: Sequence[Mapping[Any, Any]]) -> list[NewsItem]:
    """Items in the order of their rows, each with the rules that matched when it came."""
    rules = _rules_of(connection, [row["id"] for row in rows])
    return [item_of(row, rules[row["id"]]) for row in rows]


def _rules_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    rules: dict[str, list[str]] = defaultdict(list)
    sign = "?" if connection.dialect.name == "sqlite" else "%s"
    for part in chunks(ids):
        signs = ", ".join([sign] * len(part))
        statement = f"SELECT item_id, rule FROM matches WHERE item_id IN ({signs}) ORDER BY position"  # noqa: S608
        for item_id, rule in rows_of(connection, statement, part):
            rules[item_id].append(rule)
    return rules


def items_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, NewsItem]:
    """Those of the ids that exist."""
    found: dict[str, NewsItem] = {}
    for part in chunks(list(dict.fromkeys(ids))):
        rows = connection.execute(select(items).where(items.c.id.in_(part))).mappings().all()
        found |= {item.id: item for item in with_rules(connection, rows)}
    return found


def story_of(connection: Connection, story_id: str) -> Story | None:
    """The story, also under the id of one that was joined into it; items oldest seen first."""
    lasting = lasting_story(connection, storable(story_id))
    order = (items.c.seen_at, items.c.kept_at, items.c.seq)
    members_of = (items.c.story_id == lasting, items.c.removed_at.is_(None))
    rows = connection.execute(select(items).where(*members_of).order_by(*order)).mappings().all()
    if not rows:
        return None
    members = with_rules(connection, rows)
    return Story(id=lasting, title=members[0].title, items=tuple(members))


def lasting_story(connection: Connection, story_id: str) -> str:
    """The id that stands for this one now."""
    statement = select(story_aliases.c.story_id).where(story_aliases.c.id == story_id)
    return connection.execute(statement).scalar() or story_id


def find_item(connection: Connection, url_or_id: str) -> NewsItem | None:
    """By id, by a key, by any form of its URL; with its keys."""
    text = storable(url_or_id.strip())
    row = connection.execute(select(items).where(items.c.id == text)).mappings().first()
    if row is None:
        keys = (text, *keys_of_url("", text))
        by_key = select(item_keys.c.item_id).where(item_keys.c.key.in_(keys))
        row = connection.execute(select(items).where(items.c.id.in_(by_key)).limit(1)).mappings().first()
    if row is None:
        return None
    return replace(with_rules(connection, [row])[0], keys=keys_of(connection, row["id"]))


def keys_of(connection: Connection, item_id: str) -> tuple[str, ...]:
    """All keys that point to an item, in their own order."""
    statement = select(item_keys.c.key).where(item_keys.c.item_id == item_id).order_by(item_keys.c.key)
    return tuple(connection.execute(statement).scalars())


def spans_of(connection: Connection, item_id: str) -> tuple[MatchSpan, ...]:
    """Where the rules matched when the item came, rule by rule."""
    return _spans_of(connection, [item_id])[item_id]


def columns_by_seq(
    connection: Connection, numbers: Sequence[int], names: Sequence[str], *, brief: bool = False
) -> Iterator[Sequence[Any]]:
    """The row number and these columns of ``items`` as the database keeps them, for those row numbers that exist, in
    any order. ``brief``: the columns are in the index made for that, which SQLite would pass over for the rows."""
    table = "items INDEXED BY items_in_brief" if brief and connection.dialect.name == "sqlite" else "items"
    for part in chunks(numbers):
        listed = ", ".join(str(int(number)) for number in part)
        statement = f"SELECT seq, {', '.join(names)} FROM {table} WHERE seq IN ({listed})"  # noqa: S608 - our own names
        yield from rows_of(connection, statement)


def moment_or_none(micros: int | None) -> datetime | None:
    """The time that so many microseconds are."""
    return None if micros is None else moment_of_micros(micros)


def told_of(
    connection: Connection, story_ids: Iterable[str]
) -> tuple[dict[str, Story], dict[str, tuple[MatchSpan, ...]]]:
    """Stories by the ids that were asked for, and where the rules matched each of their items. Few statements, however
    many stories: every message begins here."""
    asked = {number: storable(number) for number in dict.fromkeys(story_ids)}
    lasting: dict[str, str] = {}
    members: dict[str, list[NewsItem]] = defaultdict(list)
    spans: dict[str, tuple[MatchSpan, ...]] = {}
    for part in chunks(list(dict.fromkeys(asked.values()))):
        aliases = select(story_aliases.c.id, story_aliases.c.story_id).where(story_aliases.c.id.in_(part))
        lasting |= {number: number for number in part} | {row.id: row.story_id for row in connection.execute(aliases)}
    for part in chunks(list(dict.fromkeys(lasting.values()))):
        of_these = (items.c.story_id.in_(part), items.c.removed_at.is_(None))
        order = (items.c.seen_at, items.c.kept_at, items.c.seq)
        rows = connection.execute(select(items).where(*of_these).order_by(*order)).mappings().all()
        for item in with_rules(connection, rows):
            members[item.story_id or ""].append(item)
    found = {id_: Story(id=id_, title=mine[0].title, items=tuple(mine)) for id_, mine in members.items()}
    for part in chunks([item.id for mine in members.values() for item in mine]):
        spans |= _spans_of(connection, part)
    return {number: found[lasting[text]] for number, text in asked.items() if lasting[text] in found}, spans


def _spans_of(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[MatchSpan, ...]]:
    spans: dict[str, list[MatchSpan]] = {number: [] for number in ids}
    statement = select(matches.c.item_id, matches.c.rule, matches.c.spans).where(matches.c.item_id.in_(ids))
    for item_id, rule, stored in connection.execute(statement.order_by(matches.c.position)):
        spans[item_id] += [MatchSpan(rule, field, start, end, text) for field, start, end, text in json.loads(stored)]
    return {number: tuple(mine) for number, mine in spans.items()}


def items_by_seq(connection: Connection, numbers: Sequence[int]) -> dict[int, NewsItem]:
    """Row number -> item, with the rules that matched it, in the order of these row numbers; those that exist."""
    found = {row[0]: row for row in columns_by_seq(connection, numbers, _NAMES)}
    rules = _rules_of(connection, [row[_ID] for row in found.values()])
    return {number: _item(found[number], rules) for number in numbers if number in found}


def _item(row: Sequence[Any], rules: Mapping[str, Sequence[str]]) -> NewsItem:
    values = list(row)
    values[_PUBLISHED] = moment_or_none(row[_PUBLISHED])
    values[_SEEN] = moment_or_none(row[_SEEN])
    made = [*values[1:_CONTENT], tuple(rules.get(row[_ID], ())), (), bool(row[_CONTENT]), *row[_CONTENT + 1 :]]
    return NewsItem(*made)


def chunks(values: Sequence[Value]) -> Iterable[Sequence[Value]]:
    """The values in parts that fit into one statement."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
