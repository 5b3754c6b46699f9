"""For searching: all words of the index in their order (SQLite), and what a backtest reads of an item in one index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_search"
down_revision = "0006_channel_trouble"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build both; the words are those that the index has."""
    op.create_index(
        "items_in_brief", "items", ["seq", "id", "story_id", "published_at", "seen_at", "removed_at"], unique=False
    )
    if op.get_bind().dialect.name != "sqlite":
        return
    op.create_table(
        "lexicon",
        sa.Column("word", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("word"),
        sqlite_with_rowid=False,
    )
    op.execute("CREATE VIRTUAL TABLE temp.all_words USING fts5vocab(main, fulltext, row)")
    op.execute("INSERT INTO lexicon(word) SELECT term FROM temp.all_words")
    op.execute("DROP TABLE temp.all_words")
