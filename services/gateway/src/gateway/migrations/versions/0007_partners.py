"""Keys that were made before there was a public read as partners, as they did."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

GRANT = """
    UPDATE api_key SET scopes = array_append(scopes, 'scores:partner')
    WHERE 'scores:read' = ANY(scopes) AND NOT 'scores:partner' = ANY(scopes)
"""


def upgrade() -> None:
    op.execute(GRANT)


def downgrade() -> None:
    op.execute("UPDATE api_key SET scopes = array_remove(scopes, 'scores:partner')")
