"""What Alembic loads when it runs; the environment itself is `shared.migrations.run`."""

from alembic import context

from shared.migrations import run

run(context)
