"""Figures that scoring publishes: statistics as tiles, profiles and networks."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE tile (
    id text NOT NULL,
    revision text NOT NULL,
    brief bytea NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT pk_tile PRIMARY KEY (id)
);
COMMENT ON TABLE tile IS 'Statistics, each a table of figures, ready to be served.';
CREATE TABLE figures (
    kind text NOT NULL,
    id text NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT pk_figures PRIMARY KEY (kind, id)
);
COMMENT ON TABLE figures IS 'Figures of one buyer, supplier or region, and networks of suppliers.'
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE figures")
    op.execute("DROP TABLE tile")
