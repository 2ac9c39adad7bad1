"""Lots, contracts and plan points as lists; what people hold in hand; places."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PLACES = """
ALTER TABLE process ADD COLUMN buyer_region text[] NOT NULL DEFAULT '{}'::text[];
ALTER TABLE process ADD COLUMN delivery_region text[] NOT NULL DEFAULT '{}'::text[];
CREATE INDEX ix_process_buyer_region ON process USING gin (buyer_region);
CREATE INDEX ix_process_delivery_region ON process USING gin (delivery_region)
"""

LISTED = """
CREATE TABLE listed (
    id text NOT NULL,
    kind text NOT NULL,
    process_id text NOT NULL,
    source text NOT NULL,
    status text,
    method text,
    amount numeric NOT NULL,
    currency text,
    date timestamptz NOT NULL,
    search text NOT NULL,
    buyers text[] NOT NULL,
    suppliers text[] NOT NULL,
    buyer_region text[] NOT NULL,
    delivery_region text[] NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT pk_listed PRIMARY KEY (id)
) WITH (toast_tuple_target = 256);
COMMENT ON TABLE listed IS 'Lots, contracts and plan points, ready to be served in lists.';
CREATE INDEX ix_listed_process_id ON listed (process_id);
CREATE INDEX ix_listed_date ON listed (kind, date, id);
CREATE INDEX ix_listed_amount ON listed (kind, amount, id);
CREATE INDEX ix_listed_buyers ON listed USING gin (buyers);
CREATE INDEX ix_listed_suppliers ON listed USING gin (suppliers);
CREATE INDEX ix_listed_buyer_region ON listed USING gin (buyer_region);
CREATE INDEX ix_listed_delivery_region ON listed USING gin (delivery_region);
CREATE TABLE handle (
    key text NOT NULL,
    type text NOT NULL,
    id text NOT NULL,
    process_id text NOT NULL,
    CONSTRAINT pk_handle PRIMARY KEY (key, id)
);
COMMENT ON TABLE handle IS 'Numbers that people hold, and what each of them names.';
CREATE INDEX ix_handle_process_id ON handle (process_id)
"""

# Search by words works without the extension as well, at the price of reading every row.
SEARCH = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
        CREATE INDEX ix_listed_search ON listed USING gin (search gin_trgm_ops);
    END IF;
END $$
"""

# What is new here stands in no row yet: the worker reads the releases again from their beginning.
READ_AGAIN = "DELETE FROM feed_cursor WHERE feed = 'releases'"


def upgrade() -> None:
    for block in (PLACES, LISTED):
        for statement in block.split(";\n"):
            op.execute(statement)
    op.execute(SEARCH)
    op.execute(READ_AGAIN)


def downgrade() -> None:
    op.execute("DROP TABLE handle")
    op.execute("DROP TABLE listed")
    op.execute("ALTER TABLE process DROP COLUMN delivery_region")
    op.execute("ALTER TABLE process DROP COLUMN buyer_region")
