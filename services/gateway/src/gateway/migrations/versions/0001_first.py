"""Who may call, and the published view."""

from alembic import op

from shared.kernel_tables import create_kernel_tables, drop_kernel_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CALLERS = """
CREATE TABLE organisation (
    id varchar NOT NULL,
    name varchar NOT NULL,
    region varchar,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_organisation PRIMARY KEY (id),
    CONSTRAINT uq_organisation_name UNIQUE (name)
);
CREATE TABLE member (
    id varchar NOT NULL,
    organisation_id varchar NOT NULL,
    name varchar NOT NULL,
    role varchar NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_member PRIMARY KEY (id),
    CONSTRAINT fk_member_organisation_id
        FOREIGN KEY (organisation_id) REFERENCES organisation (id)
);
CREATE INDEX ix_member_organisation_id ON member (organisation_id);
CREATE TABLE api_key (
    id varchar NOT NULL,
    organisation_id varchar NOT NULL,
    member_id varchar,
    name varchar,
    secret_hash bytea NOT NULL,
    scopes text[] NOT NULL,
    per_minute integer,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    CONSTRAINT pk_api_key PRIMARY KEY (id),
    CONSTRAINT fk_api_key_organisation_id
        FOREIGN KEY (organisation_id) REFERENCES organisation (id),
    CONSTRAINT fk_api_key_member_id FOREIGN KEY (member_id) REFERENCES member (id)
);
CREATE INDEX ix_api_key_organisation_id ON api_key (organisation_id)
"""

CHANGES = """
CREATE TABLE change_head (
    id integer NOT NULL,
    seq bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_change_head PRIMARY KEY (id)
);
COMMENT ON TABLE change_head IS
    'One row: how far the view has come. Locked by whoever changes it.';
INSERT INTO change_head VALUES (1, 0, now());
CREATE TABLE change (
    seq bigint NOT NULL,
    kind text NOT NULL,
    keys text[] NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_change PRIMARY KEY (seq, kind)
);
COMMENT ON TABLE change IS
    'What changed of late, for the memories of API processes. No keys: all of the kind.'
"""

# Documents lie beside the table, so that what rows are found by stays narrow.
PROCESSES = """
CREATE TABLE process (
    id text NOT NULL,
    source text NOT NULL,
    ocid text NOT NULL,
    seq bigint NOT NULL,
    date timestamptz NOT NULL,
    published timestamptz NOT NULL,
    method text,
    amount numeric NOT NULL,
    currency text,
    search text NOT NULL,
    revision text NOT NULL,
    band text,
    expected double precision NOT NULL DEFAULT -1,
    flagged text[] NOT NULL DEFAULT '{}'::text[],
    summary bytea,
    brief bytea NOT NULL,
    detail bytea NOT NULL,
    release bytea NOT NULL,
    CONSTRAINT pk_process PRIMARY KEY (id)
) WITH (toast_tuple_target = 256);
CREATE INDEX ix_process_ocid ON process (ocid);
CREATE INDEX ix_process_source_published ON process (source, published, id);
CREATE INDEX ix_process_seq ON process (seq, id);
CREATE INDEX ix_process_date ON process (date, id);
CREATE INDEX ix_process_published ON process (published, id);
CREATE INDEX ix_process_expected ON process (expected, id);
CREATE INDEX ix_process_amount ON process (amount, id);
CREATE INDEX ix_process_flagged ON process USING gin (flagged);
CREATE TABLE part (
    party_id text NOT NULL,
    role text NOT NULL,
    process_id text NOT NULL,
    currency text NOT NULL,
    name text,
    bin text,
    weak boolean NOT NULL,
    amount numeric,
    CONSTRAINT pk_part PRIMARY KEY (party_id, role, process_id, currency)
);
COMMENT ON TABLE part IS
    'Which organisation took part in which process, as what, and with how much.';
CREATE INDEX ix_part_process_id ON part (process_id)
"""

# Search by words works without the extension as well, at the price of reading every row.
SEARCH = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
        CREATE INDEX ix_process_search ON process USING gin (search gin_trgm_ops);
    END IF;
END $$
"""

SCORES = """
CREATE TABLE score (
    subject_type text NOT NULL,
    subject_id text NOT NULL,
    revision text NOT NULL,
    band text,
    expected double precision NOT NULL,
    flagged text[] NOT NULL,
    summary bytea NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT pk_score PRIMARY KEY (subject_type, subject_id)
);
CREATE TABLE alert (
    position bigint NOT NULL,
    id text NOT NULL,
    process_id text NOT NULL,
    source text,
    subject_type text NOT NULL,
    subject_id text NOT NULL,
    band text NOT NULL,
    indicators text[] NOT NULL,
    raised_at timestamptz NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT pk_alert PRIMARY KEY (position),
    CONSTRAINT uq_alert_id UNIQUE (id)
);
CREATE INDEX ix_alert_process_id ON alert (process_id);
CREATE TABLE indicator (
    code text NOT NULL,
    revision text NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT pk_indicator PRIMARY KEY (code)
);
CREATE TABLE source (
    id text NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT pk_source PRIMARY KEY (id)
);
CREATE TABLE feed_level (
    feed text NOT NULL,
    level_at timestamptz NOT NULL,
    CONSTRAINT pk_feed_level PRIMARY KEY (feed)
);
COMMENT ON TABLE feed_level IS 'When the view last held all that a feed had.'
"""

TABLES = [
    "organisation",
    "member",
    "api_key",
    "change_head",
    "change",
    "process",
    "part",
    "score",
    "alert",
    "indicator",
    "source",
    "feed_level",
]


def upgrade() -> None:
    create_kernel_tables(op)
    for block in (CALLERS, CHANGES, PROCESSES, SCORES):
        for statement in block.split(";\n"):
            op.execute(statement)
    op.execute(SEARCH)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    drop_kernel_tables(op)
