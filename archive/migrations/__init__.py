"""The steps that build the tables, oldest first. Released steps are never changed; new ones are added at the end.

The names are also listed here, so that a start on an up-to-date archive need not load Alembic (a test compares).
"""

from __future__ import annotations

REVISIONS = (
    "0001_memory",
    "0003_furniture_and_versions",
    "0004_health",
    "0005_telling",
    "0006_channel_trouble",
    "0007_search",
    "0009_tokens",
    "0010_retention",
    "0011_runs",
    "0012_counts",
)
HEAD = REVISIONS[-1]
