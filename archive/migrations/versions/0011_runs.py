"""The runs that reprints are found by, in one tree instead of two; they are filled anew (archive.print_rows)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_runs"
down_revision = "0010_retention"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build the table anew, without the index by item and the look at ``prints`` that every row of it cost."""
    op.drop_table("shingles")
    op.create_table(
        "shingles",
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", "item_id"),
        sqlite_with_rowid=False,
    )
    op.execute("DELETE FROM marks WHERE name = 'runs'")
