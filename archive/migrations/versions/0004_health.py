"""How sources behave: standings, habits by the hour of the week, outages; items that were removed on demand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_health"
down_revision = "0003_furniture_and_versions"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add three tables, and a column to visits and items."""
    op.add_column("visits", sa.Column("fresh", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("items", sa.Column("removed_at", sa.BigInteger(), nullable=True))
    _standings()
    _habits()
    _outages()


def _standings() -> None:
    op.create_table(
        "standings",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("began", sa.BigInteger(), nullable=True),
        sa.Column("silent", sa.Integer(), nullable=False),
        sa.Column("troubled", sa.Integer(), nullable=False),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("well", sa.Integer(), nullable=False),
        sa.Column("newest_at", sa.BigInteger(), nullable=True),
        sa.Column("news_at", sa.BigInteger(), nullable=True),
        sa.Column("gap", sa.Double(), nullable=True),
        sa.Column("size", sa.Double(), nullable=True),
        sa.Column("dated_at", sa.BigInteger(), nullable=True),
        sa.Column("tried_at", sa.BigInteger(), nullable=True),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("served", sa.Text(), nullable=True),
        sa.Column("pace", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source", "way"),
    )


def _habits() -> None:
    op.create_table(
        "habits",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.Double(), nullable=False),
        sa.Column("watched", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("source", "slot"),
    )


def _outages() -> None:
    op.create_table(
        "outages",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("outages_by_end", "outages", ["until"], unique=False)
    op.create_index("outages_of_source", "outages", ["source", "until"], unique=False)
