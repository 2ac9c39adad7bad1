"""What every service's tables have in common: a schema of their own, and names of constraints."""

from typing import Final

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def table_base(schema: str) -> type[SQLModel]:
    """A base class for the tables of one service, apart from the tables of all others.

    Its `metadata` carries the schema and the naming of constraints that migrations rely on.
    """
    own = registry(metadata=MetaData(schema=schema, naming_convention=NAMING))

    class Table(SQLModel, registry=own):
        """A table in this service's schema."""

    return Table
