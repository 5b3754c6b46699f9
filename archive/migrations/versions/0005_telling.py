"""When and to whom: urgent rules, what is held back and why, silences, and who refused a mail for good."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_telling"
down_revision = "0004_health"
branch_labels = None
depends_on = None

_OPEN = "delivery_id IS NULL AND silence_id IS NULL"
_SILENCED = "silence_id IS NOT NULL"


def upgrade() -> None:
    """New tables and columns; nothing that is there changes its meaning."""
    op.create_table(
        "silences",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("silences_of_rule", "silences", ["rule"], unique=False)
    _deliveries()
    _owed()


def _deliveries() -> None:
    op.add_column("deliveries", sa.Column("refused", sa.Text(), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("deliveries", sa.Column("urgent", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("deliveries_ended", "deliveries", ["ended_at"], unique=False)


def _owed() -> None:
    op.add_column("owed", sa.Column("urgent", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("owed", sa.Column("held", sa.Text(), nullable=True))
    silence = sa.Column("silence_id", sa.Text(), nullable=True)
    if op.get_bind().dialect.name == "sqlite":
        # SQLite adds a foreign key with its column only; Alembic would write the constraint as a statement of its own.
        op.execute("ALTER TABLE owed ADD COLUMN silence_id TEXT CONSTRAINT owed_silence REFERENCES silences (id)")
    else:
        op.add_column("owed", silence)
        op.create_foreign_key("owed_silence", "owed", "silences", ["silence_id"], ["id"])
    op.drop_index("owed_open", "owed")
    op.create_index(
        "owed_open",
        "owed",
        ["channel", "due_at"],
        unique=False,
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    )
    op.create_index(
        "owed_silenced",
        "owed",
        ["silence_id"],
        unique=False,
        sqlite_where=sa.text(_SILENCED),
        postgresql_where=sa.text(_SILENCED),
    )
