"""Which fields a purchase has of those that indicators read, and which of them were computed."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COVERAGE = """
CREATE TABLE shape (
    id text NOT NULL,
    watched text NOT NULL,
    fields text[] NOT NULL,
    CONSTRAINT pk_shape PRIMARY KEY (id)
);
COMMENT ON TABLE shape IS 'Which of the watched fields a release has; many releases share one.';
ALTER TABLE process ADD COLUMN shape text;
CREATE INDEX ix_process_shape ON process (shape);
CREATE TABLE outcome (
    id text NOT NULL,
    lines text[] NOT NULL,
    CONSTRAINT pk_outcome PRIMARY KEY (id)
);
COMMENT ON TABLE outcome IS 'Indicators and what became of each; many scores share one.';
ALTER TABLE score ADD COLUMN outcome text;
ALTER TABLE indicator ADD COLUMN fields text[] NOT NULL DEFAULT '{}'::text[]
"""

# What is new here stands in no row yet: the worker reads these feeds again from their beginning.
READ_AGAIN = "DELETE FROM feed_cursor WHERE feed IN ('scores', 'catalogue')"


def upgrade() -> None:
    for statement in COVERAGE.split(";\n"):
        op.execute(statement)
    op.execute(READ_AGAIN)


def downgrade() -> None:
    op.execute("ALTER TABLE indicator DROP COLUMN fields")
    op.execute("ALTER TABLE score DROP COLUMN outcome")
    op.execute("DROP TABLE outcome")
    op.execute("ALTER TABLE process DROP COLUMN shape")
    op.execute("DROP TABLE shape")
