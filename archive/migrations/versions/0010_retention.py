"""For archives that grow old: daily sums of visits, what is to be forgotten by index, how many items there are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_retention"
down_revision = "0009_tokens"
branch_labels = None
depends_on = None

SUMS = ("visits", "items", "new", "requests", "missed")


def upgrade() -> None:
    """Add a table and three indexes; the visits that are still there are summed up, the items counted once."""
    op.create_table(
        "visit_days",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in SUMS),
        sa.PrimaryKeyConstraint("source", "day", "status"),
    )
    op.execute(
        "INSERT INTO visit_days (source, day, status, visits, items, new, requests, missed) "
        "SELECT source, CAST(ended_at / 86400000000 AS INTEGER) AS on_day, status, count(*), sum(items), sum(new), "
        "sum(requests), sum(missed) FROM visits GROUP BY source, on_day, status"
    )
    only = sa.text("forgotten_at IS NULL")
    op.create_index("items_to_forget", "items", ["seen_at"], sqlite_where=only, postgresql_where=only)
    refused = sa.text("item_id IS NULL")
    op.create_index(
        "sightings_refused", "sightings", ["source", "last_at"], sqlite_where=refused, postgresql_where=refused
    )
    there = sa.text("message IS NOT NULL")
    op.create_index("deliveries_worded", "deliveries", ["ended_at"], sqlite_where=there, postgresql_where=there)
    op.execute("INSERT INTO marks (name, value) SELECT 'items', CAST(count(*) AS TEXT) FROM items")
