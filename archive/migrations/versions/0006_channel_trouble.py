"""Channels in trouble and since when; deliveries that somebody dropped; what is due for one channel, by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_channel_trouble"
down_revision = "0005_telling"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add to what is there; nothing is rewritten."""
    op.create_table(
        "troubles",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("channel"),
    )
    op.add_column("deliveries", sa.Column("dropped", sa.Text(), nullable=True))
    op.create_index("deliveries_of_channel", "deliveries", ["channel", "state", "next_try_at", "created_at"])
