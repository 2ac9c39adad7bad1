"""Between gateway and cases: whose keys tips are sealed to, and who receives tips no more.

The gateway knows people and their roles, cases knows keys; neither reads the other's tables.
"""

from typing import Annotated, Final

from msgspec import Struct
from pydantic import Field

from shared.bodies import Body
from shared.contracts.casework.tips_of_senders import TipChannels

KEEPS: Final = "tips:keep"
"""The scope of the gateway's own token for this; no key of a caller has it."""

MOST: Final = 1000
"""Members of one call: who has more to say says it in several."""


class HeldChannels(TipChannels, frozen=True):
    """What a client needs to send a tip, and which member holds each key: for the gateway alone.

    `holders` is null where a cases of an earlier release answers, which does not tell.
    """

    holders: dict[str, str] | None = None


class Holders(Struct, frozen=True):
    """The members who have a key in use."""

    members: list[str]


class NoRecipients(Body):
    """Members who receive tips no more: they left, or have a role that does not."""

    members: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=MOST)]


class Retired(Struct, frozen=True):
    """How many keys were retired."""

    keys: int
