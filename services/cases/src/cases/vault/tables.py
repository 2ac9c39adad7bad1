"""What the vault keeps."""

from typing import TYPE_CHECKING

from shared.tables import table_base

if TYPE_CHECKING:  # a type checker takes no class that a function made as a base
    from sqlmodel import SQLModel as Base
else:
    Base = table_base("cases_vault")

__all__ = ["Base"]
