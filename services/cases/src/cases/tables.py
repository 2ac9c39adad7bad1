"""Every table of cases: each part declares its own beside its code, and is named here.

Tips are not among them: they lie in the vault (cases.vault.tables).
"""

from cases import own_tables
from cases.campaigns import tables as campaigns
from cases.casefile import tables as casefile
from cases.complaints import tables as complaints
from cases.evidence import tables as evidence
from cases.focus import tables as focus
from cases.outcomes import tables as outcomes
from cases.publication import tables as publication
from cases.triage import tables as triage

Base = own_tables.Base

__all__ = [
    "Base",
    "campaigns",
    "casefile",
    "complaints",
    "evidence",
    "focus",
    "outcomes",
    "own_tables",
    "publication",
    "triage",
]
