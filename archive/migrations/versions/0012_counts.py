"""What pages ask of a large archive: unread and forgotten items, deliveries of a channel by index; stories counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_counts"
down_revision = "0011_runs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add three indexes, and count the stories once."""
    op.create_index(
        "items_unread",
        "items",
        ["seen_at"],
        sqlite_where=sa.text("complete = 0"),
        postgresql_where=sa.text("NOT complete"),
    )
    gone = sa.text("forgotten_at IS NOT NULL")
    op.create_index("items_forgotten", "items", ["forgotten_at"], sqlite_where=gone, postgresql_where=gone)
    op.create_index("deliveries_of_channel_by_time", "deliveries", ["channel", "created_at"])
    op.execute(
        "INSERT INTO marks (name, value) SELECT 'stories', CAST(count(*) AS TEXT) "
        "FROM (SELECT DISTINCT story_id FROM items) AS stories"
    )
