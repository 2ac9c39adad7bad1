"""What the gateway asks cases on behalf of its callers: every operation, declared once.

The gateway makes its public routes from these declarations and forwards what comes; cases serves
each under its name (`cases.desk.serves`). A module here holds one resource: the documents that are
answered, the bodies that are taken, and the operations.
"""

from typing import Final

from shared.contracts.casework import (
    authority,
    campaigns,
    cases,
    complaints,
    earlier,
    evidence,
    focus,
    impact,
    legal,
    navigator,
    outcomes,
    publication,
    tips,
    triage,
    workflows,
)
from shared.contracts.casework.operation import Operation

_DECLARED: Final = (
    *workflows.OPERATIONS,
    *cases.OPERATIONS,
    *earlier.OPERATIONS,
    *evidence.OPERATIONS,
    *complaints.OPERATIONS,
    *authority.OPERATIONS,
    *legal.OPERATIONS,
    *tips.OPERATIONS,
    *impact.OPERATIONS,
    *outcomes.OPERATIONS,
    *triage.OPERATIONS,
    *navigator.OPERATIONS,
    *focus.OPERATIONS,
    *campaigns.OPERATIONS,
    *publication.OPERATIONS,
)

OPERATIONS: Final[dict[str, Operation]] = {operation.name: operation for operation in _DECLARED}
"""Every operation by its name."""
