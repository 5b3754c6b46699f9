"""Lines that an outlet puts under everything; what edited articles said before; what was corrected in a date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_furniture_and_versions"
down_revision = "0001_memory"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and columns; items that are there are in their first version."""
    _furniture()
    _versions()
    op.add_column("items", sa.Column("edited_at", sa.BigInteger(), nullable=True))
    op.add_column("items", sa.Column("clock", sa.Text(), nullable=True))
    op.add_column("items", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column("owed", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.drop_index("owed_once", table_name="owed")
    op.create_index("owed_once", "owed", ["item_id", "channel", "rule", "version"], unique=True)


def _furniture() -> None:
    op.create_table(
        "furniture",
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stories", sa.Integer(), nullable=False),
        sa.Column("title", sa.Boolean(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("outlet", "line"),
        sqlite_with_rowid=False,
    )
    op.create_index("furniture_by_time", "furniture", ["outlet", "last_at"], unique=False)


def _versions() -> None:
    op.create_table(
        "versions",
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("replaced_at", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"]),
        sa.PrimaryKeyConstraint("item_id", "number"),
    )
