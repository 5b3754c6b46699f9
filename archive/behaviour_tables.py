"""The tables of how sources behave (``archive.health``); part of the same metadata as all others."""

from __future__ import annotations

from sqlalchemy import Column, Double, Index, Integer, Table, Text

from archive.tables import Moment, RowNumber, metadata

# How a source, or one of its ways (by address; "" is the source as a whole), stands: archive.standing.
standings = Table(
    "standings",
    metadata,
    Column("source", Text, primary_key=True),
    Column("way", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("since", Moment),
    Column("kind", Text),
    Column("why", Text),
    Column("began", Moment),
    *(Column(name, Integer, nullable=False) for name in ("silent", "troubled", "heard", "well")),
    Column("newest_at", Moment),
    Column("news_at", Moment),
    Column("gap", Double),
    Column("size", Double),
    Column("dated_at", Moment),
    Column("tried_at", Moment),
    Column("told", Text, nullable=False),
    Column("told_at", Moment),
    Column("served", Text),
    Column("pace", Text),
)

# How much a source publishes in each hour of the week; older weeks count less.
habits = Table(
    "habits",
    metadata,
    Column("source", Text, primary_key=True),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("entries", Double, nullable=False),
    Column("watched", Double, nullable=False),
)

outages = Table(
    "outages",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
    Index("outages_of_source", "source", "until"),
    Index("outages_by_end", "until"),
)
