"""What followed a contract, what an indicator lacked, and on which days registers are known."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

REGISTERS = """
CREATE TABLE register_coverage (
    key text NOT NULL,
    register text NOT NULL,
    source text NOT NULL,
    of_all boolean NOT NULL,
    known_from date NOT NULL,
    known_to date NOT NULL,
    CONSTRAINT pk_register_coverage PRIMARY KEY (key)
);
COMMENT ON TABLE register_coverage IS
    'On which days it is known who stands in a register: of everybody, or of one party.'
"""

# What is new here stands in no row yet: the worker reads these feeds again from their beginning.
READ_AGAIN = "DELETE FROM feed_cursor WHERE feed IN ('releases', 'scores', 'catalogue')"


def upgrade() -> None:
    for statement in REGISTERS.split(";\n"):
        op.execute(statement)
    op.execute(READ_AGAIN)


def downgrade() -> None:
    op.execute("DROP TABLE register_coverage")
