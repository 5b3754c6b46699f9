"""Who may ask over HTTP, and what is counted of an item (outlet, language, section …) in one index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_tokens"
down_revision = "0007_search"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build both."""
    op.create_table(
        "tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("tokens_by_digest", "tokens", ["digest"], unique=True)
    columns = ["seq", "source", "language", "section", "complete", "forgotten_at"]
    op.create_index("items_by_facet", "items", columns, unique=False)
