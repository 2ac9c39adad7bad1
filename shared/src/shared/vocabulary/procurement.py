"""The code words of OCDS that judgements rest on.

These are the words we know. Publishers use others too, and those stay as they are: a code list here
is never a closed door, only a name for what we compare with.
"""

from enum import StrEnum
from typing import Final


class TenderStatus(StrEnum):
    """Where a tender stands."""

    PLANNING = "planning"
    PLANNED = "planned"
    ACTIVE = "active"
    CANCELLED = "cancelled"
    UNSUCCESSFUL = "unsuccessful"
    COMPLETE = "complete"
    WITHDRAWN = "withdrawn"


class BidStatus(StrEnum):
    """Where a bid stands. Invited and withdrawn ones do not count as submitted."""

    INVITED = "invited"
    PENDING = "pending"
    VALID = "valid"
    DISQUALIFIED = "disqualified"
    WITHDRAWN = "withdrawn"


class AwardStatus(StrEnum):
    """Where an award stands. All but pending are final."""

    PENDING = "pending"
    ACTIVE = "active"
    CANCELLED = "cancelled"
    UNSUCCESSFUL = "unsuccessful"


class ContractStatus(StrEnum):
    """Where a contract stands."""

    PENDING = "pending"
    ACTIVE = "active"
    CANCELLED = "cancelled"
    TERMINATED = "terminated"


class Method(StrEnum):
    """How a supplier is chosen, in the four classes of OCDS."""

    OPEN = "open"
    SELECTIVE = "selective"
    LIMITED = "limited"
    DIRECT = "direct"


class Category(StrEnum):
    """What is bought."""

    GOODS = "goods"
    WORKS = "works"
    SERVICES = "services"


class Role(StrEnum):
    """What a party does in a process."""

    BUYER = "buyer"
    PROCURING_ENTITY = "procuringEntity"
    TENDERER = "tenderer"
    SUPPLIER = "supplier"
    PAYER = "payer"
    PAYEE = "payee"


COMPETITIVE: Final = frozenset({Method.OPEN, Method.SELECTIVE})
NOT_SUBMITTED: Final = frozenset({BidStatus.INVITED, BidStatus.WITHDRAWN})
AWARD_FINAL: Final = frozenset(
    {AwardStatus.ACTIVE, AwardStatus.CANCELLED, AwardStatus.UNSUCCESSFUL}
)
