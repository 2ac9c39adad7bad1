"""What every ocid of the portal's purchases begins with."""

import re
from typing import Final

PREFIX: Final = "ocds-kz0000"  # Kazakhstan has no registered prefix

# As the helpdesk of OCDS gives them out: six letters or digits.
_REGISTERED: Final = re.compile(r"ocds-[a-z0-9]{6}", re.ASCII)


def checked(prefix: str) -> str:
    """Return a prefix as it came; raises ValueError for what cannot be one."""
    if not _REGISTERED.fullmatch(prefix):
        raise ValueError(f"an ocid begins with ocds- and six small letters or digits: {PREFIX}")
    return prefix
