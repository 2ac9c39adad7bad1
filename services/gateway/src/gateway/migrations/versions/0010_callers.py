"""Who calls and what they may: kinds, versions, networks, tokens, devices, approvals, the audit."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STEPS = (
    """
    ALTER TABLE organisation
        ADD COLUMN kind text NOT NULL DEFAULT 'partner',
        ADD COLUMN revision bigint NOT NULL DEFAULT 1,
        ADD COLUMN deleted_at timestamptz
    """,
    """
    ALTER TABLE member
        ADD COLUMN reference text,
        ADD COLUMN revision bigint NOT NULL DEFAULT 1,
        ADD COLUMN removed_at timestamptz
    """,
    """
    ALTER TABLE api_key
        ADD COLUMN kind text NOT NULL DEFAULT 'key',
        ADD COLUMN test boolean NOT NULL DEFAULT false,
        ADD COLUMN networks text[] NOT NULL DEFAULT '{}',
        ADD COLUMN origins text[] NOT NULL DEFAULT '{}',
        ADD COLUMN revision bigint NOT NULL DEFAULT 1
    """,
    """
    CREATE TABLE invitation (
        id text PRIMARY KEY,
        organisation_id text NOT NULL REFERENCES organisation (id),
        role text NOT NULL,
        secret_hash bytea NOT NULL,
        made_by text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        accepted_at timestamptz,
        member_id text REFERENCES member (id),
        withdrawn_at timestamptz,
        revision bigint NOT NULL DEFAULT 1
    )
    """,
    "CREATE INDEX ix_invitation_organisation_id ON invitation (organisation_id, created_at)",
    """
    CREATE TABLE approval (
        id text PRIMARY KEY,
        organisation_id text NOT NULL REFERENCES organisation (id),
        act text NOT NULL,
        decided_at_level text NOT NULL,
        object text NOT NULL,
        details jsonb NOT NULL,
        asked_by text NOT NULL,
        asked_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        needed integer NOT NULL,
        approved_by text[] NOT NULL DEFAULT '{}',
        state text NOT NULL DEFAULT 'waiting',
        ended_at timestamptz,
        revision bigint NOT NULL DEFAULT 1
    )
    """,
    "CREATE INDEX ix_approval_organisation_id ON approval (organisation_id, asked_at)",
    "CREATE INDEX ix_approval_level ON approval (decided_at_level, asked_at)",
    """
    CREATE TABLE speaker (
        organisation_id text NOT NULL REFERENCES organisation (id),
        speaks_for text NOT NULL,
        document text NOT NULL,
        verified_at timestamptz NOT NULL,
        approval_id text NOT NULL REFERENCES approval (id),
        PRIMARY KEY (organisation_id, speaks_for)
    )
    """,
    """
    CREATE TABLE signing_key (
        kid text PRIMARY KEY,
        public bytea NOT NULL,
        sealed bytea,
        created_at timestamptz NOT NULL,
        signs_from timestamptz NOT NULL,
        trusted_until timestamptz
    )
    """,
    """
    CREATE TABLE device (
        id text PRIMARY KEY,
        secret_hash bytea NOT NULL,
        previous_hash bytea,
        previous_until timestamptz,
        created_at timestamptz NOT NULL,
        last_used_at timestamptz,
        revoked_at timestamptz
    )
    """,
    """
    CREATE TABLE audit_entry (
        seq bigint PRIMARY KEY,
        at timestamptz NOT NULL,
        organisation_id text,
        actor text NOT NULL,
        credential text,
        act text NOT NULL,
        object text NOT NULL,
        details jsonb NOT NULL,
        request_id text,
        mac bytea NOT NULL
    )
    """,
    "CREATE INDEX ix_audit_entry_organisation_id ON audit_entry (organisation_id, seq)",
    "CREATE TABLE audit_head (id integer PRIMARY KEY, seq bigint NOT NULL, mac bytea NOT NULL)",
    "INSERT INTO audit_head (id, seq, mac) VALUES (1, 0, '')",
    """
    CREATE FUNCTION audit_is_appended() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit is only ever appended to' USING ERRCODE = '42501';
    END $$
    """,
    """
    CREATE TRIGGER audit_is_appended BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_appended()
    """,
    """
    CREATE TABLE checkpoint (
        day date PRIMARY KEY,
        made_at timestamptz NOT NULL,
        audit_seq bigint NOT NULL,
        audit_mac bytea NOT NULL,
        scores bigint NOT NULL,
        scores_root bytea NOT NULL,
        kid text NOT NULL REFERENCES signing_key (kid),
        signed text NOT NULL
    )
    """,
    """
    CREATE TABLE checkpoint_part (
        day date NOT NULL REFERENCES checkpoint (day) ON DELETE CASCADE,
        part integer NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY (day, part)
    )
    """,
)


def upgrade() -> None:
    for step in STEPS:
        op.execute(step)


def downgrade() -> None:
    for table in ("checkpoint_part", "checkpoint", "audit_head", "audit_entry", "device"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION audit_is_appended")
    for table in ("signing_key", "speaker", "approval", "invitation"):
        op.execute(f"DROP TABLE {table}")
    for table, columns in (
        ("api_key", ("kind", "test", "networks", "origins", "revision")),
        ("member", ("reference", "revision", "removed_at")),
        ("organisation", ("kind", "revision", "deleted_at")),
    ):
        dropped = ", ".join(f"DROP COLUMN {column}" for column in columns)
        op.execute(f"ALTER TABLE {table} {dropped}")
