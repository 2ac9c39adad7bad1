"""How far the registers and the plans have been taken into account."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PLACES = ("registers_seq", "compared_registers", "compared_plans")


def upgrade() -> None:
    for name in PLACES:
        op.add_column("engine", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("engine", sa.Column("registers_epoch", sa.String))


def downgrade() -> None:
    op.drop_column("engine", "registers_epoch")
    for name in PLACES:
        op.drop_column("engine", name)
